"""The sound field of forms: typed and heard before, uploaded, spoken into a phone; and sounds played in parts."""

from __future__ import annotations

from typing import Any

import pytest
from webtest import Upload

from tests.sound_files import sound_file
from tests.webui.office import Web
from webui.parts import sound

JSON = {"Accept": "application/json"}


pytestmark = pytest.mark.usefixtures("spoken")


def token(page: Any) -> str:
    """A form's token."""
    return str(page.forms[0]["csrf"].value)


def test_a_typed_text_is_heard_before_it_is_saved(web: Web, spoken: list[tuple[str, str]]) -> None:
    anna = web.user("21")
    csrf = token(anna.get("/mine"))
    posted = {"csrf": csrf, "hear": "announcement", "announcement_text": "I am away.", "speaks": "en"}
    take = anna.post("/sound/hear", posted, headers=JSON).json
    assert spoken == [("I am away.", "en")]
    assert anna.get(f"/sound/takes/{take['id']}/sound").body[:4] == b"RIFF"
    assert web.desk.office.people["21"].announcement == ""
    page = anna.post("/sound/hear", posted).follow()
    assert page.html.find("audio")["src"].endswith("/sound")


def test_what_cannot_be_said_or_read_is_told_to_the_script(web: Web) -> None:
    anna = web.user("21")
    csrf = token(anna.get("/mine"))
    nothing = anna.post("/sound/hear", {"csrf": csrf, "hear": "x", "x_text": "..."}, headers=JSON, status=422)
    assert "nothing that can be spoken" in nothing.json["error"]
    junk = {"csrf": csrf, "sound": Upload("me.mp3", b"junk")}
    assert "cannot read this sound file" in anna.post("/sound/decode", junk, status=422).json["error"]


@pytest.mark.parametrize("format", ["mp3", "webm"])
def test_a_file_becomes_a_take_piece_by_piece(web: Web, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "_PIECE", 5000)
    anna = web.user("21")
    posted = {"csrf": token(anna.get("/mine")), "sound": Upload("../../me", sound_file(format))}
    take = anna.post("/sound/decode", posted).json
    assert 1.9 < take["seconds"] < 2.2
    heard = anna.get(f"/sound/takes/{take['id']}/sound")
    assert (heard.content_type, heard.body[8:12]) == ("audio/wav", b"WAVE")


def test_nobody_else_hears_a_take(web: Web) -> None:
    anna, bert = web.user("21"), web.user("22")
    posted = {"csrf": token(anna.get("/mine")), "sound": Upload("me.mp3", sound_file("mp3"))}
    id = anna.post("/sound/decode", posted).json["id"]
    for path in (f"/sound/takes/{id}", f"/sound/takes/{id}/state", f"/sound/takes/{id}/sound"):
        assert bert.get(path, status=404)
        assert web.admin.get(path, status=404)


def test_ones_own_phone_rings_to_speak_into_and_nobody_else_s(web: Web) -> None:
    anna = web.user("21")
    csrf = token(anna.get("/mine"))
    take = anna.post("/sound/record", {"csrf": csrf, "rings": "21"}, headers=JSON).json
    (_, extension, path, on_progress) = next(each for each in web.live.asked if each[0] == "record")
    assert extension == "21"
    assert anna.get(f"/sound/takes/{take['id']}/state").json["state"] == "ringing"
    on_progress("speaking")
    page = anna.get(f"/sound/takes/{take['id']}")
    assert "Recording …" in page.text
    path.write_bytes(sound_file("wav A-law", 1.5))
    on_progress("spoken")
    assert anna.get(f"/sound/takes/{take['id']}/state").json == {"id": take["id"], "state": "ready", "seconds": 1.5}
    refused = anna.post("/sound/record", {"csrf": csrf, "rings": "22"}, headers=JSON, status=422)
    assert "own phone" in refused.json["error"]


def test_a_recording_of_nothing_has_failed(web: Web) -> None:
    anna = web.user("21")
    take = anna.post("/sound/record", {"csrf": token(anna.get("/mine")), "rings": "21"}, headers=JSON).json
    (_, _, path, on_progress) = next(each for each in web.live.asked if each[0] == "record")
    path.write_bytes(sound_file("wav A-law", 1.5, level=0.0))
    on_progress("spoken")
    assert anna.get(f"/sound/takes/{take['id']}/state").json["state"] == "failed"
    assert "Nothing was recorded" in anna.get(f"/sound/takes/{take['id']}")


def test_a_take_becomes_what_one_chooses(web: Web) -> None:
    web.do("trunk add", name="provider", peer="127.0.0.1:5090")
    web.do("number add", number="+4930123450", trunk="provider", to=["21"])
    chef = web.admin
    posted = {"csrf": token(chef.get("/now")), "sound": Upload("me.mp3", sound_file("mp3"))}
    id = chef.post("/sound/decode", posted).json["id"]
    form = _form(chef.get(f"/sound/takes/{id}"), id)
    form["use"] = "number +4930123450"
    assert form.submit().status_code == 303
    form["use"] = "person 22"
    form.submit()
    office = web.desk.office
    assert office.numbers["+4930123450"].greeting.startswith("number-4930123450-")
    assert office.people["22"].announcement.startswith("person-22-")


def _form(page: Any, id: str) -> Any:
    return next(form for form in page.forms.values() if form.action == f"/sound/takes/{id}")


def test_a_user_makes_no_greeting_of_a_number(web: Web) -> None:
    web.do("trunk add", name="provider", peer="127.0.0.1:5090")
    web.do("number add", number="+4930123450", trunk="provider", to=["21"])
    anna = web.user("21")
    csrf = token(anna.get("/mine"))
    id = anna.post("/sound/decode", {"csrf": csrf, "sound": Upload("me.mp3", sound_file("mp3"))}).json["id"]
    for use in ("number +4930123450", "person 22"):
        assert anna.post(f"/sound/takes/{id}", {"csrf": csrf, "use": use}, status=403)
    assert web.desk.office.numbers["+4930123450"].greeting == ""


PARTS = {
    "bytes=0-3": (206, slice(0, 4)),
    "bytes=10-": (206, slice(10, None)),
    "bytes=-5": (206, slice(-5, None)),
    "bytes=-999999999": (206, slice(0, None)),
    "bytes=4-99999999999999": (206, slice(4, None)),
    "bytes=99999999999999-": (416, slice(0, 0)),
    "bytes=5-2": (416, slice(0, 0)),
    "bytes=-0": (416, slice(0, 0)),
    "bytes=-": (200, slice(0, None)),
    "bytes=a-b": (200, slice(0, None)),
    "bytes=0-1,3-4": (200, slice(0, None)),
    "lines=1-2": (200, slice(0, None)),
}


def test_a_browser_gets_the_part_of_a_sound_it_asks_for(web: Web) -> None:
    anna = web.user("21")
    posted = {"csrf": token(anna.get("/mine")), "sound": Upload("me.mp3", sound_file("mp3", 0.5))}
    path = f"/sound/takes/{anna.post('/sound/decode', posted).json['id']}/sound"
    whole = anna.get(path).body
    for asked, (status, part) in PARTS.items():
        answer = anna.get(path, headers={"Range": asked}, status=status)
        assert answer.body == whole[part], asked
        if status == 206:
            first = part.indices(len(whole))[0]
            assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(answer.body) - 1}/{len(whole)}"
