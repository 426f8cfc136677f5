"""When and in which words a man is reminded. Pure: no Django, no clock, no I/O."""
