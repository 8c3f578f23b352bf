"""Letting go of calls, messages, tasks and traces that are older than the settings say."""

from collections.abc import Callable

from pbx.store.folder import Folder

TRACE_DAYS = 30
"""For how long SIP messages are kept behind a call: they help while somebody still looks for the fault."""
DAY = 86400.0
PORTION = 100
"""Rows that are deleted at a time: nobody waits long for the records meanwhile."""
FILES = 10
"""Messages that are deleted at a time: each is a file, too."""


def portions(folder: Folder, now: float, mailbox_changed: Callable[[str], None]) -> list[Callable[[], bool]]:
    """What is to be done that nothing older is kept: each is to be called until it says that there is no more.

    `mailbox_changed` hears of each message that went. They raise RecordsError, OSError.
    """
    office, records = folder.office, folder.records

    def old_messages(before: float) -> bool:
        old = records.leftovers.old_messages(before, FILES)
        for message in old:
            folder.mailboxes.remove(message)
            mailbox_changed(message.extension)
        return len(old) == FILES

    found: list[Callable[[], bool]] = [lambda: records.traces.remove_old(now - TRACE_DAYS * DAY, PORTION) == PORTION]
    if office.keep_history_days:
        calls_before = now - office.keep_history_days * DAY
        found.append(lambda: records.history.remove_old(calls_before, PORTION) == PORTION)
    if office.keep_done_tasks_days:
        tasks_before = now - office.keep_done_tasks_days * DAY
        found.append(lambda: records.leftovers.remove_done_tasks(tasks_before, PORTION) == PORTION)
    if office.keep_messages_days:
        messages_before = now - office.keep_messages_days * DAY
        found.append(lambda: old_messages(messages_before))
    return found
