"""What the `durchwahl` command does by itself while no exchange runs: the same verbs, on the data folder."""

from pathlib import Path

from pbx.administration import health
from pbx.administration.commands import perform
from pbx.administration.live import Check
from pbx.administration.stores import open_stores
from pbx.control.protocol import Json
from pbx.sentence import Sentence
from pbx.store.database import RecordsError
from pbx.store.settings import SettingsError


def done(data: Path, verb: str, arguments: dict[str, Json]) -> Json:
    """Do a command. The doctor also looks when the settings or records cannot even be opened.

    Raises Refused, Busy, SettingsError, RecordsError, OSError.
    """
    try:
        stores = open_stores(data)
        try:
            return perform(stores, verb, arguments)
        finally:
            stores.close()
    except (SettingsError, RecordsError, OSError) as error:
        if verb != "doctor":
            raise
        return [health.view(check) for check in (_unreadable(error), *health.checks_of_folder(data))]


def _unreadable(error: SettingsError | RecordsError | OSError) -> Check:
    if isinstance(error, OSError):
        sentence = Sentence("The data folder cannot be used: {why}.", why=error.strerror or str(error))
        advice = Sentence("Restart the box; if it comes back, put the last backup on a new card.")
        return Check("folder", "fail", sentence, advice)
    if isinstance(error, SettingsError):
        advice = Sentence("Correct that line; the exchange does not start before.")
        return Check("settings", "fail", error.sentence, advice)
    sentence = Sentence("The records cannot be used: {why}", why=str(error))
    return Check("records", "fail", sentence, Sentence("Restore a backup."))
