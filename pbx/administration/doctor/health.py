"""The doctor: is all well, and if not, what is to be done."""

import errno
import os
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pbx.administration.access import certificates
from pbx.administration.backup import nightly
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.extension_order import counted
from pbx.administration.desk.live import DoctorCheck, Live
from pbx.administration.doctor import box_checks, dialling_checks, network, trunk_checks
from pbx.administration.update import update_health
from pbx.box.pin_file import INSTALLED, PinError, read_pins
from pbx.prompts import catalogue, speech
from pbx.sentence import Sentence, said
from pbx.store.models import Number, Office, Person
from pbx.store.records.records import Records
from pbx.store.secrets.box_secret import FILE
from pbx.store.secrets.vault import NotSealed

Shown = dict[str, Any]


def examine(desk: Desk, sip_port: int = 5060) -> list[Shown]:
    """Everything there is to look at: `name`, `state` (ok, warn, fail), `sentence`, `advice`.

    `said` and `advice_said` are the same as `pbx.sentence.said` has them, `page` is where to do it, `hint` the command.
    Raises RecordsError.
    """
    office, live = desk.office, desk.live
    checks = [*box_checks.checks(desk).values(), *network.checks(desk), rights(desk.data), _records(desk.records)]
    checks += [*header(desk.host.root), nightly.check(desk), *_passwords(desk), *update_health.checks(desk)]
    checks += [_speech(), _prompts(), *_greetings(desk), *_numbers(office), *_pins(office), *_accounts(office)]
    checks += dialling_checks.checks(desk)
    if (shown := certificates.check(desk)) is not None:
        checks.append(shown)
    if live is None:
        checks += [*_trunks(office), _port(sip_port)]
    else:
        checks += [*trunk_checks.checks(desk, live), *_phones(office, live), *live.doctor()]
    return [view(check) for check in checks]


def view(check: DoctorCheck) -> Shown:
    """A check as JSON."""
    return {
        "name": check.name,
        "state": check.state,
        "sentence": check.sentence,
        "said": said(check.sentence),
        "advice": check.advice,
        "advice_said": said(check.advice) if check.advice else None,
        "page": check.page,
        "hint": check.hint,
    }


def checks_of_folder(data: Path) -> list[DoctorCheck]:
    """What can be said of a data folder without opening anything in it."""
    return [rights(data), box_checks.disk(data)]


def rights(data: Path) -> DoctorCheck:
    """Whether nobody else may read what is kept here."""
    open_to_others = [str(path) for path in (data, data / "settings.json", data / "records.sqlite") if _is_open(path)]
    if not open_to_others:
        return DoctorCheck("rights", "ok", Sentence("Only the owner has access to {folder}.", folder=str(data)))
    return DoctorCheck(
        "rights",
        "warn",
        Sentence("Other users of this machine can read {files}.", files=open_to_others),
        Sentence("Change the permissions so that only the owner can read them."),
        hint=f"chmod go= {' '.join(open_to_others)}",
    )


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False


def _records(records: Records) -> DoctorCheck:
    if records.is_sound():
        return DoctorCheck("records", "ok", Sentence("Settings and database are intact."))
    sentence = Sentence("The database is damaged.")
    hint = "Stop the exchange, put records.sqlite away and restore it from a backup."
    return DoctorCheck("records", "fail", sentence, Sentence("Restore a backup."), "/backup", hint)


def _speech() -> DoctorCheck:
    engines = speech.installed()
    if engines:
        return DoctorCheck("speech", "ok", Sentence("{engine} speaks typed greetings.", engine=engines[0]))
    sentence = Sentence("No speech engine is installed, so the box cannot speak typed greetings.")
    advice = Sentence("Record greetings by phone, or upload sound files.")
    hint = "apt-get install espeak-ng (or libttspico-utils from non-free)"
    return DoctorCheck("speech", "warn", sentence, advice, "/greetings", hint)


def header(root: Path) -> Iterator[DoctorCheck]:
    """Whether the file that says which pin carries what, if there is one, can be understood."""
    file = root / INSTALLED
    if not os.path.lexists(file):
        return
    try:
        read_pins(file)
    except PinError as error:
        advice = Sentence("Correct the file and restart the box. Until then the lamps stay dark.")
        yield DoctorCheck("header", "fail", error.sentence, advice)


