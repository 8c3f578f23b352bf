"""Commands about the world outside: trunks and their providers, the office's numbers, contacts."""

from pbx.cli.arguments.declaring import Branch
from pbx.service.later import Later

fields, models = Later("pbx.cli.arguments.field_options"), Later("pbx.store.models")


def declare(commands: Branch) -> None:
    """trunk, provider, number and contact."""
    commands.noun("trunk", "the lines to the telephone network", _trunks)
    commands.noun("provider", "providers the box knows, whose lines only need a user name and password", _providers)
    commands.noun("number", "the office's outside numbers", _numbers)
    commands.noun("contact", "people outside the office", _contacts)


def _trunks(trunks: Branch) -> None:
    add = trunks.command("add", "add a line: an account with a provider, or a peer known by its address")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--provider", metavar="KEY", help="the provider, by its key in “provider list”")
    change = trunks.command("set", "change a line", "An account stays an account, and a peer stays a peer.")
    change.add_argument("trunk", metavar="NAME")
    for each in (add, change):
        each.add_argument("--register", metavar="USER@DOMAIN")
        each.add_argument("--account", metavar="USER", help="the account, as in the provider's letter")
        each.add_argument("--server", metavar="HOST", help="the server, if the provider named one")
        fields.field_options(
            each, models.Trunk, peer="address of the peer; with a port, calls come in from that port only"
        )
    remove = trunks.command("remove", "remove a line", "Not possible while it brings a number's calls.")
    remove.add_argument("trunk", metavar="NAME")
    trunks.command("list", "list the lines and their state")


def _providers(providers: Branch) -> None:
    providers.command("list", "list the known providers, those of the office's country first")


def _numbers(numbers: Branch) -> None:
    add = numbers.command("add", "add a number")
    change = numbers.command("set", "change a number")
    for each in (add, change):
        each.add_argument("number", metavar="E164")
    fields.field_options(add, models.Number, but=("number",), needed=("trunk", "to"))
    fields.field_options(change, models.Number, but=("number",))
    numbers.command("remove", "remove a number").add_argument("number", metavar="E164")
    numbers.command("list", "list the numbers")


def _contacts(contacts: Branch) -> None:
    add = contacts.command("add", "add a contact")
    add.add_argument("name", metavar="NAME")
    add.add_argument("number", metavar="NUMBER[;EXT]")
    change = contacts.command("set", "change a contact")
    change.add_argument("contact", metavar="NAME")
    change.add_argument("--name", metavar="NAME")
    change.add_argument("--number", metavar="NUMBER[;EXT]")
    contacts.command("remove", "remove a contact").add_argument("name", metavar="NAME")
    contacts.command("list", "list the contacts").add_argument(
        "search", metavar="TEXT", nargs="?", help="only contacts that contain these letters or digits"
    )
