"""The `durchwahl` command: asks the running exchange, or works on the data folder itself when none runs."""

import argparse
import io
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from pbx.cli import report
from pbx.cli.arguments import BadArguments, given, parse
from pbx.control.client import ControlError, NotRunning, ask, follow
from pbx.control.protocol import SOCKET, Json, Refused
from pbx.service.later import Later, load
from pbx.store.disk import stand_in
from pbx.store.disk.atomic import write_file
from pbx.store.disk.owner import become, owner, rights_of
from pbx.store.errors import FolderError

# Loading the whole exchange takes a Pi seconds: only commands that need it wait for it.
as_owner = Later("pbx.cli.as_owner")
greetings = Later("pbx.administration.sounds.greetings")
label = Later("pbx.cli.label")
without_exchange = Later("pbx.cli.without_exchange")

_SOUNDS = (".wav", ".mp3", ".ogg", ".oga", ".opus", ".flac", ".m4a", ".aac", ".wma", ".aif", ".aiff", ".gsm", ".raw")


PROGRAMS = {
    "run": "pbx.daemon.process",
    "web": "pbx.daemon.web_process",
    "lamps": "pbx.box.panel",
    "drain": "pbx.cli.draining",
}
"""Commands with programs of their own, and the modules behind them, which no other command needs to load."""


def main(words: Sequence[str] | None = None) -> int:
    """Do what the words say (those of the command line if not given); the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        options = parse(sys.argv[1:] if words is None else words)
        return _run(options)
    except Refused as error:
        print(report.visible(f"{error} {error.hint}".strip()), file=sys.stderr)
        return error.code
    except BadArguments as error:
        print(report.visible(error), file=sys.stderr)
        return 2
    except FolderError as error:
        print(report.visible(error), file=sys.stderr)
        return error.code
    except ControlError as error:
        print(report.visible(error), file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read us has seen enough; Python would complain again when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(report.visible(f"{error.filename or 'The data folder'}: {error.strerror or error}"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace) -> int:
    command = options.command
    if command == "demo":
        return _program("pbx.demo.office", options)
    options.data = data_folder(options.data)
    if command == "run":
        become(options.data)
    else:
        options.data = stand_in.in_use(options.data)
    if command in PROGRAMS:
        return _program(PROGRAMS[command], options)
    if command == "follow":
        return _follow(options.data)
    if command == "update":
        return _program("pbx.cli.update_commands", options)
    if command == "backup":
        if "password_file" in options:
            options.password = _password(options.password_file)
        return _program("pbx.cli.backup_commands", options)
    verb = "code show" if command == "code" else f"{command} {options.verb}" if "verb" in options else command
    arguments = _arguments(verb, options)
    result: Json = _calls(options.data, arguments) if verb == "calls" else done(options.data, verb, arguments)
    if verb in ("voicemail export", "privacy export"):
        source = Path(result.pop("path"))
        with rights_of(options.data):
            file = source.open("rb")
            if verb == "privacy export":
                source.unlink()
        with file:
            _copy(file, options.file)
        result["file"] = str(options.file)
    if verb == "certificate export":
        _copy(io.BytesIO(result.pop("pem").encode()), options.file)
        result["file"] = str(options.file)
    if verb == "code show":
        _show_code(result, options.label, options.json)
    print(report.printed(verb, result, options.json), flush=True)
    if cut := report.cut(verb, result, arguments):
        print(cut, file=sys.stderr)
    return 1 if verb == "doctor" and any(check["state"] == "fail" for check in result) else 0


def _program(module: str, options: argparse.Namespace) -> int:
    """Run a program of its own to its end."""
    return int(load(module).run(options))


def data_folder(wanted: Path | None) -> Path:
    """The data folder to work on."""
    if wanted is not None:
        return wanted
    if named := os.environ.get("DURCHWAHL_DATA"):
        return Path(named)
    local = Path("data")
    try:
        # Somebody else's folder in a shared directory must not answer in our office's place.
        if (local / "settings.json").stat().st_uid == os.getuid() == local.stat().st_uid:
            return local
    except OSError:
        pass
    installed = Path("/var/lib/durchwahl")
    return installed if installed.is_dir() else local


def done(data: Path, verb: str, arguments: dict[str, Json]) -> Json:
    """Let the running exchange do a command, or do it here when none runs.

    Raises Refused, ControlError, FolderError, OSError.
    """
    try:
        return ask(data / SOCKET, verb, arguments)
    except NotRunning:
        if user := owner(data):
            with as_owner.opened(data, user) as do:
                return do(verb, **arguments)
        return without_exchange.done(data, verb, arguments)


def _calls(data: Path, arguments: dict[str, Json]) -> dict[str, Json]:
    """The last calls, fetched piece by piece; `all` is how many there are."""
    wanted = arguments.get("last", 20)
    found = done(data, "calls", {"last": wanted})
    calls = list(found["calls"])
    while len(calls) < wanted and found["before"] is not None:
        found = done(data, "calls", {"last": wanted - len(calls), "before": found["before"]})
        calls[:0] = found["calls"]
    return {"calls": calls, "all": found["all"]}


def _arguments(verb: str, options: argparse.Namespace) -> dict[str, Json]:
    """The options as the command's arguments; files named in them are read here, by the person's own rights."""
    arguments = given(options, ("command", "verb", "data", "json", "file", "sip", "password_file", "label"))
    for name in ("greeting", "announcement"):
        if name in arguments:
            arguments |= _sound_or_text(name, arguments.pop(name))
    if verb == "account invite" and options.account.isdecimal():
        arguments["extension"] = arguments.pop("account")
    if getattr(options, "password_file", None) is not None:
        arguments["password"] = _password(options.password_file)
    if verb == "user paste":
        arguments["names"] = _text(options.names)
    if verb == "doctor":
        arguments["sip_port"] = options.sip[1]
    return arguments


def _text(path: Path) -> str:
    """What is in a file. Raises Refused."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Refused(f"The file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Refused(f"The file {path} is not UTF-8 text.") from error