def _prompts() -> DoctorCheck:
    paths = [catalogue.clip_path(key, language) for key in catalogue.PROMPTS for language in catalogue.LANGUAGES]
    missing = [path for path in paths if not path.is_file()]
    if not missing:
        return DoctorCheck("prompts", "ok", Sentence("All {count} spoken sentences are available.", count=len(paths)))
    sentence = Sentence(
        "{missing} of {all} spoken sentences are missing, for example {first}.",
        missing=len(missing),
        all=len(paths),
        first=str(missing[0]),
    )
    return DoctorCheck("prompts", "fail", sentence, Sentence("Install Durchwahl again."), hint="make prompts")


def _greetings(desk: Desk) -> Iterator[DoctorCheck]:
    office, again = desk.office, Sentence("Record it again, or type it again.")
    for number in office.numbers.values():
        if number.greeting and not (desk.folder.greetings / number.greeting).is_file():
            sentence = Sentence("The recording of the greeting of {number} is missing.", number=number.e164)
            yield DoctorCheck("greetings", "fail", sentence, again, f"/numbers/{number.e164}")
    for person in office.people.values():
        if person.announcement and not (desk.folder.greetings / person.announcement).is_file():
            sentence = Sentence("The recording of the announcement of {name} is missing.", name=person.name)
            yield DoctorCheck("greetings", "fail", sentence, again, f"/people/{person.extension}")


def _numbers(office: Office) -> Iterator[DoctorCheck]:
    if office.trunks and not office.numbers:
        sentence = Sentence("There are no numbers yet, so calls from outside are refused.")
        hint = "durchwahl number add E164 --trunk NAME --to EXT"
        yield DoctorCheck("numbers", "warn", sentence, Sentence("Add your numbers."), "/numbers", hint)
    if silent := [number.e164 for number in office.numbers.values() if not _rings(office, number)]:
        sentence = Sentence("No phone rings when somebody calls {numbers}.", numbers=silent)
        advice = Sentence("Add a phone for somebody these calls are for.")
        yield DoctorCheck("numbers", "warn", sentence, advice, "/phones", "durchwahl phone add EXT")
    if office.numbers and all(number.extensions == "off" for number in office.numbers.values()):
        sentence = Sentence("No number lets callers dial an extension.")
        advice = Sentence("Choose for one of the numbers which extensions callers may dial.")
        yield DoctorCheck(
            "extensions", "warn", sentence, advice, "/numbers", "durchwahl number set E164 --extensions all"
        )


def _rings(office: Office, number: Number) -> bool:
    """Whether there is a phone for its calls."""
    ringing = {each for to in number.to for each in (office.groups[to].members if to in office.groups else (to,))}
    return any(office.phones_of(each) and not office.people[each].outbound_only for each in ringing)


def _pins(office: Office) -> Iterator[DoctorCheck]:
    if people := _named(each for each in office.people.values() if each.voicemail and not each.pin):
        sentence = Sentence(
            "These people have no PIN, so they cannot hear their messages by phone: {people}.", people=people
        )
        advice = Sentence("Set PINs for them, or ask them to set one on their own page.")
        yield DoctorCheck("pins", "warn", sentence, advice, "/people", "durchwahl user set EXT --pin PIN")


def _accounts(office: Office) -> Iterator[DoctorCheck]:
    if people := _named(each for each in office.people.values() if not office.phones_of(each.extension)):
        sentence = Sentence("These people have no phone yet: {people}.", people=people)
        advice = Sentence("Add phones for them.")
        yield DoctorCheck("phones", "warn", sentence, advice, "/phones", "durchwahl phone add EXT")


