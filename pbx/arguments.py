"""The command line's words: what `durchwahl` understands, and the help it gives."""

import argparse
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from pbx.store.rules import host_port

Parser = argparse.ArgumentParser


class BadArguments(Exception):
    """What was typed is no command; the text is the sentence."""


class OneSentence(Parser):
    """A parser that complains in one sentence instead of a page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        raise BadArguments(f"{message[:1].upper()}{message[1:]}; “{self.prog} --help” tells more.")


@cache
def parser() -> Parser:
    """All of `durchwahl`, made once: argparse takes its time for some ninety commands. Parsing raises BadArguments."""
    shared = OneSentence(add_help=False)
    shared.add_argument("--data", type=folder, metavar="DIR", default=argparse.SUPPRESS, help="the data folder")
    shared.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    top = OneSentence(
        prog="durchwahl",
        description="A SIP telephone exchange for a small office.",
        epilog="The data folder is the one given by --data, else $DURCHWAHL_DATA, else ./data if it is yours and has"
        " settings, else /var/lib/durchwahl if it exists, else ./data. Exit code 2: what was asked for cannot be, and"
        " nothing was changed; 1: something else is in the way.",
        parents=[shared],
    )
    commands = Branch(top, shared, "command")
    _running(commands)
    _users(commands)
    _accounts(commands)
    _phones(commands)
    _groups(commands)
    _trunks(commands)
    _numbers(commands)
    _contacts(commands)
    _calls(commands)
    _keeping(commands)
    _changes(commands)
    _office(commands)
    return top


class Branch:
    """Commands below a command, all with --data and --json."""

    def __init__(self, above: Parser, shared: OneSentence, noun: str) -> None:
        self._shared = shared
        self._below = above.add_subparsers(dest=noun, metavar=noun.upper(), required=True, parser_class=OneSentence)

    def command(self, name: str, help: str, description: str = "") -> Parser:
        """One more command."""
        text = f"{help[:1].upper()}{help[1:]}. {description}".strip()
        return self._below.add_parser(name, help=help, description=text, parents=[self._shared])

    def noun(self, name: str, help: str) -> "Branch":
        """One more noun with verbs of its own."""
        return Branch(self.command(name, help), self._shared, "verb")


def _running(commands: Branch) -> None:
    run = commands.command("run", "start the exchange and run until it is stopped")
    demo = commands.command("demo", "run a demo office in which calls happen by themselves")
    run.add_argument("--sip", type=socket_address, default=("::", 5060), metavar="HOST:PORT", help="UDP and TCP")
    demo.add_argument("--sip", type=socket_address, default=None, metavar="HOST:PORT", help="UDP and TCP")
    run.add_argument("--page-socket", type=Path, metavar="FILE", help="for a web page that runs as another user")
    run.add_argument("--lamps-socket", type=Path, metavar="FILE", help="for lamps that run as another user")
    web = commands.command("web", "the web page alone, when the exchange runs without it")
    lamps = commands.command("lamps", "show on the box's lamps how the exchange is, and hear its button")
    lamps.add_argument("--pins", type=Path, default=None, metavar="FILE", help="which GPIO carries what")
    lamps.add_argument("--off", type=Path, default=None, metavar="FILE", help="made when the button asks for the end")
    for each in (web, lamps):
        each.add_argument("--socket", type=Path, metavar="FILE", help="the exchange's, if not the data folder's")
    drain = commands.command(
        "drain",
        "put off new calls until the restart that follows",
        "Emergencies and the calls that last go on. Exit code 1 if some still last.",
    )
    drain.add_argument("--seconds", type=seconds, default=0.0, metavar="N", help="wait so long for calls to end (0)")
    drain.add_argument("--undo", action="store_true", help="take new calls again")
    for each in (run, demo):
        each.add_argument("--rtp", type=port_range, default=(10000, 10999), metavar="LOW-HIGH", help="ports for voice")
    for each in (run, demo, web):
        each.add_argument("--web", type=socket_address, default=None, metavar="HOST:PORT", help="the web page")
        each.add_argument("--allow-all", action="store_true", help="the web page also from outside the own network")
    for each in (run, web):
        each.add_argument("--next-port", action="store_true", help="the next free port if that of --web is taken")
    demo.add_argument(
        "--calls", type=count, default=None, metavar="N", help="N calls, then exit code 0 if each went as told, else 1"
    )


def _users(commands: Branch) -> None:
    users = commands.noun("user", "the people who work here")
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
        each.add_argument("--extension", metavar="N", help="two to four digits; the first free one if not given")
        each.add_argument("--language", choices=("de", "en"), help="in which the box speaks to him")
        _switch(each, "voicemail", "record messages when he does not answer")
        each.add_argument("--ring", type=seconds, metavar="SECONDS", help="how long his phones ring")
        _switch(each, "reachable", "whether callers from outside may dial his extension", off="not-reachable")
        _switch(each, "outbound-only", "he only calls out: nothing ever rings him")
        each.add_argument("--number", metavar="NUMBER", help="his own outside number; an empty one removes it")
        each.add_argument("--pin", metavar="PIN", help="to hear messages by phone (*97); an empty one removes it")
        each.add_argument(
            "--announcement",
            metavar="FILE|TEXT",
            help="what callers hear when he is not there; an empty one goes back to the default",
        )
    remove = users.command(
        "remove",
        "remove a person and his phones",
        "Refused while a group or a number names him, or while he has messages. His open tasks become the office's.",
    )
    remove.add_argument("person", metavar="EXT")
    remove.add_argument("--with-messages", action="store_true", default=None, help="delete his voicemail messages too")
    users.command("list", "everybody")
    users.command("show", "everything about a person").add_argument("person", metavar="EXT")
    users.command("free", "a free extension, and whether one can be had").add_argument(
        "extension", metavar="N", nargs="?"
    )
    paste = users.command("paste", "add everybody in a list: one a line, with an extension behind a semicolon or tab")
    paste.add_argument("names", type=Path, metavar="FILE", help="- reads standard input")
    leave = users.command(
        "leave",
        "remove a person, and say where everything of his goes",
        "What is not said: nobody takes his calls, number and places, and open tasks become the office's.",
    )
    leave.add_argument("person", metavar="EXT")
    leave.add_argument("--extension-to", metavar="EXT", help="who takes the calls to his extension")
    leave.add_argument("--keep-days", type=count, metavar="N", help="how long nobody gets his extension")
    leave.add_argument("--number-to", metavar="EXT", help="whose own number his becomes")
    leave.add_argument("--place-to", metavar="EXT", help="who takes his places in groups and numbers")
    leave.add_argument("--messages-to", metavar="EXT|delete", help="who gets his voicemail messages")
    leave.add_argument("--tasks-to", metavar="EXT", help="who calls back instead of him")
    for each in (paste, leave):
        each.add_argument("--dry", action="store_true", default=None, help="only tell what would be")
    former = commands.noun("extension", "the extensions of people who left")
    former.command("list", "those that are kept, and who takes their calls")
    former.command("release", "let anybody have one").add_argument("extension", metavar="N")


def _accounts(commands: Branch) -> None:
    code = commands.command(
        "code",
        "the one-time code that the web page asks for at the first visit",
        "Later it gives an admin who forgot his password a new one, and is valid for an hour.",
    )
    code.add_argument("--label", type=Path, metavar="FILE", help="also write a label to print, as SVG")
    accounts = commands.noun("account", "who may log in at the web page")
    add = accounts.command("add", "add an account", "Without a password, invite its bearer to choose one.")
    add.add_argument("name", metavar="NAME")
    change = accounts.command("set", "change an account", "A new name, role or password ends its sessions.")
    change.add_argument("account", metavar="NAME")
    change.add_argument("--name", metavar="NAME")
    for each in (add, change):
        each.add_argument("--role", choices=("admin", "user"), help="what he may (user)")
        each.add_argument("--extension", metavar="EXT", help="the person he is")
        each.add_argument("--language", choices=("de", "en"), help="in which the page speaks to him")
        each.add_argument("--mailboxes", type=extensions, metavar="EXT,EXT", help="others' that he may hear")
        each.add_argument("--password-file", type=Path, metavar="FILE", help="its first line; - reads standard input")
    invite = accounts.command("invite", "a link by which somebody chooses his password, once and for two days")
    invite.add_argument("account", metavar="EXT|NAME", help="a person gets an account if he has none")
    accounts.command("remove", "remove an account, and log it off").add_argument("account", metavar="NAME")
    accounts.command("list", "all accounts")


def _phones(commands: Branch) -> None:
    phones = commands.noun("phone", "the accounts phones register with")
    add = phones.command("add", "an account for one more phone of a person", "Only now its password is shown.")
    add.add_argument("extension", metavar="EXT")
    add.add_argument("--name", metavar="LABEL", help="to tell his phones apart")
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


def _groups(commands: Branch) -> None:
    groups = commands.noun("group", "several people behind one extension")
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
        _switch(each, "voicemail", "record messages when nobody answers")
    remove = groups.command(
        "remove", "remove a group", "Refused while a number rings it, or while it has voicemail messages."
    )
    remove.add_argument("group", metavar="EXT")
    remove.add_argument("--with-messages", action="store_true", default=None, help="delete its voicemail messages too")
    groups.command("list", "all groups")
    groups.command("show", "one group, in ringing order").add_argument("group", metavar="EXT")


def _keeping(commands: Branch) -> None:
    history = commands.command("history", "find calls again, the newest first")
    history.add_argument("search", metavar="TEXT", nargs="?", help="in names, numbers and stories")
    history.add_argument("--extension", metavar="EXT", help="one person's or group's only")
    history.add_argument("--limit", type=count, metavar="N", help="how many (50)")
    commands.command("trace", "the SIP messages of the last minutes and of the calls that last, without secrets")
    retention = commands.noun("retention", "for how long things are kept")
    retention.command("show", "the days")
    change = retention.command("set", "change the days", "What is too old then goes within a day; 0 keeps it for ever.")
    for name, what in (("history", "calls"), ("messages", "voicemail messages"), ("done-tasks", "tasks that are done")):
        dest = f"keep_{name.replace('-', '_')}_days"
        change.add_argument(f"--{name}", type=days, dest=dest, metavar="DAYS", help=what)
    privacy = commands.noun("privacy", "everything about one number outside")
    export = privacy.command("export", "put it into an archive (ZIP) for whom it is about")
    erase = privacy.command("erase", "erase it from all files", "Backups made before still have it.")
    for each in (privacy.command("show", "how much is known of it"), export, erase):
        each.add_argument("number", metavar="NUMBER")
    export.add_argument("file", type=Path, metavar="FILE")
    erase.add_argument("--digits", required=True, metavar="DIGITS", help="the number's last four, to make sure")


def _trunks(commands: Branch) -> None:
    trunks = commands.noun("trunk", "the ways to the telephone network")
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
        each.add_argument("--password-file", type=Path, metavar="FILE", help="its first line; - reads standard input")
        each.add_argument("--auth-user", metavar="U", help="when the provider's user name is not USER")
        each.add_argument("--proxy", metavar="HOST[:PORT]", help="outbound proxy, when it is not the domain's")
        each.add_argument("--transport", choices=("udp", "tcp", "tls"), help="as DNS says, if not given")
    remove = trunks.command("remove", "remove a trunk", "Refused while a number comes in over it.")
    remove.add_argument("trunk", metavar="NAME")
    trunks.command("list", "all trunks, with their state")
    providers = commands.noun("provider", "providers whose trunks need only an account and its password")
    providers.command("list", "those that are known, of the office's country first")


def _numbers(commands: Branch) -> None:
    numbers = commands.noun("number", "the office's outside numbers")
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


def _contacts(commands: Branch) -> None:
    contacts = commands.noun("contact", "people outside whom the office calls")
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


def _calls(commands: Branch) -> None:
    call = commands.command("call", "ring EXT, then call the number for him and dial its extension after the answer")
    call.add_argument("extension", metavar="EXT")
    call.add_argument("number", metavar="NUMBER[;EXT]", help="or the name of a contact")
    calls = commands.command("calls", "what calls there were, the newest at the end")
    calls.add_argument("--last", type=count, default=20, metavar="N", help="how many (20)")
    tasks = commands.command("tasks", "who should be called back, oldest first")
    tasks.add_argument("extension", metavar="EXT", nargs="?", help="one person's or group's only")
    tasks.add_argument("--open", dest="open_only", action="store_true", default=None, help="leave out what is done")
    tasks.add_argument("--done", type=count, metavar="ID", help="mark this one as done")
    voicemail = commands.noun("voicemail", "the messages in the mailboxes")
    voicemail.command("list", "a mailbox's messages").add_argument("extension", metavar="EXT")
    export = voicemail.command("export", "copy a message's sound into a WAV file")
    export.add_argument("message", type=count, metavar="ID")
    export.add_argument("file", type=Path, metavar="FILE")
    voicemail.command("remove", "delete a message").add_argument("message", type=count, metavar="ID")


def _changes(commands: Branch) -> None:
    changes = commands.noun("change", "what was changed in the settings, by whom and when")
    listing = changes.command("list", "all changes in words, the newest first")
    listing.add_argument("--limit", type=count, default=20, metavar="N", help="how many (20)")
    undo = changes.command("undo", "take a change back", "Refused while a later change is in the way.")
    undo.add_argument("id", type=count, metavar="ID")
    backups = commands.noun("backup", "everything in one file, encrypted with a password")
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
        each.add_argument(
            "--password-file", type=Path, required=True, metavar="FILE", help="its first line; - reads standard input"
        )
    backups.command("back", "go back to what was there before the last restore")
    nights = commands.noun("nightly", "the backup every night, to a USB stick or a network folder")
    nights.command("show", "where it goes, and what became of the last")
    change = nights.command("set", "give the folder or another password", "The first folder needs a password.")
    change.add_argument("--folder", metavar="FOLDER", help='"" makes no more backups')
    change.add_argument("--password-file", type=Path, metavar="FILE", help="its first line; - reads standard input")
    nights.command("now", "make it now, not at night")


def _office(commands: Branch) -> None:
    commands.command("status", "what there is and what is going on")
    doctor = commands.command("doctor", "whether all is well, and what to do if not", "Exit code 1 if something fails.")
    doctor.add_argument("--sip", type=socket_address, default=("0.0.0.0", 5060), metavar="HOST:PORT", help="its port")
    commands.command("follow", "tell what happens, line by line, until the exchange stops")
    office = commands.noun("office", "settings of the office as a whole")
    change = office.command("set", "change them")
    change.add_argument("--name", metavar="NAME", help="what callers know the office by")
    change.add_argument("--country", metavar="CC", help="two letters: how numbers are written, which are emergencies")
    change.add_argument("--area-code", metavar="DIGITS", help="completes numbers dialled without one")
    change.add_argument("--language", choices=("de", "en"), help="of greetings, announcements and stories")
    change.add_argument("--number", metavar="NUMBER", help="shown when people without their own number call out")
    change.add_argument("--domain", metavar="HOST", help="what phones register to, if not the box's address")
    change.add_argument("--dial-pause", type=seconds, metavar="SECONDS", help="before a contact's extension is dialled")
    change.add_argument("--digit-silence", type=seconds, metavar="SECONDS", help="until dialled digits count")
    change.add_argument("--media-timeout", type=seconds, metavar="SECONDS", help="without voice until a call is ended")
    office.command("show", "show them")


def _switch(parser: Parser, name: str, help: str, off: str = "") -> None:
    chosen = parser.add_mutually_exclusive_group()
    dest = name.replace("-", "_")
    chosen.add_argument(f"--{name}", dest=dest, action="store_const", const=True, default=None, help=help)
    chosen.add_argument(f"--{off or f'no-{name}'}", dest=dest, action="store_const", const=False)


def folder(text: str) -> Path:
    """A path; an empty one comes from a shell variable that is not set, and would mean the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("a folder's name is needed")
    return Path(text)


