"""The doctor on the digit for an outside line: does the office need one, and does it stand in anybody's way?"""

from collections import Counter
from collections.abc import Iterator

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import DoctorCheck
from pbx.sentence import Sentence
from pbx.store.models import Office
from pbx.store.records.records import Records

LOOKED_AT = 200
"""Calls that are looked at for a digit too much or too few."""
PAGE = "/office"


def checks(desk: Desk) -> Iterator[DoctorCheck]:
    """What is set, what it hides, and what people dialled lately. Raises RecordsError."""
    office = desk.office
    digit = office.access_digit
    if hidden := [each for each in _extensions(office) if digit and each.startswith(digit)]:
        sentence = Sentence(
            "{digit} is the digit for an outside line, but these extensions begin with it: {extensions}.",
            digit=digit,
            extensions=hidden,
        )
        yield DoctorCheck(
            "dialling", "warn", sentence, Sentence("Give them other extensions, or choose another digit."), PAGE
        )
    dialled = _lately(desk.records)
    if digit and (missed := dialled["without-access-digit", digit]):
        sentence = Sentence(
            "In {count} of the latest outgoing calls, the {digit} for an outside line was missing.",
            count=missed,
            digit=digit,
        )
        advice = Sentence("Tell your colleagues, or change the setting so that no digit is needed.")
        yield DoctorCheck("dialling", "warn", sentence, advice, PAGE, "durchwahl office set --access-digit off")
    for (reason, seen), count in dialled.items():
        if reason == "with-access-digit" and not digit:
            sentence = Sentence(
                "In {count} of the latest calls, people seem to have dialled {digit} for an outside line, but no"
                " such digit is set.",
                count=count,
                digit=seen,
            )
            advice = Sentence("Set the digit if people here are used to it.")
            yield DoctorCheck("dialling", "warn", sentence, advice, PAGE, f"durchwahl office set --access-digit {seen}")


def _extensions(office: Office) -> list[str]:
    return sorted((*office.people, *office.groups, *office.former))


def _lately(records: Records) -> Counter[tuple[str, str]]:
    """How many of the last calls were refused for a digit too much or too few: by reason and digit."""
    steps = (step for call in records.calls(LOOKED_AT) for step in call.steps if step.what == "not-allowed")
    return Counter(
        (str(step.detail.get("reason")), str(step.detail["digit"])) for step in steps if "digit" in step.detail
    )
