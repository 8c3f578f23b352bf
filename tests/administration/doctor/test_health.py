"""The doctor's findings: each a sentence, and what to do when it is not well."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.live import TrunkPath
from pbx.administration.doctor import network
from pbx.box.machine import Machine
from pbx.exchange.trunks.turned_away import Refusal
from pbx.prompts import catalogue, speech
from pbx.store.models import Group, Number, Person, Phone, Trunk
from pbx.store.rows import LegQuality
from tests.box import pi
from tests.leftovers import call_record
from tests.live import Lines


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An empty office on a made-up Pi that is well."""
    monkeypatch.setattr(network, "own_address", lambda: "192.0.2.10")
    monkeypatch.setattr(network, "answers", lambda server: True)
    opened = open_desk(tmp_path / "office")
    opened.host.root = pi.make(tmp_path / "pi")
    yield opened
    opened.close()


def found(desk: Desk, port: int = 0) -> dict[str, list[dict[str, Any]]]:
    """The doctor's checks by name."""
    checks: dict[str, list[dict[str, Any]]] = {}
    for check in perform(desk, "doctor", {"sip_port": port}):
        assert check["said"]["say"]
        checks.setdefault(check["name"], []).append(check)
    return checks


def test_calls_that_were_refused_lately_are_counted(desk: Desk) -> None:
    desk.folder.settings.put(Person("21", "Anna"), Trunk("t", peer="192.0.2.1"), Number("+4930123450", "t", ("21",)))
    desk.live = lines = Lines()
    lines.trunks = {"t": ("reachable", "")}
    assert "refused" not in found(desk)
    now = desk.host.clock()
    lines.turned_away = {
        "t": [Refusal(now - 60, "1", "encryption", "udp x:1", 2), Refusal(now - 90000, "2", "420", "udp x:1", 9)]
    }
    [check] = found(desk)["refused"]
    assert (check["state"], check["page"]) == ("warn", "/trunks/t")
    assert check["sentence"] == "Refused calls over t in the last 24 hours: 2."


def test_a_good_office_is_well(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(speech, "installed", lambda: ["pico"])
    monkeypatch.setattr(catalogue, "clip_path", lambda key, language: desk.data / "settings.json")
    monkeypatch.setattr(shutil, "disk_usage", pi.disk(50))
    desk.folder.settings.put(
        Person("21", "Anna", pin="scrypt$x"),
        Phone("kx7m2", "21", "pw"),
        Trunk("t", peer="127.0.0.1"),
        Number("+4930123450", "t", ("21",)),
    )
    checks = [check for named in found(desk).values() for check in named]
    assert [check["name"] for check in checks if check["state"] != "ok"] == ["backup"], "no stick was chosen yet"
    checks = [check for check in checks if check["name"] != "backup"]
    assert all(check["sentence"].endswith(".") and not check["advice"] for check in checks)


def test_what_is_not_well_comes_with_advice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "installed", list)
    monkeypatch.setattr(catalogue, "clip_path", lambda key, language: Path("/nowhere"))
    monkeypatch.setattr(shutil, "disk_usage", pi.disk(95))
    desk.folder.settings.put(
        Person("21", "Anna", announcement="gone.wav"), Person("22", "Olga", outbound_only=True), Phone("k", "22", "pw")
    )
    checks = found(desk)
    for name, state in [
        ("disk", "fail"), ("speech", "warn"), ("prompts", "fail"), ("greetings", "fail"), ("trunk", "warn"),
        ("phones", "warn"), ("pins", "warn"),
    ]:  # fmt: skip
        assert checks[name][0]["state"] == state
        assert checks[name][0]["advice"], name


