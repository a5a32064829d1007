"""The example and the starters load as they stand, and show the true defaults."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from digest.config import Settings, load, load_subscriber
from digest.config.schema_source import SOURCE_TABLES
from digest.config.settings import DigestTable, MailTable, MetricsTable, SummaryTable
from digest.config.subscribers import PauseTable, ProfileTable, SubscriberTable

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
STARTER = ROOT / "digest/starter"
BOB = 'email = "bob@example.org"\nprofile = "single-cell"\n'
_COMMENTED = re.compile(r"#(?P<key>\w+) = .*")


def commented_keys() -> list[object]:
    """Each commented key outside the commented sources, with its line's number from 0."""
    rows, is_source_off = [], False
    for number, line in enumerate(EXAMPLE.split("\n")):
        is_source_off = line.startswith("#[[") or (is_source_off and line.startswith("#"))
        match = _COMMENTED.match(line)
        if match and not is_source_off:
            rows.append(pytest.param(number, match["key"], id=f"{number + 1} {match['key']}"))
    return rows


def summary_lines() -> range:
    """The first keys of [summary], none of which stands alone."""
    start = EXAMPLE.split("\n").index(next(re.finditer(r"\[summary\].*", EXAMPLE))[0])
    return range(start + 1, start + 4)


def loaded(lines: list[str], folder: Path) -> Settings:
    (folder / "my-templates").mkdir(exist_ok=True)
    (folder / "models/minilm").mkdir(parents=True, exist_ok=True)
    (folder / "ca.pem").touch()
    (folder / "subscribers.d").mkdir(exist_ok=True)
    (folder / "subscribers.d/bob.toml").write_text(BOB)
    (folder / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    return load(folder / "config.toml")


def test_the_example_loads_as_it_stands_without_a_warning(tmp_path: Path) -> None:
    settings = loaded(EXAMPLE.split("\n"), tmp_path)

    assert settings.warnings == ()
    assert len(settings.subscribers) == 1


@pytest.mark.parametrize(("number", "key"), commented_keys())
def test_a_commented_key_of_the_example_is_the_default_or_says_otherwise(
    number: int, key: str, tmp_path: Path
) -> None:
    lines = EXAMPLE.split("\n")
    without = loaded(lines, tmp_path)
    line = lines[number] = lines[number].removeprefix("#")
    if key == "directory":
        lines = [line for line in lines if not line.startswith("host = ")]

    if number in (together := summary_lines()):
        lines = [
            each.removeprefix("#") if at in together else each for at, each in enumerate(lines)
        ]

    if "example" in line.partition("  #")[2]:
        assert replace(loaded(lines, tmp_path), warnings=()) != replace(without, warnings=())
    else:
        having = loaded(lines, tmp_path)
        assert having.warnings == ()
        assert replace(having, warnings=()) == without


def test_the_commented_sources_of_the_example_load(tmp_path: Path) -> None:
    lines = EXAMPLE.split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith("#[[source]]")]
    answers = []
    for start in starts:
        end = lines.index("", start)
        uncommented = [line.removeprefix("#") for line in lines[start:end]]
        settings = loaded(lines[:start] + uncommented + lines[end:], tmp_path)
        answers.append(settings.sources[-1].kind)

    assert answers == ["huggingface", "biorxiv", "url", "arxiv-api", "arxiv-oai"]


def keys_of(table: type[BaseModel]) -> set[str]:
    keys = set()
    for name, field in table.model_fields.items():
        keys.add(field.alias or name)
        nested = [field.annotation]
        while nested:
            annotation = nested.pop()
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                keys |= keys_of(annotation)
            nested.extend(get_args(annotation))
    return keys


@pytest.mark.parametrize(
    "table",
    [
        DigestTable,
        MailTable,
        SummaryTable,
        MetricsTable,
        *SOURCE_TABLES.values(),
        ProfileTable,
        SubscriberTable,
        PauseTable,
    ],
)
def test_the_example_names_every_key(table: type[BaseModel]) -> None:
    missing = {key for key in keys_of(table) if not re.search(rf"\b{key}\b( =|\]\])", EXAMPLE)}

    assert missing == set()


def test_the_starter_loads_without_a_warning() -> None:
    settings = load(STARTER / "config.toml")

    assert settings.warnings == ()
    assert settings.database_url({}) == f"sqlite:///{STARTER}/digest.db"


def test_the_starting_profile_loads_once_it_has_an_address(tmp_path: Path) -> None:
    text = (STARTER / "subscriber.toml").read_text(encoding="utf-8")
    path = tmp_path / "ada.toml"
    path.write_text(text.replace("EMAIL", "ada@example.org"), encoding="utf-8")

    subscriber = load_subscriber(path, Settings(path=tmp_path / "config.toml"))

    assert text.count("EMAIL") == 1
    assert subscriber.email == "ada@example.org"
    assert len(subscriber.interests) == 1


@pytest.mark.parametrize("name", ["config.toml", "subscriber.toml"])
def test_what_a_starter_has_commented_is_right_too(name: str, tmp_path: Path) -> None:
    text = (STARTER / name).read_text(encoding="utf-8").replace("EMAIL", "ada@example.org")
    text = re.sub(r"(?m)^# (\w+ = |\[\[)", r"\1", text).replace('directory = "out"', "")
    (tmp_path / name).write_text(text, encoding="utf-8")

    if name == "config.toml":
        mail = load(tmp_path / name).mail
        assert mail is not None
        assert mail.host == "smtp.example.org"
    else:
        settings = Settings(path=tmp_path / "config.toml")
        assert len(load_subscriber(tmp_path / name, settings).interests) == 2
