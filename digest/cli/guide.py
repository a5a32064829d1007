"""init as a guide: a few questions, a configuration, and the first issue."""

import argparse
import getpass
import os
import shutil
import stat
import sys
import textwrap
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from digest.cli.arguments import parse_arguments
from digest.cli.output import complain, name_of, note, printable, say
from digest.config import values
from digest.config.paths import SYSTEM_STATE
from digest.errors import ConfigError, DigestError, SourceError
from digest.guide import answers as meaning
from digest.guide import fields
from digest.guide.answers import Answers, Login
from digest.guide.document import configuration, quoted
from digest.guide.fields import Field
from digest.guide.providers import PROVIDERS, Provider
from digest.paper import Paper

_T = TypeVar("_T")
_SECRET_FILE = "smtp-password"  # noqa: S105 (where it is kept)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BEFOREHAND = (
    "email", "category", "keyword", "author", "bibtex", "name", "timezone", "send_at", "provider",
)  # fmt: skip


def is_wanted(arguments: argparse.Namespace) -> bool:
    """Whether to ask: somebody is there to answer, or has answered beforehand."""
    is_answered = any(getattr(arguments, name) for name in _BEFOREHAND)
    return is_answered or (sys.stdin.isatty() and sys.stdout.isatty() and not arguments.json)


def guide(arguments: argparse.Namespace, path: Path) -> int:
    """Ask, write the configuration, pull, show the first issue, and send it if asked to."""
    if path.exists():
        raise ConfigError([f"{path}: is there already, and digest init never overwrites"])
    talk = Talk() if sys.stdin.isatty() and sys.stdout.isatty() else None
    try:
        if talk:
            talk.tell(_WELCOME.format(path=path))
        given = _collect(arguments, talk, path)
    except (EOFError, KeyboardInterrupt):
        say()
        complain(f"nothing is written; `digest init {path}` begins again")
        return 130
    _write(path, given)
    note(f"\n{path} is written.")
    if not (arguments.yes or (talk and talk.agree("Pull papers now, and show the first issue?"))):
        rank = _command(path, f"rank {given.answers.email}")
        note(f"Next: {_command(path, 'fetch')}, then {rank}")
        return 0
    return _first_issue(arguments, talk, path, given.answers)


_WELCOME = """\
This writes {path}, pulls papers, and shows your first issue. Enter takes what stands in \
[brackets]; Ctrl-C leaves everything as it is."""


class Talk:
    """Asks somebody at a terminal, again until an answer means something."""

    def tell(self, text: str) -> None:
        """Print a paragraph, wrapped."""
        say(textwrap.fill(printable(text), min(shutil.get_terminal_size().columns, 80)))

    def ask(self, question: str, read: Callable[[str], _T], default: str | None = None) -> _T:
        """Return what an answer means; a default stands for an empty one."""
        shown = f"{question} [{default}]: " if default else f"{question}: "
        while True:
            text = input(shown).strip()
            try:
                if not text and default is None:
                    raise ValueError("this one is needed")
                return read(text or default or "")
            except ValueError as error:
                self.tell(f"  {error}")

    def agree(self, question: str, *, default: bool = True) -> bool:
        """Return whether the answer is yes."""
        return self.ask(question, _yes_or_no, "yes" if default else "no")

    def secret(self, question: str) -> str:
        """Return what is typed unseen."""
        while not (text := getpass.getpass(f"{question} (it is not shown): ").strip()):
            self.tell("  this one is needed")
        return text


def _yes_or_no(text: str) -> bool:
    if text.casefold() in ("y", "yes"):
        return True
    if text.casefold() in ("n", "no"):
        return False
    raise ValueError("yes or no")


class _Given:
    """What was answered; the password goes into a file of its own."""

    def __init__(self, answers: Answers, password: str | None) -> None:
        self.answers = answers
        self.password = password


