"""Sign-in: allauth does it, and this package puts it behind our own API, in its manner."""
