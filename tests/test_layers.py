"""Imports point down: values know nothing, pure code knows values, services net and rules."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import digest

PACKAGE = Path(digest.__file__).parent

VALUES = {"errors", "paper", "subscriber", "issue", "bundled", "ownership", "taxonomy"}
PURE = {"rules", "ranking", "rendering", "tex", "guide"}
SERVICES = {"net", "sources", "libraries", "mail", "extras", "store", "config"}
BELOW_FACES = VALUES | PURE | SERVICES | {"pipeline", "wiring"}
MAY_IMPORT = {
    **dict.fromkeys(VALUES, VALUES),
    "tex": set(),
    "ranking": VALUES,
    "rules": VALUES | {"ranking"},
    "rendering": VALUES | {"ranking", "tex"},
    "guide": VALUES,
    "net": VALUES,
    "sources": VALUES | {"net"},
    "libraries": VALUES | {"net", "sources", "ranking"},
    "mail": VALUES,
    "extras": VALUES | {"net"},
    "store": VALUES | {"rules"},
    "config": VALUES | {"libraries"},
    "pipeline": VALUES | PURE | SERVICES - {"config"},
    "wiring": VALUES | PURE | SERVICES | {"pipeline"},
    "demo": BELOW_FACES,
    "service": BELOW_FACES,
    "cli": BELOW_FACES | {"demo", "service"},
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


EXTRAS = ("cryptography", "onnx", "onnxruntime", "tokenizers", "prometheus_client", "psycopg")
ASKED_FOR = {"digest.extras.embedding", "digest.mail.dkim"}  # imported where an extra is wanted


def test_nothing_needs_an_extra_that_nobody_asked_for() -> None:
    names = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in modules()
        if "migrations" not in path.parts and path.name != "__main__.py"
    ]
    code = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({EXTRAS!r}))\n"  # None: there is no such module
        f"for name in {sorted(set(names) - ASKED_FOR)!r}: importlib.import_module(name)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
