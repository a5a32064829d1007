"""Imports point down: values know nothing, pure code knows values, edges know no other edge."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import digest

PACKAGE = Path(digest.__file__).parent

VALUES = {
    "errors", "paper", "subscriber", "issue", "bundled", "kept", "taxonomy", "case", "deadline",
    "ownership",
}  # fmt: skip
PURE = {
    "formats", "examples", "identity", "selection", "ranking", "rendering", "due", "retry",
    "timetable", "exclusion", "why", "guide", "prospects",
}  # fmt: skip
EDGES = {"config", "sources", "store", "mail", "embedding", "summary"}
MAY_IMPORT = {
    **dict.fromkeys(VALUES, VALUES),
    **dict.fromkeys(PURE, VALUES | PURE),
    "config": VALUES | {"examples"},
    "sources": VALUES | {"timetable", "formats", "examples"},
    "mail": VALUES,
    "embedding": VALUES,
    "summary": VALUES,
    "store": VALUES | {"identity"},
    "pipeline": VALUES | PURE | EDGES - {"config"},
    "wiring": VALUES | PURE | EDGES | {"pipeline"},
    "demo": VALUES | PURE | EDGES | {"pipeline", "wiring"},
    "service": VALUES | PURE | EDGES | {"pipeline", "wiring"},
    "cli": VALUES | PURE | EDGES | {"pipeline", "wiring", "demo", "service"},
    "__main__": {"cli"},
    "__init__": set(),
    "starter": set(),
}
HEAVY = {
    "numpy", "scipy", "premailer", "sqlalchemy", "pydantic", "httpx", "rich", "jinja2", "lxml",
    "feedparser", "bibtexparser", "cryptography",
}  # fmt: skip

PACKAGE_FACTS = {"digest.__version__", "digest.DISTRIBUTION"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_lies_below(path: Path) -> None:
    here = room(path)
    rooms = {
        name.split(".")[1]
        for name in imported(path)
        if name.startswith("digest.") and name not in PACKAGE_FACTS
    }
    assert rooms <= MAY_IMPORT[here] | {here}


def test_help_and_parse_import_nothing_heavy() -> None:
    code = (
        "import sys; from digest.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "main(['parse', '/dev/null'])\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr.splitlines()[-1] == "[]"
