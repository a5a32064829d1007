"""What is printed: JSON for programs to stdout, tables and bars for people."""

import json
import os
import re
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO

from digest.bundled import bundled
from digest.cli.tables import lines
from digest.issue import EVERYTHING_ELSE, Pick, Reason, ReasonKind, Status
from digest.paper import Paper

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from digest.rendering.language import Words

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what a terminal would obey

_BOLD, _RED, _YELLOW = 1, 31, 33  # of ECMA-48; colours are as a terminal's owner has set them

_is_quiet = False
"""Whether -q was given."""

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_WAITS = 75  # EX_TEMPFAIL of sysexits.h


def be_quiet(is_quiet: bool) -> None:
    """Leave out, or no longer, what is only told: what was done, and how far it has come."""
    global _is_quiet
    _is_quiet = is_quiet


def exit_code(*, failed: bool, waits: bool) -> int:
    """Give the code for what happened; a failure for good outweighs a wait."""
    if failed:
        return EXIT_FAILED
    return EXIT_WAITS if waits else EXIT_OK


def emit(value: Any) -> None:
    """Print one JSON object on a line of stdout."""
    line = json.dumps(value, ensure_ascii=False)
    sys.stdout.write(_CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", line) + "\n")


def say(line: str = "") -> None:
    """Print a line of what was asked for, on stdout, at once: a program may wait for it."""
    _say(line)


def _say(line: str, style: int | None = None) -> None:
    sys.stdout.write(_styled(line, style, sys.stdout) + "\n")
    with suppress(OSError):  # the work goes on; that nobody reads it is said at its end
        sys.stdout.flush()


def note(line: str = "") -> None:
    """Print a line about what was done, on stdout; with -q nothing."""
    if not _is_quiet:
        say(line)


def complain(line: str) -> None:
    """Print a line about something that is wrong, on stderr."""
    sys.stderr.write(_styled(line, _RED, sys.stderr) + "\n")


def warn(line: str) -> None:
    """Print a line about what may well be meant, on stderr; with -q nothing."""
    if not _is_quiet:
        sys.stderr.write(_styled(line, _YELLOW, sys.stderr) + "\n")


def _styled(line: str, style: int | None, stream: TextIO) -> str:
    """Return a line, printable, in a style where a terminal shows it and nobody asked for none."""
    text = printable(line)
    if not (style and stream.isatty()) or os.environ.get("NO_COLOR"):
        return text
    is_dumb = os.environ.get("TERM", "dumb") == "dumb"
    return text if is_dumb else f"\x1b[{style}m{text}\x1b[0m"


def can_ask() -> bool:
    """Whether a person sits at a terminal, and may answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agree(question: str) -> bool:
    """Ask; anything but yes is no."""
    sys.stderr.write(f"{printable(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def printable(text: str) -> str:
    """Drop the controls that a title or a server's answer may carry, but for line ends and tabs."""
    return _CONTROLS.sub("", text)


def table(columns: Sequence[str], rows: Iterable[Iterable[object]], *, texts: int = 0) -> None:
    """Print a table for a person, on stdout; a terminal may wrap its last `texts` columns."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    shown = ([printable(c) if isinstance(c, str) else c for c in row] for row in rows)
    for number, line in enumerate(lines(columns, shown, texts=texts, width=width)):
        _say(line, None if number or not any(columns) else _BOLD)


def tell(sentence: str, *, even_quiet: bool = True) -> None:
    """Print a sentence for a person, which a terminal wraps at blanks."""
    if even_quiet or not _is_quiet:
        table(("",), [(sentence,)], texts=1)


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Print what is known for a person: a name and a value a line."""
    table(("", ""), pairs, texts=1)


def local(at: datetime) -> str:
    """Return an instant by the clock of whoever reads: the machine's zone, or that of $TZ."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def counted(number: int, thing: str) -> str:
    """Return a number of things; `thing` is one of them, regular in its plural."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def state_of(status: Status) -> str:
    """Return a delivery's state in words: the relay accepts, of what comes after nobody tells."""
    return "accepted" if status is Status.SENT else status.value


def name_of(paper: Paper) -> str:
    """Name a paper for a person: its title without TeX, else its id and opening words."""
    from digest.rendering.mathtext import plain

    opening = " ".join((paper.abstract or "").split()[:8])
    return plain(paper.title or " ".join(filter(None, (id_of(paper), f"{opening}…"))))


def id_of(paper: Paper) -> str | None:
    """Return the id that names a paper anywhere."""
    return paper.arxiv_id or paper.doi


def reasons_of(pick: Pick) -> str:
    """Return the whole sum of a score in words, in whole points that add up to it."""
    terms = [each for each in pick.reasons if each.term != EVERYTHING_ELSE]
    rest = round(pick.score) - sum(round(each.weight) for each in terms)
    told = [
        f"{in_words(each)} {round(each.weight):+}" if each.weight else in_words(each)
        for each in terms
        if round(each.weight) or not each.weight
    ]
    return ", ".join([*told, f"{EVERYTHING_ELSE} {rest:+}"] if rest else told)


def main_reasons_of(pick: Pick) -> str:
    """Return why a pick is there in a line, as its mail says it."""
    from digest.rendering.reasons import main_reasons

    return "; ".join(main_reasons(pick.reasons, _english()))


def in_words(reason: Reason) -> str:
    """Return a term of a score as a reader would put it."""
    from digest.rendering.reasons import reason_words

    is_told_already = reason.kind in (ReasonKind.TRENDING, ReasonKind.AGE, ReasonKind.OTHER)
    return reason.term if is_told_already else reason_words(reason, _english())


@cache
def _english() -> "Words":
    from digest.rendering.language import Dictionary

    name = "words.en.toml"
    shipped = (bundled("templates") / name).read_text(encoding="utf-8")
    return Dictionary({name: shipped}, {}).of("en")


def reasons_json(pick: Pick) -> list[dict[str, object]]:
    """Give the reasons of a pick in JSON."""
    return [{"kind": r.kind.value, "term": r.term, "weight": r.weight} for r in pick.reasons]


def meanwhile(line: str) -> None:
    """Print a line about what goes on, on stderr, at once; with -q nothing."""
    if not _is_quiet:
        sys.stderr.write(f"{printable(line)}\n")
        sys.stderr.flush()


_SELDOM = 10.0  # seconds of silence after which a line says what goes on


class Progress:
    """How far something has come: called with how many are done, of how many.

    Where no terminal shows a bar, a line says it whenever nothing was heard for a while.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._state = "…"

    def __call__(self, done: int, total: int) -> None:
        """Tell how many are done, of how many."""
        self._state = f"{done} of {total} …"

    def begin(self, what: str) -> None:
        """Tell what is under way now."""
        self._state = f"{what} …"

    def remind(self, is_over: threading.Event) -> None:
        """Say from time to time what goes on, until it is over."""
        while not is_over.wait(_SELDOM):
            meanwhile(f"{self._label}: {self._state}")


class _Bar(Progress):
    """The same as a bar on a terminal."""

    def __init__(self, label: str, bars: "Bars") -> None:
        super().__init__(label)
        self._bars = bars
        self._bar = bars.add_task(label, total=None)

    def __call__(self, done: int, total: int) -> None:
        self._bars.update(self._bar, completed=done, total=total)

    def begin(self, what: str) -> None:
        self._bars.update(self._bar, description=printable(f"{self._label} {what}"))


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """Show how far something has come, on stderr: a bar on a terminal, else a line at times."""
    if _is_quiet or not sys.stderr.isatty():
        shown, is_over = Progress(label), threading.Event()
        threading.Thread(target=shown.remind, args=(is_over,), daemon=True).start()
        try:
            yield shown
        finally:
            is_over.set()
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        yield _Bar(label, bars)
