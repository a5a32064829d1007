from itertools import pairwise

import pytest

from builders import make_issue, make_pick, make_stored
from digest.issue import Outcome, Reason, ReasonKind, SourceReport
from digest.rendering.issue_view import (
    MOST_CARDS,
    Fit,
    Footer,
    fits,
    issue_view,
    paper_views,
    strong,
)
from digest.rendering.renderer import Renderer
from digest.subscriber import Layout

FAILED = SourceReport(source="hf", outcome=Outcome.FAILED, why="connection refused\r\nby host")
LATE = SourceReport(source="ml", outcome=Outcome.LATE)
QUIET = SourceReport(source="bio", outcome=Outcome.QUIET)


WORDS = Renderer().words("en")


def view(*picks, fit=None, words=WORDS, **facts):
    issue = make_issue(*picks, **facts)
    return issue_view(issue, Footer(), paper_views(issue, words), fit or next(fits(issue)), words)


def cards(shown):
    return [paper for section in shown.sections for paper in section.cards]


def brief(shown):
    return [paper for section in shown.sections for paper in section.brief]


def titles(shown):
    return [paper for section in shown.sections for paper in section.titles]


def picks(count, **facts):
    return tuple(make_pick(make_stored(**facts)) for _ in range(count))


def test_the_subject_names_the_top_pick_and_counts_the_others():
    assert view(*picks(1, title="Graphs")).subject == "Graphs"
    assert view(*picks(12, title="Graphs\r\nBcc: x")).subject == "Graphs Bcc: x (and 11 more)"
    long = view(*picks(2, title="Graphs " * 30)).subject
    assert long.endswith("Graphs… (and 1 more)")
    assert len(long) < 90


def test_the_preheader_goes_on_where_the_subject_ends():
    top, second = picks(1, title="Graphs")[0], picks(1, title="Trees")[0]
    assert view(top, second).preheader == "Trees · 2 of 412 new papers"


@pytest.mark.parametrize(
    ("facts", "subject", "empty"),
    [
        pytest.param({}, "Nothing for you today, of 412 new papers",
            "412 new papers were searched and none matched your interests well enough.",
            id="nothing matched"),
        pytest.param({"searched": 0, "sources": (QUIET,)}, "No new papers today",
            "No new papers were announced.", id="nothing announced"),
        pytest.param({"searched": 1, "sources": (FAILED,)},
            "No papers today: not every source could be read",
            "The one new paper was searched and did not match your interests well enough, "
            "and not every source could be read.", id="one source failed"),
        pytest.param({"searched": 0, "sources": (FAILED,)},
            "No papers today: not every source could be read",
            "There were no new papers to search, and not every source could be read.",
            id="everything failed"),
    ],
)  # fmt: skip
def test_an_empty_issue_says_why(facts, subject, empty):
    shown = view(**facts)
    assert (shown.subject, shown.empty) == (subject, empty)
    searched = facts.get("searched", 412)
    assert shown.greeting == f"Hello Ada, nothing for you today, of {searched} new papers."


def test_trouble_is_told_in_one_sentence_and_the_footer_has_the_error():
    shown = view(*picks(1), sources=(FAILED, LATE, QUIET))
    assert shown.problem == (
        "Not everything was searched: hf could not be read and ml was late. "
        "What is missing can come in a later issue."
    )
    assert shown.sources == (
        "hf: failed (connection refused by host)",
        "ml: late, its listing was not out yet",
        "bio: nothing new",
    )
    assert view(*picks(1), sources=(QUIET,)).problem is None


def test_a_hundred_failed_sources_do_not_fill_the_message():
    shown = view(sources=(FAILED,) * 100)
    assert shown.problem is not None
    assert "and 88 more had trouble" in shown.problem
    assert shown.sources[-1] == "and 88 more sources"


def test_several_interests_become_sections_in_the_order_of_their_first_picks():
    several = [make_pick(interest=name) for name in ("cells", "graphs", None, "cells")]
    shown = view(*several)
    assert [section.heading for section in shown.sections] == ["cells", "graphs", "Besides"]
    assert [len(section.cards) for section in shown.sections] == [2, 1, 1]
    assert [paper.number for paper in cards(shown)] == [1, 2, 3, 4]
    assert cards(shown)[1].content == paper_views(make_issue(several[3]), WORDS)[0].content


def test_one_interest_needs_no_heading():
    assert [section.heading for section in view(*picks(2, title="x")).sections] == [None]
    alone = view(make_pick(interest="cells"), make_pick(interest="cells"))
    assert [section.heading for section in alone.sections] == [None]


def test_the_titles_layout_has_no_cards():
    shown = view(*picks(3), also=picks(2), layout=Layout.TITLES)
    assert [len(part) for part in (cards(shown), titles(shown), shown.also)] == [0, 3, 2]
    assert shown.left_out is None


def test_what_a_message_has_no_room_for_is_said():
    fit = Fit(abstract_limit=250, cards=3, told=10, papers=14)
    shown = view(*picks(12), also=picks(5), fit=fit)
    parts = (cards(shown), brief(shown), titles(shown), shown.also)
    assert [len(part) for part in parts] == [3, 7, 2, 2]
    assert shown.picks == 12
    assert shown.left_out == (
        "To keep this message small: 2 lower picks shown as titles only and 3 papers left out."
    )
    numbers = [paper.number for part in parts for paper in part]
    assert numbers == [*range(1, 15)]


def test_sections_do_not_change_which_picks_are_cards():
    mixed = [make_pick(interest=name) for name in ("a", "b", "a", "b")]
    shown = view(*mixed, fit=Fit(abstract_limit=None, cards=3, told=4, papers=4))
    assert [(len(part.cards), len(part.brief)) for part in shown.sections] == [(2, 0), (1, 1)]


def test_an_issue_shrinks_step_by_step_to_nothing():
    steps = list(fits(make_issue(*picks(40), also=picks(10))))
    assert steps[0] == Fit(abstract_limit=None, cards=MOST_CARDS, told=40, papers=50)
    assert steps[-1].papers == steps[-1].told == steps[-1].cards == 0
    for before, after in pairwise(steps[1:]):
        assert after.abstract_limit <= before.abstract_limit
        assert after.papers <= before.papers
        assert after.cards <= after.told <= after.papers


def test_a_card_is_for_what_is_half_as_good_as_the_best_and_four_have_one():
    def count(*scores):
        return strong(make_issue(*(make_pick(score=score) for score in scores)))

    assert count() == 0
    assert count(6) == 1
    assert count(60, 31, 30, 29, 60) == 3
    assert count(*[90] * 9) == 4


def test_the_first_sentence_says_what_the_day_is_about():
    def because(*terms):
        reasons = [Reason(kind=ReasonKind.KEYWORD, term=term, weight=9.0) for term in terms]
        author = Reason(kind=ReasonKind.AUTHOR, term="Song Han", weight=4.0)
        return make_pick(reasons=(*reasons, author))

    day = [because("graph*"), because("graph*"), because("graph*"), because("trees")]
    assert view(*day).greeting == (
        "Hello Ada, 4 of 412 new papers are for you: 4 by Song Han and 3 on “graph”."
    )
    assert view(*day[:1]).greeting == "Hello Ada, one of 412 new papers is for you."
