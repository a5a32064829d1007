"""Opening, migrating and failing: a database is used as it should be, or left as it was."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from builders import NOW
from digest.errors import ConfigError, NoDatabase, SchemaTooNew, StoreError
from digest.store import database, issues, schema, subscribers
from digest.store.database import (
    MIGRATIONS,
    migrate,
    open_database,
    pending,
    reading,
    require_current,
    writing,
)
from store.rows import all_rows, make_listing, numbered, record, stored

MORE = '''"""Notes, and a colour for each paper."""

import sqlalchemy as sa
from alembic import op

revision = "9999_more"
down_revision = "{head}"


def upgrade() -> None:
    op.create_table("notes", sa.Column("text", sa.Text(), nullable=False))
    op.execute("INSERT INTO notes VALUES ('half')")
    op.execute("UPDATE papers SET title = 'changed'")
    op.add_column("papers", sa.Column("colour", sa.Text()))
    {failure}
'''
SCRIPT = ScriptDirectory(str(MIGRATIONS))
ALL = tuple(each.revision for each in SCRIPT.walk_revisions())[::-1]
OLD_ISSUE = """
INSERT INTO issues (id, subscriber, day, made_at, message_id, searched, sources, layout, language)
VALUES (1, 'ada@example.org', '2026-03-10', '2026-03-10 07:30:00.000000', '<1@example.org>', 0,
    '[]', 'cards', 'en')
"""
OLD_DELIVERY = """
INSERT INTO deliveries (issue_id, recipient, status, attempts, fence, queued_at)
VALUES (1, 'ada@example.org', 'sent', 1, 1, '2026-03-10 07:30:00.000000')
"""
FAILURES = {
    "a-statement": ('op.execute("INSERT INTO nowhere VALUES (1)")', StoreError),
    "the-program": ('raise LookupError("a bug")', LookupError),
}


def more(failure: str = "") -> str:
    return MORE.format(head=ALL[-1], failure=failure)


def write_migrations(folder: Path, last: str) -> Path:
    """The real migrations, and one more."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_more.py").write_text(last)
    return folder


def schema_of(engine: sa.Engine) -> dict[str, list[str]]:
    inspector = sa.inspect(engine)
    return {
        table: [column["name"] for column in inspector.get_columns(table)]
        for table in inspector.get_table_names()
    }


def test_a_database_that_is_not_there_is_not_made_by_looking(sqlite_url: str) -> None:
    file = Path(str(sa.make_url(sqlite_url).database))
    with pytest.raises(NoDatabase, match=r"there is no database at .*digest\.db") as caught:
        open_database(sqlite_url)
    assert caught.value.exit_code == 2
    assert not file.exists()


def test_folders_are_made_for_a_new_database(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'deep' / 'down' / 'digest.db'}", create=True)
    assert migrate(engine) == ALL
    assert open_database(str(engine.url)).url == engine.url
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("no address", id="no-address"),
        pytest.param("sqlite+nodriver:///digest.db", id="no-such-driver"),
        pytest.param("nosuchdatabase://localhost/digest", id="no-such-database"),
        pytest.param("mysql+nosuchdriver://localhost/digest", id="driver-not-installed"),
    ],
)
def test_an_address_that_cannot_be_used_is_said(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^digest\.database: "):
        open_database(url, create=True)


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot create the database"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'digest.db'}", create=True)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    file = tmp_path / "digest.db"
    file.write_text("This is a letter, not a database.\n" * 100)
    engine = open_database(f"sqlite:///{file}")
    with pytest.raises(StoreError, match=r"digest\.db is no database of digest's"):
        migrate(engine)
    engine.dispose()


def test_a_server_out_of_reach_is_said_without_its_password() -> None:
    engine = open_database("postgresql+psycopg://me:secret@127.0.0.1:1/digest")
    with pytest.raises(StoreError, match=r"127\.0\.0\.1") as caught, reading(engine):
        pass
    assert "secret" not in str(caught.value)


def test_a_database_that_is_locked_is_said(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 50)
    engine = open_database(sqlite_url, create=True)
    migrate(engine)
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert stored(engine) == []
        with pytest.raises(StoreError, match="database is locked"), writing(engine):
            pass
        other.execute("ROLLBACK")
    assert record(engine, make_listing(numbered("a"))).new == 1
    engine.dispose()


def test_a_broken_rule_of_the_schema_is_an_error_of_the_store(engine: sa.Engine) -> None:
    with pytest.raises(StoreError), writing(engine) as connection:
        connection.execute(
            sa.insert(schema.sightings).values(paper_id=999, what="", format="jsonl", seen_at=NOW)
        )


def test_what_fails_inside_a_transaction_is_undone(engine: sa.Engine) -> None:
    with pytest.raises(LookupError), writing(engine) as connection:  # noqa: PT012
        connection.execute(sa.insert(schema.good_files).values(path="a", text="b", saved_at=NOW))
        raise LookupError
    assert all_rows(engine)["good_files"] == []


def test_the_migrated_schema_is_the_one_in_the_code(engine: sa.Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []


def test_migrating_names_what_it_did_and_a_second_time_does_nothing(
    empty_engine: sa.Engine,
) -> None:
    assert pending(empty_engine) == ALL
    assert migrate(empty_engine) == ALL
    assert pending(empty_engine) == ()
    assert migrate(empty_engine) == ()
    require_current(empty_engine)


def test_a_database_without_tables_is_none_yet(empty_engine: sa.Engine) -> None:
    with pytest.raises(NoDatabase, match="nothing in the database"):
        require_current(empty_engine)
    assert schema_of(empty_engine) == {}


def test_runs_at_once_migrate_once(empty_engine: sa.Engine) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(migrate, [empty_engine] * 3))
    assert sorted(done) == [(), (), ALL]


