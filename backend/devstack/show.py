"""What the demo shows. For now: that web answers."""

import httpx
from rich.console import Console

from backend.devstack.stack import Stack

REQUEST_SECONDS = 5.0


def run(stack: Stack, console: Console) -> bool:
    """Show the demo on a running stack; False where it did less than it promised."""
    alive = httpx.get(f"{stack.web_url}/health/live", timeout=REQUEST_SECONDS).status_code == httpx.codes.OK
    console.print("web answers" if alive else "web does not answer")
    return alive
