"""digest why: each verdict, as a user would ask for it."""

import sqlite3
from typing import Any

import pytest
from freezegun import freeze_time

from servers import smtp_server
from world import World, make_papers

MONDAY = "2026-03-09 09:00:00"
TUESDAY = "2026-03-10 09:00:00"
WEDNESDAY = "2026-03-11 09:00:00"
FIRST = "2601.90000"


def ask(world: World, paper: str = FIRST, *, on: str | None = None, at: str = TUESDAY) -> Any:
    """Ask about Ada, now or about a day; the sum must add up whatever the verdict."""
    day = ("--date", on) if on else ()
    with freeze_time(at):
        result = world.run("why", "ada@example.org", paper, *day, "--json")
    assert result.code == 0, result.err
    said = result.json
    assert (said["subscriber"], said["date"]) == ("ada@example.org", on or at[:10])
    if said["score"] is not None:
        assert abs(sum(r["weight"] for r in said["reasons"]) - said["score"]) < 0.5
    return said


def profile(world: World, keys: str = "", interest: str = 'keywords = ["graph"]') -> None:
    world.people = [world.person("ada", keys, interest)]
    world.write()


def run(world: World, command: str = "send", *, at: str = MONDAY) -> None:
    with freeze_time(at):
        assert world.run(command).code == 0


def new(count: int = 1, **rest: Any) -> list[dict[str, Any]]:
    start = rest.pop("start", 0)
    return [paper | {"announce_type": "new"} | rest for paper in make_papers(count, start=start)]


def test_never_pulled(world: World) -> None:
    run(world, "fetch")
    said = ask(world, "arXiv:2601.99999v2")
    assert (said["verdict"], said["paper"]["id"]) == ("never-pulled", "2601.99999")
    assert ask(world, "no such words")["verdict"] == "never-pulled"
    assert (said["score"], said["reasons"], said["line"]) == (None, [], 5.0)


def test_not_pulled_yet_on_that_day(world: World) -> None:
    world.announce(*new())
    run(world)
    world.announce(*new(start=1))
    run(world, "fetch", at=TUESDAY)
    said = ask(world, "2601.90001", on="2026-03-09")
    assert said["verdict"] == "never-pulled"
    assert said["detail"] == (
        "it was first seen on 2026-03-10 09:00 UTC, after the issue of 2026-03-09"
    )


def test_merged_into(world: World) -> None:
    abstract = "We show at great length that messages spread over every sparse graph. " * 2
    by_id = {"title": "On rumours", "arxiv_id": FIRST}
    world.announce({"title": "Gossip", "abstract": abstract}, by_id, by_id | {"abstract": abstract})
    run(world, "fetch")
    said = ask(world, "gossip", at=MONDAY)
    assert said["verdict"] == "merged-into"
    assert said["detail"].startswith("“Gossip” is one paper with “On rumours”, which is waiting: ")
    assert (said["paper"]["title"], said["rank"]) == ("On rumours", 1)
    assert ask(world, "rumours", at=MONDAY)["verdict"] == "waiting"


def test_accepted_and_had_on(world: World) -> None:
    world.announce(*new(2))
    run(world)
    today = ask(world, at=MONDAY)
    assert (today["verdict"], today["had_on"], today["rank"]) == ("accepted", "2026-03-09", 1)
    assert ask(world, on="2026-03-09", at=WEDNESDAY)["verdict"] == "accepted"
    since = ask(world)
    assert (since["verdict"], since["had_on"]) == ("had-on", "2026-03-09")
    assert since["score"] == today["score"] > 0


def test_had_under_a_former_address(world: World) -> None:
    world.announce(*new())
    run(world)
    profile(world, 'formerly = ["ada@example.org"]')
    world.config.write_text(world.config.read_text().replace('"ada@', '"new@', 1))
    with freeze_time(TUESDAY):
        said = world.run("why", "ADA@example.org", FIRST, "--json").json
    assert (said["verdict"], said["subscriber"]) == ("had-on", "new@example.org")


