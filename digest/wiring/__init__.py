"""From settings to what the rest takes as arguments: the top turns one into the other."""

from digest.wiring.mail import (
    connector,
    dispatch,
    fitter,
    mail_domain,
    mail_of,
    relay,
    renderer,
    signer,
    wrapper,
)
from digest.wiring.ranking import encoder
from digest.wiring.sources import dump_folder, open_sources, wanted_categories
from digest.wiring.store import load_settings, now, open_store

__all__ = [
    "connector",
    "dispatch",
    "dump_folder",
    "encoder",
    "fitter",
    "load_settings",
    "mail_domain",
    "mail_of",
    "now",
    "open_sources",
    "open_store",
    "relay",
    "renderer",
    "signer",
    "wanted_categories",
    "wrapper",
]
