"""Clinical logic in plain Python: frozen records in, frozen records out. No Django, no clock, no I/O."""
