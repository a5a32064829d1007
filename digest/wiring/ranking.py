"""From [ranking] to a sentence model, where one is asked for."""

import os
from collections.abc import Callable

import sqlalchemy as sa

from digest.config import Settings
from digest.errors import missing_extra
from digest.pipeline.encoding import StoredEncoder
from digest.wiring.store import now


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
    if not settings.ranking.embeddings:
        return None
    try:
        from digest.embedding.encoder import SentenceEncoder, model_folder
    except ImportError as error:
        where = f"{settings.path}: ranking.embeddings"
        raise missing_extra(where, error, "embeddings") from error
    folder = model_folder(settings.ranking.model)
    kept = settings.state_folder(os.environ) / "models"
    model = SentenceEncoder(folder, kept=kept, dry=dry)
    return StoredEncoder(engine, model, now=now(), dry=dry, progress=progress)
