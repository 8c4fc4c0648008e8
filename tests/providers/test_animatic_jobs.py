"""The provider's contract, with real child processes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.base.errors import BadInput, ProviderFault
from core.base.paths import sha256_file
from core.base.units import ZERO, Amount
from core.providers.animatic import child
from core.providers.animatic.jobs import Job
from core.providers.animatic.provider import GRACE_S, Animatic
from core.providers.base import (
    CameraMove,
    ErrorClass,
    JobState,
    Payload,
    Picture,
    Quote,
    Reconcile,
    Sent,
    VideoRequest,
)

ROOT = Path(__file__).parents[2]
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


class Children:
    """Starts real child processes in a session of their own, and remembers them."""

    def __init__(self):
        self.mode = "raw"
        self.started = []

    def __call__(self, job_dir):
        command = [sys.executable, str(ROOT / "tests/providers/animatic_child.py"), str(job_dir), self.mode]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.started.append(
            subprocess.Popen(command, env=env, start_new_session=True, stderr=subprocess.DEVNULL)
        )

    def end(self):
        for process in self.started:
            process.kill()
            process.wait()


class HandClock:
    def __init__(self):
        self.at = datetime(2030, 1, 1, tzinfo=UTC)

    def now(self):
        return self.at

    def monotonic(self):
        return self.at.timestamp()

    def sleep(self, seconds):
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def children():
    started = Children()
    yield started
    started.end()


@pytest.fixture
def jobs(tmp_path):
    return tmp_path / "jobs"


@pytest.fixture
def request_(tmp_path):
    path = tmp_path / "plate.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 160, 3), dtype=np.uint8)).save(path)
    return VideoRequest(
        shot="S101",
        take=1,
        model="animatic",
        prompt="a harbour",
        frames=12,
        fps=Fraction(24),
        width=128,
        height=72,
        seed=5,
        request_hash="0123456789abcdef" * 4,
        plate=Picture(path, sha256_file(path), "plate"),
        camera=CameraMove("pan-left"),
    )


def until(condition, seconds=30.0):
    """Waits for something another process does; the limit only ends a hopeless wait."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def ended(provider, job_id):
    over = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED)
    return until(lambda: (status := provider.poll(job_id)).state in over and status)


def submit(provider, request, key="k1"):
    outcome = provider.submit(provider.build_payload(request, key))
    assert outcome.sent is Sent.ACCEPTED, outcome
    return outcome.ticket.job_id


def hold(jobs):
    jobs.mkdir(exist_ok=True)
    (jobs / "hold").touch()


def release(jobs):
    (jobs / "hold").unlink()


def rendering(job):
    """The first frame is at the encoder."""
    return until(lambda: job.pid() and list(job.folder.glob(".out.*.part.mp4")) and job.pid())


def leftovers(folder):
    return [path.name for path in folder.rglob("*part*")]