def test_what_is_among_the_further_titles_is_said_to_be(world: World) -> None:
    world.defaults += "\nmax_papers = 1\nalso = 1"
    profile(world)
    world.announce(*new(2))
    run(world, "fetch")
    titles = {paper: ask(world, paper, at=MONDAY) for paper in (FIRST, "2601.90001")}
    assert {said["verdict"] for said in titles.values()} == {"waiting"}
    assert sorted(said["rank"] for said in titles.values()) == [1, 2]
    run(world)
    (also,) = (p for p, said in titles.items() if said["rank"] == 2)
    assert "among the further titles, place 2 of the issue" in ask(world, also, at=MONDAY)["detail"]


def test_waiting_for_the_next_issue(world: World) -> None:
    world.announce(*new())
    run(world, "fetch")
    said = ask(world, at=MONDAY)
    assert (said["verdict"], said["rank"]) == ("waiting", 1)
    assert said["detail"] == "it would be place 1 of the next issue"
    assert said["reasons"][0]["term"] == "graph"


@pytest.mark.parametrize(
    ("reply", "verdict", "detail"),
    [
        pytest.param("451 4.2.1 greylisted", "waiting", "waits in the outbox", id="deferred"),
        pytest.param("550 5.1.1 no", "waiting", "failed for good", id="failed"),
    ],
)
def test_waiting_in_an_issue(world: World, reply: str, verdict: str, detail: str) -> None:
    world.announce(*new())
    with freeze_time(MONDAY), smtp_server(refuse={"ada@example.org": reply}) as server:
        world.serve_mail(server)
        world.run("send")
    said = ask(world, at=MONDAY)
    assert said["verdict"] == verdict
    assert detail in said["detail"]
    assert reply[4:] in said["detail"]


def test_suppressed(world: World) -> None:
    world.announce(*new())
    run(world, "fetch")
    with sqlite3.connect(world.folder / "digest.db") as database:
        row = ("ada@example.org", "asked to stop", "2026-03-08 00:00:00.000000")
        database.execute("INSERT INTO suppressions VALUES (?, ?, ?)", row)
    database.close()
    said = ask(world)
    assert said["verdict"] == "suppressed"
    assert said["detail"] == "nothing is sent to this address since 2026-03-08: asked to stop"
    run(world)
    assert ask(world, on="2026-03-09")["verdict"] == "suppressed"


PAUSES = {
    "a pause": ("pauses = [{ from = 2026-03-09, to = 2026-03-12 }]", "again on 2026-03-12"),
    "the end": ("until = 2026-03-08", "2026-03-08 was the last day with mail"),
    "a closed day": ("", "2026-03-09 has no issue: nobody gets mail that day"),
}


@pytest.mark.parametrize(("keys", "detail"), PAUSES.values(), ids=PAUSES)
def test_paused(world: World, keys: str, detail: str) -> None:
    if not keys:
        world.defaults += "\nclosed = [2026-03-09]"
    profile(world, keys)
    world.announce(*new())
    run(world, "fetch")
    now = ask(world, at=MONDAY)
    assert (now["verdict"], now["rank"]) == ("paused", 1)
    assert detail in now["detail"]
    run(world)
    assert ask(world, on="2026-03-09", at=WEDNESDAY)["verdict"] == "paused"


def test_a_day_that_was_paused_stays_so_when_the_pause_is_taken_back(world: World) -> None:
    profile(world, PAUSES["a pause"][0])
    world.announce(*new())
    run(world)
    profile(world)
    then, now = ask(world, on="2026-03-09"), ask(world)
    assert (then["verdict"], now["verdict"]) == ("paused", "waiting")


def test_a_day_of_the_week_that_is_not_wanted(world: World) -> None:
    profile(world, 'days = ["tue"]')
    world.announce(*new())
    run(world)
    assert ask(world, on="2026-03-09")["verdict"] == "paused"
    assert ask(world, at=MONDAY)["verdict"] == "waiting"


EXCLUDED = {
    "a word": ('exclude = { keywords = ["survey", "statement*"] }', "", "keyword “statement*”"),
    "an author": ('exclude = { authors = ["Ann Author0"] }', "", "author “Ann Author0”"),
    "a category": ('exclude = { categories = ["cs.CR"] }', "", "category “cs.CR”"),
    "an interest": (
        "",
        'name = "x"\nkeywords = ["graph"]\nexclude = { keywords = ["prove"] }',
        "interest “x” excludes the keyword “prove”",
    ),
    "a requirement": (
        "",
        'keywords = ["graph"]\nrequire = [{ keywords = ["tree", "forest"] }]',
        "the interest requires “tree” or “forest”",
    ),
    "a source": ('sources = ["other"]', "", "it came from saved, which the profile does not read"),
    "a type": (
        'announce_types = ["replace"]',
        "",
        "it was announced as new, and the profile wants replace",
    ),
    "an example": (
        "",
        f'examples = ["arXiv:{FIRST}"]',
        f"the profile names it as an example, “{FIRST}”",
    ),
}


