"""The registrar: whole REGISTER requests in, responses and bindings out, on made-up time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.exchange.phones.bound import Bound, Doubted, Unbound
from pbx.exchange.phones.registering import PER_PHONE
from pbx.sip.flow import Flow, TransportName
from pbx.store.models import Office, Phone
from pbx.store.rows import Binding
from tests.exchange.registrar_rig import BOX, DESK, OFFICE, OTHER, WALL, RegistrarRig


@pytest.fixture
def rig() -> RegistrarRig:
    return RegistrarRig()


def test_without_credentials_a_challenge_and_nothing_else(rig: RegistrarRig) -> None:
    response = rig.send("<sip:anna@192.0.2.20>", bare=True)
    assert response.status == 401
    assert len(response.headers.all("WWW-Authenticate")) >= 1
    assert rig.contacts() == []


def test_a_phone_is_bound_with_its_real_address(rig: RegistrarRig) -> None:
    response = rig.send(
        '"Anna" <sip:anna@10.0.0.5:5060;line=1>', more=("Expires: 300", "User-Agent: Snom\tD7", "Path: <sip:p;lr>")
    )
    assert response.status == 200
    assert response.headers.all("Contact") == ("<sip:anna@10.0.0.5:5060;line=1>;expires=300",)
    (binding,) = rig.registrar.bindings("anna")
    assert (binding.remote, binding.local, binding.transport) == (DESK.remote, BOX, "udp")
    assert binding.expires == WALL + 300
    assert binding.path == ("<sip:p;lr>",)
    assert binding.user_agent.isprintable()
    uri, flow = rig.registrar.target(binding)
    assert str(uri) == "sip:anna@10.0.0.5:5060;line=1"
    assert flow == DESK
    assert rig.registrar.binding_at(DESK) == binding
    assert rig.registrar.binding_at(OTHER) is None
    assert rig.registrar.is_home("192.0.2.20")
    assert list(rig.registrar.changes) == [Bound(binding, True)]


@pytest.mark.parametrize(
    "lines",
    [
        ["<sip:p1;lr>, <sip:p2;lr>, <sip:p3;lr>"],
        ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"],
        ["<sip:p1;lr> ,<sip:p2;lr>", ", <sip:p3;lr>"],
    ],
)
def test_a_path_is_the_same_over_lines_and_commas(rig: RegistrarRig, lines: list[str]) -> None:
    assert rig.send("<sip:anna@10.0.0.5>", more=tuple(f"Path: {line}" for line in lines)).status == 200
    assert rig.registrar.bindings("anna")[0].path == ("<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>")


def test_a_phone_whose_allow_lacks_notify_is_not_to_be_notified_unasked(rig: RegistrarRig) -> None:
    for port, more in ((5060, ()), (5061, ("Allow: INVITE, NOTIFY",)), (5062, ("Allow: INVITE, ACK", "Allow: BYE"))):
        rig.send(f"<sip:anna@10.0.0.5:{port}>", more=more)
    bound = [change for change in rig.registrar.changes if isinstance(change, Bound)]
    assert [change.takes_notify for change in bound] == [True, True, False]


def test_unknown_names_and_wrong_passwords_look_the_same(rig: RegistrarRig) -> None:
    wrong = rig.send("<sip:a@h>", password="guess")
    unknown = rig.send("<sip:a@h>", user="carl", password="guess")
    assert wrong.status == unknown.status == 401
    assert [name for name, _ in wrong.headers] == [name for name, _ in unknown.headers]
    assert len(wrong.headers.all("WWW-Authenticate")) == len(unknown.headers.all("WWW-Authenticate"))


def test_nobody_registers_or_removes_for_somebody_else(rig: RegistrarRig) -> None:
    rig.send("<sip:bert@192.0.2.21>", user="bert", flow=OTHER)
    assert rig.send("<sip:anna@h>", to="bert").status == 403
    assert rig.send("*", to="bert", more=("Expires: 0",)).status == 403
    assert rig.contacts("bert") == ["sip:bert@192.0.2.21"]


def test_an_expiry_comes_from_the_contact_then_the_header_then_our_default(rig: RegistrarRig) -> None:
    response = rig.send("<sip:a@h1>;expires=120", "<sip:a@h2>", more=("Expires: 240",))
    assert set(response.headers.all("Contact")) == {"<sip:a@h1>;expires=120", "<sip:a@h2>;expires=240"}
    assert rig.send("<sip:b@h1>", user="bert", flow=OTHER).headers.get("Contact") == "<sip:b@h1>;expires=600"


@pytest.mark.parametrize(("asked", "granted"), [("7200", 3600), ("99999999999999", 3600), ("x", 3600), ("-1", 3600)])
def test_too_long_and_unreadable_times_become_the_longest(rig: RegistrarRig, asked: str, granted: int) -> None:
    assert rig.send(f"<sip:a@h>;expires={asked}").headers.get("Contact") == f"<sip:a@h>;expires={granted}"


def test_too_short_a_time_is_refused_with_the_shortest(rig: RegistrarRig) -> None:
    response = rig.send("<sip:a@h>;expires=30")
    assert (response.status, response.headers.get("Min-Expires")) == (423, "60")
    assert rig.contacts() == []


def test_a_query_lists_what_is_there(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h>;expires=100")
    rig.clock.advance(40)
    assert rig.send().headers.all("Contact") == ("<sip:a@h>;expires=60",)


def test_a_binding_is_removed_by_zero_and_all_by_a_star(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h1>", "<sip:a@h2>", "<sip:a@h3>")
    rig.send("<sip:a@h2>;expires=0")
    assert sorted(rig.contacts()) == ["sip:a@h1", "sip:a@h3"]
    assert rig.send("*").status == 400
    assert rig.send("*", more=("Expires: 10",)).status == 400
    assert len(rig.contacts()) == 2
    assert rig.send("*", more=("Expires: 0",)).status == 200
    assert rig.contacts() == []
    assert sum(isinstance(change, Unbound) for change in rig.registrar.changes) == 3


def test_all_or_nothing(rig: RegistrarRig) -> None:
    assert rig.send("<sip:a@h1>", "<sip:a@h2>;expires=5").status == 423
    assert rig.send("<sip:a@h1>", "<tel:+4930>").status == 400
    assert rig.send("<sip:a@h1>", f"<sip:{'a' * 600}@h>").status == 400
    assert rig.contacts() == []


def test_an_old_request_changes_nothing(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h>", number=10)
    assert rig.send("<sip:a@h>;expires=0", number=9).status == 500
    assert rig.send("*", number=9, more=("Expires: 0",)).status == 500
    assert rig.send("<sip:a@h>;expires=0", number=10).status == 200
    assert rig.contacts() == ["sip:a@h"]
    assert rig.send("<sip:a@h>;expires=0", number=1, call_id="after-a-restart").status == 200
    assert rig.contacts() == []


def test_a_refresh_is_the_same_binding_however_it_is_spelled(rig: RegistrarRig) -> None:
    rig.send("<sip:a@Desk.test;transport=udp>;expires=100")
    rig.clock.advance(50)
    rig.send("<sip:a@desk.TEST;transport=UDP>;expires=100")
    (binding,) = rig.registrar.bindings("anna")
    assert binding.expires == WALL + 150
    assert [change.new for change in rig.registrar.changes if isinstance(change, Bound)] == [True, False]


def test_a_phone_that_moves_is_rung_where_it_is(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h>")
    rig.send("<sip:a@h>", flow=OTHER, call_id="new")
    (binding,) = rig.registrar.bindings("anna")
    assert binding.remote == OTHER.remote
    assert rig.registrar.binding_at(DESK) is None
    assert not rig.registrar.is_home("192.0.2.20")


def test_what_a_restarted_phone_left_behind_is_forgotten(rig: RegistrarRig) -> None:
    rig.send("<sip:anna-0x1@10.0.0.5:5060>", call_id="one")
    rig.send("<sip:anna-0x2@10.0.0.5:5060>", call_id="two")
    assert rig.contacts() == ["sip:anna-0x2@10.0.0.5:5060"]
    rig.send("<sip:anna@10.0.0.5:5070>", call_id="three")
    assert len(rig.contacts()) == 2


def test_the_bindings_of_a_phone_are_bounded_and_the_oldest_gives_way(rig: RegistrarRig) -> None:
    for number in range(20):
        assert rig.send(f"<sip:a@h{number}>", call_id=str(number)).status == 200
        rig.clock.advance(1)
    assert sorted(rig.contacts()) == sorted(f"sip:a@h{number}" for number in range(20 - PER_PHONE, 20))
    assert rig.send(*(f"<sip:a@x{number}>" for number in range(PER_PHONE + 1))).status == 403


def test_preference_orders_the_bindings(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h1>;q=0.2", "<sip:a@h2>;q=0.9", "<sip:a@h3>;q=nan", "<sip:a@h4>;q=0")
    assert rig.contacts() == ["sip:a@h3", "sip:a@h2", "sip:a@h1", "sip:a@h4"]


def test_what_runs_out_is_gone_at_once_and_reported_soon(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h>;expires=60")
    rig.registrar.changes.clear()
    rig.clock.advance(60.5)
    assert rig.contacts() == []
    assert rig.registrar.all_bindings() == ()
    rig.clock.advance(20, rig.timers)
    assert [type(change) for change in rig.registrar.changes] == [Unbound]
    assert not rig.registrar.is_home("192.0.2.20")
    rig.clock.advance(20, rig.timers)
    assert rig.timers.next() is None


def test_a_jump_of_the_wall_clock_hurts_no_registration(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h>;expires=600")
    rig.wall_offset += 10 * 365 * 86400
    assert rig.contacts() == ["sip:a@h"]
    rig.wall_offset = -rig.clock.now
    rig.clock.advance(590, rig.timers)
    assert rig.contacts() == ["sip:a@h"]
    rig.clock.advance(11, rig.timers)
    assert rig.contacts() == []


def test_bindings_survive_a_restart(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h>;expires=600")
    stored = rig.registrar.all_bindings()
    after = RegistrarRig()
    after.wall_offset += 100
    after.registrar.restore([*stored, replace(stored[0], username="gone"), replace(stored[0], contact="<<")])
    assert after.registrar.target(after.registrar.bindings("anna")[0])[1] == DESK
    assert after.registrar.binding_at(DESK) is not None
    after.clock.advance(501, after.timers)
    assert after.contacts() == []


@pytest.mark.parametrize(("years", "left"), [(-50, 3600), (50, 0)])
def test_a_restart_without_the_right_time_keeps_bindings_no_longer_than_they_could_be(years: int, left: int) -> None:
    rig, after = RegistrarRig(), RegistrarRig()
    rig.send("<sip:a@h>;expires=600")
    after.wall_offset += years * 365 * 86400
    after.registrar.restore(rig.registrar.all_bindings())
    after.clock.advance(max(0, left - 1), after.timers)
    assert bool(after.contacts()) is bool(left)
    after.clock.advance(2, after.timers)
    assert after.contacts() == []


@pytest.mark.parametrize(("contact", "ask"), [("a@192.0.2.20:5070", True), ("a@10.0.0.5:5070", False)])
def test_after_a_restart_a_tcp_phone_is_called_back_at_its_own_port_but_never_elsewhere(
    rig: RegistrarRig, contact: str, ask: bool
) -> None:
    flow = Flow("tcp", BOX, ("192.0.2.20", 40001), 7)
    rig.send(f"<sip:{contact};transport=tcp>", flow=flow)
    (binding,) = rig.registrar.bindings("anna")
    assert rig.registrar.target(binding)[1] == flow
    after = RegistrarRig()
    after.registrar.restore([binding])
    rig.registrar.connection_lost(flow)
    for each in (rig, after):
        assert each.contacts() == []
        ((lost, why),) = each.registrar.troubles()
        assert why == "lost"
        assert each.registrar.target(lost)[1] == Flow("tcp", BOX, ("192.0.2.20", 5070))
        assert each.registrar.changes.pop() == Doubted(lost, ask=ask)
        assert each.registrar.kept("anna") == (lost,)


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_lost_connection_is_not_rung_until_the_phone_is_there_again(
    rig: RegistrarRig, transport: TransportName
) -> None:
    contact = f"<sip:a@192.0.2.20:5070;transport={transport}>"
    old, new, own = (Flow(transport, BOX, ("192.0.2.20", port), port) for port in (40001, 40002, 5070))
    for last in (new, own):
        rig.send(contact, flow=old)
        rig.send("<sip:a@192.0.2.99>", call_id="udp", flow=OTHER)
        rig.registrar.connection_lost(old)
        assert rig.contacts() == ["sip:a@192.0.2.99"], "her other phone rings alone"
        ((lost, _),) = rig.registrar.troubles()
        if last is new:
            rig.send(contact, flow=new)
        else:
            rig.registrar.is_there(lost, own)
        rig.registrar.connection_lost(old)
        found = {binding.remote: binding for binding in rig.registrar.bindings("anna")}
        assert found.keys() == {OTHER.remote, last.remote}
        assert rig.registrar.target(found[last.remote])[1] == last
        assert rig.registrar.binding_at(old) is None
        assert rig.registrar.troubles() == ()


def test_who_reconnects_from_another_port_leaves_no_lost_binding_behind(rig: RegistrarRig) -> None:
    for port in (40001, 40002, 40003):
        flow = Flow("tls", BOX, ("192.0.2.20", port), port)
        rig.send(f"<sip:a@192.0.2.20:{port};transport=tls>", flow=flow, call_id=str(port))
        assert rig.contacts() == [f"sip:a@192.0.2.20:{port};transport=tls"]
        rig.registrar.connection_lost(flow)
    assert len(rig.registrar.troubles()) == 1


def test_who_hangs_on_a_connection_comes_back_soon(rig: RegistrarRig) -> None:
    wanted: tuple[tuple[TransportName, int], ...] = (("udp", 3600), ("tcp", 120), ("tls", 120))
    for transport, granted in wanted:
        flow = Flow(transport, BOX, ("192.0.2.20", 5062), 1)
        response = rig.send("<sip:a@192.0.2.20:5062>;expires=3600", flow=flow)
        assert response.headers.get("Contact") == f"<sip:a@192.0.2.20:5062>;expires={granted}"


def test_two_accounts_on_one_phone(rig: RegistrarRig) -> None:
    rig.send("<sip:anna@192.0.2.20>")
    rig.send("<sip:bert@192.0.2.20>", user="bert")
    rig.send("*", more=("Expires: 0",))
    found = rig.registrar.binding_at(DESK)
    assert found is not None
    assert found.username == "bert"


def test_a_phone_that_is_removed_is_forgotten(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h>")
    rig.office = Office(phones={"bert": OFFICE.phones["bert"]})
    rig.registrar.office_changed()
    assert rig.registrar.all_bindings() == ()
    assert rig.send("<sip:a@h>").status == 401


def test_a_new_password_ends_the_bindings_made_with_the_old_one(rig: RegistrarRig) -> None:
    rig.send("<sip:a@h>")
    rig.send("<sip:b@h>", user="bert", flow=OTHER)
    rig.office = Office(phones=OFFICE.phones | {"anna": Phone("anna", "21", "better")})
    rig.registrar.office_changed()
    assert (rig.contacts("anna"), rig.contacts("bert")) == ([], ["sip:b@h"])
    assert rig.send("<sip:a@h>").status == 401
    assert rig.send("<sip:a@h>", password="better").status == 200


def test_an_account_under_attack_keeps_its_phone_and_refuses_even_right_guesses_from_elsewhere(
    rig: RegistrarRig,
) -> None:
    rig.send("<sip:a@h>")
    for number in range(40):
        rig.send("<sip:evil@h>", password="guess", flow=Flow("udp", BOX, (f"203.0.113.{number}", 5060)))
    assert rig.send("<sip:evil@h>", flow=Flow("udp", BOX, ("203.0.113.99", 5060)), call_id="evil").status == 401
    assert rig.send("<sip:a@h>").status == 200
    assert rig.contacts() == ["sip:a@h"]


CONTACTS = st.sampled_from(["<sip:a@h1>", "<sip:a@h2:5070>;q=0.5", "<sip:a@h1;x=y>;expires=0", "<sip:b@h3>;expires=90"])


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.just(["*"]) | st.lists(CONTACTS, max_size=3),
            st.sampled_from(["anna", "bert"]),
            st.sampled_from([DESK, OTHER, Flow("tcp", BOX, ("192.0.2.20", 4000), 3)]),
            st.sampled_from(["one", "two", ""]),
            st.integers(0, 30),
            st.sampled_from([(), ("Expires: 0",), ("Expires: 100",)]),
            st.sampled_from([0.0, 30.0, 700.0]),
        ),
        max_size=25,
    )
)
def test_the_tables_agree_whatever_is_registered(
    steps: list[tuple[list[str], str, Flow, str, int, tuple[str, ...], float]],
) -> None:
    rig = RegistrarRig()
    stored: dict[tuple[str, str], Binding] = {}
    for contacts, user, flow, call_id, number, more, pause in steps:
        response = rig.send(*contacts, user=user, flow=flow, call_id=call_id, number=number, more=more)
        assert response.status in (200, 400, 500)
        rig.clock.advance(pause, rig.timers)
        while rig.registrar.changes:
            change = rig.registrar.changes.popleft()
            key = (change.binding.username, change.binding.contact)
            if isinstance(change, Bound):
                stored[key] = change.binding
            else:
                stored.pop(key, None)
        everything = rig.registrar.all_bindings()
        wall = rig.clock.now + rig.wall_offset
        alive = {key: binding for key, binding in stored.items() if binding.expires > wall + 0.001}
        assert {(each.username, each.contact): each for each in everything} == alive
        assert {each.remote[0] for each in stored.values()} == set(rig.registrar._by_host)
        assert {(each.transport, *each.remote) for each in stored.values()} == set(rig.registrar._by_flow)
        for each in everything:
            assert rig.registrar.binding_at(Flow(each.transport, each.local, each.remote)) is not None
