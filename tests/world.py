"""A small world for tests of the whole program: a folder, a configuration, dumps, commands."""

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.cli import main

EVERY_DAY = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class World:
    """One installation in a folder; commands run in this process, as `main` is called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.mail = 'directory = "out"'
        self.defaults = EVERY_DAY
        self.sources = '[[source]]\nname = "saved"\nkind = "file"\npath = "dumps/*"'
        self.digest = ""
        self.people = [self.person("ada")]
        (folder / "dumps").mkdir()
        self.write()

    @staticmethod
    def person(name: str, keys: str = "", interest: str = 'keywords = ["graph"]') -> str:
        return (
            f'[[subscriber]]\nemail = "{name}@example.org"\n{keys}\n'
            f"[[subscriber.interest]]\n{interest}\n"
        )

    def write(self) -> None:
        """Write the configuration from the parts."""
        self.config.write_text(
            f'[digest]\ndatabase = "sqlite:///digest.db"\n{self.digest}\n'
            f'[mail]\nfrom = "Daily Papers <papers@example.org>"\n{self.mail}\n'
            f"{self.sources}\n[defaults]\n{self.defaults}\n" + "\n".join(self.people)
        )

    def serve_mail(self, server: Any, *keys: str) -> None:
        """Send to this server from now on."""
        relay = f'host = "{server.host}"\nport = {server.port}\nsecurity = "none"'
        self.mail = "\n".join((relay, *keys))
        self.write()

    def announce(self, *papers: dict[str, Any], name: str = "papers.jsonl") -> None:
        """Append papers to a dump."""
        with (self.folder / "dumps" / name).open("a") as dump:
            dump.writelines(json.dumps(paper) + "\n" for paper in papers)

    def run(self, *arguments: str) -> Result:
        """Run `digest --config … ARGUMENTS`."""
        return run("--config", str(self.config), *arguments)


def run(*arguments: str) -> Result:
    """Run `digest ARGUMENTS` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as ended:  # argparse
            code = int(ended.code or 0)
    return Result(code, out.getvalue(), err.getvalue())


def make_papers(count: int, *, word: str = "graph", start: int = 0) -> Sequence[dict[str, Any]]:
    """Invent papers that mention a word."""
    return [
        {
            "title": f"On {word}s, part {number}",
            "abstract": f"We prove statement number {number} about every {word} that we know.",
            "authors": [f"Ann Author{number}"],
            "arxiv_id": f"2601.{90000 + number}",
        }
        for number in range(start, start + count)
    ]
