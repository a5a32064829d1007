"""check --online: do the mail server, the sources and the endpoint answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from digest import wiring
from digest.config import Settings
from digest.errors import DigestError
from digest.extras.summary import question_about
from digest.issue import Issue
from digest.mail.relay import connect
from digest.paper import Paper
from digest.sources.pull import NOTHING


def answers(settings: Settings, issue: Issue, to: str | None) -> Iterator[str]:
    """Ask the mail server, with the issue to send to `to`, and each source.

    Gives a line for each that does not answer well.
    """
    mail = wiring.mail_of(settings)
    try:
        if mail.host is not None:
            connect(wiring.relay(mail)).quit()
        if to is not None:
            envelope = wiring.wrapper(settings, to=to)(issue)
            with wiring.connector(mail)() as transport:
                transport.send(envelope, on_data=lambda: None)
    except DigestError as error:
        yield f"mail: {error}"
    with wiring.open_sources(_one_page_each(settings)) as supply:
        for source in supply.sources:
            try:
                pull = source.pull(now=wiring.now(), memory=NOTHING)
            except DigestError as error:
                yield f"source {source.name}: {error}"
            else:
                if pull.error:
                    yield f"source {source.name}: {pull.error}"
        for library in supply.examples.libraries:
            try:
                replace(library, most=1).pull()
            except DigestError as error:
                yield f"library {library.library.name}: {error}"
    yield from _summary(settings)


def _summary(settings: Settings) -> Iterator[str]:
    """Ask the endpoint that writes summaries once, where there is one."""
    with wiring.endpoint(settings) as writer:
        question = question_about(Paper(title="A test", abstract="This is a test."), "en")
        try:
            if writer and question:
                writer.write(question, within=settings.summary.timeout)
        except DigestError as error:
            yield f"summary: {error}"


def _one_page_each(settings: Settings) -> Settings:
    """Ask each source for as little as shows that it answers: one part, one day.

    Files are looked at without being asked.
    """
    least = (
        replace(each, backfill=timedelta(0), categories=each.categories[:1])
        for each in settings.sources
        if each.kind != "file"
    )
    return replace(settings, sources=tuple(least))
