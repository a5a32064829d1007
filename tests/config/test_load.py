"""A configuration without mistakes, and what it means."""

from dataclasses import fields
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from digest.config import MailSettings, Settings, SourceSettings, find, load
from digest.config.subscribers import InterestTable, SubscriberTable
from digest.errors import ConfigError
from digest.paper import AnnounceType
from digest.subscriber import (
    Criteria,
    Example,
    FollowedAuthor,
    FollowedCategory,
    Interest,
    Keyword,
    Layout,
    Pause,
    Schedule,
    Subscriber,
    WhenEmpty,
)

FROM = '[mail]\nfrom = "Daily Papers <papers@example.org>"\n'


def loaded(text: str, tmp_path: Path) -> Settings:
    config = tmp_path / "digest.toml"
    config.write_text(text)
    return load(config)


def mail(keys: str, tmp_path: Path) -> MailSettings:
    settings = loaded(FROM + keys, tmp_path).mail
    assert settings is not None
    return settings


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "digest.toml"

    assert loaded("", tmp_path) == Settings(path=path)


def test_a_subscriber_has_every_key(tmp_path: Path) -> None:
    settings = loaded(
        """
        source = [{ name = "ml", kind = "file", path = "a" }]
        [[subscriber]]
        email = "ada@example.org"
        name = "Ada"
        formerly = ["old@example.org"]
        sources = ["ml"]
        announce_types = ["replace"]
        trending = 1
        exclude = { authors = ["Song Han"], categories = ["cs.CR"] }
        timezone = "Europe/London"
        send_at = 06:15:00
        days = ["sat", "Sun"]
        wait_for = "90s"
        pauses = [{ from = 2026-12-20, to = "2027-01-06" }]
        until = 2027-03-31
        closed = [2026-12-24]
        max_papers = 3
        also = 0
        min_score = 7.5
        window = "1w"
        catch_up = "1y"
        when_empty = "send"
        layout = "titles"
        language = "en"
        [[subscriber.interest]]
        name = "fast"
        weight = 2
        at_least = 3
        always = true
        keywords = [" KV  cache ", { term = "MET", case = true, weight = -1 }]
        authors = [{ name = "Fabian Theis", position = "last", weight = 2 }]
        categories = ["cs.LG", { term = "stat.ML", weight = 0.5 }]
        examples = ["arXiv:2309.06180v2", "https://doi.org/10.1000/ABC"]
        about = "Models."
        require = [{ keywords = ["a"] }, { categories = ["cs"] }]
        exclude = { keywords = ["survey"] }
        """,
        tmp_path,
    )

    assert settings.subscribers == (
        Subscriber(
            email="ada@example.org",
            name="Ada",
            formerly=("old@example.org",),
            sources=("ml",),
            announce_types=frozenset({AnnounceType.REPLACE}),
            trending=1.0,
            exclude=Criteria(
                authors=(FollowedAuthor(name="Song Han"),),
                categories=(FollowedCategory(term="cs.CR"),),
            ),
            schedule=Schedule(
                timezone="Europe/London",
                send_at=time(6, 15),
                days=frozenset({5, 6}),
                wait_for=timedelta(seconds=90),
                pauses=(Pause(start=date(2026, 12, 20), end=date(2027, 1, 6)),),
                until=date(2027, 3, 31),
                closed=frozenset({date(2026, 12, 24)}),
            ),
            max_papers=3,
            also=0,
            min_score=7.5,
            window=timedelta(days=7),
            catch_up=timedelta(days=365),
            when_empty=WhenEmpty.SEND,
            layout=Layout.TITLES,
            interests=(
                Interest(
                    name="fast",
                    weight=2.0,
                    at_least=3,
                    always=True,
                    keywords=(
                        Keyword(term="KV cache"),
                        Keyword(term="MET", case=True, weight=-1.0),
                    ),
                    authors=(FollowedAuthor(name="Fabian Theis", position="last", weight=2.0),),
                    categories=(
                        FollowedCategory(term="cs.LG"),
                        FollowedCategory(term="stat.ML", weight=0.5),
                    ),
                    examples=(Example(name="2309.06180"), Example(name="10.1000/abc")),
                    about="Models.",
                    require=(
                        Criteria(keywords=(Keyword(term="a"),)),
                        Criteria(categories=(FollowedCategory(term="cs"),)),
                    ),
                    exclude=Criteria(keywords=(Keyword(term="survey"),)),
                ),
            ),
        ),
    )