def test_a_disk_that_fills_up_is_told_before_it_is_too_late(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", pi.disk(85))
    assert found(desk)["disk"][0]["state"] == "warn"


def test_numbers_that_ring_no_phone_are_told_together(desk: Desk) -> None:
    people = [Person("21", "Anna"), Person("22", "Olga", outbound_only=True)]
    trunk, group = Trunk("t", peer="127.0.0.1"), Group("30", "Sales", ("21", "22"))
    desk.folder.settings.put(*people, trunk, group, Phone("k", "22", "pw"))
    assert "no number" in found(desk)["numbers"][0]["sentence"]
    desk.folder.settings.put(Number("+4930123450", "t", ("30",)), Number("+4930123451", "t", ("22",)))
    [silent] = found(desk)["numbers"]
    assert silent["sentence"] == "No phone rings when somebody calls +4930123450 and +4930123451."
    desk.folder.settings.put(Number("+4930123451", "t", ("21",)))
    desk.folder.settings.put(Phone("m", "21", "pw"))
    assert "numbers" not in found(desk)


def test_a_folder_others_may_read_is_told(desk: Desk) -> None:
    assert found(desk)["rights"][0]["state"] == "ok"
    desk.data.chmod(0o755)
    check = found(desk)["rights"][0]
    assert (check["state"], check["hint"]) == ("warn", f"chmod go= {desk.data}")


@pytest.mark.parametrize("now", [0.0, 1_000.0, 1_800_000_000.0])
def test_a_clock_that_cannot_be_right_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    call = call_record(started=1_900_000_000.0)
    assert found(desk)["clock"][0]["state"] == "ok"
    desk.records.add_call(call)
    monkeypatch.setattr(time, "time", lambda: now)
    assert found(desk)["clock"][0]["state"] == "fail"


def test_a_damaged_records_file_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.records, "is_sound", lambda: False)
    assert found(desk)["records"][0]["state"] == "fail"


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use_is_told(desk: Desk, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        check = found(desk, other.getsockname()[1])["port"][0]
    assert check["state"] == "fail"
    assert "Another program is using" in check["sentence"]
    assert check["advice"]


def say(desk: Desk, name: str) -> tuple[str, str]:
    """State and sentence of the first check of that name."""
    check = found(desk)[name][0]
    return check["state"], check["sentence"]


@pytest.mark.parametrize(
    ("name", "state", "files"),
    [
        ("load", "warn", {"proc/loadavg": "9.5 9 9 1/1 1"}),
        ("load", "warn", {"proc/loadavg": "7.84 5 4 1/1 1"}),  # 196 % of four cores
        ("load", "warn", {"proc/loadavg": "1.01 1 1 1/1 1", "sys/devices/system/cpu/online": "0"}),
        ("memory", "warn", {"proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 100 kB"}),
        ("memory", "fail", {"proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 40 kB"}),
        ("temperature", "warn", {"sys/class/thermal/thermal_zone0/temp": "71000"}),
        ("temperature", "fail", {"sys/class/thermal/thermal_zone0/temp": "82100"}),
        ("power", "fail", {"sys/devices/platform/soc/soc:firmware/get_throttled": "50005"}),
        ("power", "warn", {"sys/devices/platform/soc/soc:firmware/get_throttled": "50000"}),
        ("card", "warn", {"sys/block/mmcblk0/device/life_time": "0x09 0x01"}),
        ("card", "fail", {"sys/block/mmcblk0/device/life_time": "0x0b 0x01"}),
        ("card", "fail", {"sys/block/mmcblk0/device/pre_eol_info": "0x03"}),
        ("internet", "fail", {"proc/net/route": "Iface Destination Gateway\neth0 0000A8C0 00000000"}),
    ],
)
def test_a_machine_that_is_not_well_is_told_with_advice(
    desk: Desk, name: str, state: str, files: dict[str, str | None]
) -> None:
    assert found(desk)[name][0]["state"] == "ok"
    pi.make(desk.host.root, files)
    check = found(desk)[name][0]
    assert (check["state"], bool(check["advice_said"])) == (state, True)


@pytest.mark.parametrize(
    ("load", "cores", "expected"),
    [
        ("7.84", "0-3", ("warn", "The processor is overloaded: 196%.")),
        ("4.00", "0-3", ("ok", "The processor is 100% busy.")),
        ("1.96", "0-1", ("ok", "The processor is 98% busy.")),
        ("1.96", "0", ("warn", "The processor is overloaded: 196%.")),
        ("0.42", "0-3", ("ok", "The processor is 10% busy.")),
        ("0.42", None, ("ok", "This machine does not report how busy it is.")),
    ],
)
def test_how_busy_the_processor_is_counts_for_all_its_cores(
    desk: Desk, load: str, cores: str | None, expected: tuple[str, str]
) -> None:
    (desk.host.root / "sys/devices/system/cpu/online").unlink()
    pi.make(desk.host.root, {"proc/loadavg": f"{load} 1 1 1/1 1\n", "sys/devices/system/cpu/online": cores})
    assert say(desk, "load") == expected


def test_free_memory_is_told_as_a_share_first(desk: Desk) -> None:
    assert say(desk, "memory")[1] == "74% of the memory is free: 717 of 971 MB."


@pytest.mark.parametrize("name", ["load", "memory", "card", "temperature", "power", "clock", "uptime"])
def test_what_a_machine_does_not_tell_is_said_to_be_untold(desk: Desk, name: str, tmp_path: Path) -> None:
    desk.host.root = tmp_path / "nothing"
    state, sentence = say(desk, name)
    assert state == "ok"
    assert "does not report" in sentence or name == "clock"


def test_an_sd_card_tells_no_wear_but_what_was_written(desk: Desk) -> None:
    sentence = say(desk, "card")[1]
    assert "do not report" in sentence
    assert "1 GB" in sentence


def test_a_clock_that_no_time_server_sets_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "a time server sets it" in say(desk, "clock")[1]
    (desk.host.root / "run/systemd/timesync/synchronized").unlink()
    monkeypatch.setattr("pbx.administration.doctor.box_checks.machine", lambda desk: Machine(synchronised=False))
    assert say(desk, "clock")[0] == "warn"


@pytest.mark.parametrize(("moved", "words"), [(3600.0, "60 minutes forwards"), (-600.0, "10 minutes backwards")])
def test_a_clock_that_was_set_while_the_exchange_ran_is_told(desk: Desk, moved: float, words: str) -> None:
    running(desk).state["clock_moved"] = moved
    assert words in say(desk, "clock")[1]


@pytest.mark.parametrize(
    ("address", "state"),
    [("127.0.0.1", "fail"), ("169.254.7.7", "fail"), ("192.0.2.10", "ok"), ("2001:db8::7", "ok")],
)
def test_a_box_without_a_network_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch, address: str, state: str) -> None:
    monkeypatch.setattr(network, "own_address", lambda: address)
    assert say(desk, "network")[0] == state


