"""check: whatever another command refuses, or would hardly do as it is meant, is said before."""

import re
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from digest.store.database import open_database
from world import World, make_papers

WELL = "all is well"
FILE_AND_LINE = r"config\.toml:\d+: "

Break = Callable[[World, pytest.MonkeyPatch], None]


def mail(keys: str) -> Break:
    def change(world: World, _: pytest.MonkeyPatch) -> None:
        world.mail += f"\n{keys}"

    return change


def relay(keys: str) -> Break:
    def change(world: World, _: pytest.MonkeyPatch) -> None:
        world.mail = f'host = "localhost"\n{keys}'

    return change


def digest(keys: str) -> Break:
    def change(world: World, _: pytest.MonkeyPatch) -> None:
        world.digest = keys

    return change


def database(url: str) -> Break:
    def change(world: World, _: pytest.MonkeyPatch) -> None:
        (world.folder / "text.txt").write_text("no database, but some text\n" * 100)
        text = world.config.read_text().replace('"sqlite:///digest.db"', f'"{url}"')
        world.config.write_text(text)
        world.write = lambda: None  # type: ignore[method-assign]

    return change


def source(table: str) -> Break:
    def change(world: World, _: pytest.MonkeyPatch) -> None:
        world.sources = table

    return change


def person(keys: str = "", interest: str = 'keywords = ["graph"]') -> Break:
    def change(world: World, _: pytest.MonkeyPatch) -> None:
        (world.folder / "empty.bib").write_text("% nothing yet\n")
        world.people = [world.person("ada", keys, interest)]

    return change


def table(text: str, *without: str) -> Break:
    """Add a table, in a Python that cannot import some packages."""

    def change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        (world.folder / "no-model").mkdir()
        world.sources += f"\n{text}"
        for package in without:
            for name in [name for name in sys.modules if name.partition(".")[0] == package]:
                monkeypatch.delitem(sys.modules, name)
            monkeypatch.setitem(sys.modules, package, None)
        monkeypatch.delitem(sys.modules, "digest.extras.embedding", raising=False)

    return change


def no_one(world: World, _: pytest.MonkeyPatch) -> None:
    world.people = []


