"""Commands about what is kept: for how long, about whom, what was changed, and copies of it all."""

from pathlib import Path

from pbx.cli.arguments.declaring import Branch, password_file
from pbx.cli.arguments.value_kinds import count
from pbx.service.later import Later

fields = Later("pbx.cli.arguments.field_options")


def declare(commands: Branch) -> None:
    """retention, privacy, change, backup, nightly and update."""
    commands.noun("retention", "how long calls, messages and tasks are kept", _retention)
    commands.noun("privacy", "everything stored about an outside number", _privacy)
    commands.noun("change", "changes to the settings: what, who and when", _changes)
    commands.noun("backup", "backups: everything in one file, encrypted with a password", _backups)
    commands.noun("nightly", "the nightly backup to a USB stick or a network folder", _nights)
    commands.noun("update", "updates of the whole box; it goes back by itself if an update does not work", _updates)


def _retention(retention: Branch) -> None:
    retention.command("show", "show how long they are kept")
    change = retention.command(
        "set", "change how long they are kept", "Anything older is deleted within a day; 0 keeps everything."
    )
    fields.retention_options(change)


def _privacy(privacy: Branch) -> None:
    export = privacy.command("export", "save it as an archive (ZIP), for the person it is about")
    erase = privacy.command("erase", "erase it everywhere", "Existing backups still contain it.")
    for each in (privacy.command("show", "show what is stored about it"), export, erase):
        each.add_argument("number", metavar="NUMBER")
    export.add_argument("file", type=Path, metavar="FILE")
    erase.add_argument(
        "--digits", required=True, metavar="DIGITS", help="the last four digits of the number, as a confirmation"
    )


def _changes(changes: Branch) -> None:
    listing = changes.command("list", "list the changes, the newest first")
    listing.add_argument("--limit", type=count, default=20, metavar="N", help="how many (20)")
    undo = changes.command("undo", "undo a change", "Not possible while a later change depends on it.")
    undo.add_argument("id", type=count, metavar="ID")


def _backups(backups: Branch) -> None:
    make = backups.command("make", "make a backup on the box", "“age --decrypt FILE | tar --extract” opens it.")
    make.add_argument("file", type=Path, metavar="FILE", nargs="?", help="also save a copy here")
    backups.command("list", "list the backups on the box")
    backups.command("remove", "delete a backup").add_argument(
        "name", metavar="NAME", help="the backup, or before-restore"
    )
    restore = backups.command(
        "restore",
        "replace everything on the box with a backup",
        "The whole backup is checked first. Calls end, and the exchange restarts.",
    )
    restore.add_argument("backup", metavar="FILE|NAME", help="a file, or the name of a backup on the box")
    restore.add_argument("--dry", action="store_true", help="only show what it contains")
    for each in (make, restore):
        password_file(each, required=True)
    backups.command("back", "go back to how it was before the last restore")


def _nights(nights: Branch) -> None:
    nights.command("show", "show where it goes and how the last one went")
    change = nights.command("set", "choose the folder or change the password", "The first folder needs a password.")
    change.add_argument("--folder", metavar="FOLDER", help='where to; "" turns nightly backups off')
    password_file(change)
    nights.command("now", "make the nightly backup now")


def _updates(updates: Branch) -> None:
    updates.command("status", "show the installed version, the uploaded update and how the last one went")
    offer = updates.command("offer", "upload an update to the box", "This does not install it yet.")
    offer.add_argument("file", type=Path, metavar="FILE", help="a file whose name ends with .raucb")
    updates.command(
        "install",
        "install the uploaded update",
        "It is written next to the running version. The box restarts once no call is in progress (about two minutes).",
    )
    updates.command("forget", "delete the uploaded update and dismiss the result of the last one")
    updates.command(
        "check", "check that the lines are as before and that a test call works", "Exit code 1 if something is wrong."
    )