def _collect(arguments: argparse.Namespace, talk: Talk | None, path: Path) -> _Given:
    """Ask for all that was not answered beforehand."""

    def take(
        option: str, question: str, read: Callable[[str], _T], default: str | None = None
    ) -> _T:
        given = getattr(arguments, option)
        if given is not None:
            try:
                return read(given)
            except ValueError as error:
                raise ConfigError([f"--{option.replace('_', '-')}: {error}"]) from error
        if talk:
            return talk.ask(question, read, default)
        if default is None:
            raise ConfigError([f"--{option}: is needed where there is no terminal to ask at"])
        return read(default)

    email = take("email", "Your e-mail address", values.address)
    chosen = _fields(arguments.category, talk)
    topics = _topics(arguments.keyword, talk)
    authors = meaning.read_list(",".join(arguments.author)) if arguments.author else ()
    name = take("name", "Your name, as on your papers (Enter: none)", lambda text: text.strip(), "")
    own = _own_papers(name, email, talk) if talk and name and arguments.name is None else ()
    bibtex = None
    if not own:
        question = "A BibTeX file of papers you like (Enter: none)"
        bibtex = take("bibtex", question, lambda text: _bibtex(text, path), "")
    zone = take("timezone", "Time zone", values.zone, _local_zone())
    hour = take("send_at", "When shall the mail come?", _hour, "07:30")
    login, password = _login(arguments.provider, talk, email, path)
    return _Given(
        Answers(
            email=email,
            name=name or None,
            fields=chosen,
            topics=topics,
            authors=authors,
            bibtex=bibtex,
            examples=own,
            timezone=zone,
            send_at=hour,
            login=login,
        ),
        password,
    )


def _hour(text: str) -> str:
    return values.hour(text).strftime("%H:%M")


def _local_zone() -> str:
    """Return the zone of this machine, as far as it tells."""
    from tzlocal import get_localzone_name

    try:
        return values.zone(os.environ.get("TZ") or get_localzone_name() or "UTC")
    except (ValueError, LookupError, OSError):
        return "UTC"


def _fields(given: Sequence[str], talk: Talk | None) -> tuple[Field, ...]:
    """Return the fields named beforehand, or those chosen by words, a round at a time."""
    if given:
        return tuple(dict.fromkeys(map(_field, given)))
    if talk is None:
        raise ConfigError(["--category: is needed where there is no terminal to ask at"])
    talk.tell(
        'Your fields, in your words ("machine learning", "single cell") or as arXiv and bioRxiv '
        'name them (cs.CL, q-bio, "bioRxiv neuroscience"), separated by commas.'
    )
    chosen: dict[Field, None] = {}
    while not chosen:
        for words in talk.ask("Fields", meaning.read_list):
            chosen.update(dict.fromkeys(_choose(words, talk)))
    return tuple(chosen)


def _field(text: str) -> Field:
    if field := fields.named(text):
        return field
    near = ", ".join(f'"{each}"' for each in fields.find(text)[:4])
    remedy = f": did you mean one of {near}?" if near else ""
    raise ConfigError([f'--category: "{text}" is no category of arXiv or bioRxiv{remedy}'])


def _choose(words: str, talk: Talk) -> Sequence[Field]:
    """Let somebody choose among the fields that words speak of."""
    while True:
        if field := fields.named(words):
            return (field,)
        offered = fields.find(words)
        if not offered:
            talk.tell(f'  Nothing is called "{words}": try other words.')
            return ()
        talk.tell(f'For "{words}":')
        for number, each in enumerate(offered, start=1):
            say(f"  {number}  {each}")
        question = "Which? Numbers, all, or other words"
        answer = talk.ask(question, partial(_numbers_or_words, offered), "1")
        if not isinstance(answer, str):
            return answer
        words = answer


def _numbers_or_words(offered: Sequence[Field], text: str) -> tuple[Field, ...] | str:
    chosen = meaning.read_numbers(text, offered)
    return text if chosen is None else chosen


