"""What a morning costs with few and with many subscribers: CPU, memory, and the start alone.

Each run is a process of its own, `digest send` as a timer calls it, into Postfix's sink; its CPU
and its peak of memory are what the system counted.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import sinks
from benchmarks.pipeline import PROFILES, World
from digest import wiring
from digest.paper import Announcement, AnnounceType, Listing
from digest.store.database import writing
from digest.store.recording import record
from digest.subscriber import Subscriber

FEW, MANY, QUICK = 1_000, 100_000, 5_000
ROUNDS = 7
_CONFIG = """
[digest]
database = "sqlite:///digest.db"
[mail]
from = "Daily Papers <papers@example.org>"
host = "{host}"
port = {port}
security = "none"
connections = 1
messages_per_connection = 10000
commit_group = 50
[[source]]
name = "ml"
kind = "file"
path = "none"
[defaults]
min_score = 0
also = 0
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""


@dataclass(frozen=True)
class Cost:
    """CPU in seconds, peak memory in MiB, and how many messages were taken."""

    cpu: float
    memory: float
    sent: int


def run(*, quick: bool = False) -> None:
    """Print the costs; goals: 10 %, 256 MB, 1 s of CPU for one, 150 ms over bare Python."""
    if not sinks.are_there():
        sys.stdout.write(f"scale: {sinks.MISSING}\n")
        return
    many = QUICK if quick else MANY
    with sinks.sink() as port, TemporaryDirectory() as folder:
        world = World.invented(1, PROFILES)
        one, few, lot = (_morning(world, Path(folder), port, n) for n in (1, FEW, many))
    each = [1e3 * (cost.cpu - one.cpu) / cost.sent for cost in (few, lot)]
    sys.stdout.write(
        f"scale: CPU a subscriber beyond the start {each[0]:.2f} ms of {FEW:,}, {each[1]:.2f} ms "
        f"of {many:,} ({100 * (each[1] / each[0] - 1):+.0f} %); peak {lot.memory:.0f} MiB of "
        f"memory; one subscriber {one.cpu:.2f} s of CPU; digest --help "
        f"{1e3 * _help():.0f} ms over bare Python\n"
    )


def _morning(world: World, folder: Path, port: int, people: int) -> Cost:
    """Send to so many people, from a store that has the papers and them."""
    home = folder / str(people)
    home.mkdir()
    config = home / "config.toml"
    text = _CONFIG.format(host=sinks.HOST, port=port) + _profiles(world.people)
    config.write_text(text, encoding="utf-8")
    table = home / "people.csv"
    rows = (f"reader{n}@example.org,Reader {n},p{n % PROFILES}" for n in range(people))
    table.write_text("\n".join(("email,name,profile", *rows)), encoding="utf-8")
    _digest(config, "subscribers", "import", str(table))
    with wiring.open_store(wiring.load_settings(str(config))) as engine, writing(engine) as to:
        announced = tuple(
            Announcement(paper=paper, format="arxiv-rss", announce_type=AnnounceType.NEW)
            for paper in world.papers
        )
        listing = Listing(format="arxiv-rss", announcements=announced, rejections=())
        record(to, listing, source="ml", seen_at=datetime.now(UTC) - timedelta(hours=1))
    return _digest(config, "send", "--no-fetch", "--json")


def _profiles(people: list[Subscriber]) -> str:
    world = World.invented(PROFILES, PROFILES)
    return "".join(
        f'[[profile]]\nname = "p{n}"\n[[profile.interest]]\n'
        f"keywords = {json.dumps([k.term for k in each.interests[0].keywords])}\n"
        f"about = {json.dumps(each.interests[0].about)}\n"
        for n, each in enumerate(world.people[:PROFILES])
    )


# A process that is small itself: a child's peak of memory is at least what its parent had.
_LAUNCHER = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
said = process.stdout.read().decode()
_, status, used = os.wait4(process.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), said,
                  used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def _digest(config: Path, *arguments: str) -> Cost:
    """Run a command to its end, and say what it cost."""
    command = [sys.executable, "-m", "digest", "--config", str(config), *arguments]
    launched = subprocess.run(  # noqa: S603 (our own arguments)
        [sys.executable, "-S", "-c", _LAUNCHER, *command], check=True, capture_output=True
    )
    code, said, cpu, memory = json.loads(launched.stdout)
    if code:
        raise RuntimeError(f"{arguments}: {code}")
    return Cost(cpu, memory, json.loads(said)["sent"] if "--json" in arguments else 0)


def _help() -> float:
    """Give the seconds of `digest --help` beyond those of an interpreter that does nothing."""

    def seconds(*arguments: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)  # noqa: S603
        return time.perf_counter() - start

    return median(seconds("-m", "digest", "--help") - seconds("-c", "") for _ in range(ROUNDS))