def test_a_way_out_by_ipv6_alone_is_one(desk: Desk) -> None:
    way = f"{'0' * 32} 00 {'0' * 32} 00 {'f' * 32} 00000400 00000001 00000000 00450003"
    pi.make(desk.host.root, {"proc/net/route": "", "proc/net/ipv6_route": f"{way} lo\n"})
    assert say(desk, "internet")[0] == "fail"
    pi.make(desk.host.root, {"proc/net/ipv6_route": f"{way} lo\n{way} eth0\n"})
    assert say(desk, "internet")[0] == "ok"


def test_what_is_only_known_to_be_there_is_not_said_to_work(desk: Desk) -> None:
    desk.folder.settings.put(Trunk("u", user="me", domain="provider.test", password="x"))
    assert say(desk, "internet") == ("ok", "The box has a router that leads out of the local network.")
    assert say(desk, "names") == ("ok", "The name server answers.")
    assert say(desk, "power") == ("ok", "The voltage has never been too low since the box started.")


def test_names_matter_only_to_a_trunk_that_has_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.folder.settings.put(Trunk("t", peer="192.0.2.1:5060"))
    assert "names" not in found(desk)
    desk.folder.settings.put(Trunk("u", user="me", domain="provider.test", password="x"))
    assert say(desk, "names")[0] == "ok"
    monkeypatch.setattr(network, "answers", lambda server: False)
    assert "No answer from the name server 192.168.10.1" in say(desk, "names")[1]
    pi.make(desk.host.root, {"etc/resolv.conf": "search lan\nnameserver nonsense\n"})
    assert "The box has no name server" in say(desk, "names")[1]


