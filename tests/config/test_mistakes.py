"""Every mistake is answered with its file, line and key, and with what is allowed."""

from pathlib import Path

import pytest

from digest.config import load
from digest.errors import ConfigError

MAIL = """[mail]
from = "Daily Papers <papers@example.org>"
directory = "out"
"""
SUBSCRIBER = """[[subscriber]]
email = "ada@example.org"
"""
INTEREST = """[[subscriber.interest]]
keywords = ["graph"]
"""
FILES = """[[source]]
name = "saved"
kind = "file"
path = "dumps/*.txt"
"""


def problems(text: str | bytes, tmp_path: Path) -> tuple[str, ...]:
    """What load says, each line without the folder."""
    config = tmp_path / "digest.toml"
    config.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError) as caught:
        load(config)
    return tuple(line.replace(f"{tmp_path}/", "") for line in caught.value.problems)


def mail(key: str) -> str:
    return MAIL + key


def summary(keys: str) -> str:
    return f"[summary]\n{keys}"


def person(key: str) -> str:
    return SUBSCRIBER + key + "\n" + INTEREST


def interest(key: str) -> str:
    return SUBSCRIBER + INTEREST + key


MISTAKES = [
    # text, line, key, what is telling
    pytest.param("[mial]\n", 1, "mial", 'unknown key; did you mean "mail"?', id="misspelt table"),
    pytest.param("[sourcery]\n", 1, "sourcery", 'did you mean "source"', id="near table"),
    pytest.param("\n[digest]\nx = 1\n", 3, "digest.x", "allowed: database, ", id="unknown key"),
    pytest.param(FILES.replace("[[source]]", "[source]"), 1, "source", "[[source]]", id="[source]"),
    pytest.param("mail = 3\n", 1, "mail", "3 is no table", id="no table"),
    pytest.param("source = [3]\n", 1, "source[0]", "3 is no table", id="no table in list"),
    pytest.param('digest.database = "x.db"', 1, "digest.database", "sqlite:///", id="database"),
    pytest.param(
        '[digest]\ndatabase = "sqlite://"', 2, "digest.database", "names no file", id="memory"
    ),
    pytest.param('[digest]\ntemplates="no"', 2, "digest.templates", "no folder", id="templates"),
    pytest.param(
        '[digest]\nsubscribers=["*.toml",\n"no.toml"]',
        3,
        "digest.subscribers[1]",
        "there is no file",
        id="subscribers",
    ),
    pytest.param('[digest]\ncontact = "me"', 2, "digest.contact", "no e-mail", id="contact"),
    pytest.param("[digest]\nalerts_to = []", 2, "digest.alerts_to", "is empty", id="alerts_to"),
    pytest.param('[digest]\nheartbeat="me"', 2, "digest.heartbeat", "no http://", id="heartbeat"),
    pytest.param(
        '[digest]\nkeep_dumps = "1 month"', 2, "digest.keep_dumps", "s, m, h, d, w or y", id="keep"
    ),
    pytest.param('\n[mail]\nhost = "h"', 2, "mail.from", "is missing: the sender", id="no from"),
    pytest.param(
        '[mail]\nfrom = "a@example.org\\nBcc: b@example.org"\nhost="h"',
        2,
        "mail.from",
        "line break",
        id="line break in from",
    ),
    pytest.param('[mail]\nfrom = "A <a>"\nhost="h"', 2, "mail.from", '"a" is no e-mail', id="from"),
    pytest.param(
        '[mail]\nfrom = "a@example.org"', 1, "mail", "neither host nor directory", id="no transport"
    ),
    pytest.param(mail('host = "h"'), 3, "mail.directory", "beside host", id="two transports"),
    pytest.param(summary('url = "https://a.example"'), 2, "summary.url", "without model", id="url"),
    pytest.param(summary('model = "m"'), 2, "summary.model", "stands without url", id="no url"),
    pytest.param(summary('key = "k"'), 2, "summary.key", "stands without url", id="key alone"),
    pytest.param(summary("max_per_day = 0"), 2, "summary.max_per_day", "at least 1", id="none"),
    pytest.param(summary('timeout = "0s"'), 2, "summary.timeout", "too short", id="no time"),
    pytest.param(
        summary('model = "m"\nurl = "http://a.example"'),
        3,
        "summary.url",
        "https://",
        id="clear",
    ),
    pytest.param(
        summary('model = "m"\nurl = "ftp://a.example/v1"'), 3, "summary.url", "no http://", id="ftp"
    ),
    pytest.param(
        summary('model = "m"\nurl = "https://u:p@a.example"'), 3, "summary.url", "key", id="user"
    ),
    pytest.param(
        summary('model = "m"\nurl = "https://a.example?key=1"'),
        3,
        "summary.url",
        "key",
        id="query",
    ),
    pytest.param(mail('host_name = "h"'), 4, "mail.host_name", '"host"?', id="misspelt host"),
    pytest.param(
        '[mail]\nfrom="a@example.org"\nhost="h:587"', 3, "mail.host", "port = 587", id="host:port"
    ),
    pytest.param(
        mail('port = "abc"'), 4, "mail.port", '"abc" is no whole number from 1 to 65535', id="port"
    ),
    pytest.param(mail("port = 0"), 4, "mail.port", "0 is no whole number from 1", id="port 0"),
    pytest.param(mail("port = true"), 4, "mail.port", "true is no whole", id="port true"),
    pytest.param(
        mail('security = "ssl"'),
        4,
        "mail.security",
        '"ssl" is none of "none", "starttls", "tls"',
        id="security",
    ),
    pytest.param(mail('ca_file = "no.pem"'), 4, "mail.ca_file", "there is no file", id="ca_file"),
    pytest.param(
        '[mail]\nfrom="a@example.org"\nhost="mx.example.org"\nsecurity="none"\n'
        'username="u"\npassword={env="P"}',
        4,
        "mail.security",
        "in clear",
        id="login in clear",
    ),
    pytest.param(mail('username = "u"'), 4, "mail.username", "without password", id="no password"),
    pytest.param(
        mail('password = { env = "P" }'), 4, "mail.password", "without username", id="no username"
    ),
    pytest.param(
        mail('username="u"\npassword = { evn = "P" }'), 5, "mail.password", '"env"?', id="secret"
    ),
    pytest.param(
        mail('username="u"\npassword = { env = "P", file = "f" }'),
        5,
        "mail.password",
        "one of { env",
        id="two references",
    ),
    pytest.param(mail('auth = "login"'), 4, "mail.auth", '"xoauth2"', id="auth"),
    pytest.param(mail("inbox = 3"), 4, "mail.inbox", "3", id="inbox"),
    pytest.param(mail("dkim = true"), 4, "mail.dkim", "true is no table", id="dkim"),
    pytest.param(
        mail('[mail.dkim]\nkey = "k"'),
        4,
        "mail.dkim.selector",
        "is missing: the name",
        id="selector",
    ),
    pytest.param(
        mail('[mail.dkim]\nselector = "s"'), 4, "mail.dkim.key", "is missing: the private", id="key"
    ),
    pytest.param(
        mail('[mail.dkim]\nselector="s"\nkey = 1'), 6, "mail.dkim.key", "is no secret", id="no key"
    ),
    pytest.param(
        mail('[mail.dkim]\nselector="a_.b"\nkey="k"'), 5, "mail.dkim.selector", "no sel", id="a_.b"
    ),
    pytest.param(
        mail('[mail.dkim]\ndomain="a b"\nselector="s"\nkey="k"'),
        5,
        "mail.dkim.domain",
        '"a b" is no domain',
        id="domain",
    ),
    pytest.param(
        mail('[mail.dkim]\nselektor="s"\nselector="s"\nkey="k"'),
        5,
        "mail.dkim.selektor",
        'did you mean "selector"',
        id="misspelt selector",
    ),
    pytest.param(mail("connections = 0"), 4, "mail.connections", "from 1", id="connections"),
    pytest.param(
        mail("max_per_second = 0"), 4, "mail.max_per_second", "above 0", id="max_per_second"
    ),
    pytest.param(mail('retry_after="0s"'), 4, "mail.retry_after", "too short", id="retry_after"),
    pytest.param(mail('in_doubt = "drop"'), 4, "mail.in_doubt", '"resend", "hold"', id="in_doubt"),
    pytest.param(
        mail('unsubscribe = [\n"mailto:a@example.org",\n"http://example.org"]'),
        6,
        "mail.unsubscribe[1]",
        "mailto: or https:",
        id="unsubscribe by http",
    ),
    pytest.param(
        mail('unsubscribe = "https://example.org/{tokn}"'),
        4,
        "mail.unsubscribe",
        "other than {token}",
        id="unsubscribe placeholder",
    ),
    pytest.param(
        mail('redirect_all_to = "me"'), 4, "mail.redirect_all_to", "no e-mail", id="redirect"
    ),
    pytest.param('[[source]]\nname="a"', 1, "source[0].kind", "is missing", id="no kind"),
    pytest.param('[[source]]\nkind="rss"', 2, "source[0].kind", '"file", "url"', id="kind"),
    pytest.param(
        FILES + '[[source]]\nname="ml"\nkind="arxiv"\ncategories=[\n"cs.LG",\n"cs.LL"]',
        10,
        "source[1].categories[1]",
        '"cs.LL" is no category',
        id="no category",
    ),
    pytest.param(
        FILES + '[[source]]\nname="ml"\nkind="arxiv"\ncategories=["cs.LLG"]',
        8,
        "source[1].categories[0]",
        'did you mean "cs.LG"?',
        id="a misspelt category of a source",
    ),
    pytest.param(
        FILES + '[[source]]\nname="ml"\nkind="arxiv"',
        5,
        "source[1].categories",
        "missing",
        id="no categories",
    ),
    pytest.param(
        '[[source]]\nname="hf"\nkind="huggingface"\ncategories=["cs.LG"]',
        4,
        "source[0].categories",
        "unknown key",
        id="key of another kind",
    ),
    pytest.param(
        '[[source]]\nname="ml"\nkind="arxiv"\ncategories="cs"\nbase_urls={feeed="https://x"}',
        5,
        "source[0].base_urls.feeed",
        'did you mean "feed"',
        id="key of base_urls",
    ),
    pytest.param(
        FILES + 'url = "https://example.org"', 5, "source[0].url", "allowed: name,", id="file + url"
    ),
    pytest.param(
        '[[source]]\nname="a"\nkind="url"\nurl="https://example.org"\npath="a"',
        5,
        "source[0].path",
        "unknown key",
        id="url + path",
    ),
    pytest.param('[[source]]\nname="a"\nkind="url"', 1, "source[0].url", "missing", id="no url"),
    pytest.param(
        '[[source]]\nname="a"\nkind="url"\nurl="ftp://example.org"',
        4,
        "source[0].url",
        "no http:// or https://",
        id="ftp",
    ),
    pytest.param(
        '[[source]]\nname="a"\nkind="url"\nurl="https://example.org/{day}"',
        4,
        "source[0].url",
        "other than {date}",
        id="url placeholder",
    ),
    pytest.param(FILES + 'format = "hf-txt"', 5, "source[0].format", '"hf-text"?', id="format"),
    pytest.param(FILES + FILES, 6, "source[1].name", "another source already", id="source twice"),
    pytest.param(
        "[defaults]\ntimezone = 'Europe/Lodnon'", 2, "defaults.timezone", "London", id="time zone"
    ),
    pytest.param("[defaults]\ntimezone = 'tokyo'", 2, "defaults.timezone", "Asia/Tokyo", id="city"),
    pytest.param('[defaults]\nsend_at = "7.30"', 2, "defaults.send_at", "07:30", id="send_at"),
    pytest.param('[defaults]\ndays = ["mon",\n"tu"]', 3, "defaults.days[1]", "mon, tue", id="days"),
    pytest.param("[defaults]\ndays = []", 2, "defaults.days", "is empty", id="no days"),
    pytest.param('[defaults]\nwait_for="2"', 2, "defaults.wait_for", "no duration", id="duration"),
    pytest.param("[defaults]\nwait_for=2", 2, "defaults.wait_for", "2 is no duration", id="2"),
    pytest.param("[defaults]\nmax_papers=0", 2, "defaults.max_papers", "at least 1", id="none"),
    pytest.param("[defaults]\nalso = -1", 2, "defaults.also", "at least 0", id="also"),
    pytest.param("[defaults]\nmin_score=101", 2, "defaults.min_score", "0 to 100", id="min_score"),
    pytest.param("[defaults]\ntrending=1.5", 2, "defaults.trending", "from 0 to 1", id="trending"),
    pytest.param("[defaults]\ntrending=nan", 2, "defaults.trending", "nan is no", id="nan"),
    pytest.param('[defaults]\nlanguage="d"', 2, "defaults.language", '"pt-BR"', id="language"),
    pytest.param('[defaults]\nlayout="list"', 2, "defaults.layout", '"titles"', id="layout"),
    pytest.param('[defaults]\nwhen_empty=""', 2, "defaults.when_empty", '"skip"', id="when_empty"),
    pytest.param("[defaults]\nclosed=[2026]", 2, "defaults.closed[0]", "2026-12-24", id="closed"),
    pytest.param('[defaults]\nemail="a@b.org"', 2, "defaults.email", "unknown key", id="email"),
    pytest.param("[[profile]]\nname='p'", 1, "profile[0].interest", "is missing", id="profile"),
    pytest.param(
        "[[profile]]\nname='p'\n[[profile.interest]]\nabout='x'\n" * 2,
        6,
        "profile[1].name",
        "another profile",
        id="profile twice",
    ),
    pytest.param("[[subscriber]]\n" + INTEREST, 1, "subscriber[0].email", "missing", id="nobody"),
    pytest.param(SUBSCRIBER, 1, "subscriber[0].interest", "an interest, or a pro", id="no wish"),
    pytest.param(
        interest("") + SUBSCRIBER.replace("ada", "ADA") + INTEREST,
        6,
        "subscriber[1].email",
        "stands on line 2 already",
        id="same person",
    ),
    pytest.param(
        person("")
        + SUBSCRIBER.replace("ada", "bob")
        + "formerly = ['ada@example.org']\n"
        + INTEREST,
        8,
        "subscriber[1].formerly[0]",
        "line 2",
        id="somebody's old address",
    ),
    pytest.param(person('formerly=["a@"]'), 3, "subscriber[0].formerly[0]", "no e-mail", id="old"),
    pytest.param(person('profile = "p"'), 3, "subscriber[0].profile", "there is no", id="profile?"),
    pytest.param(
        FILES + person('sources = [\n"savd"]'),
        8,
        "subscriber[0].sources[0]",
        'did you mean "saved"',
        id="source?",
    ),
    pytest.param(
        person('announce_types = ["old"]'),
        3,
        "subscriber[0].announce_types[0]",
        '"replace-cross"',
        id="announce_types",
    ),
    pytest.param(
        person("pauses = [\n{ from = 2026-12-20, to = 2026-12-20 }]"),
        4,
        "subscriber[0].pauses[0]",
        "ends before it begins",
        id="pause backwards",
    ),
    pytest.param(
        person("pauses = [{ from = 2026-12-20 }]"),
        3,
        "subscriber[0].pauses[0].to",
        "missing",
        id="pause",
    ),
    pytest.param(person('until = "soon"'), 3, "subscriber[0].until", "2026-12-24", id="until"),
    pytest.param(
        person('exclude = { keyword = ["x"] }'),
        3,
        "subscriber[0].exclude.keyword",
        '"keywords"?',
        id="exclude",
    ),
    pytest.param(
        interest("timezone = 'UTC'"),
        5,
        "subscriber[0].interest[0].timezone",
        "write it above",
        id="key of the subscriber below its interest",
    ),
    pytest.param(
        SUBSCRIBER + "[[subscriber.interest]]\nname = 'x'",
        3,
        "subscriber[0].interest[0]",
        "nothing to score with",
        id="empty interest",
    ),
    pytest.param(
        SUBSCRIBER + '[[subscriber.interest]]\nkeywords = "x"',
        4,
        "subscriber[0].interest[0].keywords",
        "write it in [ ]",
        id="keywords",
    ),
    pytest.param(
        SUBSCRIBER + '[[subscriber.interest]]\nkeywords = ["a",\n  "mo*del"]',
        5,
        "subscriber[0].interest[0].keywords[1]",
        "* only at either end",
        id="star inside",
    ),
    pytest.param(
        SUBSCRIBER + '[[subscriber.interest]]\nkeywords = ["**"]',
        4,
        "subscriber[0].interest[0].keywords[0]",
        "a letter or digit",
        id="only stars",
    ),
    pytest.param(
        SUBSCRIBER + '[[subscriber.interest]]\nkeywords = [{ term = "a",\tweight = "high" }]',
        4,
        "subscriber[0].interest[0].keywords[0].weight",
        '"high" is no number',
        id="weight",
    ),
    pytest.param(
        interest("categories = ['cs.*']"),
        5,
        "subscriber[0].interest[0].categories[0]",
        "all its categories",
        id="category",
    ),
    pytest.param(
        interest("categories = ['cs.LLG']"),
        5,
        "subscriber[0].interest[0].categories[0]",
        '"cs.LLG" is no category of arXiv; did you mean "cs.LG"?',
        id="a misspelt category",
    ),
    pytest.param(
        interest("exclude = { categories = ['CS.CRR'] }"),
        5,
        "subscriber[0].interest[0].exclude.categories[0]",
        'did you mean "cs.CR"?',
        id="a misspelt category to exclude",
    ),
    pytest.param(
        interest("authors = ['S. H.']"),
        5,
        "subscriber[0].interest[0].authors[0]",
        "family",
        id="who",
    ),
    pytest.param(
        interest("authors = [{ name = 'Han', position = 'middle' }]"),
        5,
        "subscriber[0].interest[0].authors[0].position",
        '"first", "last"',
        id="position",
    ),
    pytest.param(
        interest("examples = ['A nice paper']"),
        5,
        "subscriber[0].interest[0].examples[0]",
        "arXiv id, DOI",
        id="example",
    ),
    pytest.param(
        interest("examples = [{ file = 'a.bib' }]"),
        5,
        "subscriber[0].interest[0].examples[0].file",
        'there is no file "a.bib"',
        id="no bibliography",
    ),
    pytest.param(
        interest("examples = [{ fiel = 'a.bib' }]"),
        5,
        "subscriber[0].interest[0].examples[0].fiel",
        'did you mean "file"',
        id="key of an example",
    ),
    pytest.param(
        interest("examples = ['2309.06180', {}]"),
        5,
        "subscriber[0].interest[0].examples[1]",
        "is one of an arXiv id, a DOI, { file",
        id="empty example",
    ),
    pytest.param(
        interest("examples = [3]"),
        5,
        "subscriber[0].interest[0].examples[0]",
        "3 is neither text nor",
        id="number as an example",
    ),
    pytest.param(
        interest("examples = [\n{ zotero = { library = 'ada', key = 'k' } }]"),
        6,
        "subscriber[0].interest[0].examples[0].zotero.library",
        '"users/12345" or "groups/678"',
        id="name of a library",
    ),
    pytest.param(
        interest("examples = [{ zotero = { key = 'k' } }]"),
        5,
        "subscriber[0].interest[0].examples[0].zotero.library",
        "is missing",
        id="no library",
    ),
    pytest.param(
        interest("examples = [{ zotero = { library = 'users/1', key = { evn = 'K' } } }]"),
        5,
        "subscriber[0].interest[0].examples[0].zotero.key",
        '"env"?',
        id="key of a library",
    ),
    pytest.param(
        interest("examples = [{ zotero = { library = 'users/1', collections = [] } }]"),
        5,
        "subscriber[0].interest[0].examples[0].zotero.collections",
        "is empty",
        id="no collections",
    ),
    pytest.param(
        interest(
            "examples = [{ zotero = { library = 'users/1', base_url = 'http://zotero.org' } }]"
        ),
        5,
        "subscriber[0].interest[0].examples[0].zotero.base_url",
        "in clear",
        id="key in clear",
    ),
    pytest.param(interest("always = 1"), 5, "subscriber[0].interest[0].always", "true nor", id="1"),
    pytest.param(
        interest("require = [{ keywords = [] }]"),
        5,
        "subscriber[0].interest[0].require[0]",
        "is empty",
        id="empty group",
    ),
    pytest.param(
        person("max_papers = 3") + "at_least = 4",
        3,
        "subscriber[0].max_papers",
        "keep 4 places",
        id="more places than papers",
    ),
    pytest.param(
        interest("name = 'a'\n") + INTEREST + "name = 'a'",
        8,
        "subscriber[0].interest[1].name",
        "two interests",
        id="interests of one name",
    ),
    pytest.param(
        interest('"a\\nb" = 1'), 5, 'subscriber[0].interest[0]."a\\nb"', "unknown", id="\\n"
    ),
]


