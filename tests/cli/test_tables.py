"""Tables for a person: ids to copy, times of the reader's clock, and any width can be read."""

import io
import re
import sys
from contextlib import redirect_stdout
from datetime import datetime
from itertools import pairwise

import pytest
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from digest.cli import main
from digest.cli.tables import lines
from servers import smtp_server
from terminal import Terminal
from world import World, make_papers

MONDAY = "2026-03-09 11:30:00"
DOI = "10.1101/2026.01.02.1234567890"
TITLE = "Spectral graphs, and what a very long title has to say of everything that is known of them"
COLUMNS = ("score", "id", "state", "paper", "why")
TEXTS = 2

cells = st.text(alphabet="abc -.,;|日é\t\n", max_size=60)
rows = st.lists(st.tuples(st.integers(0, 100), cells, cells, cells, cells), max_size=6)


@given(rows=rows)
def test_without_a_width_each_record_is_a_line_and_nothing_is_cut(
    rows: list[tuple[object]],
) -> None:
    head, *shown = [*lines(COLUMNS, rows, texts=TEXTS)] or [""]
    assert bool(head) == bool(rows)
    assert len(shown) == len(rows)
    for line, row in zip(shown, rows, strict=True):
        assert all(" ".join(str(cell).split()) in line for cell in row)


@given(rows=rows, width=st.integers(1, 120))
def test_at_any_width_nothing_is_cut_and_no_line_is_too_long(
    rows: list[tuple[object]], width: int
) -> None:
    shown = [*lines(COLUMNS, rows, texts=TEXTS, width=width)]
    for line in shown:
        # Only what has to stay whole, and so stands on a line of its own, may be longer.
        whole = {" ".join(str(cell).split()) for row in rows for cell in row[:-TEXTS]}
        alone = line.strip() in {*whole, *COLUMNS} or " " not in line.strip()
        assert cell_len(line) <= width or alone
    text = "\n".join(shown)
    at = 0
    for row in rows:
        # In order: what can be copied in one piece, then each word of the texts.
        for cell in row[:-TEXTS]:
            at = text.index(" ".join(str(cell).split()), at)
        for word in " ".join(map(str, row[-TEXTS:])).split():
            at = text.index(word, at)


def test_a_narrow_terminal_has_the_texts_beside_what_can_be_copied_or_below() -> None:
    row = (62, "2601.90000", "pick", TITLE, "graph +40")
    assert [*lines(COLUMNS, [row], texts=TEXTS, width=80)] == [
        "score  id          state  paper",
        "   62  2601.90000  pick   Spectral graphs, and what a very long title has to say",
        "                          of everything that is known of them",
        "                          why: graph +40",
    ]
    assert [*lines(COLUMNS, [row], texts=TEXTS, width=40)] == [
        "score  id          state",
        "    paper",
        "   62  2601.90000  pick",
        "    Spectral graphs, and what a very",
        "    long title has to say of everything",
        "    that is known of them",
        "    why: graph +40",
    ]


class Screen(io.StringIO):
    """What a terminal shows of stdout."""

    def isatty(self) -> bool:
        return True


def screen(world: World, *arguments: str) -> list[str]:
    """Run a command as at a terminal, whose width COLUMNS says."""
    out = Screen()
    with redirect_stdout(out):
        main(("--config", str(world.config), *arguments))
    return out.getvalue().splitlines()


@pytest.fixture
def kept(world: World) -> World:
    """Papers with an arXiv id and a DOI; of three readers one's mail failed, one is suppressed."""
    (first, second, third, _) = make_papers(4)
    del second["arxiv_id"]
    world.defaults += "\nmax_papers = 1\nalso = 1"
    world.people = [*map(world.person, ("ada", "bob", "eve"))]
    world.announce(first | {"title": TITLE}, second | {"doi": DOI}, third)
    with (
        freeze_time(MONDAY),
        smtp_server(refuse={"bob@example.org": "550 5.1.1 no such user"}) as server,
    ):
        world.serve_mail(server)
        world.run("fetch")
        world.run("send", "--no-fetch")
        world.run("feedback", "ada@example.org", DOI, "+")
        world.run("suppress", "eve@example.org", "--why", "left us")
    return world


TABLES = {
    "fetch": 1,
    "papers": 3,
    "rank bob@example.org": 1,
    "rank bob@example.org --all": 3,
    "replay --from 2026-03-09 --to 2026-03-09": None,
    "issues": 3,
    "status --subscribers": None,
    "subscribers list": 3,
    "suppress --list": 1,
    "feedback --list": 1,
    "check bob@example.org": None,
    f"why bob@example.org {DOI}": None,
}


