"""Commands about what rings: the phones of people, and groups of people."""

from pbx.cli.arguments.declaring import Branch
from pbx.cli.arguments.value_kinds import FREE_EXTENSION
from pbx.service.later import Later

fields, models = Later("pbx.cli.arguments.field_options"), Later("pbx.store.models")


def declare(commands: Branch) -> None:
    """phone and group."""
    commands.noun("phone", "phones, and the user names and passwords they register with", _phones)
    commands.noun("group", "groups: several people behind one extension", _groups)


def _phones(phones: Branch) -> None:
    add = phones.command("add", "add a phone for a person", "This is the only time its password is shown.")
    add.add_argument("extension", metavar="EXT")
    add.add_argument("--name", metavar="LABEL", help="a name to tell their phones apart")
    change = phones.command("set", "rename a phone")
    change.add_argument("username", metavar="USERNAME")
    change.add_argument("--name", metavar="LABEL", required=True)
    for verb, help in (
        ("renew", "make a new password; the old one stops working"),
        ("ticket", "make a token for setting up a softphone from the web page, once and within 15 minutes"),
    ):
        phones.command(verb, help).add_argument("username", metavar="USERNAME")
    phones.command("remove", "remove a phone").add_argument("username", metavar="USERNAME")
    phones.command("list", "list the phones and whether they are registered").add_argument(
        "extension", metavar="EXT", nargs="?", help="only those of this person"
    )


def _groups(groups: Branch) -> None:
    add = groups.command("add", "add a group")
    add.add_argument("name", metavar="NAME")
    change = groups.command("set", "change a group", "If the extension changes, its numbers and messages move with it.")
    change.add_argument("group", metavar="EXT")
    fields.field_options(add, models.Group, but=("name",), needed=("members",), extension=FREE_EXTENSION)
    fields.field_options(change, models.Group)
    remove = groups.command(
        "remove", "remove a group", "Not possible while a number rings it or it has voicemail messages."
    )
    remove.add_argument("group", metavar="EXT")
    remove.add_argument("--with-messages", action="store_true", default=None, help="delete its voicemail messages too")
    groups.command("list", "list the groups")
    groups.command("show", "show a group and its members in ringing order").add_argument("group", metavar="EXT")
