"""The suite itself keeps to this machine."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("198.51.100.7", 443)])
def test_a_connection_beyond_loopback_is_blocked_before_it_is_made(address):
    with socket.socket() as door, pytest.warns(UserWarning, match="allowed"), pytest.raises(SocketConnectBlockedError):
        door.connect(address)
