"""Updates as the exchange sees them: it takes the file, asks root, hears how it goes, and judges the new version."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pbx import VERSION
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.live import Live
from pbx.administration.doctor import health
from pbx.administration.update import progress, update_health
from pbx.cli.command import main
from pbx.control.protocol import GENTLE, Refused
from pbx.sentence import Sentence, english, said
from tests.administration.logins import ADMIN, Logins
from tests.administration.made_updates import Root, Trunks, bundle


@pytest.fixture
def box(logins: Logins, tmp_path: Path) -> Logins:
    """The office on a box whose system comes in two slots."""
    logins.desk.host.root = tmp_path / "machine"
    Root(logins.desk.host.root)
    return logins


@pytest.fixture
def root(box: Logins) -> Root:
    return Root(box.desk.host.root)


def offer(logins: Logins, content: bytes, step: int = 2000, **more: Any) -> Any:
    """Bring a file in pieces."""
    answer: Any = {"upload": ""}
    for at in range(0, len(content), step):
        piece = base64.b64encode(content[at : at + step]).decode()
        given = {"data": piece, "size": len(content), "upload": answer["upload"], "at": at, **more}
        answer = logins.do("update offer", **given, last=at + step >= len(content))
    return answer


def folder(logins: Logins) -> dict[str, bytes]:
    """What is kept of updates."""
    return {path.name: path.read_bytes() for path in (logins.desk.data / "update").glob("*")}


# Bringing a file


def test_on_a_pc_there_are_no_updates_of_this_kind(logins: Logins, tmp_path: Path) -> None:
    logins.desk.host.root = tmp_path / "pc"
    assert logins.do("update status")["possible"] is False
    for verb, given in (("install", {}), ("forget", {}), ("offer", {"data": ""})):
        with pytest.raises(Refused, match="as a package"):
            logins.do(f"update {verb}", **given)
    assert update_health.checks(logins.desk) == []


def test_a_bundle_comes_in_pieces_and_says_what_it_is(box: Logins) -> None:
    content = bundle("1.2.3")
    assert offer(box, content)["bundle"]["version"] == "1.2.3"
    assert folder(box) == {"bundle.raucb": content}
    status = box.do("update status")
    assert status["bundle"] | {"at": 0} == {
        "version": "1.2.3", "compatible": "durchwahl-rpi-arm64", "size": len(content), "at": 0
    }  # fmt: skip
    assert (status["version"], status["phase"], status["possible"]) == (VERSION, "", True)


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04" + bytes(9000), bundle()[:-1], bundle()[:-400], b"hsqs", b"hsqs" + bytes(7000), bytes(7000),
     b"hsqs" + bytes(7000) + (1 << 62).to_bytes(8, "big"), b"hsqs" + b"\x31" * 7000 + (99).to_bytes(8, "big")],
)  # fmt: skip
def test_what_is_no_bundle_or_not_all_of_it_is_refused_and_leaves_nothing(box: Logins, content: bytes) -> None:
    with pytest.raises(Refused, match=r"This is not a Durchwahl update, or it is incomplete\.") as refused:
        offer(box, content)
    assert refused.value.field == "file"
    assert folder(box) == {}


def test_the_first_piece_of_something_else_is_refused_before_the_rest_comes(box: Logins) -> None:
    offer(box, bundle("1.0"))
    with pytest.raises(Refused, match="not a Durchwahl update"):
        box.do("update offer", data=base64.b64encode(b"%PDF").decode(), size=900_000_000)
    assert "bundle.raucb" in folder(box), "what was brought before is still there"


def test_a_file_larger_than_a_gigabyte_is_refused_and_so_is_one_without_room(
    box: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = base64.b64encode(b"hsqs").decode()
    with pytest.raises(Refused, match=r"too large \(1025 MB\). The limit is 1024 MB"):
        box.do("update offer", data=head, size=1024**3 + 1)
    usage = SimpleNamespace(total=10_000_000_000, used=0, free=1_500_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Refused, match="not enough space"):
        box.do("update offer", data=head, size=600_000_000)
    assert folder(box) == {}
    upload = box.do("update offer", data=head, size=400_000_000)["upload"]
    usage.free = 1_000_000_000
    with pytest.raises(Refused, match="not enough space"):
        box.do("update offer", data=head, upload=upload, at=4)
    assert folder(box) == {}


def test_an_upload_that_broke_off_is_cleared_away_at_the_next_start(box: Logins) -> None:
    upload = box.do("update offer", data=base64.b64encode(b"hsqs" + bytes(90)).decode(), size=9000)["upload"]
    for wrong in ({"upload": upload, "at": 7}, {"upload": "0" * 16, "at": 94}, {"upload": "../../settings.json"}):
        with pytest.raises(Refused, match="start again"):
            box.do("update offer", data="", **wrong)
    box.desk.close()
    desk = open_desk(box.desk.data)
    assert list((desk.data / "update").iterdir()) == []
    desk.close()


def test_a_file_larger_than_the_memory_it_may_cost_comes_in(box: Logins, tmp_path: Path) -> None:
    content = bundle(size=40_000_000)
    (tmp_path / "big.raucb").write_bytes(content)
    del content
    tracemalloc.start()
    with (tmp_path / "big.raucb").open("rb") as file:
        upload, size = "", (tmp_path / "big.raucb").stat().st_size
        while piece := file.read(GENTLE):
            data = base64.b64encode(piece).decode()
            last = file.tell() >= size
            given = {"upload": upload, "at": file.tell() - len(piece), "last": last, "size": size}
            upload = box.do("update offer", data=data, **given)["upload"]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4_000_000
    assert box.do("update status")["bundle"]["size"] == size


# Asking root


@pytest.fixture
def running(box: Logins, monkeypatch: pytest.MonkeyPatch) -> Trunks:
    """The exchange runs, with three trunks."""
    for name in ("amt", "spare", "peer"):
        box.do("trunk add", name=name, peer=f"192.0.2.{len(name)}:5060")
    running = Trunks(monkeypatch)
    box.desk.live = cast(Live, running)
    return running


def test_what_root_is_asked_for_says_who_and_which_trunks_were_there(box: Logins, running: Trunks) -> None:
    with pytest.raises(Refused, match="Upload an update first"):
        box.do("update install")
    offer(box, bundle())
    status = box.do("update install", box.log_in(ADMIN))
    assert (status["phase"], status["calls"]) == ("asked", 2)
    wanted = json.loads(folder(box)["wanted"])
    assert wanted == {"asked": box.now, "start": "", "by": ADMIN, "trunks": ["amt", "peer"]}


def test_while_it_is_under_way_nothing_else_is_begun(box: Logins, root: Root, running: Trunks) -> None:
    offer(box, bundle())
    box.do("update install")
    for phase in ("asked", "checking", "writing", "draining", "trying"):
        if phase != "asked":
            root.tells(phase, box.now, progress=37)
        status = box.do("update status")
        assert (status["phase"], status["progress"]) == (phase, 0 if phase == "asked" else 37)
        for verb in ("install", "forget"):
            with pytest.raises(Refused, match="wait until it is finished"):
                box.do(f"update {verb}")
        with pytest.raises(Refused, match="wait until it is finished"):
            offer(box, bundle())
        assert [(each.name, each.state) for each in update_health.checks(box.desk)] == [("update", "ok")]


def test_a_wish_that_the_machine_forgot_when_it_was_started_again_is_told_at_once(
    box: Logins, root: Root, running: Trunks
) -> None:
    start = box.desk.host.root / progress.START
    start.parent.mkdir(parents=True)
    start.write_text("1c0b1b2e\n")
    offer(box, bundle())
    assert box.do("update install")["phase"] == "asked"
    start.write_text("7f3d9a10\n")
    assert box.do("update status")["phase"] == "broken"
    [check] = update_health.checks(box.desk)
    assert "the power failed" in check.sentence
    assert box.do("update install")["phase"] == "asked"


@pytest.mark.parametrize("phase", ["asked", "writing", "trying"])
def test_one_that_is_heard_of_no_more_does_not_stand_in_the_way_for_ever(
    box: Logins, root: Root, running: Trunks, phase: str
) -> None:
    offer(box, bundle())
    box.do("update install")
    if phase != "asked":
        root.tells(phase, box.now)
    box.now += progress.LOST + 1
    assert box.do("update status")["phase"] == "broken"
    [check] = update_health.checks(box.desk)
    assert check.state == "warn"
    box.do("update install")
    assert box.do("update status")["phase"] == "asked"


@pytest.mark.parametrize("why", sorted(progress.WHY))
def test_how_it_ended_is_told_in_words_until_somebody_forgets_it(
    box: Logins, root: Root, running: Trunks, why: str
) -> None:
    offer(box, bundle())
    box.do("update install")
    for state in ("refused", "failed", "returned"):
        root.tells(state, box.now, why=why)
        status = box.do("update status")
        assert (status["phase"], english(status["why"])) == (state, str(progress.WHY[why]))
        [check] = update_health.checks(box.desk)
        assert (check.state, check.page) == ("warn", "/update")
        assert str(progress.WHY[why].inside()) in check.sentence
        assert check.advice
    box.do("update forget")
    assert box.do("update status")["phase"] == ""
    assert box.do("update status")["bundle"] is None
    assert [check.state for check in update_health.checks(box.desk)] == ["ok"]
    box.now += 60
    root.tells("returned", box.now, why=why)
    assert box.do("update status")["phase"] == "returned", "another one is told of again"


def test_a_reason_of_root_s_own_is_told_as_it_is_and_a_sentence_in_the_reader_s_language(
    box: Logins, root: Root
) -> None:
    root.tells("failed", box.now, why="ENOSPC {}")
    assert english(box.do("update status")["why"]) == "ENOSPC {}"
    status = said(Sentence("Lines that no longer work since the update: {names}.", names=["amt"]))
    root.tells("returned", box.now, why="unhealthy", said=status)
    assert box.do("update status")["why"] == status
    for nonsense in ({"say": "{a"}, ["x"], {"say": "{b}", "with": {}}, 7):
        root.tells("returned", box.now, why="unhealthy", said=nonsense)
        assert english(box.do("update status")["why"]) == "The new version had problems."


def test_one_that_went_well_is_told_too(box: Logins, root: Root) -> None:
    root.tells("kept", box.now)
    assert box.do("update status")["phase"] == "kept"
    [check] = update_health.checks(box.desk)
    assert (check.state, str(check.sentence)) == ("ok", f"The last update succeeded: version {VERSION} is running.")
    assert "update" in {each["name"] for each in health.examine(box.desk)}


@pytest.mark.parametrize("state", [{"at": "soon"}, {"progress": "half"}, {"progress": 1e9}, {"to": None}, {"state": 5}])
def test_nonsense_in_the_state_file_hurts_nobody(box: Logins, root: Root, state: dict[str, Any]) -> None:
    root.tells(**({"state": "writing", "at": box.now} | state))
    assert 0 <= box.do("update status")["progress"] <= 100
    assert update_health.checks(box.desk)
    root.garbles()
    assert box.do("update status")["phase"] == ""


def test_whoever_looks_sees_that_root_told_something_new(box: Logins, root: Root) -> None:
    before = progress.mark(box.desk)
    root.tells("checking", box.now)
    assert progress.mark(box.desk) != before


# Judging the new version


def judged(box: Logins) -> tuple[bool, str]:
    status = box.do("update check")
    return status["healthy"], status["why"]


def wanting(box: Logins, root: Root) -> None:
    """An update was asked for, and is tried now."""
    offer(box, bundle())
    box.do("update install")
    root.tells("trying", box.now)


def test_it_is_well_when_the_trunks_are_as_before_and_it_can_call_itself(
    box: Logins, root: Root, running: Trunks
) -> None:
    wanting(box, root)
    assert judged(box) == (True, "")
    assert running.called == 1
    assert "bundle.raucb" not in folder(box), "it is in its slot by now"
    assert "wanted" in folder(box)


def test_it_is_not_well_before_it_has_run_for_a_while(box: Logins, root: Root, running: Trunks) -> None:
    wanting(box, root)
    running.uptime = 3.2
    assert judged(box) == (False, "The exchange has only been running for 3 seconds.")
    assert running.called == 0
    assert "bundle.raucb" in folder(box)


def test_it_is_not_well_when_a_trunk_does_not_come_back(box: Logins, root: Root, running: Trunks) -> None:
    wanting(box, root)
    running.states = {"amt": ("trying", ""), "peer": ("failed", "timeout"), "spare": ("registered", "")}
    assert judged(box) == (False, "Lines that no longer work since the update: amt and peer.")
    box.do("trunk remove", trunk="amt")
    assert judged(box) == (False, "Lines that no longer work since the update: peer."), (
        "one that was removed meanwhile is not missed"
    )
    running.states["peer"] = ("reachable", "")
    assert judged(box) == (True, "")


def test_it_is_not_well_when_nobody_could_call(box: Logins, root: Root, running: Trunks) -> None:
    wanting(box, root)
    running.wrong = "silent"
    status = box.do("update check")
    assert (status["healthy"], status["why"]) == (False, "There was no sound in the test call.")
    assert english(status["why_said"]) == status["why"]
    assert [(each["name"], each["ok"]) for each in status["checks"]] == [
        ("running", True), ("trunks", True), ("page", True), ("call", False)
    ]  # fmt: skip


@pytest.mark.parametrize(("answer", "well"), [(b"HTTP/1.1 204 No Content\r\n\r\n", True), (b"", False),
                                              (b"HTTP/1.1 503 Away\r\n\r\n", False), (b"\0" * 99, False)])  # fmt: skip
def test_it_is_not_well_when_the_page_does_not_answer(
    box: Logins, root: Root, running: Trunks, answer: bytes, well: bool
) -> None:
    wanting(box, root)
    with socket.create_server(("127.0.0.1", 0)) as page:
        url = f"http://127.0.0.1:{page.getsockname()[1]}/"
        box.desk.host.pages = ("http://192.0.2.1/", url)

        def answers() -> None:
            with page.accept()[0] as visitor:
                assert visitor.recv(4096).startswith(b"GET /alive ")
                visitor.sendall(answer)

        thread = threading.Thread(target=answers)
        thread.start()
        assert judged(box) == (well, "" if well else f"The web page does not answer at {url}.")
        thread.join()
    assert running.called == well
    assert judged(box)[0] is False, "nobody listens there any more"


def test_on_a_disk_that_takes_nothing_no_update_is_begun(box: Logins) -> None:
    box.desk.folder = replace(box.desk.folder, unkept="Read-only file system")
    with pytest.raises(Refused, match="the disk cannot be written to"):
        offer(box, bundle())


def test_without_an_exchange_nothing_is_well(box: Logins) -> None:
    assert judged(box) == (False, "The exchange is not running.")


def test_a_check_without_an_update_deletes_nothing(box: Logins, running: Trunks) -> None:
    offer(box, bundle())
    assert judged(box) == (True, "")
    assert "bundle.raucb" in folder(box)


# The command line

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Commands on a data folder without an exchange, on a box."""
    Root(tmp_path / "machine")
    opened = open_desk

    def on_a_box(data: Path) -> Desk:
        desk = opened(data)
        desk.host.root = tmp_path / "machine"
        return desk

    monkeypatch.setattr("pbx.cli.without_exchange.open_desk", on_a_box)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["--data", str(tmp_path / "data"), "update", *words])
        return (code, *capsys.readouterr())

    return run


def test_the_command_line_brings_installs_and_forgets(cli: Cli, tmp_path: Path) -> None:
    assert cli("status")[:2] == (0, f"version  {VERSION}\n")
    (tmp_path / "new.raucb").write_bytes(bundle("2.0", size=600_000))
    code, out, _ = cli("offer", str(tmp_path / "new.raucb"))
    assert (code, "Uploaded: version 2.0, 0.6 MB." in out) == (0, True)
    code, out, _ = cli("install", "--json")
    assert json.loads(out)["phase"] == "asked"
    assert cli("forget")[0] == 1


def test_the_command_line_s_refusals_are_a_sentence(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "other").write_bytes(bytes(9))
    for file in ("empty", "other"):
        assert cli("offer", str(tmp_path / file)) == (2, "", "This is not a Durchwahl update, or it is incomplete.\n")
    assert "cannot be read: No such file" in cli("offer", str(tmp_path / "nowhere"))[2]
    assert cli("install")[::2] == (1, "Upload an update first.\n")


def test_the_command_line_s_check_says_by_its_exit_code_whether_all_is_well(cli: Cli) -> None:
    assert cli("check")[:2] == (1, "fail  running  The exchange is not running.\n")