def socket_address(text: str) -> tuple[str, int]:
    """HOST:PORT, [HOST]:PORT or PORT."""
    found = host_port(f"0.0.0.0:{text}" if re.fullmatch("[0-9]+", text, re.ASCII) else text)
    if found is None or found[1] is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return found[0], found[1]


def port_range(text: str) -> tuple[int, int]:
    """LOW-HIGH with room for a call's four ports."""
    found = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", text, re.ASCII)
    low, high = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1024 <= low <= high - 3 or high > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not LOW-HIGH: two ports from 1024 to 65535, at least 4 apart")
    return low, high


def count(text: str) -> int:
    """A whole number from 1."""
    if not re.fullmatch(r"[0-9]{1,15}", text, re.ASCII) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def days(text: str) -> int:
    """A whole number of days, or 0."""
    return 0 if text == "0" else count(text)


def seconds(text: str) -> float:
    """Seconds, with or without a decimal point."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return float(text)


def extensions(text: str) -> list[str]:
    """EXT,EXT..."""
    return [part.strip() for part in text.split(",") if part.strip()]


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command in the words. Raises BadArguments; SystemExit after help was asked for."""
    return parser().parse_args(words, argparse.Namespace(data=None, json=False))


def given(options: argparse.Namespace, leave_out: Sequence[str]) -> dict[str, Any]:
    """The options that were given, as arguments of the command."""
    return {name: value for name, value in vars(options).items() if value is not None and name not in leave_out}
