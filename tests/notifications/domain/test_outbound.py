"""Where this server may send to."""

from __future__ import annotations

import pytest

from notifications.domain.outbound import fault_of_address


@pytest.mark.parametrize("address", ["https://fcm.googleapis.com", "https://relay.example:8443/path", "https://[2001:db8::1]/"])
def test_an_encrypted_address_is_accepted_everywhere(address: str) -> None:
    assert fault_of_address(address, loopback=False) == fault_of_address(address, loopback=True) == ""


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://localhost:9/x", "http://[::1]:9"])
def test_this_machine_may_be_spoken_to_in_clear_where_nobodys_data_is_at_stake(address: str) -> None:
    assert fault_of_address(address, loopback=True) == ""
    assert fault_of_address(address, loopback=False).startswith("Accepted: an address such as https://")


@pytest.mark.parametrize(
    "address",
    [
        "", "fcm.googleapis.com", "//fcm.googleapis.com", "http://fcm.googleapis.com", "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1.example.net", "http://127.0.0.1@example.net", "https://key@fcm.googleapis.com", "https://", "https:///x",
        "file:///etc/passwd", "gopher://127.0.0.1:6379/", "https://x.example/?q=1", "https://x.example/#f", "https://x:port",
        "https://[::1", "javascript:1",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_what_is_accepted_and_without_repeating_it(address: str) -> None:
    for loopback in (True, False):
        assert fault_of_address(address, loopback=loopback) == fault_of_address("", loopback=False)
    assert fault_of_address("", loopback=False).startswith("Accepted: an address such as https://")
