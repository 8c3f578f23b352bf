"""By which names and addresses phones and browsers reach this box: what its certificate must speak for."""

import socket
from pathlib import Path

from pbx.box.addresses import addresses
from pbx.sip.transport.hop import split_host_port
from pbx.sip.transport.issued import spoken

ITSELF = ("localhost", "127.0.0.1", "::1")
WILDCARDS = ("0.0.0.0", "::")


def own_names(listening: str, domain: str = "", root: Path = Path("/"), hostname: str = "") -> list[str]:
    """The office's domain, the machine's name as networks complete it, all its addresses, and those for itself.

    `listening` is where SIP listens, `root` has the machine's files; without `hostname` the machine says its own.
    """
    host = (hostname or socket.gethostname()).lower().rstrip(".")
    short = host.partition(".")[0]
    named = [] if short in ("", "localhost") else [host, short, f"{short}.local"]
    completed = [f"{short}.{each}" for each in _search(root / "etc/resolv.conf")] if named else []
    here = [] if listening in WILDCARDS else [listening]
    return spoken([_host(domain), *named, *completed, *here, *addresses(root), *ITSELF])


def _host(domain: str) -> str:
    """The domain without a port."""
    try:
        return split_host_port(domain)[0]
    except ValueError:
        return ""


def _search(resolver: Path) -> list[str]:
    """What the network's router wants put behind names (resolv.conf(5)): "fritz.box"."""
    try:
        lines = [line.split() for line in resolver.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return []
    return [each for line in lines if line and line[0] in ("search", "domain") for each in line[1:] if each != "."][:6]
