"""Write what is made from the program itself: docs/configuration.md and docs/digest.1.

A key is described once, beside its definition in digest/config: by the text below it,
or, where it must be given, by its Field. A command is described in digest/cli/arguments.py.
`make docs` runs this; a test compares.
"""

import argparse
import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, PlainValidator

from digest import __version__, subscriber
from digest.cli.arguments import EPILOG, make_parser
from digest.config import schema_source, settings, subscribers
from digest.config import subscribers as people
from digest.config.schema_source import FORMATS
from digest.config.settings import (
    DigestTable,
    DkimTable,
    MailTable,
    MetricsTable,
    OneOrMany,
    RankingTable,
    SummaryTable,
)
from digest.subscriber import WEEKDAYS

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Key:
    """A key of the configuration: its name, what it may be, its default as TOML, what it does."""

    name: str
    value: str
    default: str
    does: str


@dataclass(frozen=True)
class Section:
    """A table of the configuration: its heading, a line or two, its keys."""

    heading: str
    about: str
    keys: tuple[Key, ...]


def sections() -> tuple[Section, ...]:
    """Return every table in the order of config.example.toml."""
    person = (subscriber.Subscriber, subscriber.Schedule)
    source = (settings.SourceSettings,)
    any_source = schema_source.SourceTable
    common = {name for name in any_source.model_fields if name != "kind"}
    kinds: dict[type[BaseModel], list[str]] = {}
    for kind, table in schema_source.SOURCE_TABLES.items():
        kinds.setdefault(table, []).append(kind)
    return (
        _section("[digest]", "What the program keeps, and whom it tells.",
                 DigestTable, settings.Settings),
        _section("[mail]", "How mail leaves: `from`, and `host` or `directory`.",
                 MailTable, settings.MailSettings),
        _section("[mail.dkim]", "A signature of your domain; `digest check` prints the record for "
                 "the DNS.", DkimTable, settings.DkimSettings),
        _section("[ranking]", "How papers are ranked.",
                 RankingTable, settings.RankingSettings),
        _section("[summary]", "Who writes a sentence about each pick: nobody, by default. Titles "
                 "and abstracts go there, never who reads them.",
                 SummaryTable, settings.SummarySettings),
        _section("[metrics]", "Figures for Prometheus, with the extra `metrics`.",
                 MetricsTable, settings.MetricsSettings),
        _section("[[source]]", "Where papers come from: one table a source. Keys of all kinds:",
                 any_source, *source),
        *(
            _section("kind = " + " or ".join(f'"{each}"' for each in names), SOURCES[names[0]],
                     table, *source, without={*common, "kind"})
            for table, names in kinds.items()
        ),
        _section("base_urls", "Other addresses of arXiv:", schema_source.BaseUrls),
        _section("[[subscriber]]", "Who gets mail. Beside these keys all of `[defaults]`. In a "
                 "subscriber's own file they stand at the top.", people.OwnTable, *person),
        _section("[defaults]", "What everybody has who doesn't say otherwise: any of these keys "
                 "may stand in a `[[subscriber]]`, too, and wins there. Tables and lists replace, "
                 "they never merge.", people.DefaultsTable, *person),
        _section("pauses", "Each is a table, { from = 2026-12-20, to = 2027-01-06 }.",
                 people.PauseTable, subscriber.Pause),
        _section("[[subscriber.interest]]", "One subject; each is ranked on its own, so that none "
                 "starves. `[[interest]]` in a subscriber's own file, `[[profile.interest]]` in a "
                 "profile.", people.InterestTable, subscriber.Interest),
        _section("keywords", "Text, or a table:", people.KeywordTable, subscriber.Keyword),
        _section("authors", "Text, or a table:", people.AuthorTable, subscriber.FollowedAuthor),
        _section("categories", "Text, or a table:",
                 people.CategoryTable, subscriber.FollowedCategory),
        _section("examples", "Text, or a table with one of these:", subscribers.ExampleTable),
        _section("zotero", "A library among the examples:",
                 subscribers.ZoteroTable, subscriber.Library),
        _section("[[profile]]", "Interests that several subscribers share.", people.ProfileTable),
    )  # fmt: skip


