"""Pages of the desk that join both apps: messages that failed, and how the house is."""
