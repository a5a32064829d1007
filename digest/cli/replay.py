"""replay: what past issues would have been with today's profile."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from digest import wiring
from digest.cli import configuration, interests
from digest.cli.output import complain, counted, emit, name_of, progress, reasons_of, say
from digest.errors import ConfigError
from digest.issue import Issue
from digest.pipeline.replay import replay as again
from digest.wiring import people

_PAGE = Path(__file__).with_name("replay.html")


def replay(arguments: argparse.Namespace) -> int:
    """Print them, or write them as one page; nothing is changed."""
    if arguments.last < arguments.first:
        raise ConfigError([f"--to {arguments.last} is before --from {arguments.first}"])
    settings = configuration.load(arguments)
    with wiring.open_store(settings, read_only=True) as engine:
        everyone, complaints = people.subscribers(settings, engine)
        for line in complaints:
            complain(line)
        if arguments.address:
            everyone = [people.find(arguments.address, settings, everyone)]
        issues = []
        days = (arguments.last - arguments.first).days + 1
        with progress("replaying") as tick:
            for issue in again(
                engine,
                everyone,
                first=arguments.first,
                last=arguments.last,
                now=wiring.now(),
                encoder=wiring.encoder(settings, engine, dry=True),
            ):
                issues.append(issue)
                tick((issue.day - arguments.first).days + 1, days)
    if arguments.html:
        _write(Path(arguments.html), issues)
    if arguments.json:
        for issue in issues:
            emit(_as_json(issue))
    elif not arguments.html:
        picked = sum(len(issue.picks) for issue in issues)
        say(f"{counted(len(issues), 'issue')} with {counted(picked, 'paper')}")
        for issue in issues:
            _tell(issue)
    return 0


def _as_json(issue: Issue) -> dict[str, object]:
    return {
        "subscriber": issue.subscriber,
        "date": issue.day.isoformat(),
        "searched": issue.searched,
        "picks": [interests.as_json(pick) for pick in issue.picks],
    }


def _tell(issue: Issue) -> None:
    say(f"\n{issue.day}  {issue.subscriber}: {len(issue.picks)} of {issue.searched} papers")
    interests.show_picks([(None, pick) for pick in issue.picks])


def _write(path: Path, issues: Iterable[Issue]) -> None:
    from jinja2 import Environment

    page = Environment(autoescape=True).from_string(_PAGE.read_text(encoding="utf-8"))
    shown = [
        {
            "day": issue.day,
            "subscriber": issue.subscriber,
            "searched": issue.searched,
            "picks": [
                {
                    "score": pick.score,
                    "title": name_of(pick.stored.paper),
                    "url": _web_address(pick.stored.paper.url),
                    "why": reasons_of(pick),
                }
                for pick in issue.picks
            ],
        }
        for issue in issues
    ]
    try:
        path.write_text(page.render(issues=shown), encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from error


def _web_address(url: str | None) -> str:
    """Give what may stand in a link: a feed can name anything."""
    return url if url and url.startswith(("https://", "http://")) else ""