def test_a_clip_is_rendered_fetched_and_free(jobs, children, request_, tmp_path):
    import av

    children.mode = "mp4"
    provider = Animatic(jobs, children)
    assert provider.quote(request_) == Quote.free()
    job_id = submit(provider, request_)
    assert job_id == "an-" + request_.request_hash[:40]
    status = ended(provider, job_id)
    assert status.state is JobState.SUCCEEDED
    assert status.cost == Amount.exact(ZERO)
    dest = tmp_path / "takes" / "S101_t001.mp4"
    got = provider.fetch(job_id, status, dest)
    assert (got.path, got.sha, got.size) == (dest, sha256_file(dest), dest.stat().st_size)
    with av.open(str(dest)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 12
    assert got.carried["animatic"] == 1
    assert got.carried["plate"] == request_.plate.sha
    assert len(got.carried["window"]) == 4
    assert leftovers(tmp_path) == []


def test_carried_comes_back_the_same_after_a_restart_and_continues_the_picture(
    jobs, children, request_, tmp_path
):
    provider = Animatic(jobs, children)
    job_id = submit(provider, request_)
    one = provider.fetch(job_id, ended(provider, job_id), tmp_path / "one.mp4")
    again = Animatic(jobs, children)
    two = again.fetch(job_id, again.poll(job_id), tmp_path / "two.mp4")
    assert json.loads(json.dumps(one.carried)) == two.carried
    handed = Picture(request_.plate.path, "f" * 64, "first_frame", carried=two.carried)
    # The child checks a picture's sha only where it reads it; a carried window needs the plate alone.
    following = replace(
        request_, request_hash="b" * 64, first_frame=handed, seed=6, camera=CameraMove("tilt-up")
    )
    other = submit(again, following)
    clip = again.fetch(other, ended(again, other), tmp_path / "three.mp4").path.read_bytes()
    size = 128 * 72 * 3
    assert clip[:size] == one.path.read_bytes()[-size:]


def test_the_same_request_is_the_same_job_and_is_rendered_once(jobs, children, request_):
    provider = Animatic(jobs, children)
    one = submit(provider, request_, "k1")
    two = submit(provider, request_, "k2")
    ended(provider, one)
    three = submit(Animatic(jobs, children), request_, "k1")
    assert one == two == three
    assert ended(provider, one).state is JobState.SUCCEEDED
    assert len(children.started) == 1


def test_many_submits_at_the_same_moment_start_one_child(jobs, children, request_):
    hold(jobs)
    children.mode = "hold"
    gate, outcomes = threading.Barrier(8), []

    def go(number):
        provider = Animatic(jobs, children)
        payload = provider.build_payload(request_, f"k{number % 3}")
        gate.wait()
        outcomes.append(provider.submit(payload))

    threads = [threading.Thread(target=go, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {outcome.sent for outcome in outcomes} == {Sent.ACCEPTED}
    assert len({outcome.ticket.job_id for outcome in outcomes}) == 1
    release(jobs)
    assert ended(Animatic(jobs, children), outcomes[0].ticket.job_id).state is JobState.SUCCEEDED
    assert len(children.started) == 1


def test_a_killed_child_is_started_again_and_finishes(jobs, children, request_, tmp_path):
    hold(jobs)
    children.mode = "hold"
    provider = Animatic(jobs, children)
    job_id = submit(provider, request_)
    pid = rendering(Job(jobs / job_id))
    assert provider.poll(job_id).state is JobState.RUNNING
    os.kill(pid, signal.SIGKILL)
    children.started[0].wait()
    release(jobs)
    # A new engine finds the job by its folder alone.
    heir = Animatic(jobs, children)
    assert heir.poll(job_id).state is JobState.QUEUED
    assert ended(heir, job_id).state is JobState.SUCCEEDED
    assert len(children.started) == 2
    assert leftovers(jobs) == []


def test_a_running_child_is_adopted_by_the_next_engine(jobs, children, request_):
    hold(jobs)
    children.mode = "hold"
    job_id = submit(Animatic(jobs, children), request_, "lost-key")
    rendering(Job(jobs / job_id))
    heir = Animatic(jobs, children)
    assert [ticket.job_id for ticket in heir.find("lost-key", request_.seed, SINCE)] == [job_id]
    assert heir.poll(job_id).state is JobState.RUNNING
    release(jobs)
    assert ended(heir, job_id).state is JobState.SUCCEEDED
    assert len(children.started) == 1


def test_a_child_that_keeps_dying_fails_after_three_starts(jobs, children, request_):
    children.mode = "die"
    provider = Animatic(jobs, children)
    job_id = submit(provider, request_)
    status = ended(provider, job_id)
    assert status.state is JobState.FAILED
    assert status.error.kind is ErrorClass.PROVIDER_FAULT
    assert status.cost == Amount.exact(ZERO)
    assert len(children.started) == 3
    assert ended(provider, job_id).state is JobState.FAILED
    assert len(children.started) == 3


def test_a_child_that_has_not_locked_yet_is_given_time(jobs, request_):
    clock, spawned = HandClock(), []
    provider = Animatic(jobs, spawned.append, clock)
    job_id = submit(provider, request_)
    clock.sleep(GRACE_S - 1)
    assert provider.poll(job_id).state is JobState.QUEUED
    assert len(spawned) == 1
    clock.sleep(2)
    assert provider.poll(job_id).state is JobState.QUEUED
    assert len(spawned) == 2
    for _ in range(2):
        clock.sleep(GRACE_S + 1)
        status = provider.poll(job_id)
    assert status.state is JobState.FAILED
    assert len(spawned) == 3


def test_a_start_that_fails_is_tried_again_at_the_next_poll(jobs, children, request_):
    calls = []

    def spawn(job_dir):
        calls.append(job_dir)
        if len(calls) == 1:
            raise OSError("no more processes")
        children(job_dir)

    provider = Animatic(jobs, spawn)
    job_id = submit(provider, request_)
    assert ended(provider, job_id).state is JobState.SUCCEEDED
    assert len(calls) == 2


def test_a_cancel_stops_the_child_and_leaves_no_part(jobs, children, request_):
    hold(jobs)
    children.mode = "hold"
    provider = Animatic(jobs, children)
    job_id = submit(provider, request_)
    rendering(Job(jobs / job_id))
    assert provider.cancel(job_id) is True
    assert provider.poll(job_id).state is JobState.CANCELLED
    assert provider.poll(job_id).cost == Amount.exact(ZERO)
    assert children.started[0].wait() == child.STOPPED
    assert leftovers(jobs) == []
    assert submit(provider, request_, "k1") == job_id
    assert provider.poll(job_id).state is JobState.CANCELLED
    assert len(children.started) == 1


def test_a_new_key_starts_a_cancelled_job_afresh(jobs, children, request_):
    hold(jobs)
    children.mode = "hold"
    provider = Animatic(jobs, children)
    job_id = submit(provider, request_)
    rendering(Job(jobs / job_id))
    assert provider.cancel(job_id)
    release(jobs)
    assert submit(provider, request_, "k2") == job_id
    assert ended(provider, job_id).state is JobState.SUCCEEDED


def test_a_finished_job_cannot_be_cancelled(jobs, children, request_):
    provider = Animatic(jobs, children)
    job_id = submit(provider, request_)
    ended(provider, job_id)
    assert provider.cancel(job_id) is False
    assert provider.poll(job_id).state is JobState.SUCCEEDED


def test_a_terminated_child_that_nobody_cancelled_is_started_again(jobs, children, request_):
    hold(jobs)
    children.mode = "hold"
    provider = Animatic(jobs, children)
    job_id = submit(provider, request_)
    os.kill(rendering(Job(jobs / job_id)), signal.SIGTERM)
    children.started[0].wait()
    release(jobs)
    assert ended(provider, job_id).state is JobState.SUCCEEDED
    assert len(children.started) == 2


def test_a_plate_changed_after_the_submit_fails_with_a_sentence(jobs, children, request_):
    provider = Animatic(jobs, children)
    request_.plate.path.write_bytes(request_.plate.path.read_bytes() + b"x")
    job_id = submit(provider, request_)
    status = ended(provider, job_id)
    assert status.state is JobState.FAILED
    assert status.error.kind is ErrorClass.BAD_REQUEST
    assert "changed since" in status.error.message
    assert "Traceback" not in status.error.message
    with pytest.raises(ProviderFault, match="not there"):
        provider.fetch(job_id, status, jobs / "x.mp4")


def test_a_picture_that_is_not_there_is_refused_before_anything_is_recorded(jobs, request_):
    spawned = []
    provider = Animatic(jobs, spawned.append)
    payload = provider.build_payload(request_, "k1")
    request_.plate.path.unlink()
    outcome = provider.submit(payload)
    assert outcome.sent is Sent.REFUSED
    assert outcome.error.kind is ErrorClass.BAD_REQUEST
    assert str(request_.plate.path) in outcome.error.message
    assert spawned == []
    assert not jobs.exists()


@pytest.mark.parametrize("body", [{}, {"animatic": 2}, {"animatic": 1, "camera": None}, []])
def test_a_foreign_payload_is_refused(jobs, body):
    assert Animatic(jobs, print).submit(Payload("animatic", body, "k")).sent is Sent.REFUSED


def test_a_folder_that_cannot_be_written_is_proven_unsent(tmp_path, request_):
    (tmp_path / "jobs").write_text("a file stands in the way")
    provider = Animatic(tmp_path / "jobs", print)
    assert provider.submit(provider.build_payload(request_, "k")).sent is Sent.NOT_SENT


def test_the_payload_is_plain_json_and_pure(jobs, request_):
    provider = Animatic(jobs, print)
    one, two = provider.build_payload(request_, "k"), provider.build_payload(request_, "k")
    assert one == two
    assert json.loads(json.dumps(one.body)) == one.body
    assert one.body["fps"] == "24"
    assert not jobs.exists()


def test_a_misspelt_move_is_refused_when_the_payload_is_built(jobs, request_):
    with pytest.raises(BadInput, match="pan-left"):
        Animatic(jobs, print).build_payload(replace(request_, camera=CameraMove("pan-lft")), "k")


def test_a_key_nobody_submitted_proves_absence(jobs, children, request_):
    provider = Animatic(jobs, children)
    assert provider.find("k1", 5, SINCE) == []
    submit(provider, request_, "k1")
    assert provider.find("k2", 5, SINCE) == []
    assert len(provider.find("k1", 5, SINCE)) == 1


def test_fetching_twice_to_the_same_place_leaves_one_clip(jobs, children, request_, tmp_path):
    provider = Animatic(jobs, children)
    job_id = submit(provider, request_)
    status = ended(provider, job_id)
    dest = tmp_path / "takes" / "one.mp4"
    assert provider.fetch(job_id, status, dest) == provider.fetch(job_id, status, dest)
    assert [path.name for path in dest.parent.iterdir()] == ["one.mp4"]


def test_a_clip_that_has_changed_on_disk_is_not_handed_over(jobs, children, request_, tmp_path):
    provider = Animatic(jobs, children)
    job_id = submit(provider, request_)
    status = ended(provider, job_id)
    with Job(jobs / job_id).clip.open("r+b") as clip:
        clip.write(b"\xff\xff\xff\x00")
    with pytest.raises(ProviderFault, match="changed"):
        provider.fetch(job_id, status, tmp_path / "takes" / "one.mp4")
    assert list((tmp_path / "takes").iterdir()) == []


def test_a_job_whose_folder_is_gone_has_expired(jobs):
    assert Animatic(jobs, print).poll("an-" + "0" * 40).state is JobState.EXPIRED


@pytest.mark.parametrize("name", ["", "an-", "../../etc", "an-" + "0" * 39 + "/", "an-" + "0" * 41])
def test_a_name_that_is_no_job_is_refused(jobs, name):
    with pytest.raises(ProviderFault, match="not an animatic job"):
        Animatic(jobs, print).poll(name)


def test_two_children_on_one_job_encode_once(jobs, request_):
    provider = Animatic(jobs, lambda _: None)
    job_id = submit(provider, request_)
    inside, go, encoded, codes = threading.Event(), threading.Event(), [], []

    def encode(shown, _spec, path):
        encoded.append(path)
        inside.set()
        go.wait(30)
        path.write_bytes(b"".join(frame.tobytes() for frame in shown))

    first = threading.Thread(target=lambda: codes.append(child.run_job(jobs / job_id, encode)))
    first.start()
    assert inside.wait(30)
    assert child.run_job(jobs / job_id, encode) == child.DONE
    assert not Job(jobs / job_id).clip.exists()
    go.set()
    first.join()
    assert child.run_job(jobs / job_id, encode) == child.DONE
    assert codes == [child.DONE]
    assert len(encoded) == 1


def test_an_encoder_that_stops_early_publishes_nothing(jobs, request_):
    provider = Animatic(jobs, lambda _: None)
    job_id = submit(provider, request_)

    def encode(shown, _spec, path):
        path.write_bytes(next(shown).tobytes())

    assert child.run_job(jobs / job_id, encode) == child.FAILED
    status = provider.poll(job_id)
    assert status.error.kind is ErrorClass.PROVIDER_FAULT
    assert "1 of 12 frames" in status.error.message
    assert not Job(jobs / job_id).clip.exists()
    assert leftovers(jobs) == []


def test_an_encoders_words_are_cleaned_before_they_are_kept(jobs, request_):
    provider = Animatic(jobs, lambda _: None)
    job_id = submit(provider, request_)

    def encode(_shown, _spec, _path):
        raise ProviderFault("bad \x1b]0;title\x07\x1b[2J codec \x9b31m[/]")

    assert child.run_job(jobs / job_id, encode) == child.FAILED
    assert b"\x1b" not in Job(jobs / job_id).error_file.read_bytes()
    assert "codec" in provider.poll(job_id).error.message


def test_an_unforeseen_error_ends_the_job_and_is_not_hidden(jobs, request_):
    provider = Animatic(jobs, lambda _: None)
    job_id = submit(provider, request_)

    def encode(_shown, _spec, _path):
        raise ZeroDivisionError("half a frame")

    with pytest.raises(ZeroDivisionError):
        child.run_job(jobs / job_id, encode)
    assert provider.poll(job_id).state is JobState.FAILED
    assert "half a frame" in provider.poll(job_id).error.message


def test_it_is_free_and_keeps_its_promises(jobs):
    provider = Animatic(jobs, print, HandClock())
    can = provider.capabilities("animatic")
    assert (can.first_frame, can.last_frame, can.cancel, can.seed) == (True, True, True, True)
    assert can.reconcile is Reconcile.IDEMPOTENT
    assert provider.account().free
    assert provider.account().read_at == datetime(2030, 1, 1, tzinfo=UTC)
