"""Commands about what is kept: for how long, about whom, what was changed, and copies of it all."""

from pathlib import Path

from pbx.cli.arguments.branch import Branch, password_file
from pbx.cli.arguments.kinds import count, days


def declare(commands: Branch) -> None:
    """retention, privacy, change, backup, nightly and update."""
    _retention(commands.noun("retention", "for how long things are kept"))
    _privacy(commands.noun("privacy", "everything about one number outside"))
    _changes(commands.noun("change", "what was changed in the settings, by whom and when"))
    _backups(commands.noun("backup", "everything in one file, encrypted with a password"))
    _nights(commands.noun("nightly", "the backup every night, to a USB stick or a network folder"))
    _updates(commands.noun("update", "another version of the whole box, which comes back by itself if it is not well"))


def _retention(retention: Branch) -> None:
    retention.command("show", "the days")
    change = retention.command("set", "change the days", "What is too old then goes within a day; 0 keeps it for ever.")
    for name, what in (("history", "calls"), ("messages", "voicemail messages"), ("done-tasks", "tasks that are done")):
        dest = f"keep_{name.replace('-', '_')}_days"
        change.add_argument(f"--{name}", type=days, dest=dest, metavar="DAYS", help=what)


def _privacy(privacy: Branch) -> None:
    export = privacy.command("export", "put it into an archive (ZIP) for whom it is about")
    erase = privacy.command("erase", "erase it from all files", "Backups made before still have it.")
    for each in (privacy.command("show", "how much is known of it"), export, erase):
        each.add_argument("number", metavar="NUMBER")
    export.add_argument("file", type=Path, metavar="FILE")
    erase.add_argument("--digits", required=True, metavar="DIGITS", help="the number's last four, to make sure")


def _changes(changes: Branch) -> None:
    listing = changes.command("list", "all changes in words, the newest first")
    listing.add_argument("--limit", type=count, default=20, metavar="N", help="how many (20)")
    undo = changes.command("undo", "take a change back", "Refused while a later change is in the way.")
    undo.add_argument("id", type=count, metavar="ID")


def _backups(backups: Branch) -> None:
    make = backups.command("make", "make a backup on the box", "It opens with “age --decrypt FILE | tar --extract”.")
    make.add_argument("file", type=Path, metavar="FILE", nargs="?", help="where a copy goes")
    backups.command("list", "the backups on the box")
    backups.command("remove", "delete a backup").add_argument("name", metavar="NAME", help="or before-restore")
    restore = backups.command(
        "restore",
        "put a backup in the place of what is there",
        "It is looked at as a whole before. Calls end, and the exchange starts again.",
    )
    restore.add_argument("backup", metavar="FILE|NAME", help="a file, or a backup on the box")
    restore.add_argument("--dry", action="store_true", help="only tell what is in it")
    for each in (make, restore):
        password_file(each, required=True)
    backups.command("back", "go back to what was there before the last restore")


def _nights(nights: Branch) -> None:
    nights.command("show", "where it goes, and what became of the last")
    change = nights.command("set", "give the folder or another password", "The first folder needs a password.")
    change.add_argument("--folder", metavar="FOLDER", help='"" makes no more backups')
    password_file(change)
    nights.command("now", "make it now, not at night")


def _updates(updates: Branch) -> None:
    updates.command("status", "the version that runs, what was brought, and how the last update went")
    offer = updates.command("offer", "bring an update's file to the box", "Nothing is changed yet.")
    offer.add_argument("file", type=Path, metavar="FILE", help="its name ends with .raucb")
    updates.command(
        "install",
        "install what was brought",
        "It is written beside what runs; when no call lasts any more the box restarts, which takes two minutes.",
    )
    updates.command("forget", "delete what was brought, and say no more of how the last update went")
    updates.command(
        "check", "whether all is well: trunks as before, a test call to itself", "Exit code 1 if it is not."
    )