def _topics(given: Sequence[str], talk: Talk | None) -> tuple[str, ...]:
    if given:
        try:
            return meaning.read_topics(",".join(given))
        except ValueError as error:
            raise ConfigError([f"--keyword: {error}"]) from error
    if talk is None:
        return ()
    talk.tell(
        "A few topics, as papers would write them, separated by commas: speculative decoding, "
        "KV cache, quantiz*. What mentions them comes first."
    )
    return talk.ask("Topics", meaning.read_topics)


def _bibtex(text: str, config: Path) -> Path | None:
    """Return a BibTeX file as the configuration is to name it: from where it stands."""
    if not text:
        return None
    path = Path(text).expanduser()
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    folder = config.absolute().parent
    path = path.absolute()
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _own_papers(name: str, contact: str, talk: Talk) -> tuple[str, ...]:
    """Return which papers on arXiv are this person's own: the best examples there are."""
    from digest import wiring

    note("Looking for your papers on arXiv …")
    try:
        found = wiring.papers_by(name, contact=contact)
    except SourceError as error:
        talk.tell(f"  arXiv does not answer ({error}): name examples later.")
        return ()
    if not found:
        talk.tell("  None under this name.")
        return ()
    for number, paper in enumerate(found, start=1):
        say(f"  {number}  {name_of(paper)}")
    question = "Which are yours, or like your work? Numbers, all, or none"
    return talk.ask(question, lambda text: _numbered(text, found), "none")


def _numbered(text: str, found: Sequence[Paper]) -> tuple[str, ...]:
    ids = [paper.arxiv_id or "" for paper in found]
    if text.casefold() == "none":
        return ()
    if text.casefold() == "all":
        return tuple(ids)
    words = text.replace(",", " ").split()
    if wrong := [word for word in words if not (word.isdigit() and 0 < int(word) <= len(ids))]:
        raise ValueError(f"{wrong[0]}: numbers from 1 to {len(ids)}, all, or none")
    return tuple(dict.fromkeys(ids[int(word) - 1] for word in words))


def _login(
    named: str | None, talk: Talk | None, email: str, path: Path
) -> tuple[Login, str | None]:
    """Return how mail leaves, and the password if one was typed."""
    if named is None and talk:
        say("How does mail leave?")
        for name, each in PROVIDERS.items():
            say(f"  {name:9} {each.title}")
        named = talk.ask("One of these", _provider, "files")
    name = named or "files"
    provider = PROVIDERS[name]
    if provider.note and talk:
        talk.tell(provider.note)
    if name == "files":
        return Login(provider=name), None
    return _relay(name, provider, talk, email, path)


def _provider(text: str) -> str:
    if text.casefold() not in PROVIDERS:
        raise ValueError(f"one of {', '.join(PROVIDERS)}")
    return text.casefold()


def _relay(
    name: str, provider: Provider, talk: Talk | None, email: str, path: Path
) -> tuple[Login, str | None]:
    if talk is None and provider.host is None:
        raise ConfigError(["--provider other: its host is asked for at a terminal"])
    host, port, security = provider.host, provider.port, provider.security
    if host is None and talk:
        host = talk.ask("Its name (host)", _host)
        port = talk.ask("Its port (587, 465 with TLS from the start, 25)", meaning.read_port, "587")
        usual = "tls" if port == 465 else "none" if host in _LOOPBACK else "starttls"
        security = talk.ask("Encryption: starttls, tls or none", _security, usual)
    username = email
    if talk:
        none = " (- for none)" if provider.host is None else ""
        username = talk.ask(f"Account{none}", lambda text: text, email)
    if username == "-":
        return Login(provider=name, host=host, port=port, security=security), None
    if security == "none" and host not in _LOOPBACK:
        raise ConfigError(["a password never travels in clear: starttls or tls, or no account"])
    password = None
    if talk is None:
        secret = '{ env = "SMTP_PASSWORD" }'  # noqa: S105 (where it is)
    elif provider.has_token:
        command = talk.ask("The command that prints a token", meaning.read_words)
        secret = f"{{ command = [{', '.join(map(quoted, command))}] }}"
    else:
        password = talk.secret("Password")
        secret = f'{{ file = "{_SECRET_FILE}" }}'
        if (path.parent / _SECRET_FILE).exists():
            raise ConfigError([f"{path.parent / _SECRET_FILE}: is there already: move it away"])
    return (
        Login(
            provider=name,
            host=host,
            port=port,
            security=security,
            username=username,
            secret=secret,
        ),
        password,
    )


