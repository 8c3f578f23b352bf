"""Session timers by themselves: any text in their fields, and both sides always agree (RFC 4028)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.session_timer import SessionTimer
from tests.sip.machines import request

INVITE = request("INVITE")
WORDS = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=30)


@given(WORDS, WORDS, st.sampled_from(["", "timer", "TIMER, path"]))
def test_no_text_in_the_fields_breaks_anything(expires: str, least: str, supported: str) -> None:
    headers = INVITE.headers.adding("Session-Expires", expires).adding("Min-SE", least)
    invite = INVITE.with_headers(headers.adding("Supported", supported))
    timer = SessionTimer(1800, 90)
    timer.refuses(invite)
    timer.answering(invite)
    response = invite.reply(200, headers=(("Session-Expires", expires), ("Min-SE", least)))
    timer.agreed(response)
    timer.too_small(response)
    assert timer.interval == 0 or timer.interval >= 90
    assert timer.refresh_after <= timer.expires_after or not timer.interval


@given(st.integers(90, 100_000), st.integers(90, 10_000), st.booleans(), st.sampled_from([None, "uac", "uas"]))
def test_both_sides_agree_who_refreshes_and_when(
    wanted: int, least: int, supports: bool, refresher: str | None
) -> None:
    caller, called = SessionTimer(wanted, 90), SessionTimer(1800, least)
    expires = f"{wanted};refresher={refresher}" if refresher else str(wanted)
    headers = INVITE.headers.with_("Session-Expires", expires)
    invite = INVITE.with_headers(headers.with_("Supported", "timer") if supports else headers)
    if called.refuses(invite):
        assert caller.too_small(invite.reply(422, headers=(("Min-SE", str(called.min_se)),)))
        assert caller.wanted == least
        return
    response = invite.reply(200, headers=called.answering(invite))
    caller.agreed(response)
    assert caller.interval == called.interval
    assert not caller.interval or caller.ours != called.ours
    update = INVITE.with_headers(INVITE.headers.with_("Supported", "timer"))
    for name, value in caller.asking():
        update = update.with_headers(update.headers.with_(name, value))
    if caller.interval:
        ours = called.ours
        caller.agreed(update.reply(200, headers=called.answering(update)))
        assert (called.ours, caller.ours) == (ours, not ours), "a refresh changes no roles"


def test_a_longer_minimum_is_followed_only_upwards() -> None:
    timer = SessionTimer(1800, 90)
    assert not timer.too_small(INVITE.reply(422))
    assert not timer.too_small(INVITE.reply(422, headers=(("Min-SE", "60"),)))
    assert timer.too_small(INVITE.reply(422, headers=(("Min-SE", "3600"),)))
    assert timer.asking(first=True) == (("Session-Expires", "3600"), ("Min-SE", "3600"))
    assert not timer.too_small(INVITE.reply(422, headers=(("Min-SE", "3600"),)))
    assert not timer.too_small(INVITE.reply(422, headers=(("Min-SE", "99999999"),)))
