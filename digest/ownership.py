"""Whose the files of an installation are: they belong to whoever owns the folder they lie in.

A service has a user of its own, and root's commands work on the same files. What root makes
among them is handed over at once, or the service could not write it.
"""

import os
import pwd
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_SERVICE = "digest"
"""The user of the units in systemd/."""


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, for their owner alone; one that is there stays."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    hand_over(folder)


def make_file(path: Path) -> None:
    """Make an empty file for its owner alone; one that is there is handed over if it is root's.

    It is not opened for that: closing it would end SQLite's locks on it in this process.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    hand_over(path)


def hand_over(path: Path) -> None:
    """Give a file or folder of root's to the owner and group of the folder it lies in.

    Nothing is followed that leads elsewhere: the folder's owner must not gain by it.
    """
    if os.geteuid() != 0 or path.lstat().st_uid != 0 or path.parent.stat().st_uid == 0:
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        its, above = os.fstat(descriptor), path.parent.stat()
        has_one_name = stat.S_ISDIR(its.st_mode) or its.st_nlink == 1
        if its.st_uid == 0 and has_one_name:
            os.fchown(descriptor, above.st_uid, above.st_gid)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who a program runs as: a user's number and name, and the numbers of its groups."""

    uid: int
    name: str
    groups: frozenset[int]

    @classmethod
    def of(cls, user: pwd.struct_passwd) -> Self:
        """Return the account of an entry of the user database."""
        groups = frozenset(os.getgrouplist(user.pw_name, user.pw_gid))
        return cls(uid=user.pw_uid, name=user.pw_name, groups=groups)

    @classmethod
    def ours(cls) -> Self:
        """Return the account that this program runs as."""
        uid = os.geteuid()
        return cls(uid=uid, name=_name(uid), groups=frozenset((*os.getgroups(), os.getegid())))

    def cannot_write(self, path: Path) -> str | None:
        """Return why this account could not write a file or work in a folder; None if it can.

        Of a path that is not there yet, the nearest folder above it decides.
        """
        return self._cannot("write", path, stat.S_IWOTH)

    def cannot_read(self, path: Path) -> str | None:
        """Return why this account could not read a file or folder; None if it can."""
        return self._cannot("read", path, stat.S_IROTH)

    def _cannot(self, verb: str, path: Path, bits: int) -> str | None:
        if self.uid == 0:
            return None
        there = next(each for each in (path, *path.parents) if os.path.exists(each))  # noqa: PTH110 (Path.exists raises)
        for folder in reversed(there.parents):
            if not self._may(folder, stat.S_IXOTH):
                return f"{folder} lets {self.name} not in"
        needs = bits | (stat.S_IXOTH if there.is_dir() else 0)
        if self._may(there, needs):
            return None
        return f"{there} belongs to {_name(there.stat().st_uid)}, and {self.name} may not {verb} it"

    def _may(self, path: Path, bits: int) -> bool:
        """Whether the mode grants `bits`, written as for others, to this account."""
        its = path.stat()
        if its.st_uid == self.uid:
            return its.st_mode >> 6 & bits == bits
        if its.st_gid in self.groups:
            return its.st_mode >> 3 & bits == bits
        return its.st_mode & bits == bits


def service_account(config: Path, state: Path) -> Account | None:
    """Return who a service with this configuration runs as; None where that is anybody's guess.

    That is the owner of the state folder, unless root made it; for a configuration under /etc
    then the user of our units; else whoever asks.
    """
    owner = state.stat().st_uid if os.path.exists(state) else 0  # noqa: PTH110 (as above)
    try:
        if owner:
            return Account.of(pwd.getpwuid(owner))
        if config.is_relative_to("/etc"):
            return Account.of(pwd.getpwnam(_SERVICE))
    except KeyError:  # a number without a name; or the units are not here
        if not owner:
            return None
        return Account(uid=owner, name=str(owner), groups=frozenset((state.stat().st_gid,)))
    return Account.ours()


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
