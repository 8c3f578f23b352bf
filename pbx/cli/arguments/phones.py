"""Commands about what rings: the phones of people, and groups of people."""

from pbx.cli.arguments.branch import Branch, switch
from pbx.cli.arguments.kinds import extensions, seconds


def declare(commands: Branch) -> None:
    """phone and group."""
    _phones(commands.noun("phone", "the accounts phones register with"))
    _groups(commands.noun("group", "several people behind one extension"))


def _phones(phones: Branch) -> None:
    add = phones.command("add", "an account for one more phone of a person", "Only now its password is shown.")
    add.add_argument("extension", metavar="EXT")
    add.add_argument("--name", metavar="LABEL", help="to tell their phones apart")
    change = phones.command("set", "call it something else")
    change.add_argument("username", metavar="USERNAME")
    change.add_argument("--name", metavar="LABEL", required=True)
    for verb, help in (
        ("renew", "a new password; the phone that uses the old one is logged off"),
        ("ticket", "a token by which a softphone fetches the account from the web page, once within 15 minutes"),
    ):
        phones.command(verb, help).add_argument("username", metavar="USERNAME")
    phones.command("remove", "remove an account").add_argument("username", metavar="USERNAME")
    phones.command("list", "all phones, with whether they are registered").add_argument(
        "extension", metavar="EXT", nargs="?", help="one person's only"
    )


def _groups(groups: Branch) -> None:
    add = groups.command("add", "add a group")
    add.add_argument("name", metavar="NAME")
    change = groups.command("set", "change a group", "With a new extension, numbers and messages move along.")
    change.add_argument("group", metavar="EXT")
    change.add_argument("--name", metavar="NAME")
    for each in (add, change):
        each.add_argument("--extension", metavar="N", help="two to four digits; the first free one if not given")
        each.add_argument("--members", type=extensions, required=each is add, metavar="EXT,EXT", help="ringing order")
        each.add_argument("--strategy", choices=("all", "in-order", "longest-idle"), help="who rings when")
        each.add_argument("--ring", type=seconds, metavar="SECONDS", help="how long all of it rings")
        switch(each, "voicemail", "record messages when nobody answers")
    remove = groups.command(
        "remove", "remove a group", "Refused while a number rings it, or while it has voicemail messages."
    )
    remove.add_argument("group", metavar="EXT")
    remove.add_argument("--with-messages", action="store_true", default=None, help="delete its voicemail messages too")
    groups.command("list", "all groups")
    groups.command("show", "one group, in ringing order").add_argument("group", metavar="EXT")
