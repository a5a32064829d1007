"""What .ci/boot has happen on a machine of its own: README.md and docs/ followed to the letter.

The tests are one story, in order: each finds the machine as the one before left it.
"""

import json
import pwd
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from extras.tiny_model import make_weights, write_model
from postfix import sink
from servers import SmtpServer
from world import make_papers

if "systemd-nspawn" not in Path("/run/systemd/container").read_text():
    raise RuntimeError("this story makes and unmakes a machine: .ci/boot starts it")

ROOT = Path(__file__).parents[1]
CONFIG = Path("/etc/digest/config.toml")
STATE = Path("/var/lib/digest")
PAPERS = Path("/srv/papers")
TRANSPORT = Path("/etc/postfix/transport")
POSTFIX = Path("/var/log/postfix.log")
RELEASE = ROOT / "build/boot/release"
EVERY_DAY = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'

_MARKED = re.compile(r"<!-- boot: ([\w-]+) -->\s*```sh\n(.+?)```", re.DOTALL)
BLOCKS = {
    name: block
    for file in ("README.md", "docs/operating.md")
    for name, block in _MARKED.findall((ROOT / file).read_text(encoding="utf-8"))
}


def say(text: str) -> None:
    """Write into the log of the boot."""
    sys.stdout.write(f"{text}\n")


def shell(script: str, *, cwd: Path = ROOT) -> str:
    """Run commands as they stand, as root; what they say is in the log."""
    say(f"$ {script.rstrip()}")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=140,
        check=False,
    )  # fmt: skip
    say(done.stdout)
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stdout[-2_000:]}"
    return done.stdout


