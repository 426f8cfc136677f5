"""Text to domain records and back: files, messages, feeds. No database."""
