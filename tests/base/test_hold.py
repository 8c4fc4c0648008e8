"""One worker a film, as the kernel sees it."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.base import hold as holding
from core.base.errors import BadInput, FilmHeld
from core.base.hold import Holder, hold, holder

ROOT = Path(__file__).parents[2]
NOBODY = Holder(running=False, pid=None, heartbeat_age_s=None)
HOLD = (
    "import sys, time; from pathlib import Path; from core.base.hold import hold\n"
    "with hold(Path(sys.argv[1])):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "film" / ".rushes" / "worker.lock"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "PATIENCE_S", 0.2)


def worker(lock: Path) -> subprocess.Popen[str]:
    """Another process that holds the film until its stdin ends."""
    command = [sys.executable, "-c", HOLD, str(lock)]
    child = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    return child


def end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate()


def test_a_film_is_held_while_the_block_runs_and_by_whom_is_told(lock: Path) -> None:
    assert holder(lock) == NOBODY
    with hold(lock):
        held = holder(lock)
        assert (held.running, held.pid) == (True, os.getpid())
    assert holder(lock) == NOBODY


def test_a_film_is_free_again_when_the_block_raises(lock: Path) -> None:
    with pytest.raises(KeyError), hold(lock):
        raise KeyError
    assert holder(lock) == NOBODY
    with hold(lock):
        assert holder(lock).running


@pytest.mark.usefixtures("impatient")
def test_a_second_worker_is_refused_with_the_first_ones_number(lock: Path) -> None:
    first = worker(lock)
    with pytest.raises(FilmHeld, match=rf"another worker holds this film \(pid {first.pid}\)") as refusal:
        hold(lock).__enter__()
    assert refusal.value.exit_code == 5
    assert refusal.value.where == str(lock.parent.parent)
    assert "rushes stop" in refusal.value.todo
    assert holder(lock).pid == first.pid, "and the first one's number still stands there"
    end(first)


def test_a_second_worker_gives_the_first_one_a_moment(lock: Path) -> None:
    # A lock that ends while it is patient: a reader that looks, or a worker on its way out.
    lock.parent.mkdir(parents=True)
    other = os.open(lock, os.O_RDWR | os.O_CREAT)
    fcntl.flock(other, fcntl.LOCK_EX)
    tries: list[int] = []

    def frees(seconds: float) -> None:
        tries.append(1)
        if len(tries) == 3:
            fcntl.flock(other, fcntl.LOCK_UN)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", frees)
        with hold(lock):
            assert len(tries) == 3
    os.close(other)


def test_a_killed_holder_frees_the_film_at_once(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = worker(lock)
    assert holder(lock).running
    end(first)
    assert holder(lock) == NOBODY, "though its number still stands in the file"
    assert lock.read_text() == f"{first.pid}\n"
    monkeypatch.setattr(holding, "PATIENCE_S", 0.0)
    with hold(lock):
        assert holder(lock).pid == os.getpid()


@pytest.mark.usefixtures("impatient")
def test_a_stopped_holder_still_holds_for_it_may_wake_up_and_pay(lock: Path) -> None:
    first = worker(lock)
    first.send_signal(signal.SIGSTOP)
    os.waitpid(first.pid, os.WUNTRACED)
    assert holder(lock).running
    with pytest.raises(FilmHeld):
        hold(lock).__enter__()
    first.send_signal(signal.SIGCONT)
    end(first)


def test_the_heartbeats_age_is_the_time_since_the_last_beat(lock: Path) -> None:
    with hold(lock) as held:
        os.utime(lock, (time.time() - 90, time.time() - 90))
        age = holder(lock).heartbeat_age_s
        assert age is not None
        assert 89 <= age < 100
        held.beat()
        age = holder(lock).heartbeat_age_s
        assert age is not None
        assert age < 10
        os.utime(lock, (time.time() + 3600, time.time() + 3600))
        assert holder(lock).heartbeat_age_s == 0.0, "a clock that was set back makes no negative age"
    assert holder(lock).heartbeat_age_s is None


def test_those_who_look_never_turn_a_starting_worker_away(lock: Path) -> None:
    seen, done = [0, 0], threading.Event()

    def look() -> None:
        while not done.is_set():
            seen[holder(lock).running] += 1

    with hold(lock):
        pass
    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(50):
            with hold(lock):
                assert holder(lock).running
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert all(seen), "they looked while it was held and while it was not"


def test_those_who_look_at_the_same_time_do_not_see_each_other(lock: Path) -> None:
    lock.parent.mkdir(parents=True)
    other = os.open(lock, os.O_RDONLY | os.O_CREAT)
    fcntl.flock(other, fcntl.LOCK_SH)
    assert holder(lock) == NOBODY
    os.close(other)


@pytest.mark.parametrize("content", ["", "x\n", "12x", "9" * 6000, "-4", "²", "\xff"])
def test_a_lock_file_without_a_number_names_nobody(lock: Path, content: str) -> None:
    with hold(lock):
        lock.write_text(content, "latin-1" if content == "\xff" else "utf-8")
        assert holder(lock).running
        assert holder(lock).pid is None


def test_a_lock_is_not_passed_on_to_a_child_process(lock: Path) -> None:
    command = [sys.executable, "-c", "print('here', flush=True); input()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with hold(lock):
        child = subprocess.Popen(command, text=True, close_fds=False, **pipes)
        assert child.stdout
        assert child.stdout.readline() == "here\n"
    assert holder(lock) == NOBODY
    end(child)


def test_a_disk_without_locks_is_a_sentence_and_no_worker(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(handle: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with hold(lock):
        pass
    monkeypatch.setattr(fcntl, "flock", refuses)
    with pytest.raises(BadInput, match="knows no locks"):
        hold(lock).__enter__()
    assert holder(lock) == NOBODY


def test_a_film_in_a_place_that_cannot_be_written_is_a_sentence(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*args: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuses)
    with pytest.raises(BadInput, match="no permission"):
        hold(lock).__enter__()
    assert holder(lock) == NOBODY


def test_a_lock_file_that_was_replaced_lets_no_second_worker_in(lock: Path) -> None:
    first = worker(lock)
    lock.unlink()
    lock.touch()
    assert holder(lock) == Holder(running=True, pid=None, heartbeat_age_s=None)
    with pytest.raises(FilmHeld):
        hold(lock).__enter__()
    lock.unlink()
    assert holder(lock).running
    end(first)
    assert holder(lock) == NOBODY


def test_a_hold_knows_that_its_lock_was_replaced_and_leaves_the_new_file_alone(lock: Path) -> None:
    with hold(lock) as held:
        assert held.still_ours()
        lock.unlink()
        assert held.still_ours(), "the folder's lock keeps others out"
        lock.write_text("mine")
        os.utime(lock, (1, 1))
        held.beat()
        assert not held.still_ours()
    assert (lock.read_text(), lock.stat().st_mtime) == ("mine", 1)


def test_a_hold_knows_that_its_folder_was_replaced(lock: Path) -> None:
    with hold(lock) as held:
        lock.parent.rename(lock.parent.with_name("aside"))
        lock.parent.mkdir()
        assert not held.still_ours()


def test_where_folders_cannot_be_locked_the_lock_file_alone_decides(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def files_only(handle: int, how: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", files_only)
    with hold(lock) as held:
        assert holder(lock).pid == os.getpid()
        assert held.still_ours()
        lock.unlink()
        assert not held.still_ours()
    assert holder(lock) == NOBODY


def test_a_link_in_the_locks_place_is_refused_and_its_target_stays(lock: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("dear")
    lock.parent.mkdir(parents=True)
    lock.symlink_to(precious)
    with pytest.raises(BadInput, match="plain file"):
        hold(lock).__enter__()
    assert holder(lock) == NOBODY
    assert precious.read_text() == "dear"


@pytest.mark.parametrize("below", ["worker.lock", "rehearsal/worker.lock"])
def test_a_state_folder_that_is_a_link_is_refused(tmp_path: Path, below: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / ".rushes").symlink_to(elsewhere)
    with pytest.raises(BadInput, match="a link stands where"):
        hold(tmp_path / "film" / ".rushes" / below).__enter__()
    assert not list(elsewhere.iterdir())


def test_a_pipe_in_the_locks_place_is_refused_without_waiting_for_it(lock: Path) -> None:
    lock.parent.mkdir(parents=True)
    os.mkfifo(lock)
    with pytest.raises(BadInput, match="plain file"):
        hold(lock).__enter__()
    assert holder(lock) == NOBODY
