"""Commands about people: who works here, who left, and who may log in at the web page."""

from pathlib import Path

from pbx.cli.arguments.declaring import Branch, Parser, password_file
from pbx.cli.arguments.value_kinds import FREE_EXTENSION, count, extensions
from pbx.service.later import Later

fields, models = Later("pbx.cli.arguments.field_options"), Later("pbx.store.models")


def declare(commands: Branch) -> None:
    """user, extension, code and account."""
    commands.noun("user", "the people who work here", _users)
    commands.noun("extension", "the extensions of people who have left", _reserved)
    _code(commands)
    commands.noun("account", "the logins for the web page", _accounts)


def _users(users: Branch) -> None:
    add = users.command("add", "add a person")
    add.add_argument("name", metavar="NAME")
    change = users.command(
        "set",
        "change a person",
        "If the extension changes, their phones, groups, numbers, messages and tasks move with it.",
    )
    change.add_argument("person", metavar="EXT")
    fields.field_options(add, models.Person, but=("name",), extension=FREE_EXTENSION)
    fields.field_options(change, models.Person)
    _remove(users)
    users.command("list", "list the people")
    users.command("show", "show everything about a person").add_argument("person", metavar="EXT")
    free = users.command("free", "suggest a free extension, or check one")
    free.add_argument("extension", metavar="N", nargs="?")
    paste = users.command("paste", "add a list of people: one name per line, and after a semicolon or tab an extension")
    paste.add_argument("names", type=Path, metavar="FILE", help="- reads standard input")
    leave = _leave(users)
    for each in (paste, leave):
        each.add_argument("--dry", action="store_true", default=None, help="only show what would happen")


def _reserved(extensions: Branch) -> None:
    extensions.command("list", "list the reserved extensions and who takes their calls")
    extensions.command("release", "make an extension available again").add_argument("extension", metavar="N")


def _remove(users: Branch) -> None:
    remove = users.command(
        "remove",
        "remove a person and their phones",
        "Not possible while they are in a group or a number, or have messages. Their open tasks go to the office.",
    )
    remove.add_argument("person", metavar="EXT")
    remove.add_argument(
        "--with-messages", action="store_true", default=None, help="delete their voicemail messages too"
    )


def _leave(users: Branch) -> Parser:
    leave = users.command(
        "leave",
        "remove a person and hand over what is theirs",
        "By default, nobody takes over their calls, number or groups, and open tasks go to the office.",
    )
    leave.add_argument("person", metavar="EXT")
    leave.add_argument("--extension-to", metavar="EXT", help="who takes the calls to their extension")
    leave.add_argument("--keep-days", type=count, metavar="N", help="how many days their extension stays reserved")
    leave.add_argument("--number-to", metavar="EXT", help="who gets their personal number")
    leave.add_argument("--place-to", metavar="EXT", help="who takes over in groups and for numbers")
    leave.add_argument("--messages-to", metavar="EXT|delete", help="who gets their voicemail messages")
    leave.add_argument("--tasks-to", metavar="EXT", help="who gets their open tasks")
    return leave


def _code(commands: Branch) -> None:
    code = commands.command(
        "code",
        "show the one-time code for the first visit to the web page",
        "Later, an admin who forgot their password can set a new one with it, within an hour.",
    )
    code.add_argument("--label", type=Path, metavar="FILE", help="also save a label to print, as SVG")


def _accounts(accounts: Branch) -> None:
    add = accounts.command("add", "add a login", "Without a password, invite the person to choose one.")
    add.add_argument("name", metavar="NAME")
    change = accounts.command("set", "change a login", "A new name, role or password ends its sessions.")
    change.add_argument("account", metavar="NAME")
    change.add_argument("--name", metavar="NAME")
    for each in (add, change):
        each.add_argument("--role", choices=("admin", "user"), help="what they may do (default: user)")
        each.add_argument("--extension", metavar="EXT", help="the person it belongs to")
        each.add_argument("--language", choices=("de", "en"), help="the language of the page")
        each.add_argument("--mailboxes", type=extensions, metavar="EXT,EXT", help="other mailboxes they may listen to")
        password_file(each)
    invite = accounts.command("invite", "make a link to choose a password with; it works once, for two days")
    invite.add_argument("account", metavar="EXT|NAME", help="a person without a login gets one")
    accounts.command("remove", "remove a login and end its sessions").add_argument("account", metavar="NAME")
    accounts.command("list", "list the logins")
