"""Slows down guessing of voicemail PINs: per mailbox, over all calls and pages."""

FREE_TRIES = 3
FIRST_LOCK = 60.0
"""Seconds; doubles with every further wrong PIN, up to a day."""
LONGEST_LOCK = 86400.0


class PinLockout:
    """Counts wrong PINs of each mailbox; bounded by the number of mailboxes that exist."""

    def __init__(self) -> None:
        self._wrong: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def locked(self, extension: str, now: float) -> bool:
        """Whether the mailbox takes no PIN at all now."""
        return now < self._until.get(extension, float("-inf"))

    def wrong(self, extension: str, now: float) -> None:
        """One more wrong PIN."""
        tries = self._wrong[extension] = self._wrong.get(extension, 0) + 1
        if tries >= FREE_TRIES:
            self._until[extension] = now + min(LONGEST_LOCK, FIRST_LOCK * 2 ** min(tries - FREE_TRIES, 20))

    def right(self, extension: str) -> None:
        """The owner was here."""
        self._wrong.pop(extension, None)
        self._until.pop(extension, None)
