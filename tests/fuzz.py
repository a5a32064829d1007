"""Coverage-guided fuzzing of every format: python tests/fuzz.py -max_total_time=600 CORPUS.

Needs atheris, which is no dependency of the tests. Begins with the dumps under tests/data; a
format may refuse anything with ListingMalformed, and must not end in another way.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["digest.sources.registry"]):
    from digest.sources import registry

from digest.errors import ListingMalformed
from digest.paper import Dump

NAMES = sorted(registry.FORMATS)


def parse_anything(data: bytes) -> None:
    """Read bytes in the format that the first byte names, or in the one recognised."""
    named = [None, *NAMES][data[0] % (len(NAMES) + 1)] if data else None
    try:
        registry.parse(Dump(content=data[1:], name="fuzz"), named)
    except ListingMalformed:
        return


def seed(folder: Path) -> None:
    """Put the dumps of the tests into the corpus, once recognised and once named."""
    folder.mkdir(parents=True, exist_ok=True)
    for dump in (Path(__file__).parent / "data").glob("*/*"):
        if dump.suffix not in (".jsonl", ".rejected"):
            number = NAMES.index(dump.parent.name) + 1
            for first in (0, number):
                content = bytes([first]) + dump.read_bytes()
                (folder / f"{dump.parent.name}-{dump.stem}-{first}").write_bytes(content)


if __name__ == "__main__":
    seed(Path(sys.argv[-1]))
    atheris.Setup(sys.argv, parse_anything)
    atheris.Fuzz()
