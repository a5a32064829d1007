"""A throw-away PostgreSQL for the tests that need one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

VARIABLE = "DIGEST_TEST_POSTGRESQL"
MISSING = (
    f"no PostgreSQL: install its server (Debian: apt-get install postgresql), "
    f"or name one in {VARIABLE} as postgresql+psycopg://user@host/database"
)
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
}


def named_server() -> sa.URL | None:
    """Give the server that the environment names."""
    text = os.environ.get(VARIABLE)
    return sa.make_url(text) if text else None


def find_binaries() -> Path | None:
    """Find the folder with initdb and pg_ctl; the newest where there are several."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((each for each in folders if (each / "pg_ctl").exists()), None)


@contextmanager
def running_cluster(binaries: Path) -> Iterator[sa.URL]:
    """Run a new cluster on a socket of its own, and leave nothing of it behind."""
    # Not below pytest's own folder: the path of a socket is short, and the server's user reads it.
    home = Path(tempfile.mkdtemp(prefix="digest-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(home, "nobody")
        data = home / "data"
        _run(binaries / "initdb", "-D", data, "-U", "digest", "-A", "trust", "-N", "-E", "UTF8")
        settings = " ".join(
            f"-c {name}={value or chr(39) * 2}" for name, value in _SETTINGS.items()
        )
        options = f"{settings} -k {home}"
        _run(binaries / "pg_ctl", "-D", data, "-l", home / "log", "-o", options, "-w", "start")
        try:
            yield sa.URL.create(
                "postgresql+psycopg",
                username="digest",
                database="postgres",
                query={"host": str(home)},
            )
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home)


@contextmanager
def fresh_schema(server: sa.URL, name: str) -> Iterator[str]:
    """Give an address whose tables are in an empty schema of its own."""
    with _administration(server) as connection:
        connection.execute(sa.schema.CreateSchema(name))
    try:
        # A test that waits for itself fails instead of standing still.
        options = f"-csearch_path={name} -clock_timeout=20s"
        url = server.update_query_dict({"options": options})
        yield url.render_as_string(hide_password=False)
    finally:
        with _administration(server) as connection:
            connection.execute(sa.schema.DropSchema(name, cascade=True))


@contextmanager
def _administration(server: sa.URL) -> Iterator[sa.Connection]:
    engine = sa.create_engine(server, poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection


def _run(*command: str | Path) -> None:
    """Run one of PostgreSQL's programs, which refuse to be root."""
    user = "nobody" if os.geteuid() == 0 else None
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}")
