"""`digest` from a process that has loaded it already: a second of work less for each command.

The server forks for each command; the client, a program to put on the PATH, lends it its streams,
folder and environment, and ends as the command did. It is a Tuesday in March there, and the
services that sources ask are on loopback, as guide_child.py has it.
"""

import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from child import Child

CLIENT = """\
import array, json, os, signal, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[1])
said = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [len(said).to_bytes(4, "big")], [0, 1, 2])
server.sendall(said)
child = int.from_bytes(server.recv(4), "big")
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: os.kill(child, number))
code = server.recv(1)
sys.exit(code[0] if code else 137)
"""


@contextmanager
def forking(services: str) -> Iterator[str]:
    """Serve while entered; return the words of a shell that stand for `digest`."""
    with tempfile.TemporaryDirectory(prefix="digest-") as folder:
        path, client = Path(folder, "socket"), Path(folder, "client.py")
        client.write_text(CLIENT)
        command = [sys.executable, __file__, str(path), services]
        server = Child(command, stdout=subprocess.PIPE, start_new_session=True)
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield f"{sys.executable} -I -S {client} {path}"
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.communicate()


def _serve(path: str, services: str) -> None:
    import freezegun

    import digest
    import guide_child

    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for module in pkgutil.walk_packages(digest.__path__, "digest."):
        if not any(each in module.name for each in ("__main__", "migrations", "embedding")):
            importlib.import_module(module.name)
    guide_child.redirect(services)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    os.write(1, b"ready\n")
    freezegun.configure(extend_ignore_list=["scipy", "numpy", "lxml", "rich"])
    freezegun.freeze_time(guide_child.NOW, tick=True).start()
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            _be_the_command(connection)
        connection.close()


def _be_the_command(connection: socket.socket) -> None:
    from digest.cli import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    with connection.makefile("rb") as sent:
        arguments, folder, environment = json.loads(sent.read(int.from_bytes(head, "big")))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", 1)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    connection.sendall(os.getpid().to_bytes(4, "big"))
    try:
        code = main(arguments)
    except SystemExit as ended:  # argparse
        code = int(ended.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([code]))
    os._exit(code)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
