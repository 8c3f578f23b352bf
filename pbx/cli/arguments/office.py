"""Commands about the whole: how it is, what happens, and the office's own settings."""

from pathlib import Path

from pbx.cli.arguments.branch import Branch
from pbx.cli.arguments.kinds import seconds, socket_address


def declare(commands: Branch) -> None:
    """status, doctor, follow, certificate and office."""
    commands.command("status", "show the state of the exchange")
    doctor = commands.command("doctor", "check that everything works, with advice", "Exit code 1 if something fails.")
    doctor.add_argument(
        "--sip",
        type=socket_address,
        default=("0.0.0.0", 5060),
        metavar="HOST:PORT",
        help="the SIP port of the exchange",
    )
    commands.command("follow", "print events line by line until the exchange stops")
    commands.noun("certificate", "the certificate by which phones and browsers recognise the box", _certificate)
    commands.noun("office", "the settings of the whole office", _settings)


def _certificate(certificate: Branch) -> None:
    certificate.command("show", "show its names, its expiry date and the fingerprint of its authority")
    export = certificate.command("export", "save the authority's certificate, for phones and browsers to trust")
    export.add_argument("file", type=Path, metavar="FILE")


def _settings(office: Branch) -> None:
    change = office.command("set", "change the settings")
    change.add_argument("--name", metavar="NAME", help="the office's name")
    change.add_argument(
        "--country", metavar="CC", help="two letters; decides how numbers are written and which are emergency numbers"
    )
    change.add_argument("--area-code", metavar="DIGITS", help="added to numbers dialled without one")
    change.add_argument("--access-digit", metavar="DIGIT", help="the digit for an outside line; “off” for none")
    change.add_argument(
        "--language", choices=("de", "en"), help="the language of greetings, announcements and the call history"
    )
    change.add_argument("--number", metavar="NUMBER", help="shown on calls by people without a number of their own")
    change.add_argument("--domain", metavar="HOST", help="where phones register, if not at the box's address")
    change.add_argument(
        "--dial-pause", type=seconds, metavar="SECONDS", help="how long to wait before dialling a contact's extension"
    )
    change.add_argument("--digit-silence", type=seconds, metavar="SECONDS", help="how long to wait for the next digit")
    change.add_argument(
        "--media-timeout", type=seconds, metavar="SECONDS", help="how long a call without voice may last"
    )
    office.command("show", "show the settings")
