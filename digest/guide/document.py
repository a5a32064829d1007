"""A first configuration as TOML, with what its owner may want to change next beside it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from digest.guide.answers import Answers, Login, has_daily_papers
from digest.guide.fields import ARXIV

_HEAD = """\
# Written by `digest init`. Every other key, explained: docs/configuration.md, config.example.toml.
# After a change: digest check
"""
_DAYS = '["mon", "tue", "wed", "thu", "fri"]'


def configuration(answers: Answers, *, state: Path | None = None) -> str:
    """Return the text of a configuration.

    `state` is the folder that a service of the machine may write to, for a configuration that
    is not beside its database.
    """
    parts = [_HEAD, _digest(answers, state), _mail(answers, state), *_sources(answers)]
    return "\n".join((*parts, _defaults(answers), _subscriber(answers)))


def quoted(text: str) -> str:
    """Return a basic string of TOML: JSON's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Iterable[str]) -> str:
    one_line = f"[{', '.join(map(quoted, values))}]"
    if len(one_line) <= 80:
        return one_line
    return "[\n" + "".join(f"    {quoted(value)},\n" for value in values) + "]"


def _digest(answers: Answers, state: Path | None) -> str:
    database = "" if state else 'database = "sqlite:///digest.db"     # beside this file\n'
    return (
        f"[digest]\n{database}contact = {quoted(answers.email)}"
        "   # services see whom to write to; failures are told there\n"
    )


def _mail(answers: Answers, state: Path | None) -> str:
    login = answers.login
    account = login.username if login.username and "@" in login.username else answers.email
    lines = ["[mail]", f"from = {quoted(f'Daily Papers <{account}>')}"]
    if login.host is None:
        folder = f"{state}/out" if state else "out"
        lines += [
            f"directory = {quoted(folder)}                    # messages as files; to send them:",
            '# host = "smtp.example.org"',
            '# username = "papers"',
            '# password = { file = "smtp-password" }',
        ]
    else:
        lines += _relay(login)
    return "\n".join(lines) + "\n"


def _relay(login: Login) -> Iterator[str]:
    yield f"host = {quoted(login.host or '')}"
    yield f"port = {login.port}"
    yield f"security = {quoted(login.security)}"
    if login.username:
        yield f"username = {quoted(login.username)}"
    if login.secret:
        yield f"password = {login.secret}"
        if login.provider == "outlook":
            yield 'auth = "xoauth2"'


def _sources(answers: Answers) -> Iterator[str]:
    if categories := answers.categories(ARXIV):
        yield (
            '[[source]]\nname = "arxiv"\nkind = "arxiv"\n'
            f"categories = {_list(categories)}\n"
            'backfill = "7d"                      # how far back the first pull reaches\n'
        )
    for service in ("biorxiv", "medrxiv"):
        if categories := answers.categories(service):
            yield (
                f'[[source]]\nname = "{service}"\nkind = "{service}"\n'
                f"categories = {_list(categories)}\n"
            )
    if has_daily_papers(answers):
        yield '[[source]]\nname = "daily papers"\nkind = "huggingface"\n'


def _defaults(answers: Answers) -> str:
    return (
        f"[defaults]\ntimezone = {quoted(answers.timezone)}\nsend_at = {quoted(answers.send_at)}\n"
        f"days = {_DAYS}\nmax_papers = 12\n"
    )


def _subscriber(answers: Answers) -> str:
    lines = ["[[subscriber]]", f"email = {quoted(answers.email)}"]
    if answers.name:
        lines.append(f"name = {quoted(answers.name)}")
    lines += ["", "[[subscriber.interest]]", 'name = "my work"']
    lines.append(f"keywords = {_list(answers.topics)}" if answers.topics else _NO_KEYWORDS)
    if answers.authors:
        lines.append(f"authors = {_list(answers.authors)}")
    if answers.fields:
        fields = list(dict.fromkeys(each.category for each in answers.fields))
        lines.append(f"categories = {_list(fields)}   # they score; they don't filter")
    examples = [quoted(f"arXiv:{each}") for each in answers.examples]
    if answers.bibtex:
        examples.append(f"{{ file = {quoted(str(answers.bibtex))} }}")
    if examples:
        lines.append("examples = [" + "".join(f"\n    {each}," for each in examples) + "\n]")
    lines.append('# about = "A few sentences on what you work on."')
    lines.append('# exclude = { keywords = ["survey"] }')
    return "\n".join(lines) + "\n"


_NO_KEYWORDS = '# keywords = ["speculative decoding", { term = "KV cache", weight = 3 }]'
