"""A table that only lays a page out says so, or a screen reader counts its rows aloud."""

from dataclasses import replace

import pytest
from lxml import html

from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer
from digest.rendering.samples import sample_issue, trial_issues
from digest.subscriber import Layout

FOOTER = Footer(unsubscribe=("mailto:stop@example.org",), contact="", sender_name="Daily Papers")
ISSUES = [
    pytest.param(sample_issue(), id="cards"),
    pytest.param(sample_issue(layout=Layout.TITLES), id="titles"),
    pytest.param(replace(sample_issue(0), also=()), id="empty"),
    *(pytest.param(issue, id=f"trial-{number}") for number, issue in enumerate(trial_issues())),
]


@pytest.mark.parametrize("issue", ISSUES)
def test_every_layout_table_says_that_it_is_one(issue) -> None:
    page = html.document_fromstring(Renderer().render(issue, FOOTER).html)

    tables = page.xpath("//table")
    data = [table for table in tables if table.xpath(".//th|.//caption")]

    assert tables
    assert not data
    assert {table.get("role") for table in tables} == {"presentation"}
