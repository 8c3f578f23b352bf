"""Who may come in at all: only the LAN, only by the box's own names, only with forms of our own pages."""

import hashlib
import hmac
import math
import re
import secrets
import socket
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_LAN: tuple[IPv4Network | IPv6Network, ...] = (
    *map(IPv4Network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")),
    *map(IPv6Network, ("::1/128", "fe80::/10", "fc00::/7")),
)
_HOME = ("local", "lan", "home", "home.arpa", "internal", "intranet", "fritz.box", "speedport.ip")
"""What routers in offices append to a box's name."""
_REMEMBERED = 60.0
"""Seconds the office's domain is remembered."""


def address(text: str) -> Address | None:
    """An address as the socket gives it; an IPv4-mapped IPv6 address becomes IPv4."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def on_lan(remote: str, local: str = "") -> bool:
    """Whether somebody is in the same network: a private address, or the prefix of the address they came in at."""
    there, here = address(remote), address(local)
    if there is None:
        return False
    if any(there in network for network in _LAN):
        return True
    # Offices have public IPv6 addresses; devices that share our first 64 bits are on our network.
    if isinstance(there, IPv6Address) and isinstance(here, IPv6Address):
        return int(there) >> 64 == int(here) >> 64
    return False


class Names:
    """The names the page may be asked for by. A foreign one means that somebody's DNS points at us (DNS rebinding)."""

    def __init__(self, domain: Callable[[], str], own: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        """`domain` tells the office's own domain (asked at most once a minute), `own` is the box's name."""
        self._ask = domain
        self._clock = clock
        self._known = ("", -math.inf)
        self._own = (own or socket.gethostname()).lower().partition(".")[0]

    def ours(self, host: str) -> bool:
        """Whether a Host header names this box."""
        name = host_name(host)
        if name is None:
            return False
        if address(name) is not None or name == "localhost" or name.endswith((".local", ".localhost")):
            return True
        # A name without a dot cannot be bought.
        if "." not in name:
            return True
        if name in {f"{self._own}.{suffix}" for suffix in _HOME}:
            return True
        return name == self._domain()

    def _domain(self) -> str:
        domain, asked = self._known
        if self._clock() - asked > _REMEMBERED:
            domain = host_name(self._ask()) or ""
            self._known = (domain, self._clock())
        return domain


def host_name(host: str) -> str | None:
    """The name in a Host header, without its port and brackets; None if it is none."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::[0-9]{1,5})?", host, re.ASCII)
    return (found[1] or found[2]).lower().rstrip(".") if found else None


def same_origin(scheme: str, host: str, origin: str | None, fetch_site: str | None) -> bool:
    """Whether a form comes from one of our own pages, as far as the browser tells its origin.

    Old browsers do not tell: the token in the form is the proof then.
    """
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return False
    return origin is None or origin.lower() == f"{scheme}://{host}".lower()


def form_token(key: str) -> str:
    """A token for a form, made from the session's secret; a new one each time, so that compression reveals nothing."""
    salt = secrets.token_hex(8)
    return f"{salt}.{_sealed(key, salt)}"


def token_fits(key: str, token: str) -> bool:
    """Whether a form's token was made with this session's secret."""
    salt, _, seal = token.partition(".")
    return bool(key) and hmac.compare_digest(seal.encode(), _sealed(key, salt).encode())


def signed(secret: bytes, text: str) -> str:
    """A text for a cookie that nobody else can make."""
    return f"{text}.{hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:32]}"


def signature_holds(secret: bytes, cookie: str) -> bool:
    """Whether a cookie was made by `signed`."""
    return hmac.compare_digest(signed(secret, cookie.rpartition(".")[0]).encode(), cookie.encode())


def _sealed(key: str, salt: str) -> str:
    return hmac.new(key.encode(), f"form {salt}".encode(), hashlib.sha256).hexdigest()
