"""What tests of several packages share: databases to write to."""

import itertools
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import freezegun
import hypothesis
import pytest
import sqlalchemy as sa

import clean
import postgres
from digest.store.database import migrate, open_database

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _no_installation(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the machine's own installation be none of the tests' business."""
    nowhere = tmp_path_factory.getbasetemp() / "etc-digest" / "config.toml"
    monkeypatch.setattr("digest.config.paths.SYSTEM_FILE", nowhere)


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's clock is New York's."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


# freezegun looks into every module loaded, each time: into these in vain.
freezegun.configure(extend_ignore_list=["scipy", "numpy", "sklearn", "hypothesis", "lxml", "rich"])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take --whole: the long tests in full, as .ci/run wants them."""
    parser.addoption("--whole", action="store_true", help="the long tests in full")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with the same surroundings everywhere; try more examples where there is time."""
    clean.start(os.environ)
    hypothesis.settings.register_profile("quick", max_examples=25)
    hypothesis.settings.register_profile("whole", max_examples=100)
    hypothesis.settings.load_profile("whole" if config.getoption("whole") else "quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the longest begin first, so that nobody waits for it; in full they may take longer."""
    for item in items:
        if config.getoption("whole") and "whole" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(1800))
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether a long test is to run in full."""
    return bool(request.config.getoption("whole"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[sa.URL]:
    """A PostgreSQL server: the named one, else one that runs as long as the tests."""
    named = postgres.named_server()
    if named is not None:
        yield named
        return
    binaries = postgres.find_binaries()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail(postgres.MISSING)
        pytest.skip(postgres.MISSING)
    with postgres.running_cluster(binaries) as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: sa.URL) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    name = f"digest_{os.getpid()}_{next(_numbers)}"
    with postgres.fresh_schema(postgresql_server, name) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'digest.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def empty_engine(database_url: str) -> Iterator[sa.Engine]:
    """A database of each kind without any tables."""
    engine = open_database(database_url, create=True)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("database") / "migrated.db"
    engine = open_database(f"sqlite:///{file}", create=True)
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture
def engine(database_url: str, _migrated_file: Path) -> Iterator[sa.Engine]:
    """A database of each kind, its schema up to date."""
    engine = open_database(database_url, create=True)
    if engine.dialect.name == "sqlite":
        shutil.copyfile(_migrated_file, str(engine.url.database))
    else:
        migrate(engine)
    yield engine
    engine.dispose()
