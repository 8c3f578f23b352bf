"""The running exchange as commands see it: what only it can tell or do."""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pbx.administration.desk.callers import name_of
from pbx.administration.desk.live import DoctorCheck, Guest, Live, RunningCall, TrunkPath
from pbx.box.own_address import shown_host
from pbx.control.protocol import Refused
from pbx.daemon.wiring import Exchange
from pbx.exchange.calls.traced import WireCapture
from pbx.exchange.dialling.emergency import is_emergency
from pbx.exchange.phones.bound import Trouble
from pbx.exchange.scripts import self_call
from pbx.exchange.scripts.recording import OnProgress
from pbx.exchange.trunks.turned_away import Refusal
from pbx.sentence import Sentence
from pbx.store.models import Office, Person, Phone

MOST_STORMS = 5
"""Storms that the doctor names at a time, the worst first."""
GUEST = 5.0
"""Seconds within which the box must have called itself."""
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where one listens oneself who listens everywhere."""


_TROUBLES: Mapping[Trouble, str] = {"lost": "connection lost", "silent": "no answer"}


class LiveExchange(Live):
    """What each verb does is said there; for the event loop's thread."""

    def __init__(self, exchange: Exchange, address: tuple[str, int]) -> None:
        self._exchange = exchange
        self._host, self._port = address

    def domain(self) -> str:
        host = self._exchange.folder.office.domain or shown_host(self._host)
        shown = f"[{host}]" if ":" in host else host
        return shown if self._port == 5060 else f"{shown}:{self._port}"

    def status(self) -> Mapping[str, Any]:
        exchange, equipment = self._exchange, self._exchange.equipment
        return {
            "sip": [f"{name} {host}:{port}" for name, (host, port) in exchange.transports.listening],
            "calls": len(equipment.calls),
            "draining": exchange.switchboard.router.draining,
            "uptime": round(exchange.uptime, 1),
            "clock_moved": round(exchange.clock_moved, 1),
            "lines": {ext: equipment.lines.state(ext) for ext in exchange.folder.office.people},
            "counters": dict(exchange.stack.counters),
        }

    def registrations(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for binding in self._exchange.registrar.all_bindings():
            found.setdefault(binding.username, []).append(binding.contact)
        return found

    def troubles(self) -> Mapping[tuple[str, str], str]:
        found = self._exchange.registrar.troubles()
        return {(binding.username, binding.contact): _TROUBLES[trouble] for binding, trouble in found}

    def trunk_states(self) -> Mapping[str, tuple[str, str]]:
        return {state.name: (state.state, state.words) for state in self._exchange.trunks.states()}

    def ways(self) -> Mapping[str, TrunkPath]:
        states = self._exchange.trunks.states()
        return {state.name: TrunkPath(state.address, state.seen_as, state.rewritten) for state in states}

    def refusals(self) -> Mapping[str, Sequence[Refusal]]:
        trunks = self._exchange.trunks
        return {name: trunks.refusals(name) for name in self._exchange.folder.office.trunks}

    def lamps(self) -> Mapping[str, tuple[str, float | None]]:
        began = time.time() - self._exchange.equipment.clock()
        return {
            extension: (lamp.state, None if lamp.since is None else round(began + lamp.since, 1))
            for extension, lamp in self._exchange.lamps.all().items()
        }

    def running(self) -> Sequence[RunningCall]:
        return [
            RunningCall(
                id=call.id,
                direction=call.direction,
                from_=call.caller.number,
                from_name=call.caller.name,
                to=call.to,
                extension=call.extension,
                trunk=call.trunk,
                started=call.started,
                answered=call.answered,
                steps=tuple(call.steps),
                parties=tuple(
                    dict.fromkeys(leg.party.number for leg in call.legs if not leg.party.outside and not leg.over)
                ),
            )
            for call in self._exchange.equipment.calls.values()
        ]

    def call(self, extension: str, number: str, suffix: str) -> str:
        office, router = self._exchange.folder.office, self._exchange.switchboard.router
        emergency = is_emergency(number, office.country)
        person = self._ringable(extension, emergency=emergency)
        colleague = office.bearer(number)
        if colleague is not None and not emergency:
            return router.click_to_colleague(person, colleague).id
        return router.click_to_call(person, number, name_of(office, number), suffix).id

    def record(self, extension: str, path: Path, on_progress: OnProgress) -> str:
        person = self._ringable(extension)
        shown = "Ansage" if person.language == "de" else "Recording"
        return self._exchange.switchboard.router.record(person, shown, path, on_progress).id

    def _ringable(self, extension: str, *, emergency: bool = False) -> Person:
        """Somebody with a phone that can ring; an emergency waits for no restart. Raises Refused."""
        exchange, office = self._exchange, self._exchange.folder.office
        if exchange.switchboard.router.draining and not emergency:
            raise Refused(Sentence("The box is about to restart. Please try again in a moment."), 1)
        person = office.people.get(extension)
        if person is None:
            raise Refused(Sentence("Nobody has extension {extension}.", extension=extension))
        if not any(exchange.registrar.bindings(phone.username) for phone in office.phones_of(extension)):
            raise Refused(
                Sentence(
                    "{name} ({extension}) has no registered phone, so nothing can ring.",
                    name=person.name,
                    extension=extension,
                ),
                1,
            )
        return person

    def drain(self, on: bool) -> int:
        self._exchange.switchboard.router.draining = on
        return len(self._exchange.equipment.calls)

    def guest(self) -> Guest:
        exchange, router = self._exchange, self._exchange.switchboard.router
        host, port = next(address for name, address in exchange.transports.listening if name == "udp")
        phone = Phone(secrets.token_hex(8), self_call.EXTENSION, secrets.token_urlsafe(24))
        router.expect_itself(phone)
        exchange.timers.at(exchange.equipment.clock() + GUEST, lambda: router.forget_itself(phone))
        exchange.wake()
        return Guest((LOOPBACK.get(host, host), port), phone.username, phone.password)

    def changed(self, office: Office) -> None:
        self._exchange.office_changed()

    def mailbox_changed(self, extension: str) -> None:
        self._exchange.mailbox_changed(extension)

    def wire(self, call: str | None = None) -> WireCapture | None:
        trace, calls = self._exchange.trace, self._exchange.equipment.calls
        if call is None:
            dialogs = {call_id: party for each in calls.values() for call_id, party in each.dialogs.items()}
            entries, left_out = trace.of(dialogs)
            return WireCapture(dialogs, sorted([*trace.recent(), *entries], key=lambda entry: entry[0]), left_out)
        if call in calls:
            return WireCapture(dict(calls[call].dialogs), *trace.of(calls[call].dialogs))
        return self._exchange.archive.unsettled(call)

    def forget_wire(self, digits: str) -> None:
        self._exchange.trace.forget(lambda data: digits.encode() in data)

    def doctor(self) -> Sequence[DoctorCheck]:
        return [self._wire_check(), self._tls_check(), *self._storms()]

    def _storms(self) -> Iterator[DoctorCheck]:
        """Senders of so many requests that they are slowed down."""
        for storm in self._exchange.throttle.storms()[:MOST_STORMS]:
            at = {"address": storm.host, "count": storm.count, "method": storm.method}
            phone = self._exchange.folder.office.phones.get(storm.user)
            homes = (binding.remote[0] for binding in self._exchange.registrar.kept(storm.user))
            if phone is not None and storm.host in homes:
                person = self._exchange.folder.office.people[phone.extension]
                sentence = Sentence(
                    "A phone of {name} ({extension}) at {address} sends far too many requests. The box recently turned"
                    " away {count} of them ({method}).",
                    name=person.name,
                    extension=person.extension,
                    **at,
                )
            else:
                sentence = Sentence(
                    "Somebody at {address} sends far too many requests. The box recently turned away {count} of them"
                    " ({method}).",
                    **at,
                )
            advice = Sentence("Restart the phone or update its software. Its calls still go through.")
            yield DoctorCheck("storm", "warn", sentence, advice, "/phones")

    def _wire_check(self) -> DoctorCheck:
        faults = self._exchange.stack.counters["fault"]
        if not faults:
            return DoctorCheck("wire", "ok", Sentence("The exchange has handled every message without an error."))
        return DoctorCheck(
            "wire",
            "warn",
            Sentence("Messages that revealed an error in Durchwahl: {count}.", count=faults),
            Sentence("Download the SIP trace and send it to us."),
            page="/doctor",
        )

    def _tls_check(self) -> DoctorCheck:
        ports = [port for name, (_, port) in self._exchange.transports.listening if name == "tls"]
        if ports:
            sentence = Sentence(
                "Phones can use an encrypted connection on port {port}. Then nobody in between can read passwords"
                " or see who calls whom. The sound is not encrypted.",
                port=str(ports[0]),
            )
            return DoctorCheck("tls", "ok", sentence)
        return DoctorCheck(
            "tls",
            "warn",
            Sentence(
                "Phones cannot use an encrypted connection: the port is in use, or the certificate is not ready yet."
            ),
            Sentence("Check again in a minute. If nothing changes, restart the box."),
        )