def digest(*arguments: str, code: int = 0) -> str:
    """Run digest as root, as one who just logged in."""
    done = subprocess.run(
        ["digest", *arguments], cwd="/root", capture_output=True, text=True, timeout=60, check=False
    )
    say(f"$ digest {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    assert done.returncode == code, done.stderr
    return done.stdout


def systemctl(*arguments: str) -> str:
    done = subprocess.run(
        ["systemctl", *arguments], capture_output=True, text=True, timeout=100, check=False
    )
    return done.stdout.strip() or done.stderr.strip()


def journal(*arguments: str) -> str:
    command = ["journalctl", "--no-pager", "-o", "cat", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout


def wait_until(
    what: str, is_so: Callable[[], Any], seconds: float = 60, *, pause: float = 0.2
) -> Any:
    """Wait until something is so, and give it; what the units said goes into the log if not."""
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        if time.monotonic() > deadline:
            say(journal("-n", "60"))
            say(POSTFIX.read_text()[-4_000:] if POSTFIX.exists() else "no log of Postfix")
            pytest.fail(f"not within {seconds:.0f} s: {what}")
        time.sleep(pause)
    return found


def is_ready() -> bool:
    """Whether systemd has heard READY=1."""
    return systemctl("is-active", "digest.service") == "active"


def of_others() -> list[str]:
    """What lies in the state folder that is not the service's, or that others may read."""
    uid = pwd.getpwnam("digest").pw_uid
    found = {path: path.lstat() for path in STATE.rglob("*")}
    return [
        f"{path} {its.st_uid} {its.st_mode:o}"
        for path, its in found.items()
        if its.st_uid != uid or its.st_mode & 0o077
    ]


class Sink:
    """Where the machine's mail goes, and what is written about it into the configuration."""

    def __init__(self, server: SmtpServer, refuse: dict[str, str]) -> None:
        self.server, self.refuse = server, refuse
        self.to_sink = f'host = "127.0.0.1"\nport = {server.port}\nsecurity = "none"'
        self.relay = self.to_sink
        self.people: dict[str, str] = {"ada@example.org": "00:00"}
        self.tail = ""

    def write(self) -> None:
        """Write the configuration, as root's editor does: the file stays the one that it is."""
        people = "".join(
            f'[[subscriber]]\nemail = "{email}"\nsend_at = "{hour}"\n'
            f'[[subscriber.interest]]\nkeywords = ["graph"]\n'
            for email, hour in self.people.items()
        )
        CONFIG.write_text(
            '[digest]\ncontact = "admin@example.org"\nalerts_to = ["ops@example.org"]\n'
            '[mail]\nfrom = "Daily Papers <papers@example.org>"\nretry_after = "1s"\n'
            f'bounce_address = "bounces@example.org"\n{self.relay}\n'
            f'[[source]]\nname = "saved"\nkind = "file"\npath = "{PAPERS}/*.jsonl"\nevery = "1m"\n'
            f"[defaults]\ndays = {EVERY_DAY}\n{self.tail}{people}"
        )

    def to(self, address: str) -> list[Any]:
        """What has come for somebody."""
        return [
            message_from_bytes(each.content, policy=default)
            for each in self.server.received
            if each.recipient == address
        ]

    def wait_for(self, address: str) -> None:
        """Wait for somebody's mail; a reload has the service look before its minute is over."""

        def has_come() -> bool:
            if not self.to(address):
                systemctl("reload", "digest")
            return bool(self.to(address))

        wait_until(f"mail to {address}", has_come, pause=2)

    def waits_for(self, address: str) -> None:
        """Have root make an issue that the mail server does not take yet."""
        self.refuse[address] = "451 4.2.0 later"
        digest("send", address, "--no-fetch", "--yes", code=75)
        del self.refuse[address]


@pytest.fixture(scope="module")
def mail() -> Iterator[Sink]:
    refuse: dict[str, str] = {}
    with SmtpServer(refuse) as server:
        yield Sink(server, refuse)


def announce(count: int, start: int) -> None:
    """Let a file of papers be there whole, or not yet."""
    PAPERS.mkdir(exist_ok=True)
    lines = [json.dumps(paper) for paper in make_papers(count, start=start)]
    part = PAPERS / ".part"
    part.write_text("\n".join(lines) + "\n")
    part.rename(PAPERS / f"{start}.jsonl")


def in_database(query: str, *values: str) -> Any:
    """Read one value; nothing is written."""
    with closing(sqlite3.connect(f"file:{STATE}/digest.db?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchone()[0]


def soon() -> str:
    """The next full minute that is not over before the service has read it."""
    return f"{datetime.now(UTC) + timedelta(seconds=75):%H:%M}"


def test_the_steps_up_to_the_start_make_user_folders_and_configuration() -> None:
    steps, _, _ = BLOCKS["service"].partition("systemctl enable")
    shell(steps)
    assert (CONFIG.parent.stat().st_mode & 0o7777, CONFIG.group()) == (0o2750, "digest")
    assert (STATE.stat().st_mode & 0o777, STATE.owner()) == (0o700, "digest")
    assert "/var/lib/digest/out" in CONFIG.read_text()


def test_root_looks_fetches_and_imports_before_the_first_start(mail: Sink) -> None:
    announce(30, 0)
    mail.write()
    digest("check")
    digest("fetch")
    people = Path("/root/people.csv")
    people.write_text("email,keywords\nbob@example.org,graph\n")
    digest("subscribers", "import", str(people))
    mail.waits_for("bob@example.org")
    digest("check")
    assert of_others() == []


def test_the_last_step_gives_a_service_that_is_active_and_ready(mail: Sink) -> None:
    mail.people["dora@example.org"] = soon()
    mail.write()
    shell(BLOCKS["service"].splitlines()[-1])
    assert is_ready()
    assert "READY" in systemctl("show", "digest", "-p", "StatusText") or wait_until(
        "a status", lambda: "issue" in systemctl("show", "digest", "-p", "StatusText")
    )


def test_it_sends_what_root_left_waiting(mail: Sink) -> None:
    wait_until("bob's mail", lambda: mail.to("bob@example.org"))
    assert of_others() == []


def test_commands_work_as_root_and_as_the_user_of_the_service() -> None:
    shell(BLOCKS["commands"], cwd=Path("/root"))
    assert "Active: active" in shell(BLOCKS["looking"], cwd=Path("/root"))


def test_nobody_else_sees_who_reads_what() -> None:
    for command in ("digest status", f"cat {CONFIG}", f"ls {STATE}"):
        shell(f"! runuser -u nobody -- {command}", cwd=Path("/"))
    assert "closed to you" in shell("runuser -u nobody -- digest status || true", cwd=Path("/"))


def test_the_steps_of_a_user_give_a_service_of_their_own() -> None:
    shell("useradd --create-home lin && loginctl enable-linger lin")
    uid = pwd.getpwnam("lin").pw_uid
    wait_until("lin's manager", Path(f"/run/user/{uid}/bus").exists)
    as_lin = f"runuser -u lin -- env HOME=/home/lin XDG_RUNTIME_DIR=/run/user/{uid}"
    steps = Path("/tmp/steps")  # noqa: S108 (a machine of our own)
    shell(f"{as_lin} digest init --systemd --user | grep -v enable-linger >{steps}", cwd=Path("/"))
    shell(f"{as_lin} bash -euxo pipefail {steps}", cwd=Path("/home/lin"))
    state = shell(f"{as_lin} systemctl --user show digest -p ActiveState -p MainPID")
    assert "ActiveState=active" in state
    shell(f"{as_lin} systemctl --user stop --no-block digest.service")


def test_roots_commands_while_it_runs_leave_a_service_that_still_writes(mail: Sink) -> None:
    announce(5, 100)
    digest("fetch")
    digest("subscribers", "add", "carl@example.org", "--keyword", "graph")
    digest("feedback", "carl@example.org", "2601.90100", "+")
    digest("backup", str(STATE / "copy.db"))
    assert of_others() == []
    mail.waits_for("carl@example.org")
    mail.wait_for("carl@example.org")
    assert "readonly" not in journal("-u", "digest")


def test_a_good_configuration_is_taken_at_a_reload(mail: Sink) -> None:
    mail.people["emil@example.org"] = "00:00"
    mail.write()
    shell("systemctl reload digest")
    wait_until("a reload", lambda: "reloaded" in journal("-u", "digest"))
    assert is_ready()


def test_a_bad_one_is_not_and_the_old_one_serves_on_and_says_so(mail: Sink) -> None:
    pid = systemctl("show", "digest", "-p", "MainPID")
    CONFIG.write_text(CONFIG.read_text() + "\nnonsense\n")
    shell("systemctl reload digest")
    wait_until("the mistake", lambda: "this is no TOML" in journal("-u", "digest"))
    (notice,) = wait_until("a notice", lambda: mail.to("ops@example.org"), 75)
    assert "the old one stays" in notice.get_content()
    assert f"{CONFIG}:" in notice.get_content()
    assert is_ready()
    assert systemctl("show", "digest", "-p", "MainPID") == pid
    mail.write()


def test_mail_comes_at_the_hour_of_its_reader(mail: Sink) -> None:
    (message,) = wait_until("dora's mail", lambda: mail.to("dora@example.org"), 100)
    hour = datetime.strptime(mail.people["dora@example.org"], "%H:%M").replace(tzinfo=UTC)
    assert message["Date"].datetime.strftime("%H:%M") >= hour.strftime("%H:%M")
    assert len(mail.to("bob@example.org")) == len(mail.to("carl@example.org")) == 1


def test_killed_it_comes_back_by_itself(mail: Sink) -> None:
    pid = systemctl("show", "digest", "-p", "MainPID")
    shell("systemctl kill --signal=KILL digest")
    wait_until(
        "another process",
        lambda: systemctl("show", "digest", "-p", "MainPID") not in (pid, "MainPID=0"),
    )
    wait_until("it to be ready", is_ready)


def test_it_stops_within_its_time_and_well() -> None:
    begun = time.monotonic()
    shell("systemctl stop digest")
    assert time.monotonic() - begun < 35
    assert systemctl("show", "digest", "-p", "Result") == "Result=success"


def test_a_configuration_that_is_wrong_at_the_start_is_told_by_mail(mail: Sink) -> None:
    before = len(mail.to("ops@example.org"))
    CONFIG.write_text("[mail\nnonsense\n")
    say(systemctl("start", "digest"))
    assert systemctl("is-active", "digest") == "failed"  # and not tried again: it stays wrong
    told = wait_until("a notice", lambda: mail.to("ops@example.org")[before:])
    text = told[0].get_content()
    assert "digest.service failed" in text
    assert f"{CONFIG}:1: this is no TOML" in text
    assert "systemd[1]" in text, "the journal's lines are missing"
    mail.write()
    shell("systemctl reset-failed digest && systemctl start digest")


def test_a_bounce_that_comes_back_to_postfix_ends_its_readers_mail(mail: Sink) -> None:
    shell(
        "postconf -e myhostname=mx.example.org mydestination=example.org inet_interfaces=127.0.0.1"
        " inet_protocols=ipv4 mynetworks=127.0.0.0/8 disable_dns_lookups=yes"
        f" smtp_host_lookup=native relayhost=[127.0.0.1]:{mail.server.port}"
        f" maillog_file={POSTFIX} && systemctl restart postfix"
    )
    shell(BLOCKS["postfix"])
    mail.relay = 'host = "127.0.0.1"\nport = 25\nsecurity = "none"'
    mail.write()
    bounce("gone@gone.example")
    wait_until("a suppression", lambda: is_suppressed("gone@gone.example"))
    assert of_others() == []


def test_a_bounce_that_nobody_could_look_into_waits_until_somebody_can(mail: Sink) -> None:
    good = CONFIG.read_text()
    bounce("away@gone.example", meanwhile="nonsense")
    deferred = re.compile(r"relay=digest.* dsn=4\.3\.0, status=deferred")
    wait_until("it to be kept", lambda: deferred.search(POSTFIX.read_text()))
    assert not is_suppressed("away@gone.example")
    CONFIG.write_text(good)
    shell("postqueue -f")
    wait_until("a suppression", lambda: is_suppressed("away@gone.example"))
    mail.relay = mail.to_sink
    mail.write()
    shell("systemctl reload digest")


def bounce(address: str, meanwhile: str | None = None) -> None:
    """Send to somebody whose mail server knows nobody of that name."""
    digest("subscribers", "add", address, "--keyword", "graph")
    with sink("-f", "rcpt", "-B", "550 5.1.1 No such user") as refusing:
        shell(
            f"sed -i /gone.example/d {TRANSPORT}"
            f" && echo 'gone.example smtp:[127.0.0.1]:{refusing}' >>{TRANSPORT}"
            f" && postmap {TRANSPORT} && postfix reload"
        )
        digest("send", address, "--no-fetch", "--yes")
        if meanwhile:
            CONFIG.write_text(meanwhile)
        wait_until("a bounce", lambda: f"to=<{address}>" in POSTFIX.read_text())


def is_suppressed(address: str) -> bool:
    return bool(in_database("SELECT count(*) FROM suppressions WHERE email = ?", address))


def test_a_stranger_who_writes_to_the_pipe_gets_nothing_back(mail: Sink) -> None:
    before = len(mail.server.received)
    shell(
        "printf 'Subject: Hello\\n\\nWho are you?\\n'"
        " | sendmail -f stranger@else.example bounces+nonsense@example.org"
    )
    taken = re.compile(r"bounces\+nonsense@example.org.*relay=digest.*status=sent")
    wait_until("it to be taken", lambda: taken.search(POSTFIX.read_text()))
    wait_until("an empty queue", lambda: "is empty" in shell("mailq"))
    assert [each for each in mail.server.received[before:] if "stranger" in each.recipient] == []


def test_a_sentence_model_works_in_the_sandbox(mail: Sink) -> None:
    shell("/opt/digest/bin/pip install --quiet '.[embeddings]'")
    write_model(Path("/opt/model"), make_weights())
    mail.tail = '[ranking]\nembeddings = true\nmodel = "/opt/model"\n'
    mail.write()
    announce(5, 200)
    shell("systemctl restart digest")
    wait_until("vectors", lambda: in_database("SELECT count(*) FROM vectors"), 75)
    assert of_others() == []
    assert is_ready()
    mail.tail = ""
    mail.write()


def test_a_timer_instead_of_the_service(mail: Sink) -> None:
    folder = Path("/etc/systemd/system/digest-send.timer.d")
    folder.mkdir()
    (folder / "often.conf").write_text(
        "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=1s\n"
    )
    shell("systemctl daemon-reload")
    shell(BLOCKS["timer"])
    assert not is_ready()
    digest("subscribers", "add", "fay@example.org", "--keyword", "graph")
    mail.waits_for("fay@example.org")
    wait_until("fay's mail", lambda: mail.to("fay@example.org"))
    shell("systemctl disable --now digest-send.timer")
    assert systemctl("show", "digest-send.service", "-p", "Result") == "Result=success"
    assert of_others() == []


def test_an_upgrade_loses_nothing_and_sends_nothing_twice(mail: Sink) -> None:
    systemctl("stop", "digest-send.service")
    shutil.rmtree(STATE)
    shutil.rmtree(folder := Path("/etc/systemd/system/digest-send.timer.d"))
    assert not folder.exists()
    mail.people = {"old@example.org": "00:00"}
    mail.write()
    shell(
        f"python3 -m venv --clear /opt/digest && /opt/digest/bin/pip install --quiet {RELEASE}\n"
        f"rm -f /etc/systemd/system/digest* /etc/tmpfiles.d/digest.conf\n"
        f"cp {RELEASE}/systemd/digest*.{{service,timer}} /etc/systemd/system/\n"
        "systemctl daemon-reload && systemctl enable --now digest.service"
    )
    mail.wait_for("old@example.org")
    digest("subscribers", "add", "new@example.org", "--keyword", "graph")
    digest("feedback", "old@example.org", "2601.90001", "+")
    mail.refuse["new@example.org"] = "451 4.2.0 later"
    digest("send", "new@example.org", "--no-fetch", "--yes", code=75)
    held = in_database("SELECT count(*) FROM papers"), in_database("SELECT count(*) FROM votes")
    shell("systemctl stop digest")
    del mail.refuse["new@example.org"]
    shell(BLOCKS["upgrade"])
    assert is_ready()
    mail.wait_for("new@example.org")
    papers, votes = held
    assert in_database("SELECT count(*) FROM papers") == papers > 0
    assert in_database("SELECT count(*) FROM votes") == votes > 0
    shell("systemctl reload digest")
    digest("send", "--yes", "--no-fetch")
    assert len(mail.to("old@example.org")) == len(mail.to("new@example.org")) == 1
    assert of_others() == []
    assert "readonly" not in journal("-u", "digest")
