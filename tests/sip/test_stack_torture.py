"""RFC 4475's and RFC 5118's messages, thrown at a whole stack."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.sip.events import Invited, Requested, TurnedAway
from pbx.sip.message import Response
from tests.sip.wire import STRANGER, Wire
from tests.torture.messages import MESSAGES, Case


@pytest.mark.parametrize("case", MESSAGES, ids=lambda case: case.name)
def test_each_torture_message_gets_what_it_deserves(case: Case) -> None:
    wire = Wire()
    wire.hear(case.data)
    statuses = [message.status for message in wire.sent if isinstance(message, Response) and message.status > 100]
    assert set(wire.flows) <= {wire.flow}, "no packet ever follows a hostile Route, Via or Contact"
    events = [event for event in wire.events if not isinstance(event, TurnedAway)]
    assert {event.status for event in wire.all(TurnedAway)} <= set(statuses), "who was refused is told as that"
    if not events and case.answers:
        assert next(iter(statuses), None) in case.answers
    if not case.valid:
        assert not events
    for event in events:
        if isinstance(event, Invited):
            event.session.refuse(404)
        if isinstance(event, Requested):
            wire.stack.reply(event.transaction, event.request.reply(200))
    wire.collect()
    assert set(wire.flows) <= {wire.flow}
    wire.ends()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(MESSAGES), st.integers(0, 4000), st.binary(max_size=3), st.booleans()), max_size=12
    )
)
def test_damaged_messages_in_any_order_break_nothing(script: list[tuple[Case, int, bytes, bool]]) -> None:
    wire = Wire()
    session = wire.took()
    names = [session.dialog.local_tag.encode(), session.dialog.call_id.encode()]
    for case, at, damage, strange in script:
        data = case.data[:at] + damage + case.data[at + len(damage) :]
        data = data.replace(b";tag=", b";tag=" + names[0] + b";x=", 1) if at % 7 == 0 else data
        wire.hear(data, STRANGER if strange else None)
    for each in list(wire.stack.sessions.values()):
        each.hang_up()
    wire.ends()
