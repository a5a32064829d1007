"""Values of a service's JSON, each as text that any database and any mail can hold."""

import json
from collections.abc import Mapping
from typing import Any

from digest.formats.html_text import to_text
from digest.paper import collapse

Record = Mapping[str, Any]


def read_json(content: bytes) -> Any:
    """Read a document; ValueError where it is none."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def text_of(value: object) -> str:
    """Give a text without its markup, on one line; anything else is none."""
    if not isinstance(value, str):
        return ""
    whole = value.encode("utf-8", "replace").decode()  # no lone surrogates
    return collapse(to_text(whole).replace("\0", ""))


def record_of(value: object) -> Record:
    """Give the members of an object; of anything else, none."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """Give the elements of a list; of anything else, none."""
    return value if isinstance(value, list) else []


def name_of(person: object, given: str, family: str) -> str:
    """Give a person's name, or an organisation's that has only one."""
    record = record_of(person)
    parts = (text_of(record.get(key)) for key in (given, family))
    return " ".join(filter(None, parts)) or text_of(record.get("name"))