SOURCES = {
    "file": "Saved listings.",
    "url": "One listing at one address; any RSS, Atom or JSON Feed, too.",
    "arxiv": "Today's feed of each category, and a page for every announcement missed since the "
    "last pull, up to 90 days back.",
    "arxiv-api": "What a query of arXiv finds.",
    "arxiv-oai": "The papers of categories by OAI-PMH, some hours after the feeds.",
    "huggingface": "Hugging Face Daily Papers.",
    "biorxiv": "New preprints.",
}


def _section(
    heading: str, about: str, table: type[BaseModel], *values: type, without: set[str] = frozenset()
) -> Section:
    defaults = {
        field.name: field.default
        for value in values
        for field in dataclasses.fields(value)
        if field.default is not dataclasses.MISSING
    }
    described = dict(_texts(table))
    keys = []
    for name, field in table.model_fields.items():
        if name in without:
            continue
        texts = [text for text in (field.description, described.get(name)) if text]
        if len(texts) != 1:
            raise ValueError(f"{table.__name__}.{name} is described {len(texts)} times, not once")
        does = f"{texts[0][0].upper()}{texts[0][1:].rstrip('.')}."
        default = "required" if field.is_required() else _toml(defaults.get(name))
        value = _value(field.annotation, field.metadata)
        keys.append(Key(name=field.alias or name, value=value, default=default, does=does))
    return Section(heading=heading, about=about, keys=tuple(keys))


