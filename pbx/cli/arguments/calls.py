"""Commands about calls: one to be made, those that were, and what they left behind."""

from pathlib import Path

from pbx.cli.arguments.branch import Branch
from pbx.cli.arguments.kinds import count


def declare(commands: Branch) -> None:
    """call, calls, tasks, voicemail, history and trace."""
    call = commands.command("call", "ring EXT, then call the number for them and dial its extension after the answer")
    call.add_argument("extension", metavar="EXT")
    call.add_argument("number", metavar="NUMBER[;EXT]", help="or the name of a contact")
    calls = commands.command("calls", "what calls there were, the newest at the end")
    calls.add_argument("--last", type=count, default=20, metavar="N", help="how many (20)")
    tasks = commands.command("tasks", "who should be called back, oldest first")
    tasks.add_argument("extension", metavar="EXT", nargs="?", help="one person's or group's only")
    tasks.add_argument("--open", dest="open_only", action="store_true", default=None, help="leave out what is done")
    tasks.add_argument("--done", type=count, metavar="ID", help="mark this one as done")
    _voicemail(commands.noun("voicemail", "the messages in the mailboxes"))
    history = commands.command("history", "find calls again, the newest first")
    history.add_argument("search", metavar="TEXT", nargs="?", help="in names, numbers and stories")
    history.add_argument("--extension", metavar="EXT", help="one person's or group's only")
    history.add_argument("--limit", type=count, metavar="N", help="how many (50)")
    commands.command("trace", "the SIP messages of the last minutes and of the calls that last, without secrets")


def _voicemail(voicemail: Branch) -> None:
    voicemail.command("list", "a mailbox's messages").add_argument("extension", metavar="EXT")
    export = voicemail.command("export", "copy a message's sound into a WAV file")
    export.add_argument("message", type=count, metavar="ID")
    export.add_argument("file", type=Path, metavar="FILE")
    voicemail.command("remove", "delete a message").add_argument("message", type=count, metavar="ID")
