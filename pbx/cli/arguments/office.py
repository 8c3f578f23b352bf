"""Commands about the whole: how it is, what happens, and the office's own settings."""

from pathlib import Path

from pbx.cli.arguments.declaring import Branch
from pbx.cli.arguments.value_kinds import socket_address
from pbx.service.later import Later

fields, models = Later("pbx.cli.arguments.field_options"), Later("pbx.store.models")


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
    fields.field_options(office.command("set", "change the settings"), models.Office)
    office.command("show", "show the settings")
