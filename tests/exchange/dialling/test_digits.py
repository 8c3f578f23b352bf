"""When a caller's digits are complete."""

from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.dialling.digits import HOPELESS_SILENCE, Dialled, ExtensionCollector


def entries(collector: ExtensionCollector, keys: str, every: float = 0.2) -> list[Dialled]:
    """What comes of keys pressed one after the other."""
    pressed = (collector.digit(key, index * every) for index, key in enumerate(keys))
    return [entry for entry in pressed if entry]


def test_an_extension_counts_as_soon_as_no_longer_one_can_follow() -> None:
    collector = ExtensionCollector(["21", "22", "300"], silence=2.5)
    assert collector.digit("2", 0.0) is None
    assert collector.digit("1", 0.1) == Dialled("21", True)
    assert collector.deadline is None
    assert collector.typed == ""


def test_an_extension_that_begins_a_longer_one_waits_for_silence() -> None:
    collector = ExtensionCollector(["21", "211"], silence=2.5)
    assert entries(collector, "21") == []
    assert collector.deadline == 2.7
    assert collector.expired(2.6) is None
    assert collector.expired(2.7) == Dialled("21", True)
    assert collector.expired(99.0) is None
    assert entries(collector, "211") == [Dialled("211", True)]


def test_the_hash_key_does_not_wait() -> None:
    collector = ExtensionCollector(["21", "211"], silence=2.5)
    assert entries(collector, "21#") == [Dialled("21", True)]
    assert entries(collector, "2#") == [Dialled("2", False)]
    assert entries(collector, "##") == []


def test_a_wrong_entry_is_taken_whole() -> None:
    collector = ExtensionCollector(["21", "345"], silence=2.5)
    assert entries(collector, "999") == [Dialled("999", False)]
    assert entries(collector, "29") == []
    assert collector.deadline == 0.2 + HOPELESS_SILENCE
    assert collector.expired(0.2 + HOPELESS_SILENCE) == Dialled("29", False)


def test_half_an_extension_is_a_wrong_one() -> None:
    collector = ExtensionCollector(["345"], silence=2.5)
    assert entries(collector, "34") == []
    assert collector.expired(2.7) == Dialled("34", False)


def test_star_starts_over() -> None:
    assert entries(ExtensionCollector(["21"], silence=2.5), "2*21") == [Dialled("21", True)]
    collector = ExtensionCollector(["21"], silence=2.5)
    assert entries(collector, "2*") == []
    assert collector.deadline is None


def test_a_code_may_begin_with_star() -> None:
    assert entries(ExtensionCollector(["21", "*97"], silence=2.5), "*97") == [Dialled("*97", True)]
    assert entries(ExtensionCollector(["21", "*97"], silence=2.5), "2*97") == []


def test_other_keys_are_ignored() -> None:
    assert entries(ExtensionCollector(["21"], silence=2.5), "A2B1") == [Dialled("21", True)]
    assert ExtensionCollector(["21"], silence=2.5).digit("", 0.0) is None
    assert ExtensionCollector(["21"], silence=2.5).digit("21", 0.0) is None


def test_without_extensions_everything_is_wrong_but_nothing_hangs() -> None:
    collector = ExtensionCollector([], silence=2.5)
    assert entries(collector, "12") == []
    assert collector.expired(10.0) == Dialled("12", False)
    assert entries(collector, "12#") == [Dialled("12", False)]


_extensions = st.sets(st.text("0123", min_size=1, max_size=4), max_size=8)


@given(_extensions, st.text("0123*#", max_size=20))
def test_every_key_is_answered_by_an_entry_or_a_deadline(extensions: set[str], keys: str) -> None:
    collector = ExtensionCollector(extensions, silence=2.5)
    for index, key in enumerate(keys):
        entry = collector.digit(key, float(index))
        assert entry is None or (entry.digits and entry.known == (entry.digits in extensions))
        assert (collector.deadline is None) == (collector.typed == "")
    if collector.deadline is not None:
        assert collector.expired(collector.deadline) is not None
    assert collector.typed == ""


@given(_extensions.filter(bool), st.data())
def test_every_extension_can_be_dialled(extensions: set[str], data: st.DataObject) -> None:
    wanted = data.draw(st.sampled_from(sorted(extensions)))
    collector = ExtensionCollector(extensions, silence=2.5)
    found = entries(collector, wanted)
    if not found and collector.deadline is not None:
        entry = collector.expired(collector.deadline)
        found = [entry] if entry else []
    assert found == [Dialled(wanted, True)]
