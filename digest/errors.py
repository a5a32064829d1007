"""Everything that can go wrong, and what to do about each.

DigestError                 the command line catches this and nothing else
    ConfigError             .problems: FILE:LINE: key.path: what is wrong   → exit 2
    SourceError             .source
        SourceUnavailable   network, 429, 5xx, an empty 200; .retry_after   → try again (75)
        ListingMalformed    not a listing at all; .name, .line              → tell a person (1)
    StoreError              the database cannot be used as it is            → a person (1)
        NoDatabase          there is none yet                               → exit 2
        SchemaTooNew        the database is from a newer digest             → exit 2
        SchemaTooOld        it needs a migration, and this command does none → a person (1)
        StoreUnavailable    locked, full or not reachable                   → try again (75)
    SummaryFailed           nothing was written about this paper            → without it
        SummaryUnavailable  network, 429, 5xx; .retry_after                 → again, then without
        SummaryRefused      key, model or address is wrong                  → without any
    RenderError             .template, .line                                → a person (1)
    DeliveryError           .recipient, .code
        DeliveryDeferred    4yz for this recipient, lost before the dot     → try again (75)
        RelayRefused        login, MAIL FROM, our setup: marks nobody       → the operator (75)
        DeliveryFailed      5yz for this recipient or this content          → give up (1)
        DeliveryUncertain   lost after the dot                              → policy
"""

from collections.abc import Sequence
from datetime import timedelta

from digest import DISTRIBUTION


class DigestError(Exception):
    """Base of every error that a user may meet; `exit_code` is what the program ends with."""

    exit_code = 1


class ConfigError(DigestError):
    """One or more mistakes in what the user wrote, each a finished line."""

    exit_code = 2

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def missing_extra(where: str, error: ImportError, extra: str) -> ConfigError:
    """Return what to raise when `where` asks for a package that only an extra installs."""
    needs = error.name or str(error)
    return ConfigError([f"{where}: needs {needs}: pip install '{DISTRIBUTION}[{extra}]'"])


class SourceError(DigestError):
    """A source could not be pulled or read."""

    def __init__(self, message: str, *, source: str | None = None) -> None:
        super().__init__(message)
        self.source = source


class SourceUnavailable(SourceError):  # noqa: N818
    """Out of reach for now; `retry_after` is what the service asked for."""

    exit_code = 75

    def __init__(
        self, message: str, *, source: str | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, source=source)
        self.retry_after = retry_after


class ListingMalformed(SourceError):  # noqa: N818
    """These bytes are no listing; `line` is where that was seen, counted from 1."""

    def __init__(
        self, why: str, *, name: str, line: int | None = None, source: str | None = None
    ) -> None:
        where = name if line is None else f"{name}:{line}"
        super().__init__(f"{where}: {why}", source=source)
        self.name = name
        self.line = line


class StoreError(DigestError):
    """The database cannot be used as it is."""


class NoDatabase(StoreError):  # noqa: N818
    """There is no database yet, and the command does not create one."""

    exit_code = 2


class SchemaTooNew(StoreError):  # noqa: N818
    """The database was written by a newer digest."""

    exit_code = 2


class SchemaTooOld(StoreError):  # noqa: N818
    """The database was written by an older digest, and the command does not bring it up to date."""


class StoreUnavailable(StoreError):  # noqa: N818
    """The database is locked, full or out of reach for now."""

    exit_code = 75


class SummaryFailed(DigestError):  # noqa: N818
    """No summary was written; that costs nothing else."""


class SummaryUnavailable(SummaryFailed):
    """The endpoint is out of reach for now; `retry_after` is what it asked for."""

    exit_code = 75

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SummaryRefused(SummaryFailed):
    """The endpoint takes no request of ours: its key, its address or the model is wrong."""


class RenderError(DigestError):
    """A template is wrong."""

    def __init__(self, message: str, *, template: str, line: int | None = None) -> None:
        where = template if line is None else f"{template}:{line}"
        super().__init__(f"{where}: {message}")
        self.template = template
        self.line = line


class DeliveryError(DigestError):
    """A message was not accepted: `code` is the relay's reply code, if it gave one.

    `stage` is how far the transaction had come, if there was one.
    """

    def __init__(
        self,
        message: str,
        *,
        recipient: str | None = None,
        code: int | None = None,
        stage: str | None = None,
    ) -> None:
        super().__init__(message)
        self.recipient = recipient
        self.code = code
        self.stage = stage


class DeliveryDeferred(DeliveryError):  # noqa: N818
    """Not now: 4yz for this recipient, or the connection was lost before the final dot."""

    exit_code = 75


class RelayRefused(DeliveryError):  # noqa: N818
    """The relay refuses us, not this recipient: the run stops and marks nobody."""

    exit_code = 75


class DeliveryFailed(DeliveryError):  # noqa: N818
    """Never: 5yz for this recipient or this content."""


class DeliveryUncertain(DeliveryError):  # noqa: N818
    """Lost after the final dot: nobody can know (RFC 1047, RFC 5321 section 4.5.3.2.6)."""

    exit_code = 75
