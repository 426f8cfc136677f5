"""Reminders, inbox and preferences of the man himself: parse, call one service, render."""
