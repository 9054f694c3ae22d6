"""Runs a module in a process forked by a server that has its imports done, as if it ran here.

python -IS client.py SOCKET MODULE [ARGUMENT ...]

Arguments, environment, folder, the three standard files, signals and the exit status pass through. Where no server
listens, or this environment asks for other libraries than the server's, the module is run here instead. Only the quick
parts of the standard library are imported, since this file is started for every such process.
"""

import json
import os
import signal
import socket
import struct
import sys

RELAYED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLD = 1000  # in place of an exit status: run the module yourself


def main(address: str, module: str, arguments: list[str]) -> int:
    """Return the exit status of the module, minus the signal that ended it, or COLD where no server can run it."""
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.connect(address)
        except OSError:
            return COLD
        try:
            _send(server, module, arguments)
            for number in RELAYED:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    signal.signal(number, lambda number, _frame: server.sendall(bytes([number])))
            answer = server.recv(4, socket.MSG_WAITALL)
        except ConnectionError:
            answer = b""
    return struct.unpack("!i", answer)[0] if len(answer) == 4 else 1


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
