"""`make chaos`: what machines do to a running Trabecula, and what is left of it afterwards. See docs/reliability.md."""
