"""The demo office: its calls go as told, with pyVoIP softphones as desk phones; and it leaves nothing behind."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.peers.programs import Program, own_address, until

MARK = "DURCHWAHL_TEST_FOLDER"
"""In the environment of everything the demo starts."""


def demo(folder: Path, *words: str) -> Program:
    """`durchwahl demo` at an address of its own."""
    host, port = own_address()
    command = ["durchwahl", "demo", "--sip", f"{host}:{port}", "--web", f"{host}:{port}", *words]
    return Program("demo", command, folder, {"LC_ALL": "C.UTF-8", MARK: str(folder)})


def test_every_kind_of_call_goes_as_told(tmp_path: Path) -> None:
    with demo(tmp_path, "--calls", "6") as office:
        code = office.wait(170)
        printed = office.output()
        assert code == 0, printed
    assert "6 of 6 calls went as planned" in printed
    assert printed.count("both sides heard each other") == 4
    first, second = (at for at, line in enumerate(printed.splitlines()) if line.startswith("The web page: http://"))
    lines = printed.splitlines()
    assert lines[first : first + 3] == lines[second : second + 3], "the same accounts and passwords"
    assert "logs in as" in lines[first + 1]
    assert first < lines.index(next(each for each in lines if each.startswith("Call 1:"))) < second
    assert "the message is there" in printed
    assert "while it was ringing" in printed


def test_it_goes_on_until_it_is_interrupted_and_finds_its_office_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for _ in range(2):
        with demo(tmp_path, "--data", str(data)) as office:
            wait_for(" rang ", office)
            office.process.send_signal(signal.SIGINT)
            assert office.wait(20) == 0, office.output()
            assert "Traceback" not in office.output()
            office.log.unlink()
            assert not left_over(tmp_path), "softphones are left over"


def wait_for(words: str, office: Program) -> None:
    """Until the demo has printed these words."""
    until(lambda: words in office.output(), words, 60)


def left_over(folder: Path) -> list[Path]:
    """Processes that the demo of this folder has left behind."""
    return [process for process in Path("/proc").glob("[0-9]*/environ") if _is_marked(process, folder)]


def _is_marked(environment: Path, folder: Path) -> bool:
    try:
        return f"{MARK}={folder}\0".encode() in environment.read_bytes()
    except OSError:
        return False
