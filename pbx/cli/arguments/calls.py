"""Commands about calls: one to be made, those that were, and what they left behind."""

from pathlib import Path

from pbx.cli.arguments.declaring import Branch
from pbx.cli.arguments.value_kinds import count


def declare(commands: Branch) -> None:
    """call, calls, tasks, voicemail, history and trace."""
    call = commands.command("call", "ring EXT, then call the number and dial the extension behind it")
    call.add_argument("extension", metavar="EXT")
    call.add_argument("number", metavar="NUMBER[;EXT]", help="the number, or the name of a contact")
    calls = commands.command("calls", "list the latest calls, the newest last")
    calls.add_argument("--last", type=count, default=20, metavar="N", help="how many to list (default: 20)")
    tasks = commands.command("tasks", "list the callers to call back, the oldest first")
    tasks.add_argument("extension", metavar="EXT", nargs="?", help="only those of this person or group")
    tasks.add_argument("--open", dest="open_only", action="store_true", default=None, help="leave out finished tasks")
    tasks.add_argument("--done", type=count, metavar="ID", help="mark this task as done")
    commands.noun("voicemail", "the messages in the mailboxes", _voicemail)
    history = commands.command("history", "search past calls, the newest first")
    history.add_argument(
        "search", metavar="TEXT", nargs="?", help="words to look for in names, numbers and descriptions"
    )
    history.add_argument("--extension", metavar="EXT", help="only calls of this person or group")
    history.add_argument("--limit", type=count, metavar="N", help="how many to list (default: 50)")
    commands.command("trace", "print the SIP messages of the last ten minutes and of current calls, without secrets")


def _voicemail(voicemail: Branch) -> None:
    voicemail.command("list", "list the messages in a mailbox").add_argument("extension", metavar="EXT")
    export = voicemail.command("export", "save a message as a WAV file")
    export.add_argument("message", type=count, metavar="ID")
    export.add_argument("file", type=Path, metavar="FILE")
    voicemail.command("remove", "delete a message").add_argument("message", type=count, metavar="ID")
