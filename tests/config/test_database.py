"""Which database a configuration means."""

from pathlib import Path

import pytest

from digest.config import Secret, Settings, load
from digest.errors import ConfigError


@pytest.mark.parametrize(
    ("config", "environ", "url"),
    [
        pytest.param(
            "/etc/digest/config.toml",
            {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "HOME": "/h"},
            "sqlite:////var/lib/a/digest.db",
            id="systemd",
        ),
        pytest.param(
            "/etc/digest/config.toml",
            {"HOME": "/h"},
            "sqlite:////var/lib/digest/digest.db",
            id="system",
        ),
        pytest.param(
            "/h/config.toml",
            {"XDG_STATE_HOME": "/s", "HOME": "/h"},
            "sqlite:////s/digest/digest.db",
            id="XDG",
        ),
        pytest.param(
            "/h/config.toml",
            {"HOME": "/h"},
            "sqlite:////h/.local/state/digest/digest.db",
            id="home",
        ),
    ],
)
def test_the_default_database_follows_the_system(
    config: str, environ: dict[str, str], url: str
) -> None:
    assert Settings(path=Path(config)).database_url(environ) == url


@pytest.mark.parametrize(
    ("written", "url"),
    [
        pytest.param("sqlite:///digest.db", "sqlite:////c/digest.db", id="relative"),
        pytest.param("sqlite:////d/digest.db", "sqlite:////d/digest.db", id="absolute"),
        pytest.param("sqlite:///a.db?timeout=9", "sqlite:////c/a.db?timeout=9", id="options"),
        pytest.param("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d", id="server"),
    ],
)
def test_a_database_is_relative_to_the_configuration(written: str, url: str) -> None:
    settings = Settings(path=Path("/c/config.toml"), database=Secret(env="DB"))

    assert settings.database_url({"DB": written}) == url


def test_a_database_by_reference_is_read_when_needed(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[digest]\ndatabase = { env = "DB" }')
    settings = load(config)

    with pytest.raises(ConfigError, match=r"config.toml:2: digest.database: .* DB is not set"):
        settings.database_url({})
    with pytest.raises(ConfigError, match=r"config.toml:2: digest.database: is no database"):
        settings.database_url({"DB": "hunter2"})
    assert settings.database_url({"DB": "sqlite:///x.db"}) == f"sqlite:///{tmp_path}/x.db"
