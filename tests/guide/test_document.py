"""What is answered is what the configuration says, whatever it is."""

import tomllib
from pathlib import Path

import hypothesis
from hypothesis import strategies as st

from digest import config
from digest.guide.answers import Answers, Login
from digest.guide.document import configuration
from digest.guide.fields import ALL

WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
LOGINS = st.one_of(
    st.just(Login(provider="files")),
    st.builds(
        Login,
        provider=st.just("fastmail"),
        host=st.just("smtp.example.org"),
        port=st.integers(1, 65_535),
        security=st.sampled_from(["starttls", "tls"]),
        username=WORDS,
        secret=st.just('{ env = "SMTP_PASSWORD" }'),
    ),
)
GIVEN = st.builds(
    Answers,
    email=st.just("ada@example.org"),
    name=st.none() | WORDS,
    fields=st.lists(st.sampled_from(ALL), min_size=1, max_size=9, unique=True),
    topics=st.lists(WORDS.filter(lambda word: "*" not in word), max_size=9, unique=True),
    authors=st.lists(WORDS, max_size=3, unique=True),
    examples=st.lists(st.just("2309.06180"), max_size=1),
    login=LOGINS,
)


@hypothesis.given(GIVEN, st.none() | st.just(Path("/var/lib/digest")))
def test_every_answer_stands_in_the_configuration(given: Answers, state: Path | None) -> None:
    read = tomllib.loads(configuration(given, state=state))
    (person,) = read["subscriber"]
    (interest,) = person["interest"]
    assert (person["email"], person.get("name")) == (given.email, given.name)
    assert interest.get("keywords", []) == list(given.topics)
    assert interest.get("authors", []) == list(given.authors)
    assert set(interest["categories"]) == {each.category for each in given.fields}
    pulled = [
        (each["kind"], name) for each in read["source"] for name in each.get("categories", ())
    ]
    assert sorted(pulled) == sorted((each.service, each.category) for each in given.fields)
    assert read["mail"].get("host") == given.login.host
    assert read["mail"].get("username") == given.login.username
    assert ("database" in read["digest"]) == (state is None)


def test_a_configuration_of_every_answer_is_one_that_loads(tmp_path: Path) -> None:
    (tmp_path / "mine.bib").write_text("@article{a, title={Graphs}, year={2020}}")
    answers = Answers(
        email="ada@example.org",
        name='Ada "the first" Lovelace',
        fields=ALL,
        topics=("KV cache", "quantiz*", "C++"),
        authors=("Song Han",),
        bibtex=Path("mine.bib"),
        timezone="Europe/Berlin",
        send_at="06:15",
        login=Login(
            provider="outlook",
            host="smtp.office365.com",
            username="ada@example.org",
            secret='{ command = ["token"] }',
        ),
    )
    path = tmp_path / "config.toml"
    path.write_text(configuration(answers), encoding="utf-8")
    settings = config.load(path)
    assert settings.mail
    assert (settings.mail.auth, settings.mail.sender) == (
        "xoauth2",
        "Daily Papers <ada@example.org>",
    )
    assert len(settings.sources) == 4
    assert settings.warnings == ()
