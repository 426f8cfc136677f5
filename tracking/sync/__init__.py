"""The phone contract: what a man's own phones pull and push. ``docs/sync.md`` tells app developers."""
