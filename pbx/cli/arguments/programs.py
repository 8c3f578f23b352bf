"""Commands with programs of their own: the exchange, its demo, the web page, the lamps, running empty."""

from pathlib import Path

from pbx.cli.arguments.branch import Branch
from pbx.cli.arguments.kinds import count, port_range, seconds, socket_address


def declare(commands: Branch) -> None:
    """run, demo, web, lamps and drain."""
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
    _drain(commands)


def _drain(commands: Branch) -> None:
    drain = commands.command(
        "drain",
        "put off new calls until the restart that follows",
        "Emergencies and the calls that last go on. Exit code 1 if some still last.",
    )
    drain.add_argument("--seconds", type=seconds, default=0.0, metavar="N", help="wait so long for calls to end (0)")
    drain.add_argument("--undo", action="store_true", help="take new calls again")
