"""Commands about people: who works here, who left, and who may log in at the web page."""

from pathlib import Path

from pbx.cli.arguments.branch import Branch, Parser, password_file, switch
from pbx.cli.arguments.kinds import count, extensions, seconds


def declare(commands: Branch) -> None:
    """user, extension, code and account."""
    _users(commands.noun("user", "the people who work here"))
    former = commands.noun("extension", "the extensions of people who left")
    former.command("list", "those that are kept, and who takes their calls")
    former.command("release", "let anybody have one").add_argument("extension", metavar="N")
    _code(commands)
    _accounts(commands.noun("account", "who may log in at the web page"))


def _users(users: Branch) -> None:
    add = users.command("add", "add a person")
    add.add_argument("name", metavar="NAME")
    change = users.command(
        "set",
        "change a person",
        "With a new extension, phones, groups, numbers, messages and tasks move along.",
    )
    change.add_argument("person", metavar="EXT")
    change.add_argument("--name", metavar="NAME")
    for each in (add, change):
        _settings(each)
    _remove(users)
    users.command("list", "everybody")
    users.command("show", "everything about a person").add_argument("person", metavar="EXT")
    free = users.command("free", "a free extension, and whether one can be had")
    free.add_argument("extension", metavar="N", nargs="?")
    paste = users.command("paste", "add everybody in a list: one a line, with an extension behind a semicolon or tab")
    paste.add_argument("names", type=Path, metavar="FILE", help="- reads standard input")
    leave = _leave(users)
    for each in (paste, leave):
        each.add_argument("--dry", action="store_true", default=None, help="only tell what would be")


def _settings(person: Parser) -> None:
    person.add_argument("--extension", metavar="N", help="two to four digits; the first free one if not given")
    person.add_argument("--language", choices=("de", "en"), help="in which the box speaks to them")
    switch(person, "voicemail", "record messages when they do not answer")
    person.add_argument("--ring", type=seconds, metavar="SECONDS", help="how long their phones ring")
    switch(person, "reachable", "whether callers from outside may dial their extension", off="not-reachable")
    switch(person, "outbound-only", "they only call out: nothing ever rings them")
    person.add_argument("--number", metavar="NUMBER", help="their own outside number; an empty one removes it")
    person.add_argument("--pin", metavar="PIN", help="to hear messages by phone (*97); an empty one removes it")
    person.add_argument(
        "--announcement",
        metavar="FILE|TEXT",
        help="what callers hear when they are not there; an empty one goes back to the default",
    )


def _remove(users: Branch) -> None:
    remove = users.command(
        "remove",
        "remove a person and their phones",
        "Refused while a group or a number names them, or they have messages. Their open tasks become the office's.",
    )
    remove.add_argument("person", metavar="EXT")
    remove.add_argument(
        "--with-messages", action="store_true", default=None, help="delete their voicemail messages too"
    )


def _leave(users: Branch) -> Parser:
    leave = users.command(
        "leave",
        "remove a person, and say where everything of theirs goes",
        "What is not said: nobody takes their calls, number and places, and open tasks become the office's.",
    )
    leave.add_argument("person", metavar="EXT")
    leave.add_argument("--extension-to", metavar="EXT", help="who takes the calls to their extension")
    leave.add_argument("--keep-days", type=count, metavar="N", help="how long nobody gets their extension")
    leave.add_argument("--number-to", metavar="EXT", help="whose own number theirs becomes")
    leave.add_argument("--place-to", metavar="EXT", help="who takes their places in groups and numbers")
    leave.add_argument("--messages-to", metavar="EXT|delete", help="who gets their voicemail messages")
    leave.add_argument("--tasks-to", metavar="EXT", help="who calls back instead of them")
    return leave


def _code(commands: Branch) -> None:
    code = commands.command(
        "code",
        "the one-time code that the web page asks for at the first visit",
        "Later it gives an admin who forgot their password a new one, and is valid for an hour.",
    )
    code.add_argument("--label", type=Path, metavar="FILE", help="also write a label to print, as SVG")


def _accounts(accounts: Branch) -> None:
    add = accounts.command("add", "add an account", "Without a password, invite its bearer to choose one.")
    add.add_argument("name", metavar="NAME")
    change = accounts.command("set", "change an account", "A new name, role or password ends its sessions.")
    change.add_argument("account", metavar="NAME")
    change.add_argument("--name", metavar="NAME")
    for each in (add, change):
        each.add_argument("--role", choices=("admin", "user"), help="what they may do (user)")
        each.add_argument("--extension", metavar="EXT", help="the person they are")
        each.add_argument("--language", choices=("de", "en"), help="in which the page speaks to them")
        each.add_argument("--mailboxes", type=extensions, metavar="EXT,EXT", help="others' that they may hear")
        password_file(each)
    invite = accounts.command("invite", "a link by which somebody chooses their password, once and for two days")
    invite.add_argument("account", metavar="EXT|NAME", help="a person gets an account if they have none")
    accounts.command("remove", "remove an account, and log it off").add_argument("account", metavar="NAME")
    accounts.command("list", "all accounts")
