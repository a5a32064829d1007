"""What SpamAssassin's local rules say of an issue (Debian's package; no network)."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from builders import make_headers
from digest.mail.message import make_content
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer
from digest.rendering.samples import sample_issue

MISSING = "needs SpamAssassin (Debian's spamassassin); .ci/run installs it"
HIGHEST = 1.0
FOOTER = Footer(
    unsubscribe=("https://example.org/stop/t0ken", "mailto:stop@example.org?subject=t0ken"),
    contact="admin@example.org",
    sender_name="Daily Papers",
)
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
SCORE = re.compile(r"(?m)^X-Spam-Status: \w+, score=(-?[\d.]+)")


@pytest.fixture(scope="module")
def spamassassin() -> str:
    found = shutil.which("spamassassin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return found


def score(program: str, content: bytes, home: str) -> tuple[float, str]:
    done = subprocess.run(
        [program, "--local", "--test-mode"],
        input=content, capture_output=True, timeout=120, check=True,
        env=os.environ | {"HOME": home},
    )  # fmt: skip
    judged = done.stdout.decode("utf-8", "replace")
    found = SCORE.search(judged)
    assert found, judged
    return float(found[1]), judged


def issue_of(papers: int) -> bytes:
    issue = sample_issue(papers)
    message = Renderer().render(issue, FOOTER)
    headers = make_headers(
        sender="papers@example.org",
        recipient="ada@example.net",
        unsubscribe=FOOTER.unsubscribe,
        contact="admin@example.org",
        date=datetime(2026, 3, 10, 7, 30, tzinfo=UTC),
    )
    return make_content(message, headers)


@pytest.mark.parametrize("papers", [12, 40])
def test_an_issue_does_not_look_like_spam(spamassassin, tmp_path, papers) -> None:
    given, judged = score(spamassassin, issue_of(papers), str(tmp_path))
    assert given <= HIGHEST, judged


def test_spam_is_told_from_it(spamassassin, tmp_path) -> None:
    spam = issue_of(1).replace(b"Hello", GTUBE, 1)
    given, judged = score(spamassassin, spam, str(tmp_path))
    assert given > 100, judged
