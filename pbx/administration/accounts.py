"""Accounts: who may log in at the web page, and as what."""

from typing import Any

from pbx.administration import lookup
from pbx.administration.stores import Stores
from pbx.administration.versions import version
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Account, Language, Office, Role
from pbx.store.passwords import hash_password
from pbx.store.settings import with_items

Shown = dict[str, Any]


def add(
    stores: Stores,
    name: str,
    password: str,
    role: Role = "user",
    extension: str = "",
    language: Language | None = None,
    mailboxes: list[str] | None = None,
) -> Shown:
    """A new account. Raises Refused."""
    office = stores.office
    if find(office, name) is not None:
        raise Refused(Sentence("There is an account “{name}” already.", name=name.strip()), field="name")
    owner = lookup.person(office, extension).extension if extension else ""
    account = Account(
        name.strip(), hash_password(password), role, owner, language or office.language, tuple(mailboxes or ())
    )
    stores.save(with_items(office, account))
    return view(account, office)


def listing(stores: Stores) -> list[Shown]:
    """All accounts, by name."""
    return [view(account, stores.office) for _, account in sorted(stores.office.accounts.items())]


def find(office: Office, name: str) -> Account | None:
    """The account somebody means: by its name, capitals or not, or by its extension."""
    wanted = name.strip().casefold()
    for account in office.accounts.values():
        if wanted and wanted in (account.name.casefold(), account.extension):
            return account
    return None


def view(account: Account, office: Office) -> Shown:
    """An account as JSON, without its password."""
    person = office.people.get(account.extension)
    return {
        "name": account.name,
        "role": account.role,
        "extension": account.extension,
        "person": person.name if person else account.name,
        "language": account.language,
        "mailboxes": list(account.mailboxes),
        "invited": not account.password,
        "version": version(account),
    }
