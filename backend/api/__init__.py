"""Screens that join both apps."""
