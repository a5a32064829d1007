"""Kills deliveries at every point under every fault: python tests/chaos.py [--seconds N]

Each scenario starts from the same outbox, kills one process (or two at once), lets later runs
finish, and asks the relay's own log what came. It ends with the product done, or when the time
is over, and prints what was lost (a failure, if anything), and the second copies with their bound.
"""

import argparse
import itertools
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from chaos_child import POINTS  # noqa: E402
from child import Child  # noqa: E402
from relay_log import FAULTS, HOST  # noqa: E402
from world import World, make_papers  # noqa: E402

ROUNDS = 40
SEND = ("send", "--no-fetch", "--json")


@dataclass
class Toll:
    """What scenarios came to."""

    kills: int = 0
    deliveries: int = 0
    lost: list[str] = field(default_factory=list)
    copies: int = 0
    bound: int = 0
    strange: list[str] = field(default_factory=list)

    def __add__(self, other: "Toll") -> "Toll":
        return Toll(
            self.kills + other.kills,
            self.deliveries + other.deliveries,
            self.lost + other.lost,
            self.copies + other.copies,
            self.bound + other.bound,
            self.strange + other.strange,
        )


@dataclass(frozen=True)
class Scenario:
    """A kill: where, after how many times, under which fault, with how many processes."""

    point: str
    fault: str = "none"
    times: int = 1
    processes: int = 1
    connections: int = 2
    commit_group: int = 1


def template(folder: Path, readers: int) -> World:
    """Make a world whose outbox is full and whose relay has not been there yet."""
    world = World(folder)
    world.people = [world.person(f"reader{number:04}") for number in range(readers)]
    world.announce(*make_papers(3))
    world.mail = mail(1, Scenario("composed"))
    world.write()
    world.run("send", "--json")
    return world


def mail(port: int, scenario: Scenario) -> str:
    return (
        f'host = "{HOST}"\nport = {port}\nsecurity = "none"\nretry_after = "1s"\n'
        f"connections = {scenario.connections}\ncommit_group = {scenario.commit_group}"
    )


@contextmanager
def relay(log: Path, fault: str) -> Iterator[int]:
    command = [sys.executable, str(HERE / "relay_log.py"), str(log), fault]
    with Child(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def play(world: World, scenario: Scenario, folder: Path) -> Toll:
    """Play a scenario in a folder of its own, from a copy of the world's outbox."""
    folder.mkdir()
    here = World(folder)
    here.people = world.people
    log = folder / "relay.log"
    log.touch()
    shutil.copytree(world.folder / "dumps", folder / "dumps", dirs_exist_ok=True)
    with relay(log, scenario.fault) as port:
        here.mail = mail(port, scenario)
        here.write()
        if scenario.point != "composed":
            for file in world.folder.glob("digest.db*"):
                shutil.copy(file, folder)
        else:
            here.run("fetch")
        kills = kill(here, scenario)
        finish(here)
    return tally(folder / "digest.db", log, scenario, kills)


def kill(world: World, scenario: Scenario) -> int:
    """Start the processes that are to die; count those that did."""
    command = [
        sys.executable, str(HERE / "chaos_child.py"), scenario.point, str(scenario.times),
        "--config", str(world.config), *SEND,
    ]  # fmt: skip
    children = [
        Child(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(scenario.processes)
    ]
    for child in children:
        child.wait(timeout=120)
    return sum(child.returncode == -signal.SIGKILL for child in children)


def finish(world: World) -> None:
    """Send until nothing waits any more."""
    for _ in range(ROUNDS):
        if world.run(*SEND).code != 75:
            return
        time.sleep(0.25)


def tally(database: Path, log: Path, scenario: Scenario, kills: int) -> Toll:
    lines = [line.split("\t") for line in log.read_text().splitlines()]
    copies = Counter(line[0] for line in lines)
    texts = {(line[0], line[2]) for line in lines}
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT message_id, recipient, status "
            "FROM issues JOIN deliveries ON issue_id = issues.id"
        ).fetchall()
    refused = {name for name, _, status in rows if status == "failed" and scenario.fault == "550"}
    second = sum(copies.values()) - len(copies)
    # One whose 250 was dropped is as uncertain as one whose sender was killed.
    unheard = len(lines) // 7 + 1 if scenario.fault == "drop after dot" else 0
    return Toll(
        kills=kills,
        deliveries=len(lines),
        lost=[f"{scenario}: {who}" for name, who, _ in rows if name not in {*copies, *refused}],
        copies=second,
        bound=kills * scenario.connections * scenario.commit_group + unheard,
        strange=[f"{scenario}: not the same bytes"] * (len(texts) - len(copies))
        + [f"{scenario}: {who} is {status}" for _, who, status in rows
           if status not in ("sent", "failed")],
    )  # fmt: skip


def product(dice: random.Random, readers: int) -> list[Scenario]:
    """Give every point under every fault, alone and two at once, one and several a commit."""
    found = [
        Scenario(
            point, fault, processes=processes, commit_group=group,
            times=1 if point in ("composed", "claimed") else dice.randint(1, readers // 3),
        )
        for point, fault, processes, group in itertools.product(POINTS, FAULTS, (1, 2), (1, 5))
    ]  # fmt: skip
    dice.shuffle(found)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--readers", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    deadline = time.monotonic() + chosen.seconds
    toll, played = Toll(), 0
    dice = random.Random(chosen.seed)  # noqa: S311 (order and counts, no secret)
    scenarios = product(dice, chosen.readers)
    with TemporaryDirectory() as name:
        (Path(name) / "template").mkdir()
        world = template(Path(name) / "template", chosen.readers)
        for number, scenario in enumerate(scenarios):
            if time.monotonic() > deadline:
                break
            folder = Path(name) / f"scenario{number}"
            one = play(world, scenario, folder)
            if one.copies > one.bound:
                one.strange.append(f"{scenario}: {one.copies} second copies, {one.bound} allowed")
            shutil.rmtree(folder)
            toll, played = toll + one, played + 1
    sys.stdout.write(
        f"chaos: {played} of {len(scenarios)} scenarios, {toll.kills} kills, "
        f"{toll.deliveries} deliveries: lost {len(toll.lost)}, second copies {toll.copies} "
        f"(at most {toll.bound} could be)\n"
    )
    for line in (*toll.lost, *toll.strange):
        sys.stdout.write(f"  {line}\n")
    return 1 if toll.lost or toll.strange else 0


if __name__ == "__main__":
    sys.exit(main())
