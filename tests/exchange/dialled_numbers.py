"""An office to dial in, and everything that could be dialled there."""

from hypothesis import strategies as st

from pbx.store.models import Group, Number, Office, Person, Trunk

OFFICE = Office(
    country="DE",
    area_code="30",
    people={each: Person(each, f"Person {each}") for each in ("21", "22")},
    groups={"30": Group("30", "Sales", ("21", "22"))},
    trunks={"provider": Trunk("provider", peer="192.0.2.1")},
    numbers={"+4930123450": Number("+4930123450", "provider", ("30",))},
)

EVERYTHING = st.text("0123456789*#+-.() ", max_size=40) | st.text(max_size=12)
"""Keys and separators, or anything at all."""
