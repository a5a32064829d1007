"""From settings to what the rest takes as arguments: the top turns one into the other."""

from digest.wiring.checks import require
from digest.wiring.mail import (
    connector,
    dispatch,
    forwarder,
    mail_domain,
    mail_of,
    relay,
    signer,
    tokens,
    wrapper,
)
from digest.wiring.ranking import encoder
from digest.wiring.sources import dump_folder, open_sources, papers_by, wanted_categories
from digest.wiring.store import (
    keep_good,
    load_last_good,
    load_settings,
    now,
    open_store,
    unwritable,
)
from digest.wiring.summary import endpoint, summaries
from digest.wiring.templates import fitter, forget, renderer, try_templates

__all__ = [
    "connector",
    "dispatch",
    "dump_folder",
    "encoder",
    "endpoint",
    "fitter",
    "forget",
    "forwarder",
    "keep_good",
    "load_last_good",
    "load_settings",
    "mail_domain",
    "mail_of",
    "now",
    "open_sources",
    "open_store",
    "papers_by",
    "relay",
    "renderer",
    "require",
    "signer",
    "summaries",
    "tokens",
    "try_templates",
    "unwritable",
    "wanted_categories",
    "wrapper",
]
