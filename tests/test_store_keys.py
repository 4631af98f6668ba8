"""API keys: shown once, kept as prefix and hash, useless once revoked (A2)."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.seeds import NOW
from trendwatch.errors import NotFound
from trendwatch.store import Store
from trendwatch.store.engine import reading
from trendwatch.store.statements import table
from trendwatch.store.tables import ApiKeyRow


def test_a_key_is_accepted_until_it_is_revoked(store: Store) -> None:
    key = store.keys.create("till", now=NOW)
    assert store.keys.accepts(key)
    store.keys.revoke(key[:11], now=NOW)
    assert not store.keys.accepts(key)


def test_a2_the_database_holds_prefix_and_hash_only(store: Store) -> None:
    key = store.keys.create("till", now=NOW)
    with reading(store._engine) as connection:
        [row] = connection.execute(select(table(ApiKeyRow))).mappings().all()
    assert row["prefix"] == key[:11]
    assert row["sha256"] == hashlib.sha256(key.encode()).hexdigest()
    assert all(key[11:] not in str(value) for value in row.values())


def test_a2_keys_are_long_and_never_the_same(store: Store) -> None:
    keys = {store.keys.create("till", now=NOW) for _ in range(20)}
    assert len(keys) == 20
    assert all(key.startswith("tw_") and len(key) >= 3 + 43 for key in keys)  # 32 bytes in base64


def test_a2_what_is_nearly_a_key_is_refused(store: Store) -> None:
    key = store.keys.create("till", now=NOW)
    other = store.keys.create("other", now=NOW)
    wrong = ["", "tw_", key[:11], key[:-1], key + "x", key.upper(), f" {key}", key[:11] + other[11:]]
    hostile = ["\x00", f"{key[:5]}\x00", "tw_\ud800", "tw_" + "é" * 40, "' OR 1=1 --", "%", "_" * 46]
    assert not any(store.keys.accepts(one) for one in wrong + hostile)
    assert store.keys.accepts(key)


def test_revoking_one_leaves_the_others(store: Store) -> None:
    gone, stays = store.keys.create("gone", now=NOW), store.keys.create("stays", now=NOW)
    store.keys.revoke(gone[:11], now=NOW)
    assert (store.keys.accepts(gone), store.keys.accepts(stays)) == (False, True)


def test_an_unknown_or_revoked_key_cannot_be_revoked(store: Store) -> None:
    key = store.keys.create("till", now=NOW)
    store.keys.revoke(key[:11], now=NOW)
    for prefix in ("tw_nothing_", key[:11], "%", ""):
        with pytest.raises(NotFound, match="trendwatch keys list shows them"):
            store.keys.revoke(prefix, now=NOW)
    assert store.keys.list()[0][3] == NOW


def test_the_list_is_oldest_first_and_says_what_is_revoked(store: Store) -> None:
    later = NOW + timedelta(hours=1)
    second = store.keys.create("second", now=later)
    first = store.keys.create("first", now=NOW)
    store.keys.revoke(first[:11], now=later)
    assert store.keys.list() == [(first[:11], "first", NOW, later), (second[:11], "second", later, None)]


def test_a2_another_store_on_the_same_database_refuses_at_once(store: Store) -> None:
    key = store.keys.create("till", now=NOW)
    other = Store(store._engine)
    assert other.keys.accepts(key)
    store.keys.revoke(key[:11], now=NOW)
    assert not other.keys.accepts(key)
