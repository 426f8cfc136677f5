"""The only writers: verbs on nouns, keyword-only, atomic, and always by somebody (``by=``)."""