@pytest.mark.parametrize(("keys", "interest", "detail"), EXCLUDED.values(), ids=EXCLUDED)
def test_excluded(world: World, keys: str, interest: str, detail: str) -> None:
    world.sources += '\n[[source]]\nname = "other"\nkind = "file"\npath = "others/*"'
    profile(world, keys, interest or 'keywords = ["graph"]')
    world.announce(*new(2, categories=["cs.LG", "cs.CR"]))
    run(world, "fetch")
    said = ask(world, at=MONDAY)
    assert said["verdict"] == "excluded"
    assert detail in said["detail"]
    assert said["score"] > 0


def test_withdrawn_is_excluded(world: World) -> None:
    world.announce(*new(comment="This paper has been withdrawn by the authors."))
    run(world, "fetch")
    said = ask(world, at=MONDAY)
    assert (said["verdict"], said["detail"]) == ("excluded", "it was withdrawn")


@pytest.mark.parametrize("sign", ["+", "-"])
def test_what_was_voted_on_is_excluded(world: World, sign: str) -> None:
    world.announce(*new())
    run(world, "fetch")
    with freeze_time(MONDAY):
        world.run("feedback", "ada@example.org", FIRST, sign)
    said = ask(world)
    assert said["verdict"] == "excluded"
    assert said["detail"] == f"{sign} was voted on it on 2026-03-09"
    world.run("feedback", "ada@example.org", FIRST, "clear")
    assert ask(world)["verdict"] == "waiting"


def test_below_line(world: World) -> None:
    profile(world, "min_score = 60")
    world.announce(*new(), *make_papers(1, word="tree", start=1))
    run(world, "fetch")
    weak, silent = ask(world, at=MONDAY), ask(world, "2601.90001", at=MONDAY)
    assert (weak["verdict"], weak["line"], weak["last_pick"]) == ("below-line", 60.0, None)
    assert weak["detail"] == f"its {weak['score']:g} points are below the line of 60"
    assert (silent["verdict"], silent["score"]) == ("below-line", 0.0)
    assert silent["detail"] == "nothing in the profile speaks for it"


@pytest.fixture
def crowded(world: World) -> World:
    world.defaults += "\nmax_papers = 1\nalso = 0"
    profile(world, "", 'keywords = ["graph", "number 7"]')
    world.announce(*new(), *new(start=7))
    return world


def test_crowded_out_of_the_next_issue(crowded: World) -> None:
    run(crowded, "fetch")
    said = ask(crowded, at=MONDAY)
    assert (said["verdict"], said["rank"]) == ("crowded-out", 2)
    assert said["last_pick"]["title"] == "On graphs, part 7"
    assert said["last_pick"]["id"] == "2601.90007"
    assert said["last_pick"]["score"] > said["score"] > said["line"]
    assert "the last paper that got in was “On graphs, part 7”" in said["detail"]


def test_crowded_out_of_a_past_issue_as_it_was_on_that_day(crowded: World) -> None:
    run(crowded)
    once = ask(crowded, on="2026-03-09")
    assert (once["verdict"], once["rank"], once["had_on"]) == ("crowded-out", 2, None)
    run(crowded, at=TUESDAY)
    profile(crowded, "min_score = 90", 'keywords = ["tree"]')
    crowded.announce(*new(5, start=10))
    run(crowded, "fetch", at=WEDNESDAY)
    with freeze_time(WEDNESDAY):
        crowded.run("feedback", "ada@example.org", FIRST, "-")
    again = ask(crowded, on="2026-03-09", at=WEDNESDAY)
    assert again["detail"] == f"{once['detail']}. It was in the issue of 2026-03-10"
    assert again | {"detail": "", "had_on": None} == once | {"detail": ""}
    assert again["had_on"] == "2026-03-10"


