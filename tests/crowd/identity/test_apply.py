from __future__ import annotations

import hmac
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import WORKERS, make_dataset

from loopviz.crowd import apply_identity
from loopviz.crowd.identity.apply import aliases
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.schema import SCHEMAS

SALT = b"a secret of some length"
ids = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), unique=True, max_size=40)


@given(ids, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_aliases_are_distinct_and_do_not_depend_on_the_order(people: list[str], draw: random.Random):
    names = dict(zip(people, aliases(people, SALT), strict=True))
    assert len(set(names.values())) == len(people)
    shuffled = draw.sample(people, len(people))
    assert dict(zip(shuffled, aliases(shuffled, SALT), strict=True)) == names


def test_an_alias_is_the_same_today_and_tomorrow():
    # printf A1EXAMPLE | openssl dgst -sha256 -hmac "a secret of some length" begins with this:
    number = int("242ad48c3b768ec6", 16) % 10_000
    assert aliases(["A1EXAMPLE"], SALT) == [f"Worker {number:04}"]


def test_the_same_id_twice_is_the_same_person():
    one, other, again = aliases(["A", "B", "A"], SALT)
    assert one == again != other


def test_another_salt_makes_other_names():
    people = [f"A{i}" for i in range(50)]
    ours, theirs = aliases(people, SALT), aliases(people, b"another secret")
    assert sum(a == b for a, b in zip(ours, theirs, strict=True)) < 5


def test_an_alias_does_not_hold_the_id():
    for worker, alias in zip(WORKERS, aliases(WORKERS, SALT), strict=True):
        assert worker not in alias
        assert alias.startswith("Worker ")
        assert alias[7:].isdigit()


def test_forgetting_one_person_keeps_the_others_names():
    people = [f"A{i}" for i in range(200)]
    before = dict(zip(people, aliases(people, SALT), strict=True))
    renamed = []
    for gone in people:
        rest = [worker for worker in people if worker != gone]
        after = dict(zip(rest, aliases(rest, SALT), strict=True))
        renamed.append(sum(after[worker] != before[worker] for worker in rest))
    # Only a person who had to make way for the one who is gone may get the number back.
    assert max(renamed) <= 1
    assert sum(renamed) <= 6


def test_names_that_fall_on_each_other_are_told_apart():
    people = [f"A{i}" for i in range(2000)]  # among 10,000 numbers, some two hundred meet
    names = aliases(people, SALT)
    assert len(set(names)) == 2000
    assert {len(name) for name in names} == {len("Worker 0000")}


def test_who_comes_first_in_the_order_of_the_hashes_keeps_the_number():
    people = [f"A{i}" for i in range(2000)]
    alone = {worker: aliases([worker], SALT)[0] for worker in people}
    together = dict(zip(people, aliases(people, SALT), strict=True))
    digests = {worker: hmac.digest(SALT, worker.encode(), "sha256") for worker in people}
    met = [w for w in people if together[w] != alone[w]]
    assert met
    assert all(
        any(alone[o] == alone[w] or together[o] == alone[w] for o in people if digests[o] < digests[w]) for w in met
    )


def test_five_thousand_people_are_named_quickly_and_apart():
    begin = time.process_time()
    names = aliases([f"A{i}" for i in range(5000)], SALT)
    assert time.process_time() - begin < 1.0
    assert len(set(names)) == 5000
    assert all(len(name) == len("Worker 00000") for name in names)


@pytest.mark.parametrize("salt", [pytest.param(b"", id="none"), pytest.param(b"1234567", id="seven bytes")])
def test_a_short_salt_is_refused_without_being_told(salt: bytes):
    with pytest.raises(ConfigError, match=f"found '{len(salt)} bytes'; expected at least 8") as caught:
        apply_identity(make_dataset(), "alias", salt)
    assert not salt or salt.decode() not in str(caught.value)


def test_eight_bytes_are_enough():
    assert aliases(["A"], b"12345678")


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        pytest.param("alias", aliases(WORKERS, SALT), id="alias"),
        pytest.param("full", list(WORKERS), id="full"),
        pytest.param("hidden", [None, None, None], id="hidden"),
    ],
)
def test_identity_sets_the_alias_and_nothing_else(mode: str, names: list[str | None]):
    dataset = make_dataset()
    named = apply_identity(dataset, mode, SALT)
    assert named.workers["alias"].to_list() == names
    for table in SCHEMAS:
        assert (
            getattr(named, table)
            .drop("alias", strict=False)
            .equals(getattr(dataset, table).drop("alias", strict=False))
        )


@pytest.mark.parametrize("mode", ["full", "hidden"])
def test_only_aliases_need_a_salt(mode: str):
    assert apply_identity(make_dataset(), mode, b"").workers.height == 3


def test_nobody_is_fine():
    assert apply_identity(Dataset(), "alias", SALT).workers["alias"].to_list() == []