def test_defaults_are_replaced_never_merged(tmp_path: Path) -> None:
    settings = loaded(
        """
        [defaults]
        days = ["mon"]
        max_papers = 3
        exclude = { keywords = ["survey"] }
        profile = "p"
        [[profile]]
        name = "p"
        interest = [{ name = "shared", about = "graphs" }]
        [[profile]]
        name = "q"
        interest = [{ name = "other", about = "cells" }]
        [[subscriber]]
        email = "ada@example.org"
        days = ["tue"]
        exclude = { categories = ["cs.CR"] }
        [[subscriber]]
        email = "bob@example.org"
        profile = "q"
        interest = [{ name = "own", about = "trees" }]
        """,
        tmp_path,
    )
    ada, bob = settings.subscribers

    assert (ada.schedule.days, ada.max_papers) == (frozenset({1}), 3)
    assert ada.exclude == Criteria(categories=(FollowedCategory(term="cs.CR"),))
    assert [interest.name for interest in ada.interests] == ["shared"]
    assert (bob.schedule.days, bob.max_papers) == (frozenset({0}), 3)
    assert [interest.name for interest in bob.interests] == ["other", "own"]


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "looks").mkdir()
    settings = loaded(
        f"""
        [digest]
        templates = "looks"
        [mail]
        from = "papers@example.org"
        directory = "out"
        ca_file = "ca.pem"
        [[source]]
        name = "saved"
        kind = "file"
        path = ["dumps/*.txt", "{tmp_path}/all.txt"]
        """,
        tmp_path,
    )

    assert settings.templates == tmp_path / "looks"
    assert settings.mail is not None
    assert settings.mail.directory == tmp_path / "out"
    assert settings.mail.ca_file == tmp_path / "ca.pem"
    assert settings.sources[0].paths == (f"{tmp_path}/dumps/*.txt", f"{tmp_path}/all.txt")


def test_a_source_by_address_has_its_keys(tmp_path: Path) -> None:
    settings = loaded(
        """
        [[source]]
        name = "any"
        kind = "url"
        url = "https://example.org/{date}.txt"
        format = "hf-text"
        backfill = "3d"
        every = "30m"
        """,
        tmp_path,
    )

    assert settings.sources == (
        SourceSettings(
            name="any",
            kind="url",
            url="https://example.org/{date}.txt",
            format="hf-text",
            backfill=timedelta(days=3),
            every=timedelta(minutes=30),
        ),
    )


@pytest.mark.parametrize(
    ("keys", "port"),
    [
        pytest.param("", 587, id="nothing said"),
        pytest.param('security = "starttls"', 587, id="starttls"),
        pytest.param('security = "tls"', 465, id="tls"),
        pytest.param('security = "none"', 25, id="none"),
        pytest.param('security = "tls"\nport = 2465', 2465, id="port said"),
    ],
)
def test_the_port_follows_from_the_security(keys: str, port: int, tmp_path: Path) -> None:
    assert mail(f'host = "smtp.example.org"\n{keys}', tmp_path).port == port


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_a_login_in_clear_is_allowed_on_loopback(host: str, tmp_path: Path) -> None:
    keys = f'host = "{host}"\nsecurity = "none"\nusername = "u"\npassword = {{ env = "P" }}'

    assert mail(keys, tmp_path).host == host


@pytest.mark.parametrize(
    ("keys", "unsubscribe"),
    [
        pytest.param(
            "", ("mailto:papers@example.org?subject=unsubscribe%20{token}",), id="default"
        ),
        pytest.param(
            'unsubscribe = "https://example.org/u/{token}"',
            ("https://example.org/u/{token}",),
            id="text",
        ),
        pytest.param(
            'unsubscribe = ["mailto:a+{token}@example.org?subject=stop", "https://example.org"]',
            ("mailto:a+{token}@example.org?subject=stop", "https://example.org"),
            id="list",
        ),
    ],
)
def test_unsubscribe_is_a_text_or_a_list(
    keys: str, unsubscribe: tuple[str, ...], tmp_path: Path
) -> None:
    assert mail(f'host = "h"\n{keys}', tmp_path).unsubscribe == unsubscribe


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        pytest.param("papers@example.org", "papers@example.org", id="bare"),
        pytest.param("A, B. <a@example.org>", "A, B. <a@example.org>", id="comma in the name"),
        pytest.param("<a@example.org>", "<a@example.org>", id="no name"),
        pytest.param("Zoë <zoë@bücher.example>", "Zoë <zoë@bücher.example>", id="international"),
    ],
)
def test_the_sender_is_a_mailbox(written: str, sender: str, tmp_path: Path) -> None:
    settings = loaded(f'[mail]\nfrom = "{written}"\nhost = "h"', tmp_path)

    assert settings.mail is not None
    assert settings.mail.sender == sender