def newer_schema(world: World, _: pytest.MonkeyPatch) -> None:
    assert world.run("fetch").code == 0
    with closing(sqlite3.connect(world.folder / "digest.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


ARXIV = '[[source]]\nname = "ml"\nkind = "arxiv"\ncategories = ["cs.LG"]'
LOGIN = 'security = "tls"\nusername = "papers"\npassword = '
BIORXIV = '[[source]]\nname = "bio"\nkind = "biorxiv"\ncategories = ["bioinformatic"]'


@pytest.mark.parametrize(
    ("break_it", "code", "telling"),
    [
        pytest.param(
            relay(LOGIN + '{ env = "NO_SUCH_VARIABLE" }'),
            2,
            "mail.password: the environment variable NO_SUCH_VARIABLE is not set: export it",
            id="a password that is not set",
        ),
        pytest.param(
            relay(LOGIN + '{ file = "no-such-file" }'), 2, "mail.password: ", id="no password file"
        ),
        pytest.param(
            table('[summary]\nurl = "https://x.invalid/v1"\nmodel = "m"\nkey = { env = "NO_KEY" }'),
            2,
            "summary.key: the environment variable NO_KEY is not set: export it",
            id="a key for summaries that is not set",
        ),
        pytest.param(
            person(
                interest='examples = [{ zotero = { library = "users/1", key = { env = "NO_KEY" } '
                "} }]"
            ),
            2,
            "zotero.key: the environment variable NO_KEY is not set: export it",
            id="a key of a library that is not set",
        ),
        pytest.param(
            relay(LOGIN + '{ credential = "smtp-password" }'),
            0,
            "mail.password: systemd hands the credential smtp-password to its unit alone",
            id="a credential that only the unit gets",
        ),
        pytest.param(
            digest('templates = "no-templates"'), 2, "there is no folder", id="no templates"
        ),
        pytest.param(
            mail('[mail.dkim]\nselector = "s1"\nkey = { file = "dkim.pem" }'),
            2,
            "mail.dkim.key: ",
            id="no signing key",
        ),
        pytest.param(
            relay('ca_file = "no-such.pem"'), 2, "mail.ca_file: there is no file", id="no ca_file"
        ),
        pytest.param(
            person(interest='examples = [{ file = "no-such.bib" }]'),
            2,
            "no-such.bib",
            id="no BibTeX file",
        ),
        pytest.param(
            person(interest='examples = [{ file = "empty.bib" }]'),
            0,
            "is empty: what it names as examples holds no paper",
            id="an interest that is empty",
        ),
        pytest.param(
            digest('subscribers = ["people/*.toml"]'),
            0,
            "digest.subscribers[0]: no file matches",
            id="a glob for subscribers that matches nothing",
        ),
        pytest.param(
            table("[ranking]\nembeddings = true", "onnxruntime"),
            2,
            "pip install 'daily-paper-digest[embeddings]'",
            id="no extra for embeddings",
        ),
        pytest.param(
            table("[metrics]\nport = 9999", "prometheus_client"),
            2,
            "pip install 'daily-paper-digest[metrics]'",
            id="no extra for metrics",
        ),
        pytest.param(
            table('[ranking]\nembeddings = true\nmodel = "no-such-model"'),
            2,
            "ranking.model: there is no folder",
            id="no folder of the sentence model",
        ),
        pytest.param(
            table('[metrics]\nfile = "no-such-folder/digest.prom"'),
            2,
            "metrics.file: there is no folder",
            id="no folder for the metrics file",
        ),
        pytest.param(
            source('[[source]]\nname = "saved"\nkind = "file"\npath = "gone.txt"'),
            1,
            "source[0].path: there is no file",
            id="a listing that is not there",
        ),
        pytest.param(
            source('[[source]]\nname = "saved"\nkind = "file"\npath = ["gone/*.txt"]'),
            0,
            "source[0].path[0]: no file matches",
            id="a pattern that matches nothing",
        ),
        pytest.param(source(""), 0, "no [[source]]: ", id="no source"),
        pytest.param(no_one, 0, "no subscriber: write a [[subscriber]]", id="no subscriber"),
        pytest.param(
            source(ARXIV.replace('["cs.LG"]', '"wanted"')),
            0,
            '"wanted" is nothing while no subscriber names a category',
            id="categories that nobody wants",
        ),
        pytest.param(
            source(BIORXIV),
            0,
            'is no known category of biorxiv; did you mean "bioinformatics"?',
            id="a category of bioRxiv misspelt",
        ),
        pytest.param(
            source(BIORXIV.replace("biorxiv", "medrxiv").replace("bioinformatic", "oncolgy")),
            0,
            'did you mean "oncology"?',
            id="a category of medRxiv misspelt",
        ),
        pytest.param(newer_schema, 2, "digest.database: the database has schema 9999", id="newer"),
        pytest.param(
            database("sqlite:///text.txt"), 1, "is no database of digest's", id="no database"
        ),
        pytest.param(
            database("sqlite:///text.txt/digest.db"),
            2,
            "text.txt is no folder: name another place",
            id="a database below a file",
        ),
        pytest.param(
            mail('inbox = "config.toml"'), 2, "mail.inbox: ", id="an inbox that is a file"
        ),
        pytest.param(mail('inbox = "inbox"'), 0, "is no maildir yet", id="no folders"),
        pytest.param(
            lambda world, _: setattr(world, "mail", 'directory = "config.toml"'),
            2,
            "mail.directory: ",
            id="a directory that is a file",
        ),
        pytest.param(
            person("until = 2020-01-01"),
            0,
            "subscriber[0].until: ada@example.org: until = 2020-01-01 is over",
            id="an end that is past",
        ),
        pytest.param(
            person("pauses = [{ from = 2020-01-01, to = 2999-01-01 }]"),
            0,
            "no day is left on which an issue could come",
            id="a pause that never ends",
        ),
        pytest.param(
            person("days = []"), 2, "subscriber[0].days: is empty", id="no day of the week"
        ),
        pytest.param(
            person(interest='keywords = ["graph"]\nexclude = { keywords = ["Graph"] }'),
            0,
            "subscriber[0].interest[0]: ada@example.org: this interest can bring nothing: "
            "whatever it looks for is excluded",
            id="an interest that excludes all of itself",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_and_all_is_not_well(
    world: World, monkeypatch: pytest.MonkeyPatch, break_it: Break, code: int, telling: str
) -> None:
    world.announce(*make_papers(1))
    assert world.run("check").out.endswith(f"{WELL}\n")
    break_it(world, monkeypatch)
    world.write()
    result = world.run("check")
    assert re.search(FILE_AND_LINE, result.err)
    assert telling in result.err
    assert result.code == code
    assert WELL not in result.out


# What can be wrong with a configuration so that `send` does not begin.
REFUSALS = (
    relay(LOGIN + '{ env = "NO_SUCH_VARIABLE" }'),
    mail('[mail.dkim]\nselector = "s1"\nkey = { file = "dkim.pem" }'),
    table("[ranking]\nembeddings = true", "onnxruntime"),
    table('[ranking]\nembeddings = true\nmodel = "no-model"'),
    table("[metrics]\nport = 9999", "prometheus_client"),
    database("nonsense"),
    newer_schema,
    digest('templates = "no-templates"'),
    digest("nonsense = 1"),
)


@pytest.mark.parametrize("break_it", REFUSALS)
def test_whatever_send_refuses_check_refuses_in_the_same_words(
    world: World, monkeypatch: pytest.MonkeyPatch, break_it: Break
) -> None:
    break_it(world, monkeypatch)
    world.write()
    sent, checked = world.run("send"), world.run("check")
    assert sent.code == checked.code == 2
    for line in sent.err.splitlines():
        assert line.removeprefix("digest: ") in checked.err


def test_without_mail_nothing_can_be_sent_and_check_says_so(world: World) -> None:
    world.config.write_text('[digest]\ndatabase = "sqlite:///digest.db"\n')
    sent, checked = world.run("send"), world.run("check")
    assert sent.code == checked.code == 2
    assert sent.err in checked.err
    assert "config.toml:1: there is no [mail]" in sent.err


def test_all_mistakes_are_told_at_once(world: World) -> None:
    relay(LOGIN + '{ env = "NO_SUCH_VARIABLE" }')(world, pytest.MonkeyPatch())
    mail('[mail.dkim]\nselector = "s1"\nkey = { file = "dkim.pem" }')(world, pytest.MonkeyPatch())
    world.write()
    for command in ("send", "check"):
        told = world.run(command).err
        assert "mail.password" in told
        assert "mail.dkim.key" in told


def test_a_port_for_metrics_that_somebody_else_has_is_a_mistake(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        world.sources += f"\n[metrics]\nport = {port}"
        world.write()
        result = world.run("check")
    assert result.code == 2
    assert re.search(rf"{FILE_AND_LINE}metrics.port: {port}: Address already in use", result.err)
    assert world.run("check").code == 0


def test_a_port_where_our_own_service_answers_is_well(world: World) -> None:
    world.announce(*make_papers(1))
    world.run("fetch")
    from prometheus_client import start_http_server

    from digest.service.figures import _registry

    engine = open_database(f"sqlite:///{world.folder / 'digest.db'}")
    server, thread = start_http_server(0, addr="127.0.0.1", registry=_registry(engine))
    try:
        world.sources += f"\n[metrics]\nport = {server.server_port}"
        world.write()
        assert world.run("check").code == 0
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        engine.dispose()


def test_a_category_that_no_source_brings_is_told_once_for_all_who_want_nothing_else(
    world: World,
) -> None:
    world.sources = ARXIV
    interest = 'name = "maths"\ncategories = ["math.AG"]'
    world.people = [world.person(name, interest=interest) for name in ("ada", "bob", "eve")]
    world.write()
    result = world.run("check", "--json")
    (doubt,) = result.json["warnings"]
    assert "ada@example.org and 2 others: interest “maths” can bring nothing" in doubt
    assert "no source brings math.AG" in doubt
    world.sources += '\n[[source]]\nname = "more"\nkind = "arxiv"\ncategories = ["math"]'
    world.write()
    assert world.run("check", "--json").json["warnings"] == []


def test_a_doubt_names_the_line_of_a_subscribers_own_file(world: World) -> None:
    people = world.folder / "people"
    people.mkdir()
    (people / "bob.toml").write_text(
        'email = "bob@example.org"\n[[interest]]\nkeywords = ["graph"]\n'
        '[[interest]]\nkeywords = ["graph theory"]\nexclude = { keywords = ["theory"] }\n'
    )
    world.digest = 'subscribers = ["people/*.toml"]'
    world.write()
    (doubt,) = (
        line for line in world.run("check", "--json").json["warnings"] if "bring nothing" in line
    )
    assert doubt.startswith(f"{people / 'bob.toml'}:4: interest[1]: bob@example.org: ")


def test_somebody_in_the_database_who_cannot_be_served_is_no_good_news(world: World) -> None:
    world.sources += '\n[[profile]]\nname = "graphs"\n[[profile.interest]]\nkeywords = ["graph"]'
    world.write()
    assert world.run("subscribers", "add", "bob@example.org", "--profile", "graphs").code == 0
    world.sources = world.sources.replace('name = "graphs"', 'name = "other"')
    world.write()
    result = world.run("check")
    assert result.code == 1
    assert "bob@example.org is left out" in result.err
    assert WELL not in result.out


def test_what_is_good_is_named_in_one_line(world: World) -> None:
    world.announce(*make_papers(1))
    world.run("fetch")
    out = world.run("check").out
    (good,) = (line for line in out.splitlines() if line.startswith("good: "))
    for part in ("mail by files in ", "all templates", "the database", "1 source", "1 subscriber"):
        assert part in good


def test_check_writes_nothing(world: World, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    world.run("check")
    assert sorted(tmp_path.rglob("*")) == before
