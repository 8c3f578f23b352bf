"""What calls cost the real exchange: SIPp calls it, its CPU and memory are read from /proc.

python -m bench.exchange [--calls N]
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench import media
from bench.talk import talking
from pbx.sip.digest import Credentials, answer
from pbx.sip.message import Request, Response, parse
from pbx.sip.uri import Uri
from pbx.store.models import Number, Office, Person, Phone, Trunk
from pbx.store.settings.settings import Settings

HOST, PROVIDER, PHONES = "127.0.0.78", "127.0.0.79", "127.0.0.80"
PORT, TRUNK_PORT, DESK_PORT = 25060, 25062, 25070
RTP = "30000-31999"
ACCOUNTS = 1000
SIZES = (10, 50, 100, 200)

CALLER = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="caller">
  <send retrans="500"><![CDATA[
    INVITE sip:NUMBER@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+49301234567@[local_ip]:[local_port]>;tag=[pid]-[call_number]
    To: <sip:NUMBER@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:caller@[local_ip]:[local_port]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [local_ip]
    t=0 0
    m=audio [media_port] RTP/AVP 8 101
    a=rtpmap:101 telephone-event/8000
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+49301234567@[local_ip]:[local_port]>;tag=[pid]-[call_number]
    To: <sip:NUMBER@[remote_ip]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0
  ]]></send>
  <pause milliseconds="HOLD"/>
  <send retrans="500"><![CDATA[
    BYE [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+49301234567@[local_ip]:[local_port]>;tag=[pid]-[call_number]
    To: <sip:NUMBER@[remote_ip]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 2 BYE
    Max-Forwards: 70
    Content-Length: 0
  ]]></send>
  <recv response="200"/>
</scenario>
"""

