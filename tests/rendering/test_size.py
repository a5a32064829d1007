"""How large a message may be."""

import binascii
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_pick, make_stored
from digest.issue import Reason, ReasonKind
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import (
    ENCODED_LIMIT,
    HTML_LIMIT,
    Renderer,
    _at_most,
    encoded,
    is_small,
)
from digest.rendering.samples import sample_issue

RENDERER = Renderer()


printed = st.characters(exclude_categories=("Cc", "Cs")) | st.just("\n")


@given(st.text(printed, max_size=400))
def test_the_quick_bound_is_never_below_what_encoding_gives(text: str) -> None:
    content = text.encode()
    assert encoded(content) <= _at_most(text, len(content))
    assert encoded(content) == len(binascii.b2a_qp(content).replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("papers", [1, 12, 40, 150])
@pytest.mark.parametrize("character", ["", "é", "🧪", "="])
def test_an_issue_stays_below_both_limits_whatever_max_papers_is(
    papers: int, character: str
) -> None:
    issue = sample_issue(papers)
    if character:
        long = character * 900
        reasons = (Reason(kind=ReasonKind.KEYWORD, term=long, weight=9.0),)
        pick = make_pick(make_stored(title=long, abstract=long, authors=(long,)), reasons=reasons)
        issue = replace(issue, picks=(pick,) * papers)
    html = RENDERER.render(issue, Footer()).html.encode()
    assert len(html) <= HTML_LIMIT
    assert encoded(html) <= ENCODED_LIMIT
    assert is_small(html.decode())


def test_what_the_quick_look_lets_through_has_room() -> None:
    issue = sample_issue(20)
    assert RENDERER.fitted(issue, Footer()) is issue
    many = sample_issue(400)
    fitted = RENDERER.fitted(many, Footer())
    assert 20 < len(fitted.picks) < 400
    shown = RENDERER.render(fitted, Footer())
    assert "left out" not in shown.text
