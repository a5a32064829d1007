"""The pages README.md and docs/*.md as stories: their command blocks, their files, their worlds."""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from child import Child

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SAMPLES = ROOT / "digest/demo/sample"
SECONDS_A_BLOCK = 60

_PART = re.compile(
    r"^<!--(?P<mark>.+?)-->\n|^(?P<indent> *)```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^ *```\n",
    re.MULTILINE | re.DOTALL,
)
_MARK = re.compile(r"(not run|boot|exit|file|beforehand|output|until Ctrl-C):? ?(.*)", re.DOTALL)


class WrongPageError(Exception):
    """A page does not keep to the convention, or does not tell the truth."""


@dataclass(frozen=True)
class Block:
    """A fenced block, or commands in a comment: its line, its language, its marks."""

    line: int
    language: str
    text: str
    marks: dict[str, str]
    is_shown: bool = True


def blocks_of(page: str) -> Iterator[Block]:
    """Return the blocks of a page in order, each with the marks that stand right before it."""
    marks: dict[str, str] = {}
    end = 0
    for part in _PART.finditer(page):
        line = page.count("\n", 0, part.start()) + 1
        if page[end : part.start()].strip():
            _refuse_stray(marks, line)
        end = part.end()
        if part["mark"] is None:
            text = textwrap.dedent(part["text"])
            yield Block(line=line, language=part["language"], text=text, marks=marks)
            marks = {}
        elif (mark := _MARK.fullmatch(part["mark"].strip())) is None:
            raise WrongPageError(
                f"line {line}: {part['mark']} is no mark that tests/test_docs.py names"
            )
        elif mark[1] == "beforehand":
            yield Block(line=line, language="sh", text=mark[2], marks={}, is_shown=False)
        else:
            marks[mark[1]] = mark[2].strip()
    _refuse_stray(marks, page.count("\n"))


def _refuse_stray(marks: dict[str, str], line: int) -> None:
    if marks:
        raise WrongPageError(f"line {line}: no block follows what is marked {', '.join(marks)}")


class Story:
    """One page, lived through in a world of its own: each block finds it as the last left it."""

    def __init__(self, world: Path, smtp_port: int, *, digest: str = "false") -> None:
        self._home = world / "home"
        self._state = world / "state"
        self._output = ""
        tools = world / "bin"
        for folder in (self._home, self._state, tools):
            folder.mkdir()
        for name, words in (("digest", digest), ("python3", sys.executable)):
            (tools / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
            (tools / name).chmod(0o755)
        shutil.copytree(
            SAMPLES, self._home / "dumps", ignore=lambda *_: ["README.txt", "demo.toml"]
        )
        self._environment = {
            "HOME": str(self._home),
            "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "CHECKOUT": str(ROOT),
            "SMTP_PORT": str(smtp_port),
            # Nobody listens there: what would go to the network fails at once.
            "https_proxy": "http://127.0.0.1:9",
            "http_proxy": "http://127.0.0.1:9",
            "no_proxy": "127.0.0.1,localhost",
            # So pip takes what it needs from where the tests run.
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PYTHONPATH": sysconfig.get_path("purelib"),
        }
        (self._state / "folder").write_text(str(self._home))
        (self._state / "variables").touch()

    def tell(self, blocks: Iterable[Block]) -> None:
        """Do what the blocks say, in order; raises where it does not come true."""
        for block in blocks:
            self._tell(block)

    def _tell(self, block: Block) -> None:
        marks = block.marks
        if "file" in marks:
            path = self._folder / marks["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif "output" in marks:
            self._compare(block)
        elif block.language == "sh" and not marks.keys() & {"not run", "boot"}:
            self._run(block)

    @property
    def _folder(self) -> Path:
        return Path((self._state / "folder").read_text().strip())

    def _run(self, block: Block) -> None:
        script = (
            f"cd {self._folder}; . {self._state}/variables; "
            f"trap 'pwd >{self._state}/folder; declare -px >{self._state}/variables' EXIT\n"
            f"{block.text}"
        )
        process = Child(
            ["/bin/bash", "-euo", "pipefail", "-c", script],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            begun = ""
            if "until Ctrl-C" in block.marks:
                assert process.stdout is not None
                begun = process.stdout.readline()
                os.killpg(process.pid, signal.SIGINT)
            said, _ = process.communicate(timeout=SECONDS_A_BLOCK)
        except subprocess.TimeoutExpired:
            raise WrongPageError(f"line {block.line}: no end in {SECONDS_A_BLOCK} s") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        self._output = begun + said
        expected = {0, 130, -signal.SIGINT} if "until Ctrl-C" in block.marks else {0}
        if "exit" in block.marks:
            expected = {int(block.marks["exit"])}
        if process.returncode not in expected:
            raise WrongPageError(
                f"line {block.line}: exit {process.returncode}, not {expected}\n"
                f"{block.text}\n{self._output}"
            )

    def _compare(self, block: Block) -> None:
        shown = _tidy(block.text)
        pattern = re.escape(shown).replace("…", ".*?")
        if not re.fullmatch(pattern, _tidy(self._output), re.DOTALL):
            raise WrongPageError(
                f"line {block.line}: shows\n{shown}\nbut there was\n{self._output}"
            )


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