def test_a_newer_schema_is_refused(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '10000'"))
    before = schema_of(engine)
    for refused in (pending, migrate, require_current):
        with pytest.raises(SchemaTooNew, match="schema 10000") as caught:
            refused(engine)
        assert caught.value.exit_code == 2
    assert schema_of(engine) == before


@pytest.mark.parametrize(("failure", "error"), FAILURES.values(), ids=FAILURES)
def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(
    engine: sa.Engine, tmp_path: Path, failure: str, error: type[Exception]
) -> None:
    record(engine, make_listing(numbered("Graphs")))
    rows, tables = all_rows(engine), schema_of(engine)
    migrations = write_migrations(tmp_path / "migrations", more(failure))
    with pytest.raises(error):
        migrate(engine, migrations)
    assert schema_of(engine) == tables
    assert all_rows(engine) == rows
    assert pending(engine, migrations) == ("9999_more",)
    assert record(engine, make_listing(numbered("Trees"))).new == 1


@pytest.mark.parametrize(("failure", "error"), FAILURES.values(), ids=FAILURES)
def test_a_first_migration_that_fails_leaves_no_table(
    empty_engine: sa.Engine, tmp_path: Path, failure: str, error: type[Exception]
) -> None:
    migrations = write_migrations(tmp_path / "migrations", more(failure))
    with pytest.raises(error):
        migrate(empty_engine, migrations)
    assert schema_of(empty_engine) == {}


def test_a_migration_that_works_keeps_what_is_there(engine: sa.Engine, tmp_path: Path) -> None:
    record(engine, make_listing(numbered("Graphs")))
    migrations = write_migrations(tmp_path / "migrations", more())
    assert migrate(engine, migrations) == ("9999_more",)
    with reading(engine) as connection:
        notes = connection.execute(sa.text("SELECT text FROM notes")).scalars().all()
        titles = connection.execute(sa.text("SELECT title FROM papers")).scalars().all()
    assert (notes, titles) == (["half"], ["changed"])


def test_an_issue_of_the_first_version_is_still_there(
    empty_engine: sa.Engine, tmp_path: Path
) -> None:
    first = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, first, ignore=shutil.ignore_patterns("000[2-9]*", "__pycache__"))
    assert migrate(empty_engine, first) == ALL[:1]
    with writing(empty_engine) as connection:
        connection.execute(sa.text(OLD_ISSUE))
        connection.execute(sa.text(OLD_DELIVERY))
    assert migrate(empty_engine) == ALL[1:]
    with reading(empty_engine) as connection:
        (past,) = issues.past(connection)
        known = subscribers.known_since(connection)
    assert known == {"ada@example.org": NOW}, "who has a history is not new"
    assert (past.subscriber, past.made_at, past.profile) == ("ada@example.org", NOW, None)


def test_a_database_is_copied_before_it_is_migrated(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_database(sqlite_url, create=True)
    migrate(engine)
    record(engine, make_listing(numbered("Graphs")))
    migrate(engine, write_migrations(tmp_path / "migrations", more()))
    copy = open_database(f"sqlite:///{tmp_path / 'digest.db.before-9999_more'}")
    assert [held.paper.title for held in stored(copy)] == ["Graphs"]
    assert [held.paper.title for held in stored(engine)] == ["changed"]
    require_current(copy)
    copy.dispose()
    engine.dispose()


def test_a_new_database_leaves_no_copy(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_database(sqlite_url, create=True)
    migrate(engine)
    engine.dispose()
    assert [file.name for file in tmp_path.iterdir()] == ["digest.db"]


def test_nothing_is_migrated_that_could_not_be_copied(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_database(sqlite_url, create=True)
    migrate(engine)
    (tmp_path / "digest.db.before-9999_more").mkdir()
    migrations = write_migrations(tmp_path / "migrations", more())
    with pytest.raises(StoreError, match="cannot copy the database"):
        migrate(engine, migrations)
    assert pending(engine, migrations) == ("9999_more",)
    engine.dispose()


def test_a_naive_instant_is_refused(engine: sa.Engine) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(sa.exc.StatementError, match="naive datetime"):
        record(engine, make_listing(numbered("a")), seen_at=naive)
    assert stored(engine) == []


@pytest.mark.parametrize(
    "zone",
    [
        pytest.param(UTC, id="utc"),
        pytest.param(timezone(timedelta(hours=13, minutes=45)), id="east"),
        pytest.param(timezone(timedelta(hours=-11)), id="west"),
    ],
)
def test_an_instant_comes_back_aware_in_utc(engine: sa.Engine, zone: timezone) -> None:
    instant = datetime(2026, 3, 10, 1, 2, 3, 456789, tzinfo=zone)
    record(engine, make_listing(numbered("a")), seen_at=instant)
    (held,) = stored(engine)
    assert held.first_seen_at == instant
    assert held.first_seen_at.tzinfo is UTC


def test_sqlite_survives_a_power_cut_and_keeps_its_rules(sqlite_url: str) -> None:
    engine = open_database(sqlite_url, create=True)
    with reading(engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
