"""A real Postfix on loopback, and the sink that comes with it; as root, from Debian's package."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from authority import Authority
from child import Child

HOST = "127.0.0.1"
MISSING = "needs Postfix with SASL (Debian's postfix, sasl2-bin) and root; .ci/run has them"
_PROGRAMS = ("postfix", "smtp-sink", "saslpasswd2")

_MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.org
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = {chain}
smtpd_sasl_auth_enable = yes
cyrus_sasl_config_path = {home}/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_rate_limit = 0
relayhost = [127.0.0.1]:{sink}
disable_dns_lookups = yes
smtp_host_lookup = native
smtp_tls_security_level = none
"""
_MASTER = """\
{host}:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {home}/sasldb2
mech_list: PLAIN LOGIN
"""


def is_there() -> bool:
    return os.geteuid() == 0 and all(map(shutil.which, _PROGRAMS))


@dataclass(frozen=True)
class Postfix:
    """Where it listens, whom it lets in, and where what it passed on lies."""

    port: int
    username: str
    password: str
    taken: Path
    log: Path


@contextmanager
def postfix(authority: Authority) -> Iterator[Postfix]:
    """Run Postfix with STARTTLS and a login, passing all mail on to a sink."""
    home = Path(tempfile.mkdtemp(prefix="postfix-"))
    home.chmod(0o755)
    username, password = "papers@relay.example.org", "a pass word"
    authority.context("localhost")
    chain = home / "chain.pem"
    shutil.copy(authority.folder / "localhost.pem", chain)
    (home / "data").mkdir()
    shutil.chown(home / "data", "postfix")
    port = _free_port()
    with sink(taken=home / "taken") as sink_port:
        facts = {"home": home, "port": port, "sink": sink_port, "host": HOST, "chain": chain}
        (home / "main.cf").write_text(_MAIN.format(**facts))
        (home / "master.cf").write_text(_MASTER.format(**facts))
        (home / "queue").mkdir()
        (home / "sasl").mkdir()
        (home / "sasl" / "smtpd.conf").write_text(_SASL.format(**facts))
        _run(["saslpasswd2", "-p", "-c", "-f", str(home / "sasldb2"), "-u", "relay.example.org",
              "papers"], input=password.encode())  # fmt: skip
        shutil.chown(home / "sasldb2", "postfix")
        _run(["postfix", "-c", str(home), "start"])
        try:
            _wait_for(port)
            yield Postfix(port, username, password, home / "taken", home / "log")
        finally:
            _run(["postfix", "-c", str(home), "stop"])
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def sink(*flags: str, taken: Path | None = None, port: int | None = None) -> Iterator[int]:
    """Run Postfix's smtp-sink, with its own flags for faults; `taken` gets a file a message."""
    port = port or _free_port()
    command = ["smtp-sink", "-u", "postfix", *flags]
    if taken is not None:
        taken.mkdir()
        shutil.chown(taken, "postfix")
        command += ["-d", f"{taken}/%H%M."]
    with Child(
        [*command, f"{HOST}:{port}", "256"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.kill()


def _run(command: list[str], **options: object) -> None:
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout!r} {done.stderr!r}")


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
            time.sleep(0.05)
        else:
            return
