"""The wheel and the sdist hold all that the program needs, and run elsewhere."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from digest import DISTRIBUTION

ROOT = Path(__file__).parents[1]
NEEDED = (
    "templates/issue/body.html",
    "templates/style.css",
    "config.example.toml",
    *re.findall(r"\((docs/[a-z-]+\.md)\)", (ROOT / "README.md").read_text()),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both, the wheel built from the sdist as a packager would."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return out


def test_the_sdist_holds_what_the_tests_need(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {*NEEDED, "tests/test_wheel.py", "Makefile", "systemd/digest-send.timer"} <= names


def test_a_wheel_installed_elsewhere_runs_the_demo(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert {f"digest/_bundled/{name}" for name in NEEDED} <= names
        assert any(name.endswith("/data/share/man/man1/digest.1") for name in names)
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target"]
    subprocess.run([*install, str(tmp_path / "site"), str(wheel)], check=True, capture_output=True)
    ended = subprocess.run(
        [sys.executable, "-m", "digest", "demo", "--out", "out"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(list((tmp_path / "out").glob("*.eml"))) == 3


def test_whatever_names_the_distribution_names_ours() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == DISTRIBUTION
    shown = [ROOT / "pyproject.toml", ROOT / "config.example.toml", *ROOT.glob("*.md")]
    for folder in ("digest", "docs", "systemd", "templates"):
        shown += (
            path for path in (ROOT / folder).rglob("*") if path.suffix not in {".pyc", ".png"}
        )
    names = {
        (path.name, name)
        for path in shown
        if path.is_file()
        for name in re.findall(r"[\w-]*paper-digest", path.read_bytes().decode(errors="ignore"))
    }
    assert {name for _, name in names} == {DISTRIBUTION}, names
