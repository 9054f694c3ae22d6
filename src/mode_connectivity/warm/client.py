"""Runs a module in a process forked by a server that has its imports done, as if it ran here.

python -IS client.py SOCKET MODULE [ARGUMENT ...]

Arguments, environment, folder, the three standard files, signals and the exit status pass through. Where no server
listens, or this environment asks for other libraries than the server's, the module is run here instead. Only the quick
parts of the standard library are imported, since this file is started for every such process.
"""

if __name__ == "__main__":
    import _signal  # type: ignore[import-not-found]

    # As `mode_connectivity.start` does, which this file cannot import: Ctrl-C among the imports ends it without a word.
    if _signal.getsignal(_signal.SIGINT) != _signal.SIG_IGN:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import json
import os
import signal
import socket
import struct
import sys

RELAYED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLD = 1000  # in place of an exit status: run the module yourself


def main(address: str, module: str, arguments: list[str]) -> int:
    """Return the exit status of the module, minus the signal that ended it, or COLD where no server can run it.

    A signal that came while no server had a process for it is the one that ended it.
    """
    told: list[int] = []
    with socket.socket(socket.AF_UNIX) as server:

        def pass_on(number: int, _frame: object) -> None:
            told.append(number)
            try:
                server.sendall(bytes([number]))
            except OSError:  # the server has answered, or is gone
                return

        try:
            server.connect(address)
        except OSError:
            return COLD
        try:
            _send(server, module, arguments)
            relayed = [number for number in RELAYED if signal.getsignal(number) is not signal.SIG_IGN]
            for number in relayed:
                signal.signal(number, pass_on)
            answer = server.recv(4, socket.MSG_WAITALL)
        except ConnectionError:
            answer = b""
    status = struct.unpack("!i", answer)[0] if len(answer) == 4 else COLD if told else 1
    if status == COLD:
        _end_by_signals(relayed)
    return -told[0] if status == COLD and told else status


def _end_by_signals(numbers: list[signal.Signals]) -> None:
    """Let these signals end this process again; those that came before have been handled when this returns."""
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def _send(server: socket.socket, module: str, arguments: list[str]) -> None:
    folder = os.getcwd()  # noqa: PTH109  (pathlib takes longer to import than all else here)
    request = {"module": module, "arguments": arguments, "folder": folder, "environment": dict(os.environ)}
    text = json.dumps(request).encode()
    socket.send_fds(server, [struct.pack("!i", len(text))], [0, 1, 2])
    server.sendall(text)


if __name__ == "__main__":
    status = main(sys.argv[1], sys.argv[2], sys.argv[3:])
    if status == COLD:
        os.execv(sys.executable, [sys.executable, "-m", *sys.argv[2:]])
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)
