"""Commands about the whole: how it is, what happens, and the office's own settings."""

from pathlib import Path

from pbx.cli.arguments.branch import Branch
from pbx.cli.arguments.kinds import seconds, socket_address


def declare(commands: Branch) -> None:
    """status, doctor, follow, certificate and office."""
    commands.command("status", "what there is and what is going on")
    doctor = commands.command("doctor", "whether all is well, and what to do if not", "Exit code 1 if something fails.")
    doctor.add_argument("--sip", type=socket_address, default=("0.0.0.0", 5060), metavar="HOST:PORT", help="its port")
    commands.command("follow", "tell what happens, line by line, until the exchange stops")
    _certificate(commands.noun("certificate", "what the box shows phones and browsers of itself"))
    _settings(commands.noun("office", "settings of the office as a whole"))


def _certificate(certificate: Branch) -> None:
    certificate.command("show", "its names, its end, and the fingerprint of the authority that signs it")
    export = certificate.command("export", "the authority's certificate, for phones and browsers to trust")
    export.add_argument("file", type=Path, metavar="FILE")


def _settings(office: Branch) -> None:
    change = office.command("set", "change them")
    change.add_argument("--name", metavar="NAME", help="what callers know the office by")
    change.add_argument("--country", metavar="CC", help="two letters: how numbers are written, which are emergencies")
    change.add_argument("--area-code", metavar="DIGITS", help="completes numbers dialled without one")
    change.add_argument("--access-digit", metavar="DIGIT", help="for an outside line; “off” if there is none")
    change.add_argument("--language", choices=("de", "en"), help="of greetings, announcements and stories")
    change.add_argument("--number", metavar="NUMBER", help="shown when people without their own number call out")
    change.add_argument("--domain", metavar="HOST", help="what phones register to, if not the box's address")
    change.add_argument("--dial-pause", type=seconds, metavar="SECONDS", help="before a contact's extension is dialled")
    change.add_argument("--digit-silence", type=seconds, metavar="SECONDS", help="until dialled digits count")
    change.add_argument("--media-timeout", type=seconds, metavar="SECONDS", help="without voice until a call is ended")
    office.command("show", "show them")