@pytest.mark.parametrize(("text", "line", "key", "telling"), MISTAKES)
def test_a_mistake_is_told_with_its_line_and_key(
    text: str, line: int, key: str, telling: str, tmp_path: Path
) -> None:
    (problem,) = problems(text, tmp_path)

    assert problem.startswith(f"digest.toml:{line}: {key}: ")
    assert telling in problem
    assert "\n" not in problem


SYNTAX = [
    pytest.param('a = "C:\\docs"', 1, "single quotes", id="backslash"),
    pytest.param("[mail]\n\nfrom = papers\n", 3, "in quotes", id="no quotes"),
    pytest.param("[mail]\nx = 1\n[mail]\n", 3, "a second time", id="table twice"),
    pytest.param("x = 1\nx = 2\n\n", 2, "a second time", id="key twice"),
    pytest.param("x = True\n", 1, "lower case", id="True"),
    pytest.param("x = [\n1,\n2\n", 3, "no TOML", id="list without end"),
    pytest.param("x = 1\nname = 'Zoë'".encode("latin-1"), 2, "UTF-8", id="Latin-1"),
    pytest.param("x = 1\n".encode("utf-16"), 1, "UTF-8", id="UTF-16"),
    pytest.param(f"x = {'[' * 5000}", 1, "too deeply", id="nested"),
    pytest.param(f"x = {'1' * 5000}", 1, "too long", id="long number"),
]