def _security(text: str) -> str:
    if text.casefold() not in ("starttls", "tls", "none"):
        raise ValueError("starttls, tls or none")
    return text.casefold()


def _host(text: str) -> str:
    return values.domain_name(text) if not text.replace(".", "").isdigit() else text


def _write(path: Path, given: _Given) -> None:
    """Write the configuration and the password; neither of them if one cannot be written."""
    is_system = path.absolute().is_relative_to("/etc")
    text = configuration(given.answers, state=SYSTEM_STATE if is_system else None)
    secret, password = path.parent / _SECRET_FILE, given.password
    try:
        if password:
            # A folder that is set up for a service hands its files to the service's group.
            is_shared = path.parent.stat().st_mode & stat.S_ISGID
            _create(secret, f"{password}\n", mode=0o640 if is_shared else 0o600)
        _create(path, text, mode=0o644)
    except OSError as error:
        if password and not path.exists():
            with suppress(OSError):
                secret.unlink()
        raise ConfigError([f"{error.filename}: {error.strerror}"]) from error


def _create(path: Path, text: str, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _command(path: Path, rest: str) -> str:
    """Return a command as it is to be typed for this configuration."""
    option = "" if path == Path("config.toml") else f"--config {path} "
    return f"`digest {option}{rest}`"


def _first_issue(
    arguments: argparse.Namespace, talk: Talk | None, path: Path, answers: Answers
) -> int:
    """Pull, show what the first issue would be, and send it if somebody agrees."""
    from digest import wiring
    from digest.cli import interests, listings, mailing

    def run(command: Callable[[argparse.Namespace], int], *words: str) -> int:
        note(f"\n$ {_command(path, ' '.join(words)).strip('`')}")
        return command(parse_arguments(["--config", str(path), *words]))

    if fetches := len(answers.categories(fields.ARXIV)):
        minutes = max(1, fetches * _FIRST_PAGES * 3 // 60)
        note(f"\narXiv is asked slowly: this first pull takes about {minutes} min.")
    code = run(listings.fetch, "fetch")
    drafted = interests.draft(wiring.load_settings(str(path)), answers.email)
    if not drafted.issue.picks:
        note(f"\nNothing for you in {drafted.issue.searched} papers yet. {_WHY_NOTHING}")
        note(f"Then: {_command(path, f'rank {answers.email} --all')} shows what came near.")
        return code
    run(interests.rank, "rank", answers.email)
    page = path.parent / "first-issue.html"
    with suppress(ConfigError):  # nowhere to write a page is no reason not to go on
        interests.preview(
            parse_arguments(["--config", str(path), "preview", answers.email, "--html", str(page)])
        )
        note(f"As it will look: {page}")
    where = "written" if answers.login.host is None else f"sent to {answers.email}"
    if arguments.yes or (talk and talk.agree(f"Shall it be {where} now?")):
        try:
            code = run(mailing.send, "send", answers.email, "--no-fetch", "--yes")
        except DigestError as error:
            complain(f"digest: {error}")
            note(f"The configuration stays; once that is mended: {_command(path, 'send')}")
            return error.exit_code
    note(
        "\nEvery morning by itself: `digest run`, or as a service: `digest init --systemd --user`."
    )
    note(f"What to change, and how: {path} and docs/interests.md.")
    return code


_FIRST_PAGES = 6  # of each category: a week's listings and today's, three seconds apart
_WHY_NOTHING = (
    "A quiet day, or topics that papers write otherwise: add words, shorten them, or let * stand "
    "for an ending."
)
