"""digest parse, fetch, papers: dumps in, papers out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from freezegun import freeze_time

from builders import SEEDS
from http_server import HttpServer, Reply
from world import World, make_papers, run

LINE = json.dumps({"title": "Graphs", "abstract": "On graphs.", "arxiv_id": "2601.90001v2"})


def test_parse_prints_a_line_a_paper_and_reads_what_it_printed(tmp_path: Path) -> None:
    dump = tmp_path / "papers.jsonl"
    dump.write_text(f"{LINE}\n" * 2)
    printed = run("parse", str(dump))
    (paper, _) = printed.lines
    assert (printed.code, paper["arxiv_id"], paper["version"]) == (0, "2601.90001", 2)
    assert paper["url"] == "https://arxiv.org/abs/2601.90001"
    dump.write_text(printed.out)
    assert run("parse", str(dump)).out == printed.out


def test_parse_reads_standard_input_and_needs_no_configuration(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "digest", "parse", "-"],
        input=LINE.encode(),
        capture_output=True,
        cwd=tmp_path,
        check=True,
    )
    assert json.loads(ended.stdout)["title"] == "Graphs"


@pytest.mark.parametrize(
    ("content", "arguments", "code", "says"),
    [
        pytest.param(None, (), 2, "dump: No such file", id="missing"),
        pytest.param("Dear Ada,\n\nhow are you?\n", (), 1, "dump", id="no listing"),
        pytest.param(f"{LINE}\nnonsense\n", (), 1, "dump:2: ", id="one bad line"),
        pytest.param(LINE, ("--format", "hf-txt"), 2, "hf-text", id="misspelt format"),
        pytest.param(LINE, ("--format", "arxiv-text"), 1, "jsonl", id="the wrong format"),
    ],
)
def test_parse_says_what_it_cannot_read(
    tmp_path: Path, content: str | None, arguments: tuple[str, ...], code: int, says: str
) -> None:
    dump = tmp_path / "dump"
    if content is not None:
        dump.write_text(content)
    result = run("parse", *arguments, str(dump))
    assert result.code == code
    assert says in result.err
    assert "Traceback" not in result.err


def test_parse_prints_the_good_lines_beside_a_bad_one(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_text(f"{LINE}\nnonsense\n{LINE}\n")
    assert len(run("parse", str(dump)).lines) == 2


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed dumps are not beside this checkout")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data, id="as they are"),
        pytest.param(lambda data: data.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="BOM"),
    ],
)
def test_the_seed_dumps_hold_233_papers(tmp_path: Path, change) -> None:
    files = []
    for seed in sorted(SEEDS.glob("*.txt")):
        files.append(tmp_path / seed.name)
        files[-1].write_bytes(change(seed.read_bytes()))
    result = run("parse", *map(str, files))
    assert (result.code, len(result.lines), result.err) == (0, 233, "")


def test_fetch_reports_each_source_and_a_second_time_knows_all(world: World) -> None:
    world.announce(*make_papers(3))
    expected = {
        "source": "saved",
        "pulled": 3,
        "new": 3,
        "known": 0,
        "rejected": 0,
        "outcome": "new",
        "error": None,
        "why": None,
    }
    assert world.run("fetch", "--json").lines == [expected]
    again = expected | {"new": 0, "known": 3, "outcome": "quiet"}
    assert world.run("fetch", "--json").lines == [again]


def test_fetch_takes_dumps_by_hand_and_attributes_them(world: World) -> None:
    dump = world.folder / "given.jsonl"
    dump.write_text(LINE)
    (report,) = world.run("fetch", "--source", "saved", "--json", str(dump)).lines
    assert (report["source"], report["new"]) == ("saved", 1)
    assert world.run("papers", "--json").lines[0]["source"] == "saved"


def test_a_dump_by_hand_is_read_as_what_it_is_whatever_its_source_reads(world: World) -> None:
    world.sources += '\n[[source]]\nname = "pages"\nkind = "file"\npath = "x"\nformat = "hf-text"'
    world.write()
    dump = world.folder / "given.jsonl"
    dump.write_text(LINE)
    result = world.run("fetch", "--source", "pages", "--json", str(dump))
    assert (result.code, result.lines[0]["new"]) == (0, 1)


def test_a_rejected_entry_ends_fetch_with_1_and_keeps_the_others(world: World) -> None:
    world.announce(*make_papers(2))
    with (world.folder / "dumps" / "papers.jsonl").open("a") as dump:
        dump.write("nonsense\n")
    result = world.run("fetch", "--json")
    assert (result.code, result.lines[0]["new"], result.lines[0]["rejected"]) == (1, 2, 1)
    assert "papers.jsonl:3: " in result.err


def test_a_dump_that_is_no_listing_fails_its_source_and_stops_no_other(world: World) -> None:
    (world.folder / "dumps" / "letter.txt").write_text("Dear Ada,\n\nhow are you?\n")
    world.announce(*make_papers(1))
    result = world.run("fetch", "--json")
    assert (result.code, result.lines[0]["outcome"], result.lines[0]["new"]) == (1, "failed", 1)
    assert "letter.txt" in result.lines[0]["error"]


def test_fetch_pulls_a_dated_address_until_each_day_is_there(world: World) -> None:
    with HttpServer() as server, freeze_time("2026-03-09 12:00:00", tick=True):
        server.script("/2026-03-08.jsonl", Reply(body=LINE.encode()))
        url = server.url("/{date}.jsonl")
        world.sources = f'[[source]]\nname = "web"\nkind = "url"\nbackfill = "1d"\nurl = "{url}"'
        world.write()
        first = world.run("fetch", "--json").lines[0]
        server.script("/2026-03-09.jsonl", Reply(body=LINE.replace("90001", "90002").encode()))
        second = world.run("fetch", "--json").lines[0]
    assert (first["new"], first["outcome"], first["error"]) == (1, "late", None)
    assert (second["pulled"], second["new"]) == (1, 1)


def test_an_unknown_source_is_bad_usage(world: World) -> None:
    result = world.run("fetch", "--source", "savd")
    assert result.code == 2
    assert "saved" in result.err


def test_papers_since_a_day(world: World) -> None:
    with freeze_time("2026-03-08 12:00:00"):
        world.announce(*make_papers(1))
        world.run("fetch")
    with freeze_time("2026-03-09 12:00:00"):
        world.announce(*make_papers(1, start=1))
        world.run("fetch")
    assert len(world.run("papers", "--json").lines) == 2
    (paper,) = world.run("papers", "--since", "2026-03-09", "--json").lines
    assert paper["arxiv_id"] == "2601.90001"
    assert "On graphs, part 1" in world.run("papers").out


@pytest.mark.parametrize(
    "command",
    [("papers",), ("rank", "ada@example.org"), ("status",), ("issues",), ("migrate",)],
    ids=lambda command: command[0],
)
def test_a_command_that_only_reads_creates_no_database(
    world: World, command: tuple[str, ...]
) -> None:
    result = world.run(*command)
    assert result.code == 2
    assert "there is no database" in result.err
    assert not (world.folder / "digest.db").exists()