def _phones(office: Office, live: Live) -> Iterator[DoctorCheck]:
    """Who has a phone that does not come."""
    registered = live.registrations()
    away = [
        person
        for person in office.people.values()
        if (phones := office.phones_of(person.extension)) and not any(phone.username in registered for phone in phones)
    ]
    cut_off, silent = (_troubled(office, live, why) for why in ("connection lost", "no answer"))
    if silent:
        sentence = Sentence("A phone no longer answers: {people}.", people=_named(silent))
        advice = Sentence("Check that it has power and a network connection. It rings again as soon as it responds.")
        yield DoctorCheck("answers", "warn", sentence, advice, "/phones")
    if cut_off:
        sentence = Sentence("The connection to a phone is lost: {people}.", people=_named(cut_off))
        advice = Sentence("It should come back by itself within two minutes. If not, restart the phone.")
        yield DoctorCheck("connections", "warn", sentence, advice, "/phones")
    if missing := _named(each for each in away if each not in (*cut_off, *silent)):
        sentence = Sentence("No phone is connected for {people}.", people=missing)
        advice = Sentence(
            "Check that the phones have power and a network connection, and that the user name and password are"
            " correct."
        )
        yield DoctorCheck("registered", "warn", sentence, advice, "/phones")
    elif office.phones and not away:
        yield DoctorCheck("registered", "ok", Sentence("Everybody with a phone has at least one connected."))


def _troubled(office: Office, live: Live, why: str) -> list[Person]:
    """Whose phone has registered and is not rung, for this reason."""
    names = {username for (username, _), found in live.troubles().items() if found == why}
    names -= live.registrations().keys()
    return [
        office.people[extension]
        for extension in {office.phones[name].extension for name in names & office.phones.keys()}
    ]


def _named(people: Iterable[Person]) -> list[str]:
    return [
        f"{each.name} ({each.extension})" for each in sorted(people, key=lambda each: counted((each.extension, each)))
    ]


def _trunks(office: Office) -> Iterator[DoctorCheck]:
    """What a running exchange says better, as it knows states."""
    if not office.trunks:
        yield trunk_checks.NONE


def _passwords(desk: Desk) -> Iterator[DoctorCheck]:
    """Whether what was sealed can be opened by the key that is there."""
    office = desk.office
    try:
        phones, trunks, backups = desk.folder.vault.unreadable(office)
    except NotSealed as error:
        again = Sentence("Restart the box. If this message comes back, restore a backup.")
        yield DoctorCheck("passwords", "fail", error.sentence, again)
        return
    key = Sentence(
        "The box's key for passwords was lost or belongs to another box. Restore a backup, or enter the"
        " passwords again."
    )
    hint = f"The key is the file “{FILE}” in the data folder."
    if trunks:
        names = [trunk.name for trunk in trunks]
        sentence = Sentence("The box can no longer read the passwords of these lines: {names}.", names=names)
        yield DoctorCheck("passwords", "fail", sentence, key, f"/trunks/{names[0]}", hint)
    if phones:
        names = sorted({office.people[phone.extension].name for phone in phones})
        sentence = Sentence(
            "The phones of {names} work as before, but the box can no longer pass their passwords on to a softphone.",
            names=names,
        )
        yield DoctorCheck(
            "passwords", "warn", sentence, Sentence("Create new passwords when you need them."), "/phones", hint
        )
    if backups:
        sentence = Sentence(
            "The box can no longer read the key of the nightly backup. Please enter its password again."
        )
        yield DoctorCheck("passwords", "fail", sentence, key, "/backup", hint)


def _port(port: int) -> DoctorCheck:
    for kind, word in ((socket.SOCK_DGRAM, "UDP"), (socket.SOCK_STREAM, "TCP")):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                # A port whose last connection ended a moment ago is free for a server all the same.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError as error:
                return _port_taken(word, port, error)
    return DoctorCheck("port", "ok", Sentence("Port {port} is free; the exchange is not running.", port=str(port)))


def _port_taken(word: str, port: int, error: OSError) -> DoctorCheck:
    if error.errno == errno.EADDRINUSE:
        sentence = Sentence("Another program is using {protocol} port {port}.", protocol=word, port=str(port))
    else:
        why = error.strerror or str(error)
        sentence = Sentence("The box cannot use {protocol} port {port}: {why}.", protocol=word, port=str(port), why=why)
    hint = f"Find it with “ss -lpn sport = :{port}”, or run with --sip HOST:PORT."
    return DoctorCheck("port", "fail", sentence, Sentence("Stop the other program."), hint=hint)
