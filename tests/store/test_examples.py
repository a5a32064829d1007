"""What is kept of examples and libraries, in both databases."""

from datetime import date, timedelta

import sqlalchemy as sa

from builders import NOW, make_paper
from digest.paper import Paper
from digest.store import examples, papers
from digest.store.database import reading, writing
from digest.store.examples import Holdings
from digest.subscriber import Example, Library

DAY = timedelta(days=1)
FULL = Paper(
    title="Salt",
    abstract="We follow salt.",
    authors=("Ann Shore", "Zoë"),
    categories=("cs.LG",),
    arxiv_id="2603.90001",
    published=date(2026, 3, 8),
    version=2,
)


def test_what_was_learnt_comes_back_and_is_no_paper_of_the_store(engine: sa.Engine) -> None:
    learnt = {"2603.90001": FULL, "10.5555/a": Paper(title="A"), "10.5555/b": None}
    with writing(engine) as connection:
        examples.keep(connection, learnt, asked_at=NOW, again_at=None)
    with reading(engine) as connection:
        names = [*learnt, "10.5555/c"]
        assert examples.known(connection, names) == {
            name: paper for name, paper in learnt.items() if paper
        }
        assert papers.count(connection) == 0


def test_a_name_is_settled_until_it_is_to_be_asked_again(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        examples.keep(connection, {"a": make_paper()}, asked_at=NOW, again_at=None)
        examples.keep(connection, {"b": None}, asked_at=NOW, again_at=NOW + DAY)
    with reading(engine) as connection:
        assert examples.settled(connection, ["a", "b", "c"], now=NOW) == {"a", "b"}
        assert examples.settled(connection, ["a", "b", "c"], now=NOW + DAY) == {"a"}


def test_an_outage_forgets_nothing_and_a_later_answer_counts(engine: sa.Engine) -> None:
    one, two = make_paper(title="One"), make_paper(title="Two")
    with writing(engine) as connection:
        examples.keep(connection, {"a": one}, asked_at=NOW, again_at=None)
        examples.keep(connection, {"a": None}, asked_at=NOW, again_at=NOW + DAY)
        assert examples.known(connection, ["a"]) == {"a": one}
        examples.keep(connection, {"a": two}, asked_at=NOW, again_at=None)
        assert examples.known(connection, ["a"]) == {"a": two}


def test_a_library_comes_back_as_it_was_shelved_for_those_who_may_read_it(
    engine: sa.Engine,
) -> None:
    library = Library(name="users/1", collections=("ML*",), account="ada")
    others = [
        Library(name="users/1", collections=("ML*",), account="bob"),
        Library(name="users/1", account="ada"),
        Library(name="users/1", collections=("ML*",), account="ada", base_url="http://[::1]"),
    ]
    held = Holdings(
        examples=(Example(name="users/1:K"), Example(name="b", paper=FULL, added=date(2026, 1, 2))),
        version=7,
        asked_at=NOW,
        again_at=NOW + DAY,
    )
    with writing(engine) as connection:
        examples.shelve(connection, library, Holdings(asked_at=NOW, again_at=NOW))
        examples.shelve(connection, library, held)
        assert examples.shelved(connection, [library, *others]) == {library: held}
