from __future__ import annotations

import socket

import pytest
from prometheus_client import CollectorRegistry

from backend.metrics import serving


def test_an_address_is_a_host_and_a_port() -> None:
    assert serving.address("0.0.0.0:9100") == ("0.0.0.0", 9100)
    assert serving.address("[::1]:9100") == ("::1", 9100)


@pytest.mark.parametrize("given", ["9100", ":9100", "host:", "host:0", "host:65536", "host:http", "host"])
def test_what_is_none_stops_the_start_with_a_sentence(given: str) -> None:
    with pytest.raises(SystemExit, match=r"METRICS_ADDRESS is '.*'\. Accepted: host:port"):
        serving.address(given)


def test_a_port_that_is_taken_stops_no_work(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("METRICS_ADDRESS", f"127.0.0.1:{taken.getsockname()[1]}")
        serving.serve(CollectorRegistry())
    assert "metrics are not served" in caplog.text