@freeze_time(MONDAY)
def test_what_a_pipe_gets_is_a_summary_and_a_line_a_record(kept: World) -> None:
    for command, records in TABLES.items():
        result = kept.run(*command.split())
        assert (result.code, result.err) == (0, "") or command.startswith("status")
        assert not re.search(r"None|[{}]|[\u2500-\u257f]|…|\x1b", result.out), command
        if records is not None:  # below a summary and the head
            assert len(result.out.splitlines()) == 2 + records, command


@freeze_time(MONDAY)
@pytest.mark.parametrize("columns", [60, 80])
def test_what_a_terminal_shows_fits_it_and_says_all_that_a_pipe_gets(
    kept: World, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for command in TABLES:
        shown = screen(kept, *command.split())
        wide = [line for line in shown if len(line) > columns]
        assert all("/" in line for line in wide), command  # a path is one word, and stays whole
        words = {word.rstrip(":") for line in shown for word in line.split()}
        piped = kept.run(*command.split()).out.split()
        assert {word.rstrip(":") for word in piped} - {"-"} <= words, command


@freeze_time(MONDAY)
def test_an_id_is_there_to_be_copied(kept: World) -> None:
    why, rank = f"why bob@example.org {DOI}", "rank bob@example.org --all"
    for command in (why, rank, "papers", "feedback --list"):
        shown = kept.run(*command.split()).out
        assert re.search(rf"(^|[\s(]){re.escape(DOI)}($|[\s)])", shown), command


@freeze_time(MONDAY)
@pytest.mark.usefixtures("new_york")
def test_times_are_those_of_the_clock_of_whoever_reads(kept: World) -> None:
    for command, says in {
        "status": "2026-03-09 07:30 EDT",
        "papers": "2026-03-09 07:30  2601.90000",
        "feedback --list": "2026-03-09 07:30  ada@example.org",
        "suppress --list": "2026-03-09 07:30  eve@example.org",
        "suppress eve@example.org": "since 2026-03-09 07:30",
        "subscribers show eve@example.org": "none since 2026-03-09 07:30: left us",
        "why bob@example.org 2601.90000 --date 2026-03-08": "first seen on 2026-03-09 07:30 EDT",
    }.items():
        assert says in kept.run(*command.split()).out, command


@freeze_time(MONDAY)
@pytest.mark.usefixtures("new_york")
def test_what_programs_read_stays_in_utc(kept: World) -> None:
    status = kept.run("status", "--json").json
    shown = [status["last_good_run"], status["sources"][0]["last_pull"]]
    shown += [row["next_issue"] for row in status["subscribers"] if row["next_issue"]]
    shown.append(kept.run("suppress", "--list", "--json").json[0]["since"])
    shown.append(kept.run("feedback", "--list", "--json").json["voted_at"])
    why = kept.run("why", "bob@example.org", "2601.90000", "--date", "2026-03-08", "--json").json
    assert "first seen on 2026-03-09 11:30 UTC" in why["detail"]
    instants = [datetime.fromisoformat(at) for at in shown if at]
    assert len(instants) >= 4
    assert not any(at.utcoffset() for at in instants)


@freeze_time(MONDAY)
def test_status_has_lines_for_problems_and_a_count_of_the_others(kept: World) -> None:
    sums = "3, 1 with problems, 1 without an issue to come, the next issue "
    usual, everyone = (kept.run("status", *more).out for more in ((), ("--subscribers",)))
    assert sums in usual
    assert re.findall(r"^\w+@\S+", usual, re.MULTILINE) == ["bob@example.org"]
    assert re.findall(r"^\w+@", everyone, re.MULTILINE) == ["ada@", "bob@", "eve@"]
    one = kept.run("status", "ada@example.org").out
    assert re.findall(r"^\w+@", one, re.MULTILINE) == ["ada@"]
    assert len(kept.run("status", "--json").json["subscribers"]) == 3


def test_a_title_takes_at_most_three_lines_at_a_terminal(kept: World) -> None:
    command = [sys.executable, "-m", "digest", "--config", str(kept.config)]
    with Terminal([*command, "papers"], kept.folder, COLUMNS="80") as terminal:
        assert terminal.end() == 0
    shown = terminal.shown.splitlines()
    starts = [number for number, line in enumerate(shown) if line.startswith("2026-")]
    assert len(starts) == 3
    assert all(after - before <= 3 for before, after in pairwise([*starts, len(shown)]))
