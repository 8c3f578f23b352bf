"""How many messages each mailbox has, kept in memory: asking SQLite would make the voice wait for the disk."""

from collections.abc import Awaitable, Callable, Iterable

from pbx.store.models import Office

Counts = tuple[int, int]
"""New messages, old messages."""


class MessageCounts:
    """The counts of all mailboxes as they were when last asked for."""

    def __init__(self, office: Callable[[], Office], ask: Callable[[str], Awaitable[Counts]]) -> None:
        """`ask` counts one mailbox in a thread that may wait."""
        self._office = office
        self._ask = ask
        self._counts: dict[str, Counts] = {}

    async def count(self, mailboxes: Iterable[str]) -> None:
        """Count the messages of these again."""
        for mailbox in mailboxes:
            self._counts[mailbox] = await self._ask(mailbox)

    async def count_uncounted(self) -> None:
        """Count the messages of those that were not counted yet."""
        await self.count([mailbox for mailbox in self._office().names if mailbox not in self._counts])

    def of(self, extension: str) -> Counts:
        """The messages a person's lamp shows: their own and those of their groups."""
        counts = [self._counts.get(mailbox, (0, 0)) for mailbox in self._office().mailboxes_of(extension)]
        return sum(new for new, _ in counts), sum(old for _, old in counts)
