"""What may be typed: commands, options and their help."""

import argparse
from collections.abc import Sequence
from datetime import date

from digest import __version__
from digest.bundled import bundled

EPILOG = """\
exit codes: 0 all is well; 1 something failed for good, was rejected, or a subscriber was left
out; 2 bad usage or configuration; 75 something waits for another try or a source is down.
"""

_PAPER = "an arXiv id, a DOI, a URL, or words of its title"


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; ends the program with code 2 on bad usage."""
    return make_parser().parse_args(argv)


def make_parser() -> argparse.ArgumentParser:
    """Return what reads the command line: the man page is made of it, too."""
    parser = argparse.ArgumentParser(
        prog="digest",
        description="The ten papers of the morning that matter to you, by e-mail.",
        epilog=f"{EPILOG}\ndocumentation: {bundled('docs')}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"digest {__version__}")
    parser.set_defaults(config=None, verbose=0, quiet=0, json=False, yes=False)
    _global_options(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_setting_up, _listings, _interests, _mailing, _people):
        add(commands)
    return parser


def _global_options(parser: argparse.ArgumentParser, *, json: bool = True) -> None:
    """Take the global options before the command and after it."""
    quiet = argparse.SUPPRESS
    parser.add_argument("--config", metavar="FILE", default=quiet, help="the configuration")
    parser.add_argument("-v", "--verbose", action="count", default=quiet, help="say more")
    parser.add_argument(
        "-q", "--quiet", action="count", default=quiet, help="only mistakes, and what was asked for"
    )
    if json:
        parser.add_argument("--json", action="store_true", default=quiet, help="for programs")


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: str,
    does: str,
    *,
    acts: bool = False,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
    _global_options(parser)
    if acts:
        _yes(parser)
    parser.set_defaults(command=command)
    return parser


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="don't ask")


def _setting_up(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = _add(commands, "demo", "setup:demo", "the whole job, with nothing to configure")
    demo.add_argument("--out", metavar="DIR", default="demo-out", help="where the messages go")
    init = _add(commands, "init", "setup:init", "from nothing to a first issue: asks, and writes")
    init.add_argument("file", nargs="?", metavar="FILE", help="default: config.toml")
    init.add_argument("--subscriber", metavar="ADDRESS", help="write a subscriber's profile")
    init.add_argument("--systemd", action="store_true", help="the steps to a running service")
    init.add_argument("--user", action="store_true", help="with --systemd: a service of your own")
    _beforehand(init)
    templates = _add(commands, "templates", "setup:templates", "the shipped ones, to change")
    templates.add_argument("what", choices=("copy",), metavar="copy", help="copy them")
    templates.add_argument("folder", metavar="DIR", help="a new or empty folder")
    check = _add(commands, "check", "checking:check", "validate configuration and templates")
    check.add_argument("addresses", nargs="*", metavar="ADDRESS", help="also these subscribers")
    check.add_argument("--days", type=_natural, default=30, help="days of papers to look at (30)")
    check.add_argument("--online", action="store_true", help="ask the mail server and sources")
    check.add_argument("--to", metavar="ADDRESS", help="with --online: send one test message")
    backup = _add(commands, "backup", "keeping:backup", "copy the live database")
    backup.add_argument(
        "file",
        metavar="FILE|DIR",
        help="a file that is not there yet, or a folder (DIR/) of dated copies",
    )
    backup.add_argument(
        "--keep", type=_natural, metavar="N", help="how many copies stay in DIR (14)"
    )
    restore = _add(
        commands, "restore", "keeping:restore", "make the database from a copy", acts=True
    )
    restore.add_argument("file", metavar="FILE", help="what digest backup wrote")
    restore.add_argument(
        "--had-until",
        metavar="NOW",
        default="now",
        help="what was announced until then counts as had: now (the default), or an instant, UTC",
    )
    migrate = _add(commands, "migrate", "setup:migrate", "bring the database up to date", acts=True)
    migrate.add_argument("--dry-run", action="store_true", help="only say what would be done")


def _beforehand(init: argparse.ArgumentParser) -> None:
    """Take what `init` would ask; with all of it nothing is asked, and no terminal is needed."""
    answers = init.add_argument_group("answers beforehand")
    answers.add_argument("--email", metavar="ADDRESS", help="who reads")
    answers.add_argument("--name", help="of who reads")
    for option, metavar, does in (
        ("--category", "NAME", 'a field: cs.CL, q-bio, "bioRxiv neuroscience"; may be repeated'),
        ("--keyword", "WORDS", "a topic; may be repeated"),
        ("--author", "NAME", "somebody to follow; may be repeated"),
    ):
        answers.add_argument(option, metavar=metavar, action="append", default=[], help=does)
    answers.add_argument("--bibtex", metavar="FILE", help="papers to be like")
    answers.add_argument("--timezone", metavar="ZONE", help="default: this machine's")
    answers.add_argument("--send-at", metavar="HH:MM", help="default: 07:30")
    answers.add_argument(
        "--provider", choices=("gmail", "outlook", "fastmail", "other", "files"),
        help="how mail leaves; a password is then read from SMTP_PASSWORD",
    )  # fmt: skip
    answers.add_argument("--yes", action="store_true", help="pull, show and send without asking")


def _listings(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parse = _add(commands, "parse", "listings:parse", "print the papers of listing dumps")
    parse.add_argument("files", nargs="+", metavar="FILE", help="- is standard input")
    parse.add_argument("--format", metavar="NAME", help="default: recognised by content")
    fetch = _add(commands, "fetch", "listings:fetch", "pull the sources into the store", acts=True)
    fetch.add_argument("files", nargs="*", metavar="FILE", help="these dumps instead")
    fetch.add_argument("--source", action="append", default=[], metavar="NAME", help="only this")
    fetch.add_argument("--format", metavar="NAME", help="of the files, if not by content")
    papers = _add(commands, "papers", "listings:papers", "print what the store holds")
    papers.add_argument("--since", type=_day, metavar="DATE", help="first seen since then")


def _interests(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    rank = _add(commands, "rank", "interests:rank", "what a subscriber would get now, and why")
    rank.add_argument("address", metavar="ADDRESS", help="or a subscriber's TOML file")
    rank.add_argument("--limit", type=_natural, metavar="N", help="at most so many")
    rank.add_argument("--all", action="store_true", help="also what fell below the line")
    preview = _add(commands, "preview", "interests:preview", "render the next issue")
    preview.add_argument("address", metavar="ADDRESS", help="or a subscriber's TOML file")
    for kind in ("html", "text", "eml"):
        preview.add_argument(f"--{kind}", metavar="FILE", help=f"write the {kind} there")
    preview.add_argument("--open", action="store_true", help="show it in the browser")
    preview.add_argument(
        "--serve", action="store_true", help="show it on loopback, anew with every change"
    )
    preview.add_argument("--port", type=_natural, default=0, metavar="N", help="where; any free")
    replay = _add(commands, "replay", "replay:replay", "past issues with today's profile")
    replay.add_argument("address", nargs="?", metavar="ADDRESS", help="only this subscriber's")
    replay.add_argument(
        "--from", dest="first", type=_day, required=True, metavar="DATE", help="the first day"
    )
    replay.add_argument(
        "--to", dest="last", type=_day, required=True, metavar="DATE", help="the last day"
    )
    replay.add_argument("--html", metavar="FILE", help="write them as one page")
    why = _add(commands, "why", "why:why", "why a paper was or was not in an issue")
    why.add_argument("address", metavar="ADDRESS", help="or a subscriber's TOML file")
    why.add_argument("paper", metavar="PAPER", help=_PAPER)
    why.add_argument("--date", type=_day, metavar="DATE", help="in that day's issue")
    feedback = _add(
        commands, "feedback", "feedback:feedback", "a subscriber's vote on a paper", acts=True
    )
    feedback.add_argument("address", nargs="?", metavar="ADDRESS", help="whose vote")
    feedback.add_argument("paper", nargs="?", metavar="PAPER", help=_PAPER)
    feedback.add_argument(
        "vote", nargs="?", metavar="+|-|clear", choices=("+", "-", "clear"), help="the last counts"
    )
    feedback.add_argument("--list", action="store_true", help="the votes there are")


def _mailing(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    send = _add(commands, "send", "mailing:send", "fetch, choose, render and deliver", acts=True)
    send.add_argument("addresses", nargs="*", metavar="ADDRESS", help="only these")
    send.add_argument("--due", action="store_true", help="only those whose hour has come")
    send.add_argument("--no-fetch", action="store_true", help="with the papers there are")
    send.add_argument("--dry-run", action="store_true", help="only say what would be done")
    send.add_argument("--test", metavar="ADDRESS", help="one message now, recorded nowhere")
    send.add_argument("--to", metavar="ME", help="with --test: to this address instead")
    issues = _add(commands, "issues", "archive:issues", "past issues and what became of them")
    issues.add_argument("address", nargs="?", metavar="ADDRESS", help="only this subscriber's")
    issues.add_argument("--show", type=_day, metavar="DATE", help="one of them again")
    _add(
        commands,
        "run",
        "running:run",
        "the service: pull, make and send what is due, for ever",
        acts=True,
    )
    alert = _add(
        commands, "alert", "running:alert", "tell alerts_to something, once a day", acts=True
    )
    alert.add_argument("subject", metavar="SUBJECT", help="standard input says more")
    status = _add(commands, "status", "status:status", "sources, subscribers and deliveries")
    status.add_argument("address", nargs="?", metavar="ADDRESS", help="only this subscriber")
    status.add_argument("--problems", action="store_true", help="only what is wrong")
    status.add_argument(
        "--subscribers", action="store_true", help="a line for everyone, not only for problems"
    )


def _people(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    suppress = _add(commands, "suppress", "returning:suppress", "whom never to write to", acts=True)
    suppress.add_argument("address", nargs="?", metavar="ADDRESS", help="never write there")
    suppress.add_argument("--why", metavar="TEXT", help="the reason, for the record")
    suppress.add_argument("--list", action="store_true", help="whom, since when, and why")
    suppress.add_argument("--remove", action="store_true", help="write to ADDRESS again")
    _add(commands, "receive", "returning:receive", "look into a message on standard input")
    retry = _add(
        commands, "retry", "returning:retry", "try again what failed or is in doubt", acts=True
    )
    retry.add_argument("--state", choices=("failed", "uncertain"), help="only these")
    _subscribers(_add(commands, "subscribers", "subscribers:run", "those kept in the database"))


def _subscribers(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, does: str, *, acts: bool = False) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
        _global_options(added)
        if acts:
            _yes(added)
        return added

    action("list", "everyone, and where they are kept")
    show = action("show", "everything that is held about one")
    show.add_argument("address", metavar="ADDRESS", help="whom")
    add = action("add", "keep one, or change one", acts=True)
    add.add_argument("address", metavar="ADDRESS", help="whom to write to")
    add.add_argument("--name", metavar="NAME", help="what to call them")
    add.add_argument("--profile", metavar="NAME", help="a profile of the configuration")
    add.add_argument("--keyword", action="append", metavar="TERM", help="any number of these")
    take = action(
        "import", "keep those of a table (CSV), of JSON Lines, or of a profile (TOML)", acts=True
    )
    take.add_argument("file", metavar="FILE", help="- is standard input")
    take.add_argument("--profile", metavar="NAME", help="for those who bring no interest")
    take.add_argument("--dry-run", action="store_true", help="only say what is wrong")
    export = action("export", "print those kept, as JSON Lines")
    export.add_argument("--csv", action="store_true", help="as a table instead")
    rename = action("rename", "give one another address; what they had stays known", acts=True)
    rename.add_argument("address", metavar="OLD", help="the address until now")
    rename.add_argument("new", metavar="NEW", help="the one from now on")
    remove = action("remove", "keep one no longer", acts=True)
    remove.add_argument("address", metavar="ADDRESS", help="whom")
    remove.add_argument("--erase", action="store_true", help="and all that is held about them")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-03-10") from None


def _natural(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)
