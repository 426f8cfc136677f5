"""The least that a server can do: read by asyncpg what an answer takes, write it with orjson, and say nothing else.

    python -m granian --interface asgi benchmarks.raw:app

No sign-in, no rules, no policies that cost anything (the owner acts as the system). ``RAW_PLAN`` names a file: for each
path the statements that our own server sends for it, and what it answers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import orjson

_OK = 200
_plan: dict[str, dict[str, Any]] = json.loads(Path(os.environ["RAW_PLAN"]).read_text(encoding="utf-8"))
_pool: asyncpg.Pool[Any] | None = None


async def app(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """The ASGI application."""
    global _pool  # noqa: PLW0603  opened at the first request, in the loop that uses it
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        return
    if _pool is None:
        _pool = await asyncpg.create_pool(os.environ["MIGRATION_DATABASE_URL"], min_size=2, max_size=4, setup=_as_system)
    asked = _plan[scope["path"]]
    async with _pool.acquire() as connection:
        for statement in asked["statements"]:
            await connection.fetch(statement)
    body = orjson.dumps(asked["answer"])
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": _OK, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _as_system(connection: Any) -> None:
    await connection.execute("SELECT set_config('trabecula.actor', 'system:bench', false)")
