"""demo, init and migrate: from nothing to something that runs."""

import argparse
import shutil
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from digest.cli.output import emit, exit_code, main_reasons_of, name_of, note, say
from digest.config.paths import SYSTEM_STATE
from digest.errors import ConfigError

if TYPE_CHECKING:
    from digest.demo.tour import Tour


def demo(arguments: argparse.Namespace) -> int:
    """Run the whole job on the sample listings, with a mail server of its own."""
    from digest.demo.tour import take

    tour = take(Path(arguments.out))
    if arguments.json:
        emit(_as_json(tour))
    else:
        _tell(tour)
    return exit_code(failed=not tour.is_complete, waits=False)


def _as_json(tour: "Tour") -> dict[str, object]:
    return {
        "pulled": sum(each.tally.pulled for each in tour.fetched),
        "new": sum(each.tally.new for each in tour.fetched),
        "messages": [
            {
                "recipient": each.issue.subscriber,
                "subject": each.subject,
                "papers": len(each.issue.picks),
                "files": [str(file) for file in each.files],
            }
            for each in tour.received
        ],
    }


def _tell(tour: "Tour") -> None:
    pulled = sum(each.tally.pulled for each in tour.fetched)
    new = sum(each.tally.new for each in tour.fetched)
    note(f"Read {len(tour.fetched)} sample listings: {pulled} announcements of {new} papers.")
    note("All of them are invented; the mail server was real, and is gone again.\n")
    for each in tour.received:
        note(f"To {each.issue.subscriber}: {each.subject}")
        note(f"  {len(each.issue.picks)} of {each.issue.searched} papers, in {each.files[0]}")
        for pick in each.issue.picks[:1]:
            note(f"  first: {name_of(pick.stored.paper)}")
            note(f"    why: {main_reasons_of(pick)}")
    note("\nOpen an .html file in a browser, an .eml file in a mail program.")


def init(arguments: argparse.Namespace) -> int:
    """Guide somebody to a first issue, or write a starter, or print the steps to a service."""
    if arguments.systemd:
        from digest.cli.steps import service_steps

        say(service_steps(of_user=arguments.user))
        return 0
    if arguments.subscriber:
        if not arguments.file:
            raise ConfigError(["digest init --subscriber ADDRESS FILE: the file is missing"])
        text = _starter("subscriber.toml").replace("EMAIL", _address(arguments.subscriber))
    else:
        from digest.cli.guide import guide, is_wanted

        if is_wanted(arguments):
            return guide(arguments, Path(arguments.file or "config.toml"))
        text = _starter("config.toml")
    path = Path(arguments.file or "config.toml")
    if path.absolute().is_relative_to("/etc"):
        text = for_the_machine(text)
    _write_new(path, text)
    if arguments.json:
        emit({"written": str(path)})
    else:
        advice = f"digest check {path}" if arguments.subscriber else f"digest --config {path} check"
        note(f"{path} is written: edit it, then try: {advice}")
    return 0


def for_the_machine(text: str) -> str:
    """Return a starter whose paths are where the user of a service may write: not beside it."""
    lines = [line for line in text.splitlines() if not line.startswith("database = ")]
    return "\n".join(lines).replace(' = "out"', f' = "{SYSTEM_STATE}/out"') + "\n"


def templates(arguments: argparse.Namespace) -> int:
    """Copy the shipped templates into a folder that has nothing yet."""
    from digest.bundled import bundled

    folder = Path(arguments.folder)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ConfigError([f"{folder}: is not empty, and nothing is overwritten"])
        shutil.copytree(bundled("templates"), folder, dirs_exist_ok=True)
    except OSError as error:
        raise ConfigError([f"{folder}: {error.strerror or error}"]) from error
    if arguments.json:
        emit({"written": str(folder)})
    else:
        note(f"{folder} has the templates. Keep those that you change, and remove the others: they")
        note("then stay as they are shipped. In the configuration:\n")
        note(f'[digest]\ntemplates = "{folder}"')
    return 0


def migrate(arguments: argparse.Namespace) -> int:
    """Bring the schema up to date, after a copy."""
    import os

    from digest.cli import configuration
    from digest.store import database

    settings = configuration.load(arguments, acts=not arguments.dry_run)
    url = settings.database_url(os.environ)
    engine = database.open_database(url, read_only=arguments.dry_run)
    try:
        todo = database.pending(engine) if arguments.dry_run else database.migrate(engine)
    finally:
        engine.dispose()
    tell = say if arguments.dry_run else note
    if arguments.json:
        emit({"migrations": list(todo), "done": not arguments.dry_run})
    elif todo:
        tell(f"{'to do' if arguments.dry_run else 'done'}: {', '.join(todo)}")
    else:
        tell("the database is up to date")
    return 0


def _address(text: str) -> str:
    from digest.errors import DeliveryFailed
    from digest.mail.addresses import recipient_address

    try:
        recipient_address(text)
    except DeliveryFailed as error:
        raise ConfigError([f"{text}: is no e-mail address"]) from error
    if any(mark in text for mark in '"\\'):
        raise ConfigError([f"{text}: an address with quotes or backslashes is not supported"])
    return text


def _starter(name: str) -> str:
    return resources.files("digest.starter").joinpath(name).read_text(encoding="utf-8")


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError([f"{path}: is there already, and digest init never overwrites"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from error
