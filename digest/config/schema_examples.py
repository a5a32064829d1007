"""What stands in the `examples` of an interest: an id, a bibliography, or a library."""

import re
from hashlib import sha256
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    model_validator,
)

from digest.config import values
from digest.config.addresses import is_loopback, web_address
from digest.config.bibliography import read_bibliography
from digest.config.places import file_path, is_file, place_of
from digest.config.schema import Line, NotEmpty, OneOrMany, SecretField, Table, given
from digest.config.secret import Secret
from digest.subscriber import Example, Library

_LIBRARY = re.compile(r"(?:users|groups)/[0-9]{1,12}")
_WHAT = "an arXiv id, a DOI, { file = … } or { zotero = { library = …, key = … } }"


def _examples(value: Any, info: ValidationInfo) -> tuple[Example, ...]:
    """Read a bibliography; where a text is from the past, its file may be gone."""
    path, place = file_path(value, info), place_of(info)
    if not is_file(path):
        if place.is_past:
            return ()
        raise ValueError(f"there is no file {values.show(value)}")
    return read_bibliography(path, place)


def _library_name(value: Any) -> str:
    name = values.one_line(value)
    if not _LIBRARY.fullmatch(name):
        raise ValueError(f'{values.show(name)} is no library: "users/12345" or "groups/678"')
    return name


def _api_address(value: Any, info: ValidationInfo) -> str:
    """The key goes there, so not in clear; nor may strangers say whom this machine asks."""
    if not place_of(info).is_trusted:
        raise ValueError("a subscriber's file names no other address")
    url = web_address(value).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("would send the key in clear: https, or http on loopback")
    return url


def _a_table(value: Any) -> Any:
    if not isinstance(value, dict):  # it may be the key
        raise ValueError('is no table: write { library = "users/12345", key = … }')
    return value


class ZoteroTable(Table):
    library: Annotated[str, PlainValidator(_library_name)] = Field(
        description='"users/12345" or "groups/678"'
    )
    key: SecretField | None = None
    """The key of its web interface; a public library needs none."""
    collections: Annotated[tuple[Line, ...], OneOrMany, NotEmpty] | None = None
    """Patterns of names of collections, in any case. Without it: all of the library."""
    base_url: Annotated[str, PlainValidator(_api_address)] | None = None
    """Another address of Zotero's interface."""


def _library(table: ZoteroTable, info: ValidationInfo) -> Library:
    keys = given(table)
    secret = keys.pop("key", None)
    library = Library(name=keys.pop("library"), account=_account(secret), **keys)
    if secret:
        place_of(info).found.keys[library] = secret
    return library


def _account(secret: Secret | None) -> str:
    """Tell keys apart without telling them."""
    if secret is None:
        return ""
    reference = (secret.plain, secret.env, secret.file, secret.credential, secret.command)
    return sha256(repr(reference).encode()).hexdigest()[:16]


class ExampleTable(Table):
    """One element of `examples`, however it is written."""

    paper: Annotated[str, PlainValidator(values.example)] | None = None
    """An arXiv id, a DOI, or the address of either; text alone is short for this."""
    file: Annotated[tuple[Example, ...], PlainValidator(_examples)] | None = None
    """A BibTeX file: its newest 500 entries."""
    zotero: Annotated[ZoteroTable, BeforeValidator(_a_table), AfterValidator(_library)] | None = (
        None
    )
    """A Zotero library: its newest 500 papers, looked into once a day."""

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples that are known without asking anybody."""
        return self.file or ((Example(name=self.paper),) if self.paper else ())

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"is one of {_WHAT}")
        return self
