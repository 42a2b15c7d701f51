"""Sockets that can be cut from outside, and stay cut."""

from __future__ import annotations

import socket
import threading

import pytest

from bot.services.jenkins.wires import Wires


@pytest.fixture
def pair():
    """Two ends of a connection."""
    near, far = socket.socketpair()
    yield near, far
    near.close()
    far.close()


def test_cutting_ends_a_read_in_another_thread(pair):
    wires, got = Wires(), []
    wires.add(pair[0])
    reader = threading.Thread(target=lambda: got.append(pair[0].recv(1)))
    reader.start()
    wires.cut()
    reader.join(5)
    wires.close()
    assert got == [b""]


def test_what_connects_after_the_cut_is_cut_at_once(pair):
    wires = Wires()
    wires.cut()
    wires.add(pair[0])
    with pytest.raises(BrokenPipeError):
        pair[0].sendall(b"x")
    wires.close()


def test_cutting_twice_and_closing_twice_is_fine(pair):
    wires = Wires()
    wires.add(pair[0])
    wires.cut()
    wires.cut()
    wires.close()
    wires.close()
    assert wires.is_cut
