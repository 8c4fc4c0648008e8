"""One POST in flight a key: who has the turn keeps it from intent to reply, whatever happens."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from core.base.errors import BadInput
from core.engine.keys import Key, KeyRing
from core.ledger.keybook import KeyBook, KeyLimits
from tests.keys.conftest import Neighbour, Neighbours
from tests.support.fakes import MovingClock


def never() -> bool:
    return False


def after(count: int) -> Callable[[], bool]:
    """Stop is said at the `count`th look."""
    left = [count]

    def stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    return stop


@pytest.fixture
def folder(shared: Path) -> Path:
    return shared / "keys" / "k1"


@pytest.fixture
def key(folder: Path, clock: MovingClock) -> Key:
    return key_at(folder, clock)


def key_at(folder: Path, clock: MovingClock, **limits: int) -> Key:
    return Key(folder, KeyBook(folder / "book.db", clock), KeyLimits(**limits), clock)


def kept(child: Neighbour, folder: Path) -> Neighbour:
    """The other process has the turn."""
    child.ask("keep", folder=str(folder))
    assert child.told() is True
    return child


def let_go(child: Neighbour) -> None:
    child.ask("")
    assert child.told() == "let go"


def test_a_turn_that_another_process_has_is_waited_for_until_stop_is_said(
    neighbours: Neighbours, folder: Path, key: Key
) -> None:
    other = kept(neighbours(1)[0], folder)
    with key.post(after(5)) as held:
        assert not held
    let_go(other)
    with key.post(never) as held:
        assert held


def test_a_killed_holder_frees_the_turn(neighbours: Neighbours, folder: Path, key: Key) -> None:
    kept(neighbours(1)[0], folder).kill()
    with key.post(after(2)) as held:
        assert held


def test_a_stopped_holder_keeps_the_turn_for_it_may_wake_up_and_send(
    neighbours: Neighbours, folder: Path, key: Key
) -> None:
    other = kept(neighbours(1)[0], folder)
    other.freeze()
    with key.post(after(5)) as held:
        assert not held
    other.thaw()
    let_go(other)


def test_a_lock_file_that_is_taken_away_lets_no_second_one_in(
    neighbours: Neighbours, folder: Path, key: Key
) -> None:
    other = kept(neighbours(1)[0], folder)
    (folder / "post.lock").unlink()
    with key.post(after(3)) as held:
        assert not held
    (folder / "post.lock").touch()
    with key.post(after(3)) as held:
        assert not held
    let_go(other)


def test_two_objects_of_one_key_in_one_process_take_turns_as_well(folder: Path, clock: MovingClock) -> None:
    first, second = key_at(folder, clock), key_at(folder, clock)
    with first.post(never) as held:
        assert held
        with second.post(after(3)) as also:
            assert not also
    with second.post(never) as held:
        assert held


def test_threads_of_one_key_take_turns_and_none_is_lost(key: Key) -> None:
    inside, crowds, done = [0], [], []

    def turn() -> None:
        for _ in range(5):
            with key.post(never) as held:
                inside[0] += 1
                crowds.append(inside[0])
                inside[0] -= 1
                done.append(held)

    threads = [threading.Thread(target=turn) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (set(crowds), done) == ({1}, [True] * 30)


def test_a_thread_that_waits_for_its_turn_hears_stop_and_leaves_the_clock_alone(
    key: Key, clock: MovingClock
) -> None:
    heard = []

    def wait() -> None:
        with key.post(after(2)) as held:
            heard.append(held)

    with key.post(never):
        before = clock.moment
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
        assert clock.moment == before
    assert heard == [False]


def test_a_turn_ends_with_its_block_even_when_that_raises(key: Key) -> None:
    with pytest.raises(KeyError), key.post(never):
        raise KeyError
    with key.post(after(2)) as held:
        assert held


def test_whoever_was_told_to_stop_sends_nothing_and_writes_nothing(key: Key, folder: Path) -> None:
    with key.post(lambda: True) as held:
        assert not held
    assert not folder.exists()


def test_requests_are_spaced_evenly_under_a_pace(folder: Path, clock: MovingClock) -> None:
    key, moments = key_at(folder, clock, per_minute=10), []
    for _ in range(4):
        with key.post(never):
            moments.append(clock.moment)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(timedelta(seconds=5.9) < gap < timedelta(seconds=6.5) for gap in gaps)


def test_the_pace_is_waited_out_only_until_stop_is_said(folder: Path, clock: MovingClock) -> None:
    key = key_at(folder, clock, per_minute=1)
    with key.post(never):
        pass
    before = clock.moment
    with key.post(after(4)) as held:
        assert not held
    assert clock.moment - before < timedelta(seconds=2)
    with key.post(never) as held:
        assert held, "and the turn was handed back"


def test_a_clock_that_was_set_back_makes_nobody_wait_longer_than_one_gap(
    folder: Path, clock: MovingClock
) -> None:
    key = key_at(folder, clock, per_minute=10)
    with key.post(never):
        pass
    clock.jump(-86_400)
    before = clock.moment
    with key.post(never) as held:
        assert held
    assert clock.moment - before < timedelta(seconds=7)


def test_what_lies_with_a_key_is_for_its_user_alone(key: Key, folder: Path) -> None:
    with key.post(never):
        pass
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} >= {"post.lock", "book.db"}
    assert stat.S_IMODE((folder / "book.db").stat().st_mode) == 0o600


def test_a_link_in_the_place_of_a_keys_folder_or_lock_is_refused(
    key: Key, folder: Path, tmp_path: Path
) -> None:
    folder.parent.mkdir(parents=True)
    folder.symlink_to(tmp_path)
    with pytest.raises(BadInput, match="a link stands where a key's state is kept"), key.post(never):
        pytest.fail("somebody else's folder was taken for the key's")
    folder.unlink()
    folder.mkdir()
    (folder / "post.lock").symlink_to(tmp_path / "precious")
    with pytest.raises(BadInput, match="plain file"), key.post(never):
        pytest.fail("somebody else's file was taken for the lock")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_was_replaced_while_one_waited_is_locked_anew(folder: Path, clock: MovingClock) -> None:
    key = key_at(folder, clock, per_minute=10)
    with key.post(never):
        pass
    aside, looks = folder.with_name("aside"), [0]

    def stop() -> bool:
        looks[0] += 1
        if looks[0] == 3:  # the first is before the lock, these are while the pace is waited out
            folder.rename(aside)
        return False

    with key.post(stop) as held:
        assert held
        assert (folder / "post.lock").exists(), "the turn is that of the folder which stands there"
        with key_at(folder, clock).post(after(2)) as other:
            assert not other


def test_a_provider_without_a_key_is_never_made_to_wait_and_writes_nothing(
    clock: MovingClock, shared: Path
) -> None:
    key = KeyRing(shared, {"animatic": KeyLimits(in_flight=1)}, clock).of("animatic", "")
    with key.post(never) as held, key.post(never) as also:
        assert held
        assert also
    assert key.hold("s1", "/film", 10**15) == ""
    key.commit("s1")
    key.settle("s1", 5)
    key.release("s1")
    key.write_off("s1")
    key.block("key_limit", "no", None)
    key.unblock("Ada")
    key.note_account(clock.now(), 1, 1, 1, None)
    assert (key.blocked(), key.available(), key.readings()) == (None, None, ())
    assert (key.rows_of("/film"), key.sums()) == ({}, (0, 0, 0, 0))
    assert not list(shared.iterdir())


def test_the_ring_gives_one_object_a_key_and_makes_no_folder_by_looking(
    clock: MovingClock, shared: Path
) -> None:
    ring = KeyRing(shared, {"openrouter": KeyLimits(in_flight=4)}, clock)
    key = ring.of("openrouter", "0123456789abcdef0123")
    assert key is ring.of("openrouter", "0123456789abcdef0123")
    assert (key.limits.in_flight, ring.of("fal", "0123456789abcdef0124").limits) == (4, KeyLimits())
    assert (key.blocked(), key.available(), key.sums()) == (None, None, (0, 0, 0, 0))
    assert not list(shared.iterdir())
    assert key.hold("s1", "/film", 7) == ""
    assert [path.name for path in (shared / "keys").iterdir()] == ["0123456789abcdef0123"]


@pytest.mark.parametrize("name", ["..", "a/b", "/etc", "a\n", "a b", "x" * 65, "."])
def test_a_fingerprint_that_is_a_path_is_refused(clock: MovingClock, shared: Path, name: str) -> None:
    with pytest.raises(BadInput, match="no key's fingerprint"):
        KeyRing(shared, {}, clock).of("openrouter", name)


def test_this_users_ring_stands_in_the_state_folder_under_their_limits(
    monkeypatch: pytest.MonkeyPatch, shared: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(shared / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(shared / "config"))
    (shared / "config" / "rushes").mkdir(parents=True)
    (shared / "config" / "rushes" / "settings.toml").write_text("[keys.fal]\nper_minute = 3\n")
    key = KeyRing.local().of("fal", "abc")
    assert key.folder == shared / "state" / "rushes" / "keys" / "abc"
    assert key.limits == KeyLimits(per_minute=3)
