"""Listings in files: what a name and what a pattern promise."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from builders import NOW
from digest.errors import SourceError
from digest.sources.files import FileSource
from digest.sources.pull import Memory, Pull


def pull(*patterns: Path | str) -> Pull:
    return FileSource(name="saved", patterns=patterns).pull(now=NOW, memory=Memory())


def names(result: Pull) -> list[str]:
    return [Path(dump.name).name for dump in result.dumps]


def write(folder: Path, *files: str) -> None:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{name}\r\n".encode())


def test_a_dump_carries_its_bytes_and_where_they_are_from(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    at = datetime(2026, 3, 10, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    source = FileSource(name="saved", patterns=(tmp_path / "a.txt",), format="hf-text")
    (dump,) = source.pull(now=at, memory=Memory()).dumps
    assert dump.content == b"a.txt\r\n"
    assert dump.name == str(tmp_path / "a.txt")
    assert dump.source == "saved"
    assert dump.pulled_at == NOW
    assert dump.pulled_at.utcoffset() == timedelta(0)
    assert source.format == "hf-text"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        pytest.param("*.txt", ["a.txt", "b.txt"], id="glob-in-order"),
        pytest.param("**/*.txt", ["e.txt", "a.txt", "b.txt", "d.txt"], id="folders-below"),
        pytest.param("[a]*", ["a.txt"], id="set"),
        pytest.param("[x]/e.txt", ["e.txt"], id="what-exists-is-no-pattern"),
        pytest.param("[x]/*.txt", ["e.txt"], id="nor-is-a-folder-that-exists"),
        pytest.param("none/*.txt", [], id="nothing"),
    ],
)
def test_a_glob_gives_the_files_that_match(tmp_path: Path, pattern: str, found: list[str]) -> None:
    write(tmp_path, "b.txt", "a.txt", ".c.txt", "d.txt/d.txt", "[x]/e.txt")
    result = pull(f"{tmp_path}/{pattern}")
    assert names(result) == found
    assert result.error is None


def test_a_relative_name_stays_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "dumps/b.txt", "dumps/a.txt")
    monkeypatch.chdir(tmp_path)
    assert [dump.name for dump in pull("dumps/*.txt").dumps] == ["dumps/a.txt", "dumps/b.txt"]


def test_a_file_that_two_patterns_match_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt")
    assert names(pull(tmp_path / "b.txt", f"{tmp_path}/*.txt")) == ["b.txt", "a.txt"]


def test_a_glob_that_matches_nothing_is_quiet_but_noted(tmp_path: Path) -> None:
    assert pull(f"{tmp_path}/*.txt") == Pull(notes=(f"{tmp_path}/*.txt: no file matches",))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.txt: No such file") as caught:
        pull(tmp_path / "gone.txt")
    assert caught.value.source == "saved"


def test_what_cannot_be_read_loses_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "c.txt")
    (tmp_path / "b.txt").symlink_to("b.txt")  # a loop, unreadable for root too
    result = pull(f"{tmp_path}/*.txt", tmp_path / "gone.txt", f"{tmp_path}/a.txt/*")
    assert names(result) == ["a.txt", "c.txt"]
    for name in ("b.txt", "gone.txt", "a.txt/*"):
        assert f"{tmp_path}/{name}: " in str(result.error)