def test_crowded_out_for_want_of_room_in_the_message(world: World) -> None:
    world.defaults += "\nmax_papers = 1000"
    profile(world)
    world.announce(*new(600))
    run(world, "fetch")
    with freeze_time(MONDAY):
        order = [p["arxiv_id"] for p in world.run("rank", "ada@example.org", "--json").lines]
    said = ask(world, order[-1], at=MONDAY)
    assert (said["verdict"], said["rank"]) == ("crowded-out", 600)
    assert said["detail"] == "the message has no room for it"
    run(world)
    assert ask(world, order[-1], on="2026-03-09")["verdict"] == "crowded-out"


def test_outside_window(world: World) -> None:
    profile(world, 'window = "2d"')
    world.announce(*new())
    run(world, "fetch", at="2026-03-06 09:00:00")
    said = ask(world, at=MONDAY)
    assert said["verdict"] == "outside-window"
    assert said["detail"] == (
        "it was first seen on 2026-03-06 09:00 UTC, "
        "and the next issue reaches back to 2026-03-07 09:00 UTC"
    )
    assert said["score"] > 0
    assert ask(world, on="2026-03-07", at=MONDAY)["verdict"] == "waiting"


def test_the_profile_of_the_day_counts(world: World) -> None:
    profile(world, "", 'name = "woods"\nkeywords = ["tree"]')
    world.announce(*new(), *make_papers(1, word="tree", start=1))
    run(world)
    profile(world)
    run(world, at=TUESDAY)
    then = ask(world, on="2026-03-09")
    assert (then["verdict"], then["interest"]) == ("below-line", "woods")
    assert "It was in the issue of 2026-03-10" in then["detail"]


def test_a_profile_that_was_not_kept_is_told_by_that_of_today(world: World) -> None:
    profile(world, "", 'keywords = ["tree"]')
    world.announce(*new(), *make_papers(1, word="tree", start=1))
    run(world)
    with sqlite3.connect(world.folder / "digest.db") as database:
        database.execute("UPDATE issues SET profile = NULL")
    database.close()
    said = ask(world, on="2026-03-09")
    assert said["verdict"] == "below-line"
    assert said["detail"].endswith("(told by the profile of today)")


def test_a_day_without_an_issue_says_so(world: World) -> None:
    profile(world, "min_score = 99")
    world.announce(*new())
    run(world)
    said = ask(world, on="2026-03-09")
    assert said["verdict"] == "below-line"
    assert said["detail"].startswith("there was no issue (nothing-matched); its ")


def test_issues_made_with_the_same_profile_share_a_row(world: World) -> None:
    world.people = [world.person("ada"), world.person("bob", 'name = "Bob"')]
    world.write()
    for start, day in enumerate((MONDAY, TUESDAY)):
        world.announce(*new(start=start))
        run(world, at=day)
    with sqlite3.connect(world.folder / "digest.db") as database:
        (profiles,) = database.execute("SELECT count(*) FROM profiles").fetchone()
        (kept,) = database.execute("SELECT count(profile) FROM issues").fetchone()
    database.close()
    assert (profiles, kept) == (1, 4)


def test_why_for_a_person(world: World) -> None:
    world.announce(*new())
    run(world, "fetch")
    with freeze_time(MONDAY):
        shown = world.run("why", "ada@example.org", "on graphs, part 0").out
    assert "On graphs, part 0 (2601.90000)" in shown
    assert "waiting for ada@example.org on 2026-03-09: it would be place 1" in shown
    assert "keyword  mentions “graph”" in shown
    assert "of 100 points; the line is 5" in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("eve@example.org", FIRST), "no subscriber has", id="no subscriber"),
        pytest.param(("ada@example.org", "on graphs"), "2 papers fit 'on graphs'", id="several"),
        pytest.param(("ada@example.org", FIRST, "--date", "2026-03-11"), "to come", id="to come"),
        pytest.param(("ada@example.org", FIRST, "--date", "x"), "no date like", id="no date"),
    ],
)
def test_bad_usage_of_why_ends_with_2(world: World, arguments: tuple[str, ...], says: str) -> None:
    world.announce(*new(2))
    run(world, "fetch")
    with freeze_time(TUESDAY):
        result = world.run("why", *arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
