"""A subscriber's own file: judged alone, and not trusted."""

from pathlib import Path

import pytest

from digest.config import Settings, load, load_subscriber, read_subscriber
from digest.errors import ConfigError

CONFIG = """
[digest]
subscribers = ["people/*.toml"]
[defaults]
max_papers = 3
[[profile]]
name = "p"
interest = [{ name = "shared", about = "graphs" }]
[[subscriber]]
email = "ada@example.org"
profile = "p"
"""
BOB = 'email = "bob@example.org"\n[[interest]]\nkeywords = ["graph"]\n'


def loaded(tmp_path: Path, **files: str) -> Settings:
    people = tmp_path / "people"
    people.mkdir()
    (tmp_path / "digest.toml").write_text(CONFIG)
    for name, text in files.items():
        (people / f"{name}.toml").write_text(text)
    return load(tmp_path / "digest.toml")


@pytest.mark.parametrize("table", ["interest", "subscriber.interest"])
def test_a_file_adds_a_subscriber_with_the_defaults(table: str, tmp_path: Path) -> None:
    text = BOB.replace("[[interest]]", f"[[{table}]]")
    settings = loaded(tmp_path, bob=text)

    assert [subscriber.email for subscriber in settings.subscribers] == [
        "ada@example.org",
        "bob@example.org",
    ]
    assert settings.subscribers[1].max_papers == 3
    assert settings.subscribers[1].interests[0].keywords[0].term == "graph"
    assert settings.subscriber_files == {tmp_path / "people/bob.toml": text}
    assert settings.broken_files == ()


@pytest.mark.parametrize(
    ("text", "line", "telling"),
    [
        pytest.param(BOB + "keywrods = []", 4, "keywords", id="unknown key"),
        pytest.param(BOB + "max_papers = 2", 4, "interest[0].max_papers: unknown", id="below"),
        pytest.param(BOB + '"', 4, "no TOML", id="syntax"),
        pytest.param(BOB.replace("bob", "Ada"), 1, "email: ", id="an address of the configuration"),
        pytest.param(
            'formerly = ["BOB@example.org"]\n' + BOB, 1, "formerly[0]: ", id="its own address twice"
        ),
        pytest.param("[[subscriber]]\n" + BOB, 1, "stand at the top", id="[[subscriber]]"),
        pytest.param(BOB.replace("email", "name"), 1, "email: is missing", id="no address"),
        pytest.param(
            BOB + 'examples = [{ file = "../../secret.bib" }]', 4, "leads out of", id="out"
        ),
        pytest.param(BOB + 'examples = [{ file = "/etc/passwd" }]', 4, "leads out of", id="etc"),
        pytest.param(
            BOB + 'examples = [{ zotero = { library = "users/1", key = { env = "K" } } }]',
            4,
            "refers to no secret",
            id="key by reference",
        ),
        pytest.param(
            BOB + 'examples = [{ zotero = { library = "users/1", base_url = "http://[::1]" } }]',
            4,
            "names no other address",
            id="address of this machine",
        ),
        pytest.param(BOB + 'about = { env = "HOME" }', 4, "is no text", id="secret reference"),
        pytest.param('profile = "q"\n' + BOB, 1, 'no profile "q"', id="profile"),
    ],
)
def test_a_broken_file_leaves_the_others_served(
    text: str, line: int, telling: str, tmp_path: Path
) -> None:
    good = BOB.replace("bob", "carla")

    settings = loaded(tmp_path, broken=text, good=good)

    (broken,) = settings.broken_files
    assert broken.path == tmp_path / "people/broken.toml"
    assert broken.problems[0].startswith(f"{broken.path}:{line}: ")
    assert telling in "\n".join(broken.problems)
    assert [subscriber.name or subscriber.key for subscriber in settings.subscribers] == [
        "ada@example.org",
        "carla@example.org",
    ]
    assert list(settings.subscriber_files) == [tmp_path / "people/good.toml"]


def test_of_two_files_with_one_address_the_first_counts(tmp_path: Path) -> None:
    settings = loaded(tmp_path, a=BOB, b=BOB)

    assert [broken.path.name for broken in settings.broken_files] == ["b.toml"]


def test_a_file_outside_the_configuration_is_read_with_its_defaults(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    path = tmp_path / "try.toml"
    path.write_text(BOB.replace("bob", "ada") + "[digest]\n")

    with pytest.raises(ConfigError, match=r"try.toml:4: digest: unknown key"):
        load_subscriber(path, settings)
    path.write_text('profile = "p"\n' + BOB.replace("bob", "ada"))
    subscriber = load_subscriber(path, settings)
    assert subscriber.max_papers == 3
    assert subscriber.interests[0].name == "shared"


def test_an_earlier_text_is_read_unless_its_address_is_taken(tmp_path: Path) -> None:
    settings = loaded(tmp_path, bob="[broken")
    path = tmp_path / "people/bob.toml"

    assert read_subscriber(BOB, path, settings).email == "bob@example.org"
    with pytest.raises(ConfigError, match="address of a subscriber already"):
        read_subscriber(BOB.replace("bob", "ada"), path, settings)


BIB = "@article{a, title = {On Graphs}}\n@article{b, title = {On\n@article{c, title = {Trees}}"


def test_a_bibliography_beside_a_file_is_read_with_a_warning_for_what_is_broken(
    tmp_path: Path,
) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people/mine.bib").write_text(BIB)
    text = BOB + 'examples = [{ file = "mine.bib" }]'
    (tmp_path / "people/bob.toml").write_text(text)
    (tmp_path / "digest.toml").write_text(CONFIG)

    settings = load(tmp_path / "digest.toml")

    (interest,) = settings.subscribers[1].interests
    assert [example.name for example in interest.examples] == ["mine.bib:a", "mine.bib:c"]
    (warning,) = settings.warnings
    assert warning.startswith(f"{tmp_path}/people/mine.bib:2: entry b cannot be read: ")


def test_a_key_in_a_subscribers_file_is_kept_apart_from_what_is_shown(tmp_path: Path) -> None:
    text = BOB + 'examples = [{ zotero = { library = "users/7", key = "hunter2" } }]'
    settings = loaded(tmp_path, bob=text)

    (interest,) = settings.subscribers[1].interests
    (library,) = interest.libraries
    assert settings.library_keys[library].read({}) == "hunter2"
    assert "hunter2" not in f"{settings} {settings.warnings}"


def test_a_text_of_the_past_may_name_a_bibliography_that_is_gone(tmp_path: Path) -> None:
    settings = loaded(tmp_path, bob="[broken")
    text = BOB + 'examples = ["2309.06180", { file = "gone.bib" }]'

    subscriber = read_subscriber(text, tmp_path / "people/bob.toml", settings)

    assert [example.name for example in subscriber.interests[0].examples] == ["2309.06180"]
