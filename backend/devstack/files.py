"""Files that appear whole or not at all, and secrets that only their owner can read."""

import json
import os
import secrets
from pathlib import Path

SECRET_NAMES = ("postgres", "owner", "app", "broker", "secret_key", "jwt_signing_key", "sealing_key")


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write `content` beside `path` and rename it there, so that a reader never sees half a file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)


def load_secrets(path: Path) -> dict[str, str]:
    """Passwords of the embedded services, made at random on the first call and kept in `path` (mode 0600)."""
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in SECRET_NAMES if name not in kept]
    if missing:
        kept |= {name: _made(name) for name in missing}
        write_whole(path, json.dumps(kept, indent=1).encode(), mode=0o600)
    return kept


def _made(name: str) -> str:
    made = secrets.token_urlsafe(32)
    # A Fernet key is 32 bytes in URL-safe base64, with its padding.
    return f"{made}=" if name == "sealing_key" else made