@pytest.mark.parametrize(("text", "line", "telling"), SYNTAX)
def test_broken_syntax_is_told_alone_with_a_hint(
    text: str | bytes, line: int, telling: str, tmp_path: Path
) -> None:
    (problem,) = problems(text, tmp_path)

    assert problem.startswith(f"digest.toml:{line}: ")
    assert telling in problem


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = interest("timezone = 'UTC'\nweight = 'x'\n") + FILES.replace("file", "arxive") + MAIL
    text += 'port = 0\nhost = "a b"\n[defaults]\nsources = ["x"]\nlayuot = "cards"\n'

    found = problems(text, tmp_path)

    lines = [int(problem.split(":")[1]) for problem in found]
    assert lines == [5, 6, 9, 13, 14, 15, 17, 18]


def test_a_broken_profile_or_default_is_not_held_against_its_subscribers(tmp_path: Path) -> None:
    broken = "[[profile]]\nname = 'p'\n[[profile.interest]]\nabout = 3\n"

    of_profile = problems(broken + SUBSCRIBER + "profile = 'p'", tmp_path)
    of_defaults = problems("[defaults]\nprofile = 'q'\n" + SUBSCRIBER, tmp_path)

    assert [problem.split(":")[1] for problem in of_profile] == ["4"]
    assert len(of_defaults) == 1
    assert "defaults.profile" in of_defaults[0]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[mail]\nusername="u"\npassword = ["hunter2"]', id="list"),
        pytest.param('[mail]\nusername="u"\npassword = { hunter = "hunter2" }', id="table"),
        pytest.param('[mail]\nusername="u"\npassword = { env = "hunter2!" }', id="as a name"),
        pytest.param('[mail]\nusername="u"\npassword = { command = "hunter2" }', id="command"),
        pytest.param('[mail]\npasword = "hunter2"', id="misspelt key"),
        pytest.param('[mail]\npassword = "hunter2', id="broken syntax"),
        pytest.param(interest('examples = [{ zotero = "hunter2" }]'), id="key for a library"),
        pytest.param(interest('examples = [{ zotero = { key = "hunter2" } }]'), id="lost key"),
        pytest.param('[digest]\ndatabase = "postgresql:u:hunter2@h/d"', id="database"),
        pytest.param('[digest]\nheartbeat = "ping.example.org/hunter2"', id="heartbeat"),
        pytest.param('[[source]]\nname="a"\nkind="url"\nurl="ftp://u:hunter2@h"', id="address"),
    ],
)
def test_no_message_shows_a_secret(text: str, tmp_path: Path) -> None:
    assert "hunter2" not in "\n".join(problems(text, tmp_path))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path)
