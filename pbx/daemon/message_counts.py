"""How many messages wait in each mailbox, kept ready: asking SQLite would make the voice wait for the disk."""

from collections.abc import Awaitable, Callable, Iterable

from pbx.store.models import Office

Counts = tuple[int, int]
"""New messages, old messages."""


class MessageCounts:
    """The counts of all mailboxes as they were when last asked for."""

    def __init__(self, office: Callable[[], Office], ask: Callable[[str], Awaitable[Counts]]) -> None:
        """`ask` counts one mailbox where that may take its time."""
        self._office = office
        self._ask = ask
        self._counts: dict[str, Counts] = {}

    async def count(self, mailboxes: Iterable[str]) -> None:
        """Ask how it is in these now."""
        for mailbox in mailboxes:
            self._counts[mailbox] = await self._ask(mailbox)

    async def count_uncounted(self) -> None:
        """Ask how it is in those of which that is not known."""
        await self.count([mailbox for mailbox in self._office().names if mailbox not in self._counts])

    def of(self, extension: str) -> Counts:
        """What a person's lamp tells of: his own messages and those of his groups."""
        counts = [self._counts.get(mailbox, (0, 0)) for mailbox in self._office().mailboxes_of(extension)]
        return sum(new for new, _ in counts), sum(old for _, old in counts)