def _texts(table: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Return the text below each key that has one, those of the bases first."""
    for base in reversed(table.__mro__):
        if not issubclass(base, BaseModel) or base is BaseModel:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        lines = [line for node in tree.body if isinstance(node, ast.ClassDef) for line in node.body]
        for key, below in pairwise(lines):
            match key, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    yield name, " ".join(text.split())


WORDS = {
    "_api_address": "address",
    "_arxiv_category": "category",
    "_database": "text or secret",
    "_examples": "file",
    "_format": "format",
    "_library_name": "library",
    "address": "e-mail address",
    "author": "name",
    "category": "category",
    "dated_web_address": "address",
    "day": "date",
    "domain_name": "domain",
    "endpoint_address": "address",
    "example": "id",
    "existing_file": "file",
    "existing_folder": "folder",
    "file_path": "path",
    "flag": "`true`, `false`",
    "helo_name": "host",
    "hour": "hour",
    "key_selector": "text",
    "keyword": "term",
    "language": "language",
    "mail_host": "host",
    "mailbox": "e-mail address",
    "one_line": "text",
    "pattern": "path",
    "positive": "number above 0",
    "present_pattern": "path",
    "secret": "secret",
    "text": "text",
    "unsubscribe_address": "address",
    "web_address": "address",
    "weekday": "day",
    "zone": "time zone",
}
"""What a reader takes, by the reader's name."""


def _value(annotation: Any, metadata: Sequence[Any]) -> str:
    """Return what may stand for a key, in a word or two."""
    reader = next((each.func for each in metadata if isinstance(each, PlainValidator)), None)
    if reader is not None:
        return _read_by(reader)
    inner = [each for each in get_args(annotation) if each not in (type(None), ...)]
    if get_origin(annotation) is Annotated:
        return _value(inner[0], [*metadata, *inner[1:]])
    if get_origin(annotation) in (Union, UnionType):
        return _value(inner[0], metadata)
    if get_origin(annotation) is tuple:
        element = _value(inner[0], [])
        if element == "table" and _has_short_form(inner[0]):
            element = "text or table"
        return f"{element}, or a list" if OneOrMany in metadata else f"list: {element}"
    return "table"


def _has_short_form(annotation: Any) -> bool:
    befores = [each.func for each in get_args(annotation) if isinstance(each, BeforeValidator)]
    return any(each.__qualname__.startswith("short_for.") for each in befores)


def _read_by(reader: Callable[..., Any]) -> str:
    bounds = inspect.getclosurevars(reader).nonlocals
    made_by = reader.__qualname__.partition(".")[0]
    if made_by == "choice":
        return ", ".join(f'`"{each}"`' for each in bounds["options"])
    if made_by == "duration":
        return "duration"
    if made_by == "number" and abs(bounds["low"]) < 1000:
        return f"{bounds['low']} to {bounds['high']}"
    if made_by == "number":
        return "number"
    if made_by == "whole":
        low, high = bounds["low"], bounds["high"]
        return f"{low} to {high}" if high else f"whole number from {low}"
    kind = inspect.get_annotations(reader, eval_str=True).get("return")
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(f'`"{each}"`' for each in kind)
    return WORDS[made_by]


def _toml(default: Any) -> str:
    match default:
        case None | () | frozenset() if not default:
            return ""
        case bool():
            return str(default).lower()
        case timedelta():
            return f'"{_duration(default)}"'
        case time():
            return f'"{default:%H:%M}"'
        case date():
            return default.isoformat()
        case frozenset() if all(isinstance(each, int) for each in default):
            return f"[{', '.join(_toml(WEEKDAYS[each]) for each in sorted(default))}]"
        case frozenset():
            return f"[{', '.join(map(_toml, sorted(default, reverse=True)))}]"
        case str():
            return f'"{default}"'
        case float():
            return f"{default:g}"
    return str(default)


def _duration(length: timedelta) -> str:
    for letter, seconds in (("y", 31_536_000), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if length.total_seconds() % seconds == 0:
            return f"{length.total_seconds() / seconds:.0f}{letter}"
    return f"{length.total_seconds():.0f}s"


GENERAL = """\
Every key of config.toml, with its default. This page is made from the program by `make docs`.
[config.example.toml](../config.example.toml) shows the same keys in use.

The configuration is the file that `--config` names, else `$DIGEST_CONFIG`, else `./config.toml`,
`~/.config/digest/config.toml` (or under `$XDG_CONFIG_HOME`) or `/etc/digest/config.toml`, the first
that is there. One that was neither named nor lies in the folder at hand is told with each command,
and before a command writes or sends by `/etc`'s it asks, on a terminal: `--yes`, `--config` and
`DIGEST_CONFIG` answer. `digest check` names every mistake in it with line and remedy.

- A **path** is relative to the file that it stands in.
- A **duration** is a whole number and a letter: `"90s"`, `"30m"`, `"2h"`, `"7d"`, `"1w"`, `"2y"`.
- An **hour** is `"07:30"`, a **date** `2026-12-24`, a **day** `"mon"` to `"sun"`, a **time zone** a
  name such as `"Europe/London"`.
- A **secret** is best a reference: `{ env = "SMTP_PASSWORD" }`, `{ file = "smtp-password" }`,
  `{ credential = "smtp-password" }` (of systemd) or `{ command = ["pass", "show", "smtp"] }`. Plain
  text works, and is warned about.
"""


def configuration_page() -> str:
    """Return docs/configuration.md."""
    formats = "- A **format** is one of " + ", ".join(f"`{each}`" for each in FORMATS)
    general = (
        f"{GENERAL}{textwrap.fill(formats, 100, subsequent_indent='  ', break_on_hyphens=False)}."
    )
    parts = ["# Configuration", general]
    for section in sections():
        level = "##" if section.heading.startswith("[") else "###"
        parts.append(f"{level} {_code(section.heading)}")
        parts.append(section.about)
        if section.keys:
            rows = [
                f"| `{key.name}` | {key.value} | {_code(key.default)} | {key.does} |".replace(
                    "<", r"\<"
                )
                for key in section.keys
            ]
            parts.append(
                "\n".join(["| key | value | default | |", "| --- | --- | --- | --- |", *rows])
            )
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    return text if text in ("", "required") else f"`{text}`"


# ── the man page ─────────────────────────────────────────────────────────────────────────────

WHERE = """\
The pages README.md and docs/ of the source tell more: a first issue, interests that work,
operating a service, templates.
"""


def manual_page() -> str:
    """Return digest(1), in the macros of man(7)."""
    parser = make_parser()
    lines = [
        f'.TH DIGEST 1 "" "digest {__version__}" "User Commands"',
        ".SH NAME",
        r"digest \- the papers of the morning that matter to you, by e\-mail",
        ".SH SYNOPSIS",
        ".B digest",
        r"[\fIOPTION\fR]... \fICOMMAND\fR [\fIARGUMENT\fR]...",
        ".SH DESCRIPTION",
        _roff(parser.description or ""),
        _roff("ADDRESS is a subscriber's e-mail; rank, preview, why and check take the TOML file "
              "of a subscriber, too. PAPER is an arXiv id, a DOI, a URL, or words of a title. "
              "--json prints to standard output alone; what is for people goes to standard error "
              "then."),
        ".SH OPTIONS",
        *_options(parser, of_all=True),
        ".SH COMMANDS",
    ]  # fmt: skip
    for name, command in _commands(parser):
        lines += [f".SS {_roff(name)}", *_usage(command), ".PP", _roff(command.description or "")]
        lines += _options(command)
    lines += [".SH EXIT STATUS", *_exit_codes(), ".SH CONFIGURATION"]
    lines.append(_roff("TOML. A key that is not given has the default named here."))
    for section in sections():
        lines += [f".SS {_roff(section.heading)}", _roff(_plain(section.about))]
        for key in section.keys:
            default = f", {key.default}" if key.default else ""
            lines += [".TP", rf"\fB{_roff(key.name)}\fR ({_roff(_plain(key.value + default))})"]
            lines.append(_roff(_plain(key.does)))
    lines += [".SH FILES", *_files(), ".SH SEE ALSO", _roff(WHERE), ""]
    return "\n".join(lines)


GENERAL_ONES = ("help", "version", "config", "verbose", "quiet", "json")


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                full = f"{parser.prog} {name}".removeprefix("digest ")
                deeper = list(_commands(command))
                yield from [(f"{full} {inner.split()[-1]}", each) for inner, each in deeper] or [
                    (full, command)
                ]


def _usage(parser: argparse.ArgumentParser) -> Iterator[str]:
    shown = [_in_synopsis(action) for action in parser._actions if action.dest not in GENERAL_ONES]
    yield rf"\fB{_roff(parser.prog)}\fR {' '.join(shown)}".rstrip()


def _in_synopsis(action: argparse.Action) -> str:
    name = _named(action, action.option_strings[-1:])
    many = f"{name}..." if action.nargs in ("*", "+") else name
    may_be_left_out = action.nargs in ("*", "?") or not action.required
    return f"[{many}]" if may_be_left_out else many


def _options(parser: argparse.ArgumentParser, *, of_all: bool = False) -> Iterator[str]:
    for action in parser._actions:
        is_command = isinstance(action, argparse._SubParsersAction)
        if not is_command and (action.dest in GENERAL_ONES) == of_all:
            yield from (".TP", _named(action, action.option_strings))
            yield _roff(_sentence(action.help or ""))


def _named(action: argparse.Action, names: Sequence[str]) -> str:
    """Return an argument with its names in bold and its value in italics."""
    value = str(action.metavar or "|".join(action.choices or ()) or action.dest.upper())
    bold = ", ".join(rf"\fB{_roff(each)}\fR" for each in names)
    italic = "" if names and action.nargs == 0 else rf"\fI{_roff(value)}\fR"
    return f"{bold} {italic}".strip()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _exit_codes() -> Iterator[str]:
    meanings = " ".join(EPILOG.split(":", 1)[1].split()).rstrip(".")
    for each in meanings.split("; "):
        code, meaning = each.split(" ", 1)
        yield from (".TP", rf"\fB{code}\fR", _roff(_sentence(meaning)))


def _files() -> Iterator[str]:
    yield from (
        ".TP",
        _roff("./config.toml, ~/.config/digest/config.toml, /etc/digest/config.toml"),
    )
    yield _roff(
        "The configuration, the first that is there; --config or $DIGEST_CONFIG names another."
    )
    yield from (".TP", _roff("/var/lib/digest"))
    yield _roff("Database, kept dumps and inbox of a service of the machine.")


def _plain(text: str) -> str:
    return text.replace("`", "")


def _roff(text: str) -> str:
    """Return a text on one line, with nothing that roff would take for its own."""
    line = " ".join(text.split()).replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{line}" if line.startswith((".", "'")) else line


MADE: dict[str, Callable[[], str]] = {
    "configuration.md": configuration_page,
    "digest.1": manual_page,
}

if __name__ == "__main__":
    for name, make in MADE.items():
        (HERE / name).write_text(make(), encoding="utf-8")
