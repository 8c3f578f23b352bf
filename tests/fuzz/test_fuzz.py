"""Every parser that takes bytes from outside lives through bytes nobody meant; `make fuzz` looks further."""

from __future__ import annotations

import time
from hashlib import sha256

import pytest

from tests.fuzz.mutations import LONGEST, mutated
from tests.fuzz.targets import TARGETS, corpus

TRIES, LONG = 20_000, 1.0
"""Changed inputs for each parser, and after how many seconds no more are made."""
SLOW = 2.0
"""Seconds of processor time for one input of 4 kB at most."""


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_lives_through_bytes_nobody_meant(name: str) -> None:
    target, seeds = TARGETS[name], list(corpus(name))
    began = time.monotonic()
    for data in (*seeds, b"", *mutated(seeds, TRIES)):
        begun = time.process_time()
        try:
            target(data)
        except Exception as error:
            error.add_note(f"{name} cannot take {data!r}")
            raise
        assert time.process_time() - begun < SLOW, data
        if time.monotonic() - began > LONG:
            break


def test_every_parser_has_a_small_corpus_without_doubles() -> None:
    for name in TARGETS:
        seeds = list(corpus(name))
        assert 2 <= len(seeds) <= 40, name
        assert len({sha256(seed).digest() for seed in seeds}) == len(seeds), name
        assert sum(map(len, seeds)) < 32_768, name
        assert all(len(seed) <= LONGEST or name == "backup" for seed in seeds), name


def test_changed_inputs_are_the_same_every_time_and_differ_from_each_other() -> None:
    seeds = [b"INVITE sip:a@b SIP/2.0\r\n", b"v=0\r\n"]
    found = list(mutated(seeds, 200))
    assert found == list(mutated(seeds, 200))
    assert len(set(found)) > 150
