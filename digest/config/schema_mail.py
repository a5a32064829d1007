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
    selector: Annotated[str, PlainValidator(key_selector)] = Field(
        description='the name of the key in the DNS, as in "digest"'
    )
    key: SecretField = Field(description='the private key in PEM, as in { file = "dkim.pem" }')


class MailTable(Table):
    sender: _Mailbox = Field(
        alias="from", description='the sender, as in "Daily Papers <papers@example.org>"'
    )
    reply_to: _Mailbox | None = None
    bounce_address: Address | None = None
    inbox: Annotated[Path, PlainValidator(file_path)] | None = None
    dkim: Annotated[DkimTable, becomes(DkimSettings)] | None = None
    host: Annotated[str, PlainValidator(mail_host)] | None = None
    directory: Annotated[Path, PlainValidator(file_path)] | None = None
    port: Annotated[int, PlainValidator(whole(1, 65535))] | None = None
    security: Annotated[str, PlainValidator(choice(*PORTS))] | None = None
    ca_file: Annotated[Path, PlainValidator(existing_file)] | None = None
    username: Line | None = None
    password: SecretField | None = None
    auth: Annotated[str, PlainValidator(choice("auto", "xoauth2"))] | None = None
    helo: Annotated[str, PlainValidator(helo_name)] | None = None
    connections: Annotated[int, PlainValidator(whole(1, 100))] | None = None
    messages_per_connection: Annotated[int, PlainValidator(whole(1))] | None = None
    commit_group: Annotated[int, PlainValidator(whole(1))] | None = None
    max_per_second: Annotated[float, PlainValidator(positive)] | None = None
    retry_for: Duration | None = None
    retry_after: Annotated[timedelta, PlainValidator(duration(timedelta(seconds=1)))] | None = None
    in_doubt: Annotated[str, PlainValidator(choice("resend", "hold"))] | None = None
    unsubscribe: (
        Annotated[
            tuple[Annotated[str, PlainValidator(unsubscribe_address)], ...], OneOrMany, NotEmpty
        ]
        | None
    ) = None
    redirect_all_to: Address | None = None
