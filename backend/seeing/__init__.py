"""What services of an operator's choice are told, where a setting names them: errors (Sentry), spans (OpenTelemetry).

Nothing here is imported unless it is asked for, ``addresses`` apart, which reads the settings. ``docs/adr/0093``.
"""
