"""The one-time code of the demo's prescriber, for whoever has no app at hand: `make code`.

    python -m backend.devstack.one_time_code

Her seed is invented and known to everybody who reads this: the demo listens on loopback only, and a production refuses it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

__all__ = ["SEED", "code_at", "main"]

SEED = "INVENTEDFORTHEDEMOINVENTEDFORTHE"
_STEP_SECONDS = 30
_DIGITS = 6


def code_at(seconds: float, seed: str = SEED) -> str:
    """The code at an instant, in seconds since 1970 (RFC 6238: SHA-1, steps of 30 seconds, 6 digits), of a seed in base 32."""
    counter = struct.pack(">Q", int(seconds) // _STEP_SECONDS)
    digest = hmac.new(base64.b32decode(seed), counter, hashlib.sha1).digest()
    at = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[at : at + 4])
    return f"{(number & 0x7FFFFFFF) % 10**_DIGITS:0{_DIGITS}}"


def main() -> None:
    """Print the code that holds now."""
    now = time.time()
    print(f"{code_at(now)}   (the next one comes in {_STEP_SECONDS - int(now) % _STEP_SECONDS} seconds; each opens once)")


if __name__ == "__main__":
    main()