def test_a_name_server_that_says_anything_answers() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]

        def refuse() -> None:
            question, asker = server.recvfrom(512)
            server.sendto(question[:2] + b"\x81\x85" + question[4:12] + question[12:17], asker)

        thread = threading.Thread(target=refuse)
        thread.start()
        assert network.answers("127.0.0.1", port)
        thread.join()
    assert not network.answers("127.0.0.1", port), "nobody is there any more"


def running(desk: Desk) -> Any:
    """The office's exchange, with one trunk that works."""
    desk.folder.settings.put(Person("21", "Anna"), Person("22", "Bert"), Trunk("t", peer="192.0.2.1:5060"))
    live = Lines()
    live.trunks = {"t": ("registered", "")}
    desk.live = live
    return live


def test_a_trunk_says_how_it_is_and_leads_to_its_page(desk: Desk) -> None:
    live = running(desk)
    assert say(desk, "trunk")[0] == "ok"
    live.trunks = {"t": ("failed", "403 Forbidden"), "gone": ("failed", "")}
    [check] = found(desk)["trunk"]
    assert (check["state"], check["page"]) == ("fail", "/trunks/t")
    live.trunks = {"t": ("trying", "")}
    assert say(desk, "trunk")[0] == "warn"


def talk(desk: Desk, *silent: str) -> None:
    """A conversation of Anna with somebody outside, in which these were not heard."""
    legs = tuple(
        LegQuality(party, "PCMA", sent=900, received=0 if party in silent else 900) for party in ("21", "+4989123")
    )
    id = f"c{len(desk.records.calls())}"
    desk.records.add_call(
        call_record(id, outcome="answered", started=0.0, answered=10.0, ended=40.0, legs=legs, trunk="t")
    )


def test_a_voice_that_is_missing_again_and_again_is_told(desk: Desk) -> None:
    running(desk)
    assert "voice" not in found(desk), "nobody has talked yet"
    talk(desk)
    talk(desk, "+4989123")
    assert say(desk, "voice") == ("ok", "In one of the latest calls, no sound arrived from t."), "once is no rule"
    talk(desk, "+4989123")
    assert say(desk, "voice") == ("fail", "In several calls over t, no sound arrived from outside.")


def test_no_router_is_blamed_for_reading_what_is_encrypted(desk: Desk) -> None:
    live = running(desk)
    for _ in range(2):
        talk(desk, "+4989123")
    assert "SIP ALG" in found(desk)["voice"][0]["advice"]
    live.ways_to = {"t": TrunkPath("tls 192.0.2.1:5061")}
    advice = found(desk)["voice"][0]["advice"]
    assert "ALG" not in advice
    assert "UDP" in advice


def test_when_everybody_was_heard_that_is_said(desk: Desk) -> None:
    running(desk)
    talk(desk)
    assert say(desk, "voice") == ("ok", "Everybody could be heard in the latest calls.")


def test_a_phone_without_a_voice_is_told_by_its_owner(desk: Desk) -> None:
    running(desk)
    for _ in range(2):
        talk(desk, "21")
    assert say(desk, "voice") == ("warn", "In several calls, no sound arrived from Anna.")


