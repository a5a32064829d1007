"""Secrets by reference: read when first needed, shown never."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from digest.errors import ConfigError

_TIMEOUT = 30  # seconds that a command may take: some ask a hardware key


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret or where it lies: exactly one of the first five is set.

    `where` is FILE:LINE: key, for messages; a command runs in `folder`, that of the file.
    """

    plain: str | None = field(default=None, repr=False)
    env: str | None = None
    file: Path | None = None
    credential: str | None = None
    command: tuple[str, ...] = field(default=(), repr=False)
    folder: Path = Path()
    where: str = "secret"

    def __str__(self) -> str:
        return "(hidden)"

    def is_for_unit(self, environ: Mapping[str, str]) -> bool:
        """Whether systemd hands it over, and not to us: we are not in its unit."""
        return self.credential is not None and not environ.get("CREDENTIALS_DIRECTORY")

    def read(self, environ: Mapping[str, str]) -> str:
        """Fetch it, without white space at its end; ConfigError if it is not to be had."""
        value = self._fetch(environ).rstrip()
        if not value:
            raise self._problem(f"{self._reference()} is empty")
        return value

    def _fetch(self, environ: Mapping[str, str]) -> str:
        if self.env is not None:
            if self.env not in environ:
                raise self._problem(f"the environment variable {self.env} is not set: export it")
            return environ[self.env]
        if self.credential is not None:
            return self._read_file(self._credential_file(self.credential, environ))
        if self.file is not None:
            return self._read_file(self.file)
        return self._run(environ) if self.command else self.plain or ""

    def _credential_file(self, name: str, environ: Mapping[str, str]) -> Path:
        if not environ.get("CREDENTIALS_DIRECTORY"):
            raise self._problem(
                f"systemd hands over no credential {name}: "
                f"add LoadCredential={name}:… to the unit, or use {{ file }}"
            )
        return Path(environ["CREDENTIALS_DIRECTORY"], name)

    def _read_file(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            why = error.strerror or "cannot be read"
            raise self._problem(f"{path}: {why}: it must be a file we may read") from error
        except UnicodeDecodeError:  # its message would show the content
            raise self._problem(f"{path}: is not UTF-8 text") from None

    def _run(self, environ: Mapping[str, str]) -> str:
        name = self._reference()
        try:
            done = subprocess.run(  # noqa: S603 (the operator's own command, and no shell)
                self.command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                cwd=self.folder,
                env=dict(environ),
                timeout=_TIMEOUT,
            )
            output = done.stdout.decode()
        except subprocess.TimeoutExpired:
            raise self._problem(f"{name} took longer than {_TIMEOUT} s") from None
        except UnicodeDecodeError:
            raise self._problem(f"{name} printed something that is not UTF-8 text") from None
        except OSError as error:
            raise self._problem(f"{name} cannot be run: {error.strerror}") from error
        if done.returncode:
            raise self._problem(f"{name} ended with status {done.returncode}: try it by hand")
        return output

    def _reference(self) -> str:
        if self.command:
            return f"the command {os.path.basename(self.command[0])}"  # noqa: PTH119 (no path yet)
        if self.env is not None:
            return f"the environment variable {self.env}"
        if self.credential is not None:
            return f"the credential {self.credential}"
        return "the secret" if self.file is None else str(self.file)

    def _problem(self, what: str) -> ConfigError:
        return ConfigError([f"{self.where}: {what}"])