def _sound_or_text(name: str, value: str) -> dict[str, Json]:
    """FILE|TEXT: what is a file is one, and what looks like one must be one. Raises Refused."""
    path = Path(value)
    try:
        is_file, is_folder = path.is_file(), path.is_dir()
    except (OSError, ValueError):  # too long for a name, or with a NUL in it
        is_file = is_folder = False
    if value and is_file:
        return {f"{name}_sound": greetings.read_sound(path)}
    if value.strip() and (is_folder or path.suffix.lower() in _SOUNDS or ("/" in value and " " not in value)):
        raise Refused(f"There is no sound file called {value}.")
    return {f"{name}_text": value}


def _password(path: Path) -> str:
    """The one line of a password file. Raises Refused."""
    try:
        text = sys.stdin.read(4096) if str(path) == "-" else path.read_bytes()[:4096].decode()
    except OSError as error:
        raise Refused(f"The password file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Refused(f"The password file {path} is not a text file.") from error
    lines = text.splitlines()
    if len(lines) != 1 or not lines[0].strip():
        raise Refused(f"The password file {path} must contain just one line, the password.")
    return lines[0].strip()


def _show_code(shown: dict[str, Json], file: Path | None, as_json: bool) -> None:
    """The code as QR code on a terminal, and as label in a file. Raises Refused."""
    address = next(iter(shown["pages"]), "")
    if sys.stdout.isatty() and not as_json:
        print(label.terminal(label.linked(address, shown["code"])))
    if file is not None:
        try:
            write_file(file, label.label(shown["code"], address).encode())
        except OSError as error:
            raise Refused(f"{file} cannot be written: {error.strerror}.") from error


def _copy(source: IO[bytes], target: Path) -> None:
    """Copy a message where the person wants it, whole or not at all. Raises Refused."""
    partial = target.with_name(f".{target.name}.part")
    try:
        with partial.open("wb") as file:
            shutil.copyfileobj(source, file)
        os.replace(partial, target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise Refused(f"{target} cannot be written: {error.strerror}.") from error


def _follow(data: Path) -> int:
    try:
        for event in follow(data / SOCKET):
            print(json.dumps(event), flush=True)
    except NotRunning:
        raise Refused("The exchange is not running. Start it with “durchwahl run”.", 1) from None
    return 0
