"""The test of the package, run by packaging/test as root in a fresh Debian; each step is told as it is done."""

import contextlib
import grp
import http.client
import json
import os
import pwd
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

UNITS = Path("/usr/lib/systemd/system")
DATA = Path("/var/lib/durchwahl")
USERS = ("durchwahl", "durchwahl-web", "durchwahl-lamps")
OPTIONS = (
    "OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{port}\r\nMax-Forwards: 70\r\n"
    "From: <sip:a@b>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: {port}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
)


class Caller:
    """A trunk's other side, from which calls come."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 5090))
        self._socket.settimeout(20.0)
        self._made = 0

    def invite(self) -> tuple[str, str]:
        """Call the office: the final response, and what its To became."""
        self._made += 1
        self._send("INVITE", f"call-{self._made}", "<sip:+4930123450@127.0.0.1>", SDP)
        final = ""
        while not final.startswith("SIP/2.0 ") or final.startswith("SIP/2.0 1") or f"call-{self._made}" not in final:
            final = self._socket.recv(65535).decode()
        to = next(line.partition(":")[2].strip() for line in final.split("\r\n") if line.lower().startswith("to:"))
        self._send("ACK", f"call-{self._made}", to)
        return final, to

    def bye(self, call: str, to: str) -> None:
        """Hang up."""
        self._send("BYE", call, to, number=2)

    def _send(self, method: str, call: str, to: str, body: str = "", number: int = 1) -> None:
        kind = "Content-Type: application/sdp\r\n" if body else ""
        branch = f"z9hG4bK{call}{'' if method != 'BYE' else 'bye'}"
        self._socket.sendto(
            f"{method} sip:+4930123450@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5090;branch={branch}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:+4989123456@127.0.0.1>;tag={call}\r\nTo: {to}\r\nCall-ID: {call}\r\n"
            f"CSeq: {number} {method}\r\nContact: <sip:caller@127.0.0.1:5090>\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode(),
            ("127.0.0.1", 5060),
        )


def step(sentence: str) -> None:
    """Tell what has been found to be so."""
    print(f"ok  {sentence}", flush=True)


def ran(*words: str, code: int = 0) -> str:
    """A command's output; it must end with this code."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != code:
        raise AssertionError(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def mode(path: str) -> tuple[str, str, str]:
    """Permissions, user and group."""
    found = os.stat(path)
    names = pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name
    return f"{stat.S_IMODE(found.st_mode):o}", *names


def until(look: Callable[[], bool], what: str, seconds: float = 90.0) -> None:
    """Look until it is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if look():
                return
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def answers() -> bool:
    """Whether OPTIONS is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(1.0)
        phone.sendto(OPTIONS.format(port=phone.getsockname()[1]).encode(), ("127.0.0.1", 5060))
        return phone.recv(4096).startswith(b"SIP/2.0 200 ")


def page(port: int) -> int:
    """The status of the page's first answer."""
    connection: http.client.HTTPConnection
    if port == 443:
        context = ssl.create_default_context(cafile=str(DATA / "tls.crt"))
        context.check_hostname = False
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/welcome")
    return connection.getresponse().status


@contextlib.contextmanager
def started(unit: str) -> Iterator[subprocess.Popen[bytes]]:
    """The unit's command as its user, confined as the unit says as far as that goes without systemd."""
    with open(f"/tmp/{unit}.log", "wb") as log:
        words = (sys.executable, "/confine.py", str(UNITS / f"{unit}.service"))
        process = subprocess.Popen(words, stdout=log, stderr=log, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
    try:
        yield process
    except BaseException:
        print(Path(f"/tmp/{unit}.log").read_text(), file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(30)


def as_user(user: str, program: str) -> str:
    """What a Python program prints as that user."""
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    words = ("setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups", "--inh-caps=-all", sys.executable, "-c")
    return ran(*words, program).strip()


def connects(user: str, path: str) -> bool:
    """Whether the user may open the socket."""
    program = f"import socket\ntry: socket.socket(1).connect({path!r}); print(1)\nexcept OSError: print(0)"
    return as_user(user, program) == "1"


def leftovers() -> list[str]:
    """Files of ours anywhere on the disk."""
    found = ran("find", "/", "-xdev", "-iname", "*durchwahl*", "-not", "-path", "/proc/*").split()
    return [each for each in found if not each.startswith(("/tmp", "/dev"))]


def install() -> None:
    began = time.monotonic()
    ran("dpkg", "-i", "/first.deb")
    step(f"installed without network, in {time.monotonic() - began:.0f} s")
    assert mode(str(DATA)) == ("700", "durchwahl", "durchwahl")
    assert mode("/run/durchwahl/page") == ("2750", "durchwahl", "durchwahl-web")
    assert mode("/run/durchwahl/lamps") == ("2750", "durchwahl", "durchwahl-lamps")
    assert "durchwahl-lamps" in grp.getgrnam("gpio").gr_mem
    step("users, groups and folders are there")
    wanted = Path("/etc/systemd/system/multi-user.target.wants")
    assert {each.name for each in wanted.glob("durchwahl*")} == {
        *(f"{user}.service" for user in USERS), "durchwahl-poweroff.path"
    }  # fmt: skip
    ran("systemd-analyze", "verify", "--man=no", *(str(UNITS / f"{user}.service") for user in USERS))
    step("units are enabled, and systemd understands them")
    assert not ran("dpkg", "--verify", "durchwahl")
    ran("durchwahl", "--help")
    assert "(none)" in ran("durchwahl", "user", "list", "--data", "/tmp/nowhere")
    step("the command runs")
    ran("durchwahl", "office", "set", "--name", "Muster")
    assert {each.owner() for each in DATA.rglob("*")} == {"durchwahl"}
    step("what root sets before the exchange runs belongs to the exchange")


def run() -> None:
    with started("durchwahl"):
        until(answers, "the exchange answers OPTIONS")
        step("the exchange answers OPTIONS, as its own user, without a right, its system calls filtered")
        until(lambda: Path("/run/durchwahl/page/tls.key").exists(), "the page's certificate")
        assert mode("/run/durchwahl/page/page.sock") == ("660", "durchwahl", "durchwahl-web")
        assert mode("/run/durchwahl/page/tls.key") == ("640", "durchwahl", "durchwahl-web")
        assert mode("/run/durchwahl/lamps/lamps.sock") == ("660", "durchwahl", "durchwahl-lamps")
        doors = {user: [connects(user, path) for path in (
            "/var/lib/durchwahl/control.sock", "/run/durchwahl/page/page.sock", "/run/durchwahl/lamps/lamps.sock"
        )] for user in (*USERS, "nobody")}  # fmt: skip
        assert doors == {
            "durchwahl": [True, True, True],
            "durchwahl-web": [False, True, False],
            "durchwahl-lamps": [False, False, True],
            "nobody": [False, False, False],
        }, doors
        step("each user can open its own socket and no other")
        with started("durchwahl-web"), started("durchwahl-lamps"):
            until(lambda: page(80) == 200, "the page on port 80")
            until(lambda: page(443) == 200, "the page on port 443")
            step("the page answers on ports 80 and 443, as its own user")
            until(lambda: b"ready slow" in Path("/tmp/durchwahl-lamps.log").read_bytes(), "the lamps")
            step("the lamps say that the exchange waits for its first visit")
            ran("durchwahl", "user", "add", "Anna", "--extension", "21")
            ran("durchwahl", "code")
            backup()
            upgrade()
    step("it ends when it is told to")


def backup() -> None:
    """Something that takes programs of its own and a lot of the libraries."""
    Path("/tmp/words").write_text("Apfel-Birne-Kirsche-7\n")
    told = ran("durchwahl", "backup", "make", "--password-file", "/tmp/words")
    step(f"a backup is made: {told.strip().splitlines()[-1][:60]}")


def upgrade() -> None:
    Path("/etc/default/durchwahl").write_text("SIP=[::]:5060\nRTP=10000-10999\nWEB=[::]:80\nDRAIN=60\n")
    ran("durchwahl", "trunk", "add", "peer", "--peer", "127.0.0.1:5090")
    ran("durchwahl", "number", "add", "+4930123450", "--trunk", "peer", "--to", "21")
    caller = Caller()
    first, to = caller.invite()
    assert first.startswith("SIP/2.0 200 "), first
    words = ("dpkg", "--force-confold", "-i", "/next.deb")
    dpkg = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    until(lambda: bool(json.loads(ran("durchwahl", "status", "--json"))["draining"]), "draining")
    second, _ = caller.invite()
    assert second.startswith("SIP/2.0 503 "), second
    assert "Retry-After: 20" in second
    assert json.loads(ran("durchwahl", "status", "--json"))["calls"] == 1
    assert dpkg.poll() is None
    step("while somebody talks the upgrade waits, and a new call is told to come again in 20 seconds")
    caller.bye("call-1", to)
    told = dpkg.communicate(timeout=300)[0]
    assert dpkg.returncode == 0, told
    assert "New calls are turned away until the restart; no call is in progress." in told, told
    assert json.loads(ran("durchwahl", "status", "--json"))["draining"]
    assert answers()
    assert "DRAIN=60" in Path("/etc/default/durchwahl").read_text()
    assert ran("dpkg-query", "-W", "-f", "${Version}", "durchwahl").endswith(".1")
    assert "Anna" in ran("durchwahl", "user", "list")
    step("upgraded: new calls were put off, the running exchange went on, settings and data stayed")


def remove() -> None:
    ran("dpkg", "-r", "durchwahl")
    assert (DATA / "settings.json").exists()
    assert not Path("/usr/lib/durchwahl").exists()
    assert not Path("/usr/bin/durchwahl").exists()
    step("removed: the programs are gone, the office's data stay")
    ran("dpkg", "-P", "durchwahl")
    left = leftovers()
    assert not left, left
    assert not [user for user in USERS if user in ran("cat", "/etc/passwd", "/etc/group")]
    step("purged: nothing is left")


install()
run()
remove()
