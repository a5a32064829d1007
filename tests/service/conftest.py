"""A world for every test of the service."""

from pathlib import Path

import pytest

from world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def in_full(whole: bool) -> None:
    """Leave a test that takes long to where there is time."""
    if not whole:
        pytest.skip("takes long: with --whole, as in .ci/run")
