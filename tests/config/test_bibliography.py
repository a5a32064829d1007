"""Bibliographies and libraries that a configuration names."""

from pathlib import Path

import pytest

from digest.config import Settings, load
from digest.errors import ConfigError
from digest.subscriber import Library

PERSON = '[[subscriber]]\nemail = "ada@example.org"\n[[subscriber.interest]]\n'


def loaded(tmp_path: Path, examples: str) -> Settings:
    (tmp_path / "digest.toml").write_text(f"{PERSON}examples = [{examples}]")
    return load(tmp_path / "digest.toml")


def names(settings: Settings) -> list[str]:
    return [each.name for each in settings.subscribers[0].interests[0].examples]


def test_examples_of_all_files_stand_oldest_first_after_those_without_a_date(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.bib").write_text("@misc{new, title={A}, year=2024}\n@misc{none, title={B}}")
    (tmp_path / "b.bib").write_text("@misc{old, title={C}, year=2020}")

    settings = loaded(tmp_path, '{ file = "a.bib" }, "2309.06180", { file = "b.bib" }')

    assert names(settings) == ["a.bib:none", "2309.06180", "b.bib:old", "a.bib:new"]


@pytest.mark.parametrize(
    ("content", "telling"),
    [
        pytest.param(b"", "a.bib:1: holds no entry", id="empty"),
        pytest.param(b"\xff\xfe\x00", "a.bib:1: ", id="another encoding"),
        pytest.param(b"@misc{a,\ntitle={Caf\xe9}}", "a.bib:2: is not UTF-8", id="Latin-1"),
        pytest.param(b"@misc{a, title={A}", "a.bib:1: entry a cannot be read", id="cut"),
    ],
)
def test_a_file_that_is_damaged_stops_nobody_and_is_told(
    content: bytes, telling: str, tmp_path: Path
) -> None:
    (tmp_path / "a.bib").write_bytes(content)

    settings = loaded(tmp_path, '{ file = "a.bib" }')

    assert telling in settings.warnings[0]


def test_of_a_hundred_warnings_the_first_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text("@misc{a title={A}}\n" * 100)

    warnings = loaded(tmp_path, '{ file = "a.bib" }').warnings

    assert len(warnings) == 11
    assert warnings[-1].endswith("a.bib: 90 more entries cannot be read")


def test_a_file_of_another_size_than_libraries_have_is_a_mistake(tmp_path: Path) -> None:
    with (tmp_path / "a.bib").open("wb") as file:
        file.truncate(21 * 2**20)

    with pytest.raises(ConfigError, match=r"a\.bib is larger than 20 MB"):
        loaded(tmp_path, '{ file = "a.bib" }')


def test_a_library_and_its_key(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        '\n{ zotero = { library = "groups/678", key = "hunter2", collections = "ML*" } },'
        '\n{ zotero = { library = "users/1" } }',
    )

    group, own = settings.subscribers[0].interests[0].libraries
    assert (group.name, group.collections) == ("groups/678", ("ML*",))
    assert own == Library(name="users/1")
    assert [*settings.library_keys] == [group]
    assert settings.library_keys[group].read({}) == "hunter2"
    (warning,) = settings.warnings
    assert "digest.toml:5: subscriber[0].interest[0].examples[0].zotero.key: a secret" in warning
    assert "hunter2" not in f"{settings} {group!r} {warning}"


def test_who_asks_with_another_key_has_another_library(tmp_path: Path) -> None:
    zotero = '{{ zotero = {{ library = "users/1", key = {} }} }}'
    keys = ('"one"', '"two"', '{ env = "K" }', '{ env = "L" }')

    settings = loaded(tmp_path, ", ".join(zotero.format(key) for key in keys))

    assert len(set(settings.subscribers[0].interests[0].libraries)) == len(keys)
