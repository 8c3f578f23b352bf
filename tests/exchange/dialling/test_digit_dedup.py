"""One key press counts once."""

from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.dialling.digit_dedup import DigitDedup


def pressed(*reports: tuple[float, str, str]) -> str:
    keypad = DigitDedup()
    return "".join(digit for at, digit, method in reports if keypad.press(digit, method, at))


def test_a_digit_sent_as_event_and_as_info_counts_once() -> None:
    assert pressed((0.0, "2", "event"), (0.1, "2", "info")) == "2"


def test_the_copy_may_come_first() -> None:
    assert pressed((0.0, "2", "info"), (0.1, "2", "event"), (0.5, "1", "info"), (0.6, "1", "event")) == "21"


def test_the_same_digit_twice_quickly_stays_two() -> None:
    assert pressed((0.0, "1", "event"), (0.05, "1", "info"), (0.2, "1", "event"), (0.25, "1", "info")) == "11"


def test_a_tone_heard_before_its_event_counts_once() -> None:
    assert pressed((0.0, "5", "tone"), (0.02, "5", "event"), (1.5, "6", "event")) == "56"


def test_two_quick_presses_whose_copies_come_after_both_are_two() -> None:
    assert pressed((0.0, "2", "info"), (0.1, "2", "info"), (0.2, "2", "event"), (0.3, "2", "event")) == "22"
    assert pressed((0.0, "2", "info"), (0.1, "1", "info"), (0.2, "2", "event"), (0.3, "1", "event")) == "21"
    tones, copies = (
        [(0.0, "2", "tone"), (0.1, "1", "tone")],
        [(0.2, "2", "info"), (0.3, "1", "info"), (0.4, "2", "event")],
    )
    assert pressed(*tones, *copies, (0.5, "1", "event"), (0.6, "1", "event")) == "211"


def test_a_press_by_the_better_method_long_after_the_other_is_a_new_one() -> None:
    assert pressed((0.0, "2", "info"), (1.5, "2", "event"), (1.7, "2", "event")) == "222"


def test_tones_alone_are_enough() -> None:
    assert pressed((0.0, "4", "tone"), (0.4, "4", "tone")) == "44"


@given(
    st.lists(st.tuples(st.floats(0.05, 3), st.sampled_from("0123456789*#")), max_size=12),
    st.sets(st.sampled_from(["event", "info", "tone"]), min_size=1),
    st.data(),
)
def test_every_press_counts_exactly_once_when_all_methods_report_it(
    presses: list[tuple[float, str]], methods: set[str], data: st.DataObject
) -> None:
    keypad, heard, now = DigitDedup(), "", 0.0
    for gap, digit in presses:
        now += gap
        for number, method in enumerate(data.draw(st.permutations(sorted(methods)))):
            if keypad.press(digit, method, now + number * 0.01):
                heard += digit
    assert heard == "".join(digit for _, digit in presses)
