"""One service a database, whichever kind it is."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.store.locks import presence, sole


def test_there_is_only_one_by_a_name(engine: sa.Engine) -> None:
    with sole(engine, "service") as first:
        assert first is not None
        assert first.is_ours()
        with sole(engine, "service") as second:
            assert second is None
        with sole(engine, "other") as other:
            assert other is not None
    with sole(engine, "service") as again:
        assert again is not None


def test_a_hold_that_the_server_has_taken_away_is_noticed(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as admin, sole(engine, "service") as hold:
        assert hold is not None
        assert hold.is_ours()
        others = sa.text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        admin.execute(others)
        assert not hold.is_ours()
    engine.dispose()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_lock_files_of_root_belong_to_the_owner_of_the_folder(
    sqlite_url: str, engine: sa.Engine
) -> None:
    if engine.dialect.name != "sqlite":
        return
    file = Path(str(engine.url.database))
    os.chown(file.parent, 65534, 65534)
    with sole(engine, "service"), presence(engine):
        owners = {path.stat().st_uid for path in file.parent.glob("*.lock")}
    assert owners == {65534}
