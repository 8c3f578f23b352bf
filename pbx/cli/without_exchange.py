"""What the `durchwahl` command does by itself while no exchange runs: the same verbs, on the data folder.

As a program (`python -m pbx.cli.without_exchange FOLDER`) it answers questions of the control socket's kind, line by
line: so root has them done by whom the folder belongs to (`pbx.cli.as_owner`).
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.live import DoctorCheck
from pbx.administration.doctor import health
from pbx.control.protocol import Json, Refused, read_question, refusal, result
from pbx.sentence import Sentence
from pbx.store.disk.lock import Busy
from pbx.store.records.database import RecordsError
from pbx.store.settings.settings import SettingsError


@contextmanager
def opened(data: Path) -> Iterator[Callable[..., Json]]:
    """What gives commands in this block, all at the same desk. Raises Busy, SettingsError, RecordsError, OSError."""
    with closing(open_desk(data)) as desk:
        yield lambda verb, **given: perform(desk, verb, given)


def done(data: Path, verb: str, arguments: dict[str, Json]) -> Json:
    """Do a command. The doctor also looks when the settings or records cannot even be opened.

    Raises Refused, Busy, SettingsError, RecordsError, OSError.
    """
    try:
        with closing(open_desk(data)) as desk:
            return perform(desk, verb, arguments)
    except (SettingsError, RecordsError, OSError) as error:
        if verb != "doctor":
            raise
        return _examined(data, error)


def answers(data: Path, questions: Iterable[bytes]) -> Iterator[bytes]:
    """What each question is answered with, at the same desk for all of them. Raises Garbled."""
    with ExitStack() as left:
        desk: Desk | None = None
        for line in questions:
            verb, arguments, _ = read_question(line)
            try:
                desk = desk or left.enter_context(closing(open_desk(data)))
                yield result(perform(desk, verb, arguments))
            except Refused as error:
                yield refusal(error)
            except Busy as error:
                yield refusal(Refused(str(error), 1))
            except (SettingsError, RecordsError, OSError) as error:
                yield result(_examined(data, error)) if verb == "doctor" else refusal(_refused(error))


def _refused(error: SettingsError | RecordsError | OSError) -> Refused:
    """As the command line tells what it meets with itself."""
    if isinstance(error, OSError):
        return Refused(f"{error.filename or 'The data folder'}: {error.strerror or error}", 1)
    return Refused(str(error), 2 if isinstance(error, SettingsError) else 1)


def _examined(data: Path, error: SettingsError | RecordsError | OSError) -> Json:
    return [health.view(check) for check in (_unreadable(error), *health.checks_of_folder(data))]


def _unreadable(error: SettingsError | RecordsError | OSError) -> DoctorCheck:
    if isinstance(error, OSError):
        sentence = Sentence("The data folder cannot be used: {why}.", why=error.strerror or str(error))
        advice = Sentence("Restart the box. If this happens again, restore the last backup on a new card.")
        return DoctorCheck("folder", "fail", sentence, advice)
    if isinstance(error, SettingsError):
        advice = Sentence("Correct that line; until then the exchange cannot start.")
        return DoctorCheck("settings", "fail", error.sentence, advice)
    sentence = Sentence("The database cannot be used: {why}", why=str(error))
    return DoctorCheck("records", "fail", sentence, Sentence("Restore a backup."))


def main() -> None:
    """Answer until there are no more questions."""
    for answer in answers(Path(sys.argv[1]), sys.stdin.buffer):
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
