"""Each dump under data/ reads as the papers beside it and is rejected where the file beside says.

After a change that was meant, `python tests/formats/test_dumps.py` writes the expectations anew.
"""

from pathlib import Path

import pytest

from builders import make_dump
from digest.paper import Listing
from digest.sources.jsonl import dumps
from digest.sources.registry import FORMATS, parse

DATA = Path(__file__).parents[2] / "data"
DUMPS = sorted(path for path in DATA.glob("*/*") if path.suffix not in (".jsonl", ".rejected"))


def printed(listing: Listing) -> str:
    return "".join(f"{dumps(announcement)}\n" for announcement in listing.announcements)


def rejected(listing: Listing) -> str:
    return "".join(f"{rejection.line}: {rejection.why}\n" for rejection in listing.rejections)


def read(dump: Path) -> Listing:
    return parse(make_dump(dump.read_bytes(), name=dump.name))


def test_there_are_dumps_of_each_format() -> None:
    assert {dump.parent.name for dump in DUMPS} == set(FORMATS)


@pytest.mark.parametrize("dump", [pytest.param(dump, id=dump.stem) for dump in DUMPS])
def test_a_dump_reads_as_the_papers_beside_it(dump: Path) -> None:
    listing = read(dump)
    assert listing.format == dump.parent.name
    assert printed(listing) == dump.with_suffix(".jsonl").read_text()
    assert rejected(listing) == dump.with_suffix(".rejected").read_text()


if __name__ == "__main__":
    for each in DUMPS:
        each.with_suffix(".jsonl").write_text(printed(read(each)))
        each.with_suffix(".rejected").write_text(rejected(read(each)))
