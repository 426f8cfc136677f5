"""Laboratories send results over a real socket, and each message gets its answer."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

import pytest

from tests.accounts import make_man
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.management.commands.listen_mllp import Listener
from tracking.models import LabResult
from tracking.services import messages
from tracking.services.access import acting_as


@pytest.fixture
def man(committed, monkeypatch):
    monkeypatch.setattr("tracking.clock.now", lambda: NOW)
    return make_man(now=NOW)


@contextmanager
def listening(**changed):
    options = {"most": 4, "largest": 100_000, "idle_seconds": 20.0} | changed
    with Listener(("127.0.0.1", 0), **options) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield listener.server_address
        finally:
            listener.shutdown()
            thread.join(timeout=20)


def oru(man, value="24.10", *, control="42", status="F", kind="ORU^R01^ORU_R01", who=None):
    return "\r".join(
        [
            f"MSH|^~\\&|LIS|Example Lab|||20260305120000+0100||{kind}|{control}|P|2.5.1",
            f"PID|1||77^^^MRN~{who or man.uid}^^^APP||Invented^Adam||19800504",
            "OBR|1|P1|F9|2243-4^Estradiol^LN|||20260304081000+0100",
            f"OBX|1|NM|2243-4^Estradiol^LN||{value}|pg/mL|||||{status}||||||LC-MS/MS",
        ]
    ).encode()


def framed(message):
    return b"\x0b" + message + b"\x1c\r"


def answer(sender):
    """The next answer: its code and its text."""
    received = b""
    while not received.endswith(b"\x1c\r"):
        piece = sender.recv(4096)
        if not piece:
            return None
        received += piece
    said = received.strip(b"\x0b\x1c\r").decode().split("\r")[1].split("|")
    return said[1], said[2], said[3]


def connected(address):
    return socket.create_connection(address, timeout=20)


def stored():
    with acting_as(Actor.system("test")):
        return [(lab.reported.value.text, lab.method_evidence) for lab in LabResult.objects.live()]


def test_messages_on_one_connection_are_answered_in_order_and_stored_once(man):
    with listening() as address, connected(address) as sender:
        sender.sendall(framed(oru(man)) + framed(oru(man)) + framed(oru(man, "25.10", control="43", status="C")))
        assert answer(sender) == ("AA", "42", "1 stored")
        assert answer(sender) == ("AA", "42", "1 stored")
        assert answer(sender) == ("AA", "43", "1 stored")
    assert stored() == [("25.10", "lab_message")]


def test_a_message_that_comes_in_pieces_is_one_message(man):
    with listening() as address, connected(address) as sender:
        for byte in framed(oru(man)):
            sender.sendall(bytes([byte]))
        assert answer(sender) == ("AA", "42", "1 stored")


def test_what_cannot_be_taken_is_answered_and_the_next_message_is_taken(man):
    nobody = "01a21960-c463-777c-8361-f4e9459ad49a"
    with listening() as address, connected(address) as sender:
        for message, expected in (
            (oru(man, kind="ADT^A01"), ("AR", "42", "Only ORU\\S\\R01 is taken here.")),
            (b"hello", ("AR", "", "The file holds no HL7 v2 message: it does not begin with an MSH segment.")),
            (oru(man, who=nobody), ("AE", "42", "PID-3 names no man of this system.")),
            (oru(man, who="1234"), ("AE", "42", "PID-3 names no man of this system.")),
            (oru(man, "x"), ("AA", "42", "1 refused")),
            (oru(man), ("AA", "42", "1 stored")),
        ):
            sender.sendall(framed(message))
            assert answer(sender) == expected


def test_an_error_of_ours_is_an_answer_that_asks_to_send_again(man, monkeypatch):
    def broken(*_args, **_kwargs):
        raise OSError("the database is away")

    with listening() as address, connected(address) as sender:
        with monkeypatch.context() as patched:
            patched.setattr(messages, "take", broken)
            sender.sendall(framed(oru(man)))
            assert answer(sender) == ("AE", "42", "Not stored just now. Send it again later.")
        sender.sendall(framed(oru(man)))
        assert answer(sender) == ("AA", "42", "1 stored")


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", b"\x0b" + b"x" * 200_000])
def test_what_is_no_frame_or_too_large_ends_the_connection_and_nobody_elses(man, sent):
    with listening() as address, connected(address) as other:
        with connected(address) as sender:
            try:
                sender.sendall(sent)
                assert answer(sender) is None
            except ConnectionError:
                pass  # it was closed while we were still sending
        other.sendall(framed(oru(man)))
        assert answer(other) == ("AA", "42", "1 stored")


def test_one_more_sender_than_there_is_room_for_waits_and_is_then_served(man):
    with listening(most=1) as address:
        first, second = connected(address), connected(address)
        with first, second:
            first.sendall(framed(oru(man)))
            assert answer(first) == ("AA", "42", "1 stored")
            second.sendall(framed(oru(man, "26", control="44")))
            second.settimeout(0.3)
            with pytest.raises(TimeoutError):
                answer(second)
            first.close()
            second.settimeout(20)
            assert answer(second) == ("AA", "44", "1 asks")


def test_it_stops_while_somebody_waits_for_room(man):
    with listening(most=1) as address:
        first, second = connected(address), connected(address)
        first.sendall(framed(oru(man)))
        assert answer(first) == ("AA", "42", "1 stored")
    # `listening` has seen it stop, although the first connection was still open.
    with first, second:
        assert stored() == [("24.10", "lab_message")]


def test_a_silent_sender_is_let_go(man):
    with listening(idle_seconds=0.1) as address, connected(address) as sender:
        assert answer(sender) is None
