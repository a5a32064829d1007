"""Secrets are read when asked for, and shown never."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from digest.config import Secret
from digest.errors import ConfigError

WHERE = "digest.toml:7: mail.password"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "smtp").write_text("hunter2\n")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "say").write_text("#!/bin/sh\nprintf 'hunter2\\n'\n")
    (tmp_path / "say").chmod(0o700)
    return tmp_path


def test_each_reference_is_read(folder: Path) -> None:
    environ = {**os.environ, "P": "hunter2", "CREDENTIALS_DIRECTORY": str(folder)}
    secrets = [
        Secret(plain="hunter2"),
        Secret(env="P"),
        Secret(file=folder / "smtp"),
        Secret(credential="smtp"),
        Secret(command=("./say",), folder=folder),
    ]

    assert [secret.read(environ) for secret in secrets] == ["hunter2"] * 5


@pytest.mark.parametrize(
    ("secret", "telling"),
    [
        pytest.param({"env": "P"}, "variable P is not set", id="env"),
        pytest.param({"env": "EMPTY"}, "variable EMPTY is empty", id="empty env"),
        pytest.param({"file": "no"}, "no: No such file or directory", id="file"),
        pytest.param({"file": "empty"}, "is empty", id="empty file"),
        pytest.param({"file": "binary"}, "is not UTF-8", id="binary file"),
        pytest.param({"credential": "smtp"}, "LoadCredential=smtp:", id="credential"),
        pytest.param({"command": ("./no",)}, "cannot be run: No such file", id="no program"),
        pytest.param(
            {"command": (sys.executable, "-c", "print('hunter2'); exit(3)")},
            "ended with status 3",
            id="failing program",
        ),
    ],
)
def test_a_secret_that_is_not_to_be_had_is_named_with_a_remedy(
    secret: dict[str, Any], telling: str, folder: Path
) -> None:
    if "file" in secret:
        secret = {"file": folder / secret["file"]}

    with pytest.raises(ConfigError) as caught:
        Secret(**secret, folder=folder, where=WHERE).read({"EMPTY": ""})

    (problem,) = caught.value.problems
    assert problem.startswith(f"{WHERE}: ")
    assert telling in problem
    assert "hunter2" not in problem


def test_a_secret_shows_in_no_text() -> None:
    secrets = (Secret(plain="hunter2"), Secret(command=("echo", "hunter2")))

    assert "hunter2" not in f"{secrets} {[str(secret) for secret in secrets]}"
