"""Starts tracking servers that are dead, silent, dripping, or answer that they failed."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

Talk = Callable[[socket.socket, threading.Event], None]


def silent(_connection: socket.socket, ended: threading.Event) -> None:
    """Say nothing."""
    ended.wait()


def dripping(connection: socket.socket, ended: threading.Event) -> None:
    """Send an answer of which no end comes, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not ended.wait(0.1):
        connection.sendall(b" ")


def failing(connection: socket.socket, _ended: threading.Event) -> None:
    """Answer 500."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")


@contextmanager
def server(talk: Talk) -> Iterator[str]:
    """Yield the address of a server that answers each connection by `talk`."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=[listening, talk, ended], daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        ended.set()


@contextmanager
def dead() -> Iterator[str]:
    """Yield an address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


def _accept(listening: socket.socket, talk: Talk, ended: threading.Event) -> None:
    with suppress(OSError):  # it is closed
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=_answer, args=[connection, talk, ended], daemon=True).start()


def _answer(connection: socket.socket, talk: Talk, ended: threading.Event) -> None:
    with closing(connection), suppress(OSError):  # the client has gone
        talk(connection, ended)
