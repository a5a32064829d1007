"""Listings that lie in files, named one by one or by patterns."""

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digest.errors import SourceError
from digest.issue import Outcome
from digest.paper import Announcement, Dump, Listing
from digest.sources.pull import NOTHING, Memory, Pull, Verdict, combine


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """Files or globs: a named file has to be there, a glob may match nothing."""

    name: str
    patterns: tuple[Path | str, ...]
    format: str | None = None

    def pull(self, *, now: datetime, memory: Memory = NOTHING) -> Pull:
        """Read every file, whatever was read before: the store knows its papers again."""
        paths: dict[Path, None] = {}
        errors: list[SourceError] = []
        notes: list[str] = []
        for pattern in self.patterns:
            try:
                found = files_of(Path(pattern))
            except OSError as error:
                errors.append(self._error(error, Path(pattern)))
                continue
            paths.update(dict.fromkeys(found))
            if not found:
                notes.append(f"{pattern}: no file matches")
        dumps = tuple(self._dumps(paths, now.astimezone(UTC), errors))
        failure = combine(errors)
        if failure is not None and not dumps:
            raise failure
        return Pull(dumps=dumps, notes=tuple(notes), error=failure)

    def judge(self, dump: Dump, listing: Listing) -> Verdict:
        """A file is what it is."""
        return Verdict(outcome=Outcome.NEW if listing.announcements else Outcome.QUIET)

    def wants(self, announcement: Announcement) -> bool:
        """Whatever stands in it."""
        return True

    def _dumps(
        self, paths: dict[Path, None], now: datetime, errors: list[SourceError]
    ) -> Iterator[Dump]:
        for path in paths:
            try:
                content = path.read_bytes()
            except OSError as error:
                errors.append(self._error(error, path))
                continue
            yield Dump(
                content=content,
                name=str(path),
                source=self.name,
                pulled_at=now,
                is_on_disk=True,
            )

    def _error(self, error: OSError, path: Path) -> SourceError:
        mistake = SourceError(f"{path}: {error.strerror or error}", source=self.name)
        mistake.__cause__ = error
        return mistake


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the files of a pattern in order; what exists is never a pattern, `[a]/b.txt` too."""
    if path.exists():
        return (path,)
    folder = next(parent for parent in path.parents if parent.exists())
    pattern = str(path.relative_to(folder))
    if not glob.has_magic(pattern):
        return (path,)  # reading it says what is wrong
    next(folder.iterdir(), None)  # glob passes over a folder that may not be listed
    names = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207 (leaves out .hidden)
    return tuple(sorted(found for name in names if not (found := folder / name).is_dir()))
