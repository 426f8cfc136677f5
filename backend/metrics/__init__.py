"""Figures for Prometheus: of the web (``web``), of the workers (``worker``), and of the whole house (``state``)."""
