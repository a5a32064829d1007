"""Collects everything that is wrong in one file, in our words and in the order of its lines."""

from collections.abc import Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from digest.config.document import Document, KeyPath, show_path
from digest.config.paths import Place
from digest.config.values import did_you_mean, show
from digest.errors import ConfigError

M = TypeVar("M", bound=BaseModel)


class Mistakes:
    """The mistakes found in a document so far."""

    def __init__(self, document: Document, place: Place, *, owner_keys: Sequence[str] = ()) -> None:
        self.document = document
        self.place = place
        self._owner_keys = owner_keys  # of the table that an interest belongs to
        self._found: list[tuple[int, str]] = []

    def add(self, path: KeyPath, what: str) -> None:
        self._found.append((self.document.line(path), f"{self.document.where(path)}: {what}"))

    def read(self, table: type[M], path: KeyPath) -> M | None:
        """Read the table that stands at `path`; None if it has mistakes."""
        try:
            return table.model_validate(self.value(path), context=self.place)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._reword(table, path, detail)
            return None

    def value(self, path: KeyPath) -> Any:
        node: Any = self.document.data
        for part in path:
            node = node[part]
        return node

    def tables(self, path: KeyPath) -> list[tuple[KeyPath, dict[str, Any]]]:
        """The tables of a list, with their paths; what is none is somebody else's mistake."""
        parent = self.value(path[:-1])
        items = parent.get(path[-1]) if isinstance(parent, dict) else None
        if not isinstance(items, list):
            return []
        return [((*path, n), item) for n, item in enumerate(items) if isinstance(item, dict)]

    def raise_any(self) -> None:
        """Raise ConfigError if there is a mistake."""
        if self._found:
            self._found.sort(key=lambda found: found[0])
            raise ConfigError(list(dict.fromkeys(line for _, line in self._found)))

    def _reword(self, table: type[BaseModel], path: KeyPath, detail: ErrorDetails) -> None:
        where = self._real((*path, *detail["loc"]))
        match detail["type"]:
            case "extra_forbidden":
                what = self._unknown_key(table, path, where)
            case "missing":
                wanted = _model_at(table, detail["loc"][:-1])
                what = f"is missing: {_description(wanted, str(detail['loc'][-1]))}"
            case "model_type" | "dict_type":
                what = f"{show(detail['input'])} is no table"
            case "tuple_type":
                what = _no_list(where, detail["input"])
            case _:
                what = str(detail.get("ctx", {}).get("error", detail["msg"]))
        self.add(where, what)

    def _real(self, path: KeyPath) -> KeyPath:
        """As much of a path as stands in the file: text may be short for a table."""
        node: Any = self.document.data
        for number, part in enumerate(path):
            if isinstance(node, dict):
                node = node.get(str(part))
            elif isinstance(node, list) and isinstance(part, int):
                node = node[part]
            else:
                return path[:number]
        return path

    def _unknown_key(self, table: type[BaseModel], path: KeyPath, where: KeyPath) -> str:
        key = str(where[-1])
        wanted = _model_at(table, where[len(path) : -1])
        if key in self._owner_keys and "interest" in where:
            return (
                "unknown key in an interest; it is the subscriber's: write it above [[…interest]]"
            )
        keys = [field.alias or name for name, field in wanted.model_fields.items()]
        return f"unknown key{did_you_mean(key, keys)}"


def _no_list(where: KeyPath, value: object) -> str:
    if isinstance(value, dict):
        name = show_path(tuple(part for part in where if isinstance(part, str)))
        return f"is one table, and a list of tables is meant: write [[{name}]]"
    return f"{show(value)} is no list: write it in [ ]"


def _description(table: type[BaseModel], key: str) -> str:
    for name, field in table.model_fields.items():
        if key == (field.alias or name):
            return field.description or ""
    return ""


def _model_at(table: type[BaseModel], path: KeyPath) -> type[BaseModel]:
    """The table that a path below `table` leads to."""
    for part in path:
        for name, field in table.model_fields.items():
            if part == (field.alias or name):
                table = _nested(field.annotation) or table
                break
    return table


def _nested(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_nested, get_args(annotation))), None)