REGISTERING = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="registering">
  <send retrans="500"><![CDATA[
    REGISTER sip:[remote_ip] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:[field0]@[remote_ip]>;tag=[pid]-[call_number]
    To: <sip:[field0]@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 REGISTER
    Contact: <sip:[field0]@[local_ip]:[local_port]>
    Max-Forwards: 70
    Expires: 600
    Content-Length: 0
  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[
    REGISTER sip:[remote_ip] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:[field0]@[remote_ip]>;tag=[pid]-[call_number]
    To: <sip:[field0]@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 2 REGISTER
    Contact: <sip:[field0]@[local_ip]:[local_port]>
    [field1]
    Max-Forwards: 70
    Expires: 600
    Content-Length: 0
  ]]></send>
  <recv response="200"/>
</scenario>
"""


class Running:
    """The exchange under test, as a process."""

    def __init__(self, data: Path) -> None:
        words = ["run", "--data", str(data), "--sip", f"{HOST}:{PORT}", "--rtp", RTP]
        began = time.monotonic()
        with open(data / "log", "ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "pbx", *words], stderr=log)
        while not options():
            if self.process.poll() is not None or time.monotonic() - began > 30:
                raise SystemExit((data / "log").read_text())
        self.first_answer = time.monotonic() - began
        """Seconds from the start of the process to the answer to an OPTIONS."""

    def cpu(self) -> float:
        """Seconds of CPU used so far by all its threads, as the scheduler counts them."""
        threads = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9

    def memory(self) -> float:
        """Resident megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self) -> None:
        """The orderly end."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def options() -> bool:
    """Whether an OPTIONS is answered now."""
    return asked(f"OPTIONS sip:{HOST}:{PORT} SIP/2.0", "o", 0.05) is not None


def asked(line: str, user: str, patience: float, *fields: str, port: int = 0) -> Response | None:
    """Send a request from the phones' address, and that port if one is given, and wait for its answer."""
    method = line.split()[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((PHONES, port))
        sock.settimeout(patience)
        lines = [
            line,
            f"Via: SIP/2.0/UDP {PHONES}:{sock.getsockname()[1]};branch=z9hG4bK{os.urandom(6).hex()};rport",
            f"From: <sip:{user}@{HOST}>;tag={os.urandom(4).hex()}",
            f"To: <sip:{user}@{HOST}>",
            f"Call-ID: {os.urandom(8).hex()}",
            f"CSeq: 1 {method}",
            "Max-Forwards: 70",
            *fields,
            "Content-Length: 0",
        ]
        sock.sendto("\r\n".join([*lines, "", ""]).encode(), (HOST, PORT))
        try:
            while isinstance(response := parse(sock.recv(65536)), Request):
                pass  # a NOTIFY of waiting messages
        except TimeoutError:
            return None
    return response


def register(user: str, port: int) -> None:
    """Register the phone that SIPp will play, from its port: calls go where the REGISTER came from."""
    line, contact = f"REGISTER sip:{HOST} SIP/2.0", f"Contact: <sip:{user}@{PHONES}:{port}>;expires=3600"
    challenge = asked(line, user, 2, contact, port=port)
    assert challenge is not None
    values = challenge.headers.all("WWW-Authenticate")
    proof = answer(values, Credentials(user, "secret"), "REGISTER", Uri("sip", None, None, HOST), b"", "c", 1)
    granted = asked(line, user, 2, contact, f"Authorization: {proof}", port=port)
    assert granted is not None, "no answer to REGISTER"
    assert granted.status == 200, granted.status


def office() -> Office:
    """One person whose phone SIPp plays, many accounts that register, and two numbers."""
    accounts = {f"phone{n}": Phone(f"phone{n}", "21", "secret") for n in range(ACCOUNTS)}
    return Office(
        people={"21": Person("21", "Anna"), "22": Person("22", "Bert")},
        phones=accounts | {"desk": Phone("desk", "22", "secret")},
        trunks={"line": Trunk("line", peer=PROVIDER)},
        numbers={
            "+493012300": Number("+493012300", "line", ("22",), extensions="off"),
            "+493012301": Number("+493012301", "line", ("22",)),
        },
    )


def sipp(folder: Path, scenario: str, local: str, count: int, rate: int, *more: str) -> "subprocess.Popen[bytes]":
    """Start SIPp with a scenario file, or a scenario of its own."""
    words = ["sipp", f"{HOST}:{PORT}", "-i", local, "-m", str(count), "-r", str(rate), "-nostdin", *more]
    words += ["-sf", scenario] if scenario.endswith(".xml") else ["-sn", scenario]
    return subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def phone(folder: Path) -> Iterator[None]:
    """The phone that answers every call at once."""
    register("desk", DESK_PORT)
    answering = sipp(folder, "uas", PHONES, 10**6, 1, "-p", str(DESK_PORT))
    try:
        yield
    finally:
        answering.kill()
        answering.wait()


def caller(folder: Path, number: str, hold: float) -> str:
    """The scenario of a caller who hangs up after `hold` seconds."""
    path = folder / f"caller-{number}-{hold}.xml"
    path.write_text(CALLER.replace("NUMBER", number).replace("HOLD", str(round(hold * 1000))))
    return str(path)


def finished(process: "subprocess.Popen[bytes]", what: str) -> None:
    """Wait for SIPp; it must have had success with every call."""
    if process.wait(120) != 0:
        print(f"  ! {what}: SIPp ended with {process.returncode}: some calls failed")


def row(what: str, value: float, digits: int, unit: str, note: str = "") -> None:
    """One line of the table."""
    print(f"{what:56}{value:8.{digits}f} {unit:18}{note}".rstrip(), flush=True)


def bench(folder: Path, calls: int, plain: Mapping[int, float]) -> None:
    """Everything, in one table; `plain` is what the C relay takes, in percent of a core a call."""
    data = folder / "data"
    data.mkdir()
    Settings(data / "settings.json").save(office())
    exchange = Running(data)
    try:
        row("from the start to the first answer", exchange.first_answer, 2, "s", f"of that {exchange.cpu():.2f} s CPU")
        time.sleep(2)
        row("resident memory, idle", exchange.memory(), 1, "MB")
        registrations(exchange, folder)
        short_calls(exchange, folder, calls)
        greetings(exchange, folder)
        bridges(exchange, folder, plain)
        time.sleep(2)
        row("resident memory after all that", exchange.memory(), 1, "MB")
    finally:
        exchange.stop()


def account(number: int) -> str:
    """One line of SIPp's list of users."""
    return f"phone{number};[authentication username=phone{number} password=secret]\n"


def registrations(exchange: Running, folder: Path) -> None:
    """A thousand phones register, and again; each is challenged each time."""
    users = folder / "users.csv"
    users.write_text("SEQUENTIAL\n" + "".join(map(account, range(ACCOUNTS))))
    path = folder / "registering.xml"
    path.write_text(REGISTERING)
    words = ["-inf", str(users), "-p", "25080"]
    for what in ("first: with a NOTIFY each", "again"):
        before = exchange.cpu()
        finished(sipp(folder, str(path), PHONES, ACCOUNTS, 250, *words), "registering")
        time.sleep(0.5)
        rate = 2 * ACCOUNTS / (exchange.cpu() - before)
        row(f"REGISTERs, half of them challenged ({what})", rate, 0, "per CPU second")
    row(f"resident memory, {ACCOUNTS} phones registered", exchange.memory(), 1, "MB")


def short_calls(exchange: Running, folder: Path, calls: int) -> None:
    """Calls over the trunk to a desk phone that are answered at once and hung up at once, at growing rates."""
    with phone(folder):
        scenario = caller(folder, "+493012300", 0.0)
        for rate in SIZES:
            count = min(calls, max(50, rate * 4))
            before = exchange.cpu()
            finished(sipp(folder, scenario, PROVIDER, count, rate, "-l", "240"), "calls")
            time.sleep(0.5)
            done = count / (exchange.cpu() - before)
            row(f"calls answered and hung up, {rate} a second", done, 0, "per CPU second", f"{count} calls")
    row("resident memory after them", exchange.memory(), 1, "MB")


def greetings(exchange: Running, folder: Path) -> None:
    """Callers who hear the greeting."""
    for count in SIZES:
        listening = sipp(folder, caller(folder, "+493012301", 9.0), PROVIDER, count, 200, "-l", "240")
        time.sleep(3)
        before = exchange.cpu()
        time.sleep(3)
        share = (exchange.cpu() - before) / 3 / count * 100
        row(f"{count} callers hear the greeting", share, 3, "% of a core each", f"{exchange.memory():.1f} MB resident")
        finished(listening, "greeting")


def bridges(exchange: Running, folder: Path, plain: Mapping[int, float]) -> None:
    """Calls in which both sides talk all the time."""
    register("desk", DESK_PORT)
    for count in SIZES:
        with talking((HOST, PORT), (PROVIDER, TRUNK_PORT), (PHONES, DESK_PORT)) as talk:
            first = media.PHONE_PORT
            ports = [talk.call("+493012300", HOST, first + 4 * number) for number in range(count)]
            flat = [port for pair in ports for port in pair]
            voices = media.phones(folder / "phones", 2 * count, 5, flat, HOST)
            time.sleep(1)
            before = exchange.cpu()
            time.sleep(3)
            share = (exchange.cpu() - before) / 3 / count * 100
            memory, lost = exchange.memory(), media.loss(voices)
            talk.end("+493012300")
        note = f"{share / plain[count]:.2f} x C relay, " if plain.get(count) else ""
        row(
            f"{count} bridged calls", share, 3, "% of a core each", f"{note}{lost:.2f} % lost, {memory:.1f} MB resident"
        )


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=800, help="at most, at each rate")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        media.compiled("phones", folder)
        bench(folder, options.calls, {})


if __name__ == "__main__":
    main()
