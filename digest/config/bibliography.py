"""The reading of a bibliography that a configuration names."""

from pathlib import Path

from digest.config.places import Place
from digest.subscriber import Example

_LARGEST = 20 * 2**20  # bytes: some 10,000 entries with their abstracts
_MOST_WARNINGS = 10


def read_bibliography(path: Path, place: Place) -> tuple[Example, ...]:
    """Give the examples of a .bib file; entries that can't be read become warnings.

    Raises ValueError for a file that can't be read at all.
    """
    from digest.examples import bibtex  # heavy, and few need it

    text = _text(path, place)
    bibliography = bibtex.parse(text, path.name)
    told = [f"{path}:{each.line}: {each.why}" for each in bibliography.rejections]
    if len(told) > _MOST_WARNINGS:
        more = len(told) - _MOST_WARNINGS
        told[_MOST_WARNINGS:] = [f"{path}: {more} more entries cannot be read"]
    place.found.warnings += told
    return bibliography.examples


def _text(path: Path, place: Place) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"{path} is larger than {_LARGEST // 2**20} MB")
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place.found.warnings.append(f"{path}:{line}: is not UTF-8: read as Windows-1252")
        return content.decode("cp1252", "replace")
