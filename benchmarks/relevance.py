"""`make bench-relevance`: how well we rank, beside the recipes that people use today."""

import argparse
import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.encoder import EncoderMissing
from benchmarks.rankers import ROWS
from benchmarks.recipes.texts import texts_of
from benchmarks.table import render

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "relevance"
VIEWS = {
    "citeulike": ["all", "kw"],
    "arxiv": ["all"],
    "gold-pool": ["all"],
    "gold-rated": ["all"],
}
FAST_SETS = ("citeulike", "gold-pool", "gold-rated")
FAST_USERS, FAST_BACKGROUND = 80, 5_000
_FAILED = "it failed"
_SAMPLE = 64  # papers encoded again to measure the encoder
# One thread a recipe, or a busy machine and the number of its cores would decide the seconds.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; without data, say so. 1 where a ranker failed, 2 where there is no such."""
    options = _parser().parse_args(arguments)
    if not (options.data / "evaluate.py").is_file():
        sys.stdout.write(f"relevance: no data in {options.data}: nothing measured\n")
        return 0
    if options.only:
        options.out.write_text(json.dumps(_measure(options, options.only)))
        return 0
    unknown = {options.against, *(options.rankers or ())} - set(ROWS)
    if unknown:
        sys.stderr.write(f"relevance: no such ranker: {', '.join(sorted(unknown))}\n")
        return 2
    options.out.parent.mkdir(parents=True, exist_ok=True)
    rows = {}
    for name in options.rankers or ROWS:
        rows[name] = _apart(options, name)
        # After each: a run that is stopped keeps what it measured.
        options.out.write_text(json.dumps({"fast": options.fast, "rows": rows}))
    sys.stdout.write(render(rows, labels=ROWS, base=options.against))
    sys.stdout.write(f"results: {options.out}\n")
    return int(any(row.get("skipped") == _FAILED for row in rows.values()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.relevance", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the judge and its sets")
    parser.add_argument("--sets", nargs="+", choices=VIEWS, help="these sets only")
    parser.add_argument("--rankers", nargs="+", metavar="CLASS", help="these rows only")
    parser.add_argument(
        "--against", default="Default", metavar="CLASS", help="whom to compare all others with"
    )
    parser.add_argument(
        "--fast", action="store_true", help="fewer users, sets and older papers: minutes"
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "benchmarks" / ".cache" / "relevance.json",
        help="where the results go, as JSON",
    )  # fmt: skip
    parser.add_argument("--only", help=argparse.SUPPRESS)  # one row, in a process of its own
    return parser


def _apart(options: argparse.Namespace, name: str) -> dict[str, Any]:
    """Judge one ranker in a process of its own, so that its peak memory is its own."""
    sys.stderr.write(f"relevance: {name} … ")
    sys.stderr.flush()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "row.json"
        command = [
            sys.executable, "-m", "benchmarks.relevance", "--only", name, "--data",
            str(options.data.resolve()), "--out", str(out), *["--fast"][: options.fast],
            *(["--sets", *options.sets] if options.sets else ()),
        ]  # fmt: skip
        ended = subprocess.run(command, cwd=ROOT, env=os.environ | _ONE_THREAD)  # noqa: S603
        row: dict[str, Any] = (
            json.loads(out.read_text()) if ended.returncode == 0 else {"skipped": _FAILED}
        )
    row["wall_s"] = round(time.monotonic() - begun, 1)
    sys.stderr.write(f"{row.get('skipped') or 'judged'} ({row['wall_s']:.0f} s)\n")
    return row


def _measure(options: argparse.Namespace, name: str) -> dict[str, Any]:
    """Judge one ranker here, or give the reason why not."""
    recipe = getattr(importlib.import_module("benchmarks.rankers"), name, None)
    if recipe is None:
        return {"skipped": "not there yet"}
    try:
        return _judged(options, recipe())
    except EncoderMissing as error:
        return {"skipped": str(error)}
    except ModuleNotFoundError as error:
        return {"skipped": f"{error}: pip install '.[bench]'"}


def _judged(options: argparse.Namespace, ranker: Any) -> dict[str, Any]:
    judge = load_judge(options.data)
    older = options.data / "background.jsonl.xz"
    background = judge.lines(older) if older.is_file() else []
    if options.fast:
        background = background[:FAST_BACKGROUND]
        _fewer_users(judge)
    row: dict[str, Any] = {"results": {}, "fit_s": 0.0}
    sets = _sets(options)
    if hasattr(ranker, "warm"):
        row["encoding_ms"] = _warm(ranker, judge, [options.data / name for name in sets])
    for name in sets:
        got = judge.run(ranker, str(options.data), [name], VIEWS[name], background, quiet=True)
        row["results"] |= got["results"]
        row["fit_s"] += got["fit_s"]
        row["peak_mib"] = got["peak_rss_mib"]
    return row


def _sets(options: argparse.Namespace) -> list[str]:
    wanted = options.sets or (FAST_SETS if options.fast else VIEWS)
    return [name for name in wanted if (options.data / name).is_dir()]


def load_judge(data: Path) -> Any:
    """Load the judge from beside its data: it is not ours to copy."""
    spec = importlib.util.spec_from_file_location("judge", data / "evaluate.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"no judge in {data}")
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    return judge


def _fewer_users(judge: Any) -> None:
    """Let the judge see every so many-th user only."""
    whole = judge.load

    def load(folder: str) -> Any:
        papers, users, pools, meta = whole(folder)
        return papers, users[:: max(1, round(len(users) / FAST_USERS))], pools, meta

    judge.load = load


def _warm(ranker: Any, judge: Any, folders: Sequence[Path]) -> float:
    """Encode what will be asked for, as it happens once a paper; give the milliseconds of each."""
    for folder in folders:
        papers, users, pools, _ = judge.load(str(folder))
        asked = {paper for pool in pools.values() for paper in pool}
        asked.update(paper for user in users for paper in user["examples"])
        ranker.warm([papers[paper] for paper in sorted(asked)])
    sample = [papers[paper] for paper in sorted(asked)[:_SAMPLE]]
    return 1_000 * float(ranker.encoder.pace(texts_of(sample)))


if __name__ == "__main__":
    sys.exit(main())
