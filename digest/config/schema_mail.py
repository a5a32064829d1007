"""What stands in [mail]."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, PlainValidator

from digest.config.addresses import (
    domain_name,
    helo_name,
    key_selector,
    mail_host,
    mailbox,
    unsubscribe_address,
)
from digest.config.places import existing_file, file_path
from digest.config.schema import (
    Address,
    Duration,
    Line,
    NotEmpty,
    OneOrMany,
    SecretField,
    Table,
    becomes,
)
from digest.config.settings import PORTS, DkimSettings
from digest.config.times import duration
from digest.config.values import choice, positive, whole

_MINUTE = timedelta(minutes=1)
_Mailbox = Annotated[str, PlainValidator(mailbox)]


class DkimTable(Table):
    domain: Annotated[str, PlainValidator(domain_name)] | None = None
    """The domain that signs. Without it: that of from."""
    selector: Annotated[str, PlainValidator(key_selector)] = Field(
        description='the name of the key in the DNS, as in "digest"'
    )
    key: SecretField = Field(description='the private key in PEM, as in { file = "dkim.pem" }')


class MailTable(Table):
    sender: _Mailbox = Field(
        alias="from", description='the sender, as in "Daily Papers <papers@example.org>"'
    )
    reply_to: _Mailbox | None = None
    """Where answers go."""
    bounce_address: Address | None = None
    """The envelope's sender, with a token for each message, so that bounces name it."""
    inbox: Annotated[Path, PlainValidator(file_path)] | None = None
    """A maildir that the service reads for bounces and wishes to stop."""
    dkim: Annotated[DkimTable, becomes(DkimSettings)] | None = None
    """Sign what leaves: for relays that don't. It needs the extra `dkim`."""
    host: Annotated[str, PlainValidator(mail_host)] | None = None
    """The mail server; this or directory."""
    directory: Annotated[Path, PlainValidator(file_path)] | None = None
    """Write messages as .eml files there, instead of host."""
    port: Annotated[int, PlainValidator(whole(1, 65535))] | None = None
    """25 with security "none", 465 with "tls"."""
    security: Annotated[str, PlainValidator(choice(*PORTS))] | None = None
    """How the connection is secured; never weaker than this. A login with "none" is allowed on
    loopback alone."""
    ca_file: Annotated[Path, PlainValidator(existing_file)] | None = None
    """Certificates of an authority of your own."""
    username: Line | None = None
    """The login at the mail server; with password."""
    password: SecretField | None = None
    """Its password; with auth "xoauth2" an access token."""
    auth: Annotated[str, PlainValidator(choice("auto", "xoauth2"))] | None = None
    """How to log in: as the server likes, or by an OAuth token."""
    helo: Annotated[str, PlainValidator(helo_name)] | None = None
    """This machine's name in the SMTP dialogue. Without it: as the system has it."""
    connections: Annotated[int, PlainValidator(whole(1, 100))] | None = None
    """Connections at once."""
    messages_per_connection: Annotated[int, PlainValidator(whole(1))] | None = None
    """Messages before a connection is renewed."""
    commit_group: Annotated[int, PlainValidator(whole(1))] | None = None
    """Deliveries marked as begun at once, on each connection: a crash causes at most connections ×
    commit_group second copies."""
    max_per_second: Annotated[float, PlainValidator(positive)] | None = None
    """Most messages a second. Without it: as fast as the server takes them."""
    retry_for: Duration | None = None
    """How long a deferred message is tried again."""
    retry_after: Annotated[timedelta, PlainValidator(duration(timedelta(seconds=1)))] | None = None
    """The first pause before another try; the next ones grow."""
    in_doubt: Annotated[str, PlainValidator(choice("resend", "hold"))] | None = None
    """What to do with a delivery whose outcome nobody knows: send it again, or leave it to `digest
    retry`."""
    unsubscribe: (
        Annotated[
            tuple[Annotated[str, PlainValidator(unsubscribe_address)], ...], OneOrMany, NotEmpty
        ]
        | None
    ) = None
    """Addresses, mailto: or https:, for wishes to stop; {token} is the subscriber's. Without it:
    mailto: the address in from."""
    redirect_all_to: Address | None = None
    """A trial: every message goes here instead."""
