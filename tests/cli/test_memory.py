"""What reading large dumps costs: in a process of its own, so that its peak is its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# The first reading loads what any reading needs; what counts is by how much the second is dearer.
CHILD = """
import os, re, sys
from digest.cli import main

def peak():  # getrusage's would be the parent's, if that was higher
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1]) * 1024

sys.stdout = open(os.devnull, "w")
small, *large = sys.argv[1:]
assert main(["parse", small]) == 0
before = peak()
assert main(["parse", *large]) == 0
print(peak() - before, file=sys.stderr)
"""


STATEMENT = "We prove statement {} about every graph that we know. " * 20


def lines_of_json(path: Path, papers: int) -> Path:
    with path.open("w") as dump:
        for number in range(papers):
            paper = {
                "title": f"On graphs, part {number}",
                "abstract": STATEMENT.format(*[number] * 20),
                "arxiv_id": f"2601.{number:05d}",
            }
            dump.write(json.dumps(paper) + "\n")
    return path


def text_of_arxiv(path: Path, papers: int) -> Path:
    with path.open("w") as dump:
        for number in range(papers):
            dump.write(f"{STATEMENT.format(*[number] * 20)}\n\n")
            dump.write(f"arXiv:2601.{number:05d}\nCreated: 2026-01-02\n\n")
    return path


@pytest.mark.parametrize(
    ("write", "files", "papers"),
    [
        pytest.param(lines_of_json, 1, 10_000, id="JSON Lines"),
        pytest.param(lines_of_json, 4, 5_000, id="several of them"),
        pytest.param(text_of_arxiv, 1, 10_000, id="text"),
    ],
)
def test_reading_costs_a_few_times_the_largest_file_and_no_more_for_several(
    tmp_path: Path, write: Callable[[Path, int], Path], files: int, papers: int
) -> None:
    small = write(tmp_path / "small", 10)
    large = [write(tmp_path / f"{number}", papers) for number in range(files)]
    command = [sys.executable, "-c", CHILD, str(small), *map(str, large)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    cost = int(child.stderr.splitlines()[-1]) / large[0].stat().st_size
    assert cost < 4.0
