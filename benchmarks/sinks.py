"""Postfix's own test programs to send to and to be measured beside, and a slow line to them."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
MISSING = "skipped: needs smtp-sink and smtp-source (Debian's package postfix)"


def are_there() -> bool:
    """Say whether Postfix's programs are installed."""
    return all(map(shutil.which, ("smtp-sink", "smtp-source")))


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink, which takes everything and keeps nothing; give its port."""
    port = _free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with _running(["smtp-sink", *user, f"{HOST}:{port}", "512"], port):
        yield port


@contextmanager
def late(port: int, seconds: float) -> Iterator[int]:
    """Put a line before a server whose answers come late; give its port."""
    front = _free_port()
    with _running([sys.executable, "-m", "benchmarks.sinks", str(front), str(port), str(seconds)],
                  front):  # fmt: skip
        yield front


def source(port: int, *, sessions: int, messages: int, file: str) -> float:
    """Send a file's message so many times with smtp-source, connections kept; give the seconds."""
    command = ["smtp-source", "-d", "-s", str(sessions), "-m", str(messages), "-F", file,
               "-f", "papers@example.org", "-t", "ada@example.org", f"{HOST}:{port}"]  # fmt: skip
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 (our own arguments)
    return time.perf_counter() - start


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(  # noqa: S603 (our own arguments)
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port)
            yield
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


async def _serve(front: int, port: int, seconds: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection(HOST, port)
        for each in (writer, ours):
            each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(_copy(reader, ours), _copy_late(theirs, writer, seconds))

    server = await asyncio.start_server(connected, HOST, front, backlog=512)
    await server.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 18):
        writer.write(data)
        await writer.drain()
    writer.close()


async def _copy_late(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
) -> None:
    loop = asyncio.get_running_loop()
    while data := await reader.read(1 << 16):
        loop.call_later(seconds, writer.write, data)
    loop.call_later(seconds, writer.close)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
