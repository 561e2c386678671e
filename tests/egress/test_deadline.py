"""Sockets that know when the call must be over."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from chalicelib.egress.deadline import TimedSocket, ends_at, remaining_s


def test_an_operation_gets_what_is_left_and_at_most_its_step() -> None:
    with ends_at(time.monotonic() + 100, 5):
        assert remaining_s() == 5
    with ends_at(time.monotonic() + 2, 5):
        assert 1 < remaining_s() <= 2


def test_after_the_deadline_nothing_is_left() -> None:
    with ends_at(time.monotonic() - 1, 5), pytest.raises(TimeoutError):
        remaining_s()


def test_outside_of_a_call_a_socket_gets_a_second() -> None:
    assert remaining_s() == 1


def test_threads_have_deadlines_of_their_own() -> None:
    seen: list[float] = []
    with ends_at(time.monotonic() + 100, 5):
        thread = threading.Thread(target=lambda: seen.append(remaining_s()))
        thread.start()
        thread.join()
    assert seen == [1]


def test_a_call_knows_whether_it_has_sent_anything() -> None:
    here, there = socket.socketpair()
    timed = TimedSocket(fileno=here.detach())
    there.sendall(b"x")
    with ends_at(time.monotonic() + 5, 5) as call:
        assert timed.recv(1) == b"x"
        assert not call.has_sent
        timed.send(b"y")
        assert call.has_sent
    timed.sendall(b"z")  # after the call: nothing to note
    assert there.recv(2) in (b"y", b"yz")
    timed.close()
    there.close()
