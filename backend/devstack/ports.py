"""Free TCP ports of the loopback interface, as the kernel gives them."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that was free a moment ago. Somebody may snatch it: whoever uses it must be ready to try another."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class ReservedPort:
    """A port kept for one of our own servers, across its restarts.

    The socket is bound and never listens: while no server runs, connections are refused, and only a process of this
    user that asks for SO_REUSEPORT (gunicorn's --reuse-port) can bind the same port.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._socket.bind((LOOPBACK, 0))
        self.number = int(self._socket.getsockname()[1])

    def release(self) -> None:
        """Give the port back to the kernel."""
        self._socket.close()
