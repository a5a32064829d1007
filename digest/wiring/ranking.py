"""From [ranking] to a sentence model, where one is asked for."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.config import Settings
from digest.errors import ConfigError, missing_extra
from digest.pipeline.encoding import StoredEncoder
from digest.wiring.store import now

if TYPE_CHECKING:
    from digest.extras.embedding import SentenceEncoder


def encoder(
    settings: Settings,
    engine: sa.Engine,
    *,
    dry: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> StoredEncoder | None:
    """Load the sentence model; None if none is asked for, ConfigError if the extra is missing.

    With `dry` nothing is kept, neither what it learns nor a model that had to be built.
    """
    model = load_model(settings, dry=dry)
    if model is None:
        return None
    return StoredEncoder(engine, model, now=now(), dry=dry, progress=progress)


def load_model(settings: Settings, *, dry: bool = True) -> "SentenceEncoder | None":
    """Load the sentence model, if one is asked for; unless `dry`, one that was built is kept."""
    if not settings.ranking.embeddings:
        return None
    where = settings.where("ranking", "model" if settings.ranking.model else "embeddings")
    try:
        from digest.extras.embedding import SentenceEncoder, model_folder
    except ImportError as error:
        raise missing_extra(settings.where("ranking", "embeddings"), error, "embeddings") from error
    kept = settings.state_folder(os.environ) / "models"
    try:
        return SentenceEncoder(model_folder(settings.ranking.model), kept=kept, dry=dry)
    except ConfigError as error:
        raise ConfigError([f"{where}: {line}" for line in error.problems]) from error
