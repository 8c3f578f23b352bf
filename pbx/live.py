"""The running exchange as commands see it: what only it can tell or do."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pbx.administration.live import Check
from pbx.administration.phones import shown_host
from pbx.control.protocol import Refused
from pbx.exchange.recording import Told
from pbx.sentence import Sentence
from pbx.store.models import Office, Person
from pbx.wiring import Exchange


class LiveExchange:
    """Implements `administration.live.Live`; for the event loop's thread."""

    def __init__(self, exchange: Exchange, address: tuple[str, int]) -> None:
        self._exchange = exchange
        self._host, self._port = address

    def domain(self) -> str:
        """What phones register to, with the port when it is not 5060."""
        host = self._exchange.stores.office.domain or shown_host(self._host)
        shown = f"[{host}]" if ":" in host else host
        return shown if self._port == 5060 else f"{shown}:{self._port}"

    def status(self) -> Mapping[str, Any]:
        """What is going on."""
        exchange, house = self._exchange, self._exchange.house
        return {
            "sip": [f"{name} {host}:{port}" for name, (host, port) in exchange.transports.listening],
            "calls": len(house.calls),
            "uptime": round(time.time() - exchange.started, 1),
            "lines": {ext: house.lines.state(ext) for ext in exchange.stores.office.people},
            "counters": dict(exchange.stack.counters),
        }

    def registrations(self) -> Mapping[str, Sequence[str]]:
        """Of each user name that is registered, the contacts."""
        found: dict[str, list[str]] = {}
        for binding in self._exchange.registrar.all_bindings():
            found.setdefault(binding.username, []).append(binding.contact)
        return found

    def trunk_states(self) -> Mapping[str, tuple[str, str]]:
        """Of each trunk a word and a sentence."""
        return {state.name: (state.state, state.words) for state in self._exchange.trunks.states()}

    def call(self, extension: str, number: str, suffix: str) -> str:
        """Ring the extension, then call the number and dial `suffix` after the answer; the call's id."""
        office, uas = self._exchange.stores.office, self._exchange.switchboard.uas
        person = self._ringable(extension)
        colleague = office.people.get(number) or office.groups.get(number)
        if colleague is not None:
            return uas.click_to_colleague(person, colleague).id
        name = next((contact.name for contact in office.contacts.values() if contact.number == number), "")
        return uas.click_to_call(person, number, name, suffix).id

    def record(self, extension: str, path: Path, told: Told) -> str:
        """Ring the extension and record an announcement into the file; the call's id."""
        person = self._ringable(extension)
        shown = "Ansage" if person.language == "de" else "Recording"
        return self._exchange.switchboard.uas.record(person, shown, path, told).id

    def _ringable(self, extension: str) -> Person:
        """Somebody with a phone that can ring. Raises Refused."""
        exchange, office = self._exchange, self._exchange.stores.office
        person = office.people.get(extension)
        if person is None:
            raise Refused(Sentence("Nobody has the extension {extension}.", extension=extension))
        if not any(exchange.registrar.bindings(phone.username) for phone in office.phones_of(extension)):
            raise Refused(
                Sentence(
                    "No phone of {name} ({extension}) is registered: there is nothing to ring.",
                    name=person.name,
                    extension=extension,
                ),
                1,
            )
        return person

    def changed(self, office: Office) -> None:
        """The settings are these now."""
        self._exchange.office_changed()

    def mailbox_changed(self, extension: str) -> None:
        """Messages came, went or were heard."""
        self._exchange.mailbox_changed(extension)

    def doctor(self) -> Sequence[Check]:
        """What can only be looked at while running."""
        return [*self._trunk_checks(), *self._phone_checks(), self._wire_check()]

    def _trunk_checks(self) -> list[Check]:
        states = self._exchange.trunks.states()
        if not states:
            return [Check("trunk", "warn", "There is no trunk: nobody outside can call.", "durchwahl trunk add ...")]
        checks = []
        for state in states:
            if state.state in ("registered", "reachable"):
                checks.append(Check("trunk", "ok", f"{state.name} is {state.state} ({state.address})."))
            elif state.state == "failed":
                checks.append(
                    Check("trunk", "fail", f"{state.name} does not work: {state.words}", "Check account and network.")
                )
            else:
                checks.append(Check("trunk", "warn", f"{state.name}: {state.words or state.state}."))
        return checks

    def _phone_checks(self) -> list[Check]:
        office, registered = self._exchange.stores.office, self.registrations()
        missing = [
            f"{person.name} ({person.extension})"
            for person in office.people.values()
            if not any(phone.username in registered for phone in office.phones_of(person.extension))
        ]
        if not missing:
            return [Check("phones", "ok", "Everybody has a phone that is registered.")]
        return [Check("phones", "warn", f"No registered phone: {', '.join(missing)}.", "Check the phones' accounts.")]

    def _wire_check(self) -> Check:
        faults = self._exchange.stack.counters["fault"]
        if faults:
            return Check("wire", "warn", f"{faults} messages brought a mistake of ours to light.", "Send us the log.")
        return Check("wire", "ok", "No message has been too much for the exchange.")
