"""Slows down guessing of passwords: budgets per source address and per account."""

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address

SOURCE_BUDGET = 10.0
"""Wrong answers one address may give in quick succession."""
SOURCE_REST = 30.0
"""Seconds after which one of them is forgiven: a phone with an old password that retries each minute stays heard."""
FIRST_SILENCE = 30.0
LONGEST_SILENCE = 3600.0
"""Seconds that an address is not answered: the first time, and at most; it doubles in between."""
ACCOUNT_BUDGET = 20.0
ACCOUNT_REST = 15.0
"""The same for one account from addresses it never registered from."""
REMEMBERED = 4096
"""Addresses, and names that are no account, in the tables; the longest unheard are forgotten first."""
HOMES = 8
"""Addresses remembered per account as its own."""
LONGEST_NAME = 64
"""Characters of a name that are remembered."""


@dataclass(slots=True)
class Budget:
    """A leaking bucket of mistakes."""

    level: float = 0.0
    at: float = 0.0
    silent_until: float = 0.0
    silence: float = 0.0
    """How long the latest silence was, seconds."""

    def settle(self, now: float, rest: float) -> None:
        """Forgive what time forgives."""
        self.level = max(0.0, self.level - (now - self.at) / rest)
        self.at = now

    def overdrawn(self, now: float) -> None:
        """Begin a silence: twice the last one, or the first again after a long good time."""
        if now - self.silent_until > 2 * LONGEST_SILENCE:
            self.silence = 0.0
        self.silence = min(LONGEST_SILENCE, self.silence * 2) or FIRST_SILENCE
        self.silent_until = now + self.silence
        self.level = SOURCE_BUDGET / 2


class Lockout:
    """Who may try a password now.

    A request without credentials costs nothing. An address with too many wrong ones is not answered for a while,
    unless a phone of the office is or was registered from it or it is a trunk's (`ours`): it could be forged, and the
    office must not be locked out, not even a phone that was switched off meanwhile. An account under attack from many
    addresses takes a right password only from where its phone was before, and now and then from elsewhere. Else it is a
    wrong one, which counts like any other, so that guessers do not learn that they had it. Names that are no account
    are treated alike.
    """

    def __init__(self, clock: Callable[[], float], ours: Callable[[str], bool] = lambda host: False) -> None:
        self._clock = clock
        self._ours = ours
        self._sources: OrderedDict[str, Budget] = OrderedDict()
        self._accounts: OrderedDict[str, Budget] = OrderedDict()
        self._strangers: OrderedDict[str, Budget] = OrderedDict()
        self._homes: dict[str, dict[str, None]] = {}
        self._home_to: Counter[str] = Counter()
        """How many accounts an address is a home of."""

    def silent(self, host: str) -> bool:
        """Whether nothing from this address may be answered now."""
        if not self._sources:
            return False
        budget = self._sources.get(source_of(host))
        if budget is None or self._clock() >= budget.silent_until:
            return False
        return host not in self._home_to and not self._ours(host)

    def may_try(self, host: str, account: str, *, known: bool = True) -> bool:
        """Whether a right password would count; check it all the same, so that time tells nothing."""
        budget = (self._accounts if known else self._strangers).get(account[:LONGEST_NAME])
        at_home = host in self._homes.get(account, ())
        if budget is None:
            return True
        budget.settle(self._clock(), ACCOUNT_REST)
        return at_home or budget.level < ACCOUNT_BUDGET

    def passed(self, host: str, account: str) -> None:
        """A right password: this is one of the account's homes."""
        homes = self._homes.setdefault(account, {})
        if host not in homes:
            homes[host] = None
            self._home_to[host] += 1
            if len(homes) > HOMES:
                oldest = next(iter(homes))
                del homes[oldest]
                self._leave(oldest)

    def failed(self, host: str, account: str, *, known: bool) -> None:
        """A wrong password, or a name that is no account (`known` is false)."""
        now = self._clock()
        source = _budget(self._sources, source_of(host))
        source.settle(now, SOURCE_REST)
        source.level += 1
        if source.level > SOURCE_BUDGET and now >= source.silent_until:
            source.overdrawn(now)
        target = _budget(self._accounts if known else self._strangers, account[:LONGEST_NAME])
        target.settle(now, ACCOUNT_REST)
        target.level = min(target.level + 1, ACCOUNT_BUDGET + 1)

    def forget(self, account: str) -> None:
        """The account was removed or got a new password."""
        self._accounts.pop(account[:LONGEST_NAME], None)
        for host in self._homes.pop(account, ()):
            self._leave(host)

    def _leave(self, host: str) -> None:
        self._home_to[host] -= 1
        if not self._home_to[host]:
            del self._home_to[host]


@lru_cache(REMEMBERED)
def source_of(host: str) -> str:
    """Under what an address is counted: one customer of an IPv6 provider has a whole /64."""
    if ":" not in host or host.startswith("fe80:"):
        return host
    return IPv6Address(host).exploded[:19]


def _budget(table: OrderedDict[str, Budget], key: str) -> Budget:
    """The budget of `key` in a table that never grows past its bound."""
    budget = table.get(key)
    if budget is None:
        if len(table) >= REMEMBERED:
            table.popitem(last=False)
        budget = table[key] = Budget()
    table.move_to_end(key)
    return budget
