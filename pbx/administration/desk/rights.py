"""Who asks for a command, and what is his."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from pbx.store.models import Account, Language, Office


class May(IntEnum):
    """Who at least must ask for a command; whoever stands higher may too."""

    VISITOR = 0
    """Anybody, also without a session."""
    USER = 1
    ADMIN = 2
    ROOT = 3
    """Whoever may open the control socket: the command line, the box itself."""


VISITOR, USER, ADMIN, ROOT = May


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks for a command."""

    name: str
    """Of his account; empty for visitors and root."""
    role: Literal["root", "admin", "user", "visitor"]
    extension: str = ""
    """Empty when he has none."""
    mailboxes: tuple[str, ...] = ()
    """Extensions of other mailboxes that the admin lets him hear."""
    language: Language = "de"

    @property
    def is_admin(self) -> bool:
        """Whether he may change the office."""
        return self.role in ("admin", "root")

    def may(self, least: May) -> bool:
        """Whether he stands as high as `least`."""
        return May[self.role.upper()] >= least

    def owns(self, extension: str) -> bool:
        """Whether the extension is his own; root's are all. What an admin may besides is said by `is_admin`."""
        return self.role == "root" or (extension != "" and extension == self.extension)

    def may_hear(self, office: Office, extension: str) -> bool:
        """Whether he may hear the mailbox: his own, his groups', those he was allowed; an admin no more than that."""
        if self.role == "root":
            return True
        own = office.mailboxes_of(self.extension) if self.extension else ()
        return extension in (*own, *self.mailboxes)


def root(office: Office) -> Actor:
    """Whoever may open the control socket."""
    return Actor("", "root", language=office.language)


def visitor(office: Office) -> Actor:
    """Somebody at the page who is not logged in."""
    return Actor("", "visitor", language=office.language)


def actor_of(account: Account) -> Actor:
    """The account's bearer."""
    return Actor(account.name, account.role, account.extension, account.mailboxes, account.language)
