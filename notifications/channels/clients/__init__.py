"""What speaks HTTP with the services through which messages go. A channel loads its own when it sends: no other process needs it."""