def test_changed_addresses_are_trouble_only_when_voices_are_missing(desk: Desk) -> None:
    live = running(desk)
    assert "path" not in found(desk)
    live.ways_to = {"t": TrunkPath("udp 192.0.2.1:5060", "203.0.113.7:40123")}
    assert "203.0.113.7:40123" in say(desk, "path")[1]
    live.ways_to = {"t": TrunkPath("udp 192.0.2.1:5060", "203.0.113.7:40123", rewritten=True)}
    assert say(desk, "path")[0] == "ok"
    for _ in range(2):
        talk(desk, "+4989123")
    check = found(desk)["path"][0]
    assert check["state"] == "warn"
    assert "SIP ALG" in check["advice"]


def test_phones_that_do_not_come_are_told_by_their_owners(desk: Desk) -> None:
    live = running(desk)
    assert "registered" not in found(desk), "there are none"
    desk.folder.settings.put(Phone("anna", "21", "x"), Phone("anna2", "21", "y"), Phone("bert", "22", "z"))
    live.registered = {"anna2": ["sip:x@192.0.2.7"]}
    assert say(desk, "registered") == ("warn", "No phone is connected for Bert (22).")
    live.registered |= {"bert": ["sip:x@192.0.2.8"]}
    assert say(desk, "registered")[0] == "ok"


def test_phones_whose_connection_is_lost_are_told_apart_from_those_that_never_came(desk: Desk) -> None:
    live = running(desk)
    desk.folder.settings.put(Phone("anna", "21", "x"), Phone("anna2", "21", "y"), Phone("bert", "22", "z"))
    live.registered = {"anna2": ["sip:x@192.0.2.7"]}
    live.troubled = {("bert", "sip:x@192.0.2.8"): "connection lost", ("anna2", "sip:old"): "connection lost"}
    assert say(desk, "connections") == ("warn", "The connection to a phone is lost: Bert (22).")
    assert "registered" not in found(desk)
    (bert,) = [each for each in perform(desk, "phone list", {}) if each["username"] == "bert"]
    assert (bert["registered"], bert["trouble"]) == (False, "connection lost")
    status = perform(desk, "status", {})
    assert (status["registered"], status["unreachable"]) == (1, 1)
    live.troubled = {("bert", "sip:x@192.0.2.8"): "no answer"}
    assert say(desk, "answers") == ("warn", "A phone no longer answers: Bert (22).")
    assert "connections" not in found(desk)
    live.troubled = {}
    assert "answers" not in found(desk)


def test_an_office_into_whose_numbers_nobody_can_dial_is_told(desk: Desk) -> None:
    running(desk)
    desk.folder.settings.put(Number("+4930123450", "t", ("21",), extensions="off"))
    assert say(desk, "extensions")[0] == "warn"
    desk.folder.settings.put(Number("+4930123451", "t", ("21",)))
    assert "extensions" not in found(desk)


def test_no_advice_on_a_page_names_the_command_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "installed", list)
    desk.folder.settings.put(Person("21", "Anna"), Trunk("t", peer="127.0.0.1"), Number("+4930123450", "t", ("21",)))
    for check in (check for named in found(desk).values() for check in named):
        assert "durchwahl " not in check["sentence"] + check["advice"]
        assert "--" not in check["advice"]


def test_a_pin_file_that_is_wrong_is_told_of_as_the_lamps_stay_dark(desk: Desk) -> None:
    assert "header" not in found(desk)
    file = desk.host.root / "etc/durchwahl/pins.toml"
    file.parent.mkdir(parents=True)
    file.write_text(resources.files("pbx.box").joinpath("pins.toml").read_text())
    assert "header" not in found(desk)
    file.write_text("[lamps]\n[button]\n")
    (check,) = found(desk)["header"]
    assert check["state"] == "fail"
    assert "[lamps] must name ready, trunk, call, message and trouble." in check["sentence"]
    file.unlink()
    file.symlink_to("nowhere")
    assert "cannot be read: No such file" in found(desk)["header"][0]["sentence"]
