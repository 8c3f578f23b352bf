"""`durchwahl update`: a large file goes in piece by piece; the rest is one question each."""

import argparse
import base64
from pathlib import Path

from pbx.cli import report
from pbx.cli.backup_commands import Ask, exchange_of
from pbx.control.protocol import GENTLE, Json, Refused
from pbx.sentence import Sentence


def run(options: argparse.Namespace) -> int:
    """Do one of them; the exit code. Raises Refused, ControlError, Busy, SettingsError, RecordsError, OSError."""
    verb = f"update {options.verb}"
    with exchange_of(options.data) as exchange:
        if options.verb == "offer":
            _offer(exchange, options.file)
        result: Json = exchange("update status" if options.verb == "offer" else verb)
    print(report.printed(verb, result, options.json), flush=True)
    return 0 if result.get("healthy", True) else 1


def _offer(exchange: Ask, path: Path) -> None:
    """Hand a file over. Raises Refused."""
    upload = ""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            while piece := file.read(GENTLE):
                data, at = base64.b64encode(piece).decode(), file.tell() - len(piece)
                given = {"data": data, "size": size, "upload": upload, "at": at, "last": file.tell() >= size}
                upload = exchange("update offer", **given)["upload"]
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from error
    if not size:
        raise Refused(Sentence("This is not a Durchwahl update, or it is incomplete."))
