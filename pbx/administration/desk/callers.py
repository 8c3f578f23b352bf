"""Who a number belongs to, for people who read a list of calls, tasks or messages."""

from collections.abc import Mapping

from pbx.administration.desk.made_of import made_of
from pbx.store.models import Contact, Office


def name_of(office: Office, number: str, network_name: str = "") -> str:
    """The colleague, group or contact behind a number or extension, else what the network says; may be empty."""
    bearer = office.bearer(number)
    if bearer is not None:
        return bearer.name
    return _names(office.contacts).get(number, network_name)


def bearer_name(office: Office, extension: str) -> str:
    """The person's or group's name; empty for the office's own and for who is gone."""
    bearer = office.bearer(extension)
    return bearer.name if bearer is not None else ""


def account_name(office: Office, account: str) -> str:
    """The person's name behind an account; the account's own when it is nobody's or gone."""
    found = office.accounts.get(account)
    return (bearer_name(office, found.extension) if found is not None else "") or account


@made_of
def _names(contacts: Mapping[str, Contact]) -> dict[str, str]:
    """Of each number the first contact that has it: a list of calls asks for a hundred names of five thousand."""
    names: dict[str, str] = {}
    for contact in contacts.values():
        names.setdefault(contact.number, contact.name)
    return names