def test_failures_are_reported_to_the_contact_by_default(tmp_path: Path) -> None:
    assert loaded('digest.contact = "a@example.org"', tmp_path).alerts_to == ("a@example.org",)


def test_a_plain_secret_works_and_is_warned_about(tmp_path: Path) -> None:
    settings = loaded(
        'digest.database = "postgresql+psycopg://u:hunter2@h/d"\n'
        + FROM
        + 'host = "h"\nusername = "u"\npassword = "hunter2"',
        tmp_path,
    )

    assert settings.mail is not None
    assert settings.mail.password is not None
    assert settings.mail.password.read({}) == "hunter2"
    assert [warning.split("/")[-1].split(": ")[:2] for warning in settings.warnings] == [
        ["digest.toml:6", "mail.password"],
        ["digest.toml:1", "digest.database"],
    ]
    assert "hunter2" not in f"{settings} {settings.warnings}"


def test_crlf_and_a_bom_change_nothing(tmp_path: Path) -> None:
    text = FROM + 'host = "h"\n[[source]]\nname = "a"\nkind = "file"\npath = "b"\n'
    plain = loaded(text, tmp_path)
    (tmp_path / "digest.toml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert load(tmp_path / "digest.toml") == plain


def test_no_value_of_a_subscriber_lacks_a_key() -> None:
    named = {field.name for field in (*fields(Subscriber), *fields(Schedule))}

    assert named - {"schedule", "interests"} == set(SubscriberTable.model_fields) - {
        "profile",
        "interest",
    }
    # Libraries stand among the examples.
    of_interest = {field.name for field in fields(Interest)} - {"libraries"}
    assert of_interest == set(InterestTable.model_fields)


def test_the_search_takes_the_first_place_that_has_one(tmp_path: Path) -> None:
    named, variable, here, user = (
        tmp_path / name
        for name in ("named.toml", "variable.toml", "cwd/config.toml", "xdg/digest/config.toml")
    )
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg"), "HOME": str(tmp_path)}
    for path in (named, variable, here, user):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    cwd = tmp_path / "cwd"

    assert find(str(named), {**environ, "DIGEST_CONFIG": str(variable)}, cwd) == named
    assert find(None, {**environ, "DIGEST_CONFIG": "../variable.toml"}, cwd).samefile(variable)
    assert find(None, environ, cwd) == here
    here.unlink()
    assert find(None, environ, cwd) == user


def test_a_search_in_vain_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml; `digest init` writes one"):
        find("no.toml", {}, tmp_path)
    monkeypatch.setattr("digest.config.paths.SYSTEM_FILE", tmp_path / "etc/config.toml")
    places = r"cwd/config\.toml, .*/\.config/digest/config\.toml, .*/etc/config\.toml"
    with pytest.raises(ConfigError, match=places):
        find(None, {"HOME": str(tmp_path)}, tmp_path / "cwd")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org/v1",
        "https://api.example.org/v1/",
        "https://api.example.org/v1/chat/completions",
    ],
)
def test_a_summary_is_asked_for_at_the_address_as_people_write_it(url: str, tmp_path: Path) -> None:
    settings = loaded(f'[summary]\nurl = "{url}"\nmodel = "tiny"\nkey = "hunter2"', tmp_path)
    assert settings.summary.url == "https://api.example.org/v1"
    assert (settings.summary.model, settings.summary.max_per_day) == ("tiny", 200)
    assert settings.summary.timeout == timedelta(seconds=20)
    (warning,) = settings.warnings
    assert "summary.key: a secret in plain text" in warning
    assert "hunter2" not in repr(settings) + warning


@pytest.mark.parametrize("host", ["localhost:11434", "127.0.0.1", "[::1]:8080"])
def test_on_this_machine_no_key_and_no_tls_is_needed(host: str, tmp_path: Path) -> None:
    keys = f'[summary]\nurl = "http://{host}/v1"\nmodel = "tiny"'
    assert loaded(keys, tmp_path).summary.url == f"http://{host}/v1"
    assert loaded("", tmp_path).summary.url is None
