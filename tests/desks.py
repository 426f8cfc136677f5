"""Browsers at the desk, for tests that are not about its door."""

from __future__ import annotations

from typing import Any


def at_desk(user: Any, client: Any = None) -> Any:
    """A browser in which this account has been through both steps of the sign-in, just now."""
    from django.contrib.auth import SESSION_KEY
    from django.test import Client, RequestFactory

    from backend.accounts import second_factor
    from tracking import clock

    client = client or Client()
    client.force_login(user)
    request = RequestFactory().get("/")
    request.session = client.session
    assert request.session[SESSION_KEY] == str(user.pk)
    second_factor.prove(request, user, now=clock.now())
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key
    return client
