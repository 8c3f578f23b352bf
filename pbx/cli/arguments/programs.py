"""Commands with programs of their own: the exchange, its demo, the web page, the lamps, running empty."""

from pathlib import Path

from pbx.cli.arguments.declaring import Branch
from pbx.cli.arguments.value_kinds import count, port_range, seconds, socket_address


def declare(commands: Branch) -> None:
    """run, demo, web, lamps and drain."""
    run = commands.command("run", "start the exchange and run until it is stopped")
    demo = commands.command("demo", "run a demo office that makes calls by itself")
    run.add_argument("--sip", type=socket_address, default=("::", 5060), metavar="HOST:PORT", help="UDP and TCP")
    demo.add_argument("--sip", type=socket_address, default=None, metavar="HOST:PORT", help="UDP and TCP")
    run.add_argument(
        "--page-socket", type=Path, metavar="FILE", help="a socket for a web page that runs as another user"
    )
    run.add_argument("--lamps-socket", type=Path, metavar="FILE", help="a socket for lamps that run as another user")
    web = commands.command("web", "run the web page alone, for an exchange that runs without it")
    lamps = commands.command("lamps", "run the box's lamps and its button")
    lamps.add_argument(
        "--pins", type=Path, default=None, metavar="FILE", help="the GPIO pins of the lamps and the button"
    )
    lamps.add_argument(
        "--off",
        type=Path,
        default=None,
        metavar="FILE",
        help="the file to make when the button is pressed to shut down",
    )
    for each in (web, lamps):
        each.add_argument(
            "--socket", type=Path, metavar="FILE", help="the socket of the exchange, if not in the data folder"
        )
    for each in (run, demo):
        each.add_argument(
            "--rtp", type=port_range, default=(10000, 10999), metavar="LOW-HIGH", help="the UDP ports for voice"
        )
    for each in (run, demo, web):
        each.add_argument(
            "--web", type=socket_address, default=None, metavar="HOST:PORT", help="the address of the web page"
        )
        each.add_argument(
            "--allow-all", action="store_true", help="also let visitors from outside the network see the web page"
        )
    for each in (run, web):
        each.add_argument("--next-port", action="store_true", help="use the next free port if that of --web is taken")
    demo.add_argument(
        "--calls",
        type=count,
        default=None,
        metavar="N",
        help="stop after N calls; exit code 1 unless each went as it should",
    )
    _drain(commands)


def _drain(commands: Branch) -> None:
    drain = commands.command(
        "drain",
        "turn new calls away until the next restart",
        "Emergency calls and calls in progress go on. Exit code 1 if some are still in progress.",
    )
    drain.add_argument(
        "--seconds", type=seconds, default=0.0, metavar="N", help="how long to wait for calls to end (default: 0)"
    )
    drain.add_argument("--undo", action="store_true", help="accept new calls again")
