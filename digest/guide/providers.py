"""How mail leaves through the services that people have, and what each of them wants."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A mail service: where to, and what it takes for a login.

    `host` None is asked for. With `has_token` no password helps: a command has to print an OAuth
    access token.
    """

    title: str
    host: str | None = None
    port: int = 587
    security: str = "starttls"
    has_token: bool = False
    note: str = ""


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "gmail": Provider(
            title="Gmail",
            host="smtp.gmail.com",
            note="Gmail wants an app password, not your own: turn on 2-Step Verification, then "
            "make one at https://myaccount.google.com/apppasswords. It takes about 500 "
            "messages a day.",
        ),
        "outlook": Provider(
            title="Outlook.com or Microsoft 365",
            host="smtp.office365.com",
            has_token=True,
            note="Microsoft takes no passwords from programs any more (Outlook.com since 2024; "
            "Microsoft 365 ends them by default with 2026): it wants an OAuth access token. Name "
            "a command that prints one, for instance of a tool that your administrator gave you.",
        ),
        "fastmail": Provider(
            title="Fastmail",
            host="smtp.fastmail.com",
            port=465,
            security="tls",
            note="Fastmail wants an app password: Settings, Privacy & Security, App passwords; "
            "it needs access to SMTP.",
        ),
        "other": Provider(title="another mail server: your own, or your university's"),
        "files": Provider(title="no mail yet: messages as files"),
    }
)
