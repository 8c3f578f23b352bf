"""Who asks for a command, and what belongs to them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from pbx.store.models import Account, Language, Office


class May(IntEnum):
    """The lowest role that may ask for a command; higher ones may too."""

    VISITOR = 0
    """Anybody, even without a session."""
    USER = 1
    ADMIN = 2
    ROOT = 3
    """Everybody who may open the control socket: the command line, the box itself."""


VISITOR, USER, ADMIN, ROOT = May


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks for a command."""

    name: str
    """The account's name; empty for visitors and root."""
    role: Literal["root", "admin", "user", "visitor"]
    extension: str = ""
    """Empty when they have none."""
    mailboxes: tuple[str, ...] = ()
    """Extensions of other mailboxes that the admin lets them hear."""
    language: Language = "de"

    @property
    def is_admin(self) -> bool:
        """Whether they may change the office."""
        return self.role in ("admin", "root")

    def may(self, least: May) -> bool:
        """Whether their role is at least `least`."""
        return May[self.role.upper()] >= least

    def owns(self, extension: str) -> bool:
        """Whether the extension is their own; root owns all. For what admins may do beyond that see `is_admin`."""
        return self.role == "root" or (extension != "" and extension == self.extension)

    def may_hear(self, office: Office, extension: str) -> bool:
        """Whether they may hear the mailbox: their own, their groups', those they were allowed; admins no more."""
        if self.role == "root":
            return True
        own = office.mailboxes_of(self.extension) if self.extension else ()
        return extension in (*own, *self.mailboxes)


def root(office: Office) -> Actor:
    """The actor behind the control socket."""
    return Actor("", "root", language=office.language)


def visitor(office: Office) -> Actor:
    """Somebody at the page who is not logged in."""
    return Actor("", "visitor", language=office.language)


def actor_of(account: Account) -> Actor:
    """The account's bearer."""
    return Actor(account.name, account.role, account.extension, account.mailboxes, account.language)
