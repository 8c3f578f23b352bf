"""Commands about the world outside: trunks and their providers, the office's numbers, contacts."""

from pbx.cli.arguments.branch import Branch, password_file
from pbx.cli.arguments.kinds import extensions


def declare(commands: Branch) -> None:
    """trunk, provider, number and contact."""
    _trunks(commands.noun("trunk", "the ways to the telephone network"))
    providers = commands.noun("provider", "providers whose trunks need only an account and its password")
    providers.command("list", "those that are known, of the office's country first")
    _numbers(commands.noun("number", "the office's outside numbers"))
    _contacts(commands.noun("contact", "people outside whom the office calls"))


def _trunks(trunks: Branch) -> None:
    add = trunks.command("add", "add a trunk: a peer known by its address, or an account at a provider")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--provider", metavar="KEY", help="an account at one that “provider list” shows")
    change = trunks.command("set", "change a trunk", "An account stays an account, a peer stays a peer.")
    change.add_argument("trunk", metavar="NAME")
    for each in (add, change):
        each.add_argument("--peer", metavar="HOST[:PORT]", help="with a port: only from there")
        each.add_argument("--register", metavar="USER@DOMAIN")
        each.add_argument("--account", metavar="USER", help="at a provider that is known, as its letter has it")
        each.add_argument("--server", metavar="HOST", help="when the provider's letter names one")
        password_file(each)
        each.add_argument("--auth-user", metavar="U", help="when the provider's user name is not USER")
        each.add_argument("--proxy", metavar="HOST[:PORT]", help="outbound proxy, when it is not the domain's")
        each.add_argument("--transport", choices=("udp", "tcp", "tls"), help="as DNS says, if not given")
    remove = trunks.command("remove", "remove a trunk", "Refused while a number comes in over it.")
    remove.add_argument("trunk", metavar="NAME")
    trunks.command("list", "all trunks, with their state")


def _numbers(numbers: Branch) -> None:
    add = numbers.command("add", "add a number")
    change = numbers.command("set", "change a number")
    for each in (add, change):
        each.add_argument("number", metavar="E164")
        each.add_argument("--trunk", required=each is add, metavar="NAME", help="that brings its calls")
        each.add_argument("--to", type=extensions, required=each is add, metavar="EXT[,EXT]", help="who rings")
        each.add_argument(
            "--greeting",
            metavar="FILE|TEXT",
            help="a sound file of any format, or a text that is spoken; an empty one goes back to the default",
        )
        each.add_argument(
            "--extensions", choices=("off", "all", "distribution"), help="whose extensions callers may dial (all)"
        )
    numbers.command("remove", "remove a number").add_argument("number", metavar="E164")
    numbers.command("list", "all numbers")


def _contacts(contacts: Branch) -> None:
    add = contacts.command("add", "add a contact")
    add.add_argument("name", metavar="NAME")
    add.add_argument("number", metavar="NUMBER[;EXT]")
    change = contacts.command("set", "change a contact")
    change.add_argument("contact", metavar="NAME")
    change.add_argument("--name", metavar="NAME")
    change.add_argument("--number", metavar="NUMBER[;EXT]")
    contacts.command("remove", "remove a contact").add_argument("name", metavar="NAME")
    contacts.command("list", "all contacts").add_argument(
        "search", metavar="TEXT", nargs="?", help="only those with these letters or digits"
    )
