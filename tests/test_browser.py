"""The demo's issues in a real browser: they fit a phone and are large enough to read."""

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from world import run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE = 375  # CSS pixels of width

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"),
    reason="needs Chromium (apt-get install chromium)",
)

_ASK = """<iframe id="mail" width="{width}" height="800" frameborder="0" srcdoc="{page}"></iframe>
<script>
addEventListener("load", () => {{
  const mail = document.getElementById("mail").contentDocument;
  const sizes = [...mail.querySelectorAll("p, a, td")]
    .filter((e) => e.offsetHeight > 1 && e.innerText.trim())
    .map((e) => parseFloat(getComputedStyle(e).fontSize));
  document.title = [mail.documentElement.scrollWidth, Math.min(...sizes)].join(" ");
}});
</script>"""


def measure(page: Path, folder: Path) -> tuple[float, float]:
    """The width that a page takes on a phone, and its smallest type, in CSS pixels."""
    frame = folder / "frame.html"
    inner = html.escape(page.read_text(encoding="utf-8"), quote=True)
    frame.write_text(_ASK.format(width=PHONE, page=inner), encoding="utf-8")
    assert CHROMIUM, "Chromium is missing: apt-get install chromium"
    command = [
        CHROMIUM,
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        f"--user-data-dir={folder / 'profile'}",
        "--dump-dom",
        frame.as_uri(),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    (title,) = re.findall(r"<title>([\d.]+ [\d.]+)</title>", shown.stdout)
    width, size = map(float, title.split())
    return width, size


@pytest.fixture(scope="module")
def issues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    assert run("demo", "--out", str(out)).code == 0
    return out


@pytest.mark.parametrize("name", ["ada", "grete", "omar"])
def test_an_issue_fits_a_phone_and_is_large_enough_to_read(
    name: str, issues: Path, tmp_path: Path
) -> None:
    width, size = measure(issues / f"{name}.html", tmp_path)
    assert width <= PHONE
    assert size >= 13
