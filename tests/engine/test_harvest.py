"""From an accepted job to a take before a person, with everything that can go wrong on the way."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from core.base import crash
from core.base.errors import ProviderFault
from core.base.paths import sha256_file
from core.base.units import ZERO, Amount, Money
from core.engine.harvest import FAULTS_IN_A_ROW, FETCH_TRIES
from core.engine.states import IN_FLIGHT
from core.providers.base import JobState, Status
from tests.support.fakes import FREE, FakeProvider, StubClips
from tests.support.films import shots
from tests.support.stage import DOLLAR, Build, Stage, done, failed, usd

FAULT = ProviderFault("the line is dead")


def paid(build: Build, script: list[Status | Exception], count: int = 2, **more: object) -> Stage:
    """A chain whose first job is polled by `script`; a take is held at one dollar."""
    film = build({"a": shots("A", count)}, provider=FakeProvider(price=DOLLAR), **more)
    film.provider.statuses.append(script)
    film.make()
    return film


def test_an_unknown_cost_is_settled_as_the_hold_and_says_that_it_is_unknown(build: Build) -> None:
    film = paid(build, done(Amount.unknown()), count=1)
    assert film.money("A001")["settle"] == (DOLLAR, "unknown")
    assert film.film_sums() == (0, 0, DOLLAR)


@pytest.mark.parametrize(
    ("cost", "settled"),
    [(usd(400_000), (400_000, "exact")), (Amount.estimated(Money(7)), (7, "estimated"))],
)
def test_a_cost_below_the_hold_frees_the_rest(build: Build, cost: Amount, settled: tuple[int, str]) -> None:
    film = paid(build, done(cost), count=1)
    assert film.money("A001")["settle"] == settled
    assert film.film_sums() == (0, 0, settled[0])


def test_an_overrun_is_recorded_in_full_and_pauses_the_chain(build: Build) -> None:
    film = paid(build, done(usd(DOLLAR + 1)))
    assert film.money("A001")["settle"] == (DOLLAR + 1, "exact")
    assert film.film_sums() == (0, 0, DOLLAR + 1), "never clipped"
    assert film.pause_of() == "budget"
    assert "$0.000001 more than its hold" in film.p.reader.chain("a")[2]
    assert film.states("A001") == ["review"], "what was paid for is fetched"
    assert film.posted() == [("A001", 1)], "and nothing more is bought"


@pytest.mark.parametrize(
    ("state", "take"),
    [
        (JobState.FAILED, "remote_failed"),
        (JobState.CANCELLED, "cancelled"),
        (JobState.EXPIRED, "expired"),
    ],
)
@pytest.mark.parametrize(
    ("cost", "settled"), [(Amount.exact(ZERO), 0), (usd(5), 5), (Amount.unknown(), DOLLAR)]
)
def test_a_job_that_ended_without_a_clip_is_settled_and_waits_for_a_person(
    build: Build, state: JobState, take: str, cost: Amount, settled: int
) -> None:
    film = paid(build, [Status(state, cost=cost)])
    assert film.states("A001") == [take]
    assert film.film_sums() == (0, 0, settled)
    assert film.states("A002") == ["planned"]
    assert film.pause_of() == "refused"
    film.resume()
    film.order()
    film.run()
    assert film.posted() == [("A001", 1)]
    assert film.pause_of() == "refused"


@pytest.mark.parametrize("state", [JobState.CANCELLED, JobState.EXPIRED])
def test_the_last_shots_job_lost_at_the_provider_pauses_too(build: Build, state: JobState) -> None:
    film = paid(build, [Status(state)], count=1)
    assert film.pause_of() == "refused"
    film.retake("A001")
    film.run()
    assert film.pause_of() == "", "a newer take settles it"


def test_polls_may_fail_for_a_while(build: Build) -> None:
    film = paid(build, [FAULT] * (FAULTS_IN_A_ROW - 1) + [FREE], count=1)
    assert film.states("A001") == ["review"]
    assert film.pause_of() == ""


def test_polls_that_keep_failing_are_said_and_the_job_is_not_given_up(build: Build) -> None:
    film = paid(build, [FAULT] * FAULTS_IN_A_ROW + [FREE])
    assert film.states("A001") == ["submitted"]
    assert film.pause_of() == "refused"
    assert "the line is dead" in film.p.reader.chain("a")[2]
    assert film.film_sums() == (0, DOLLAR, 0), "still owed"
    film.run()
    assert film.states("A001") == ["review"]
    assert film.posted() == [("A001", 1)]


def test_a_fault_of_what_runs_does_not_replace_a_persons_pause(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.provider.statuses.append([FAULT])
    film.order()
    film.run(stop=lambda: bool(film.provider.posts))
    film.pause("manual")
    film.run()
    assert film.p.reader.chain("a") == ("paused", "manual", "by Ada")


def test_faults_in_a_row_are_counted_anew_after_an_answer(build: Build) -> None:
    half = [FAULT] * (FAULTS_IN_A_ROW - 1)
    film = paid(build, [*half, Status(JobState.RUNNING), *half, FREE], count=1)
    assert film.states("A001") == ["review"]


def test_a_running_job_is_shown_with_its_progress(build: Build) -> None:
    script = [Status(JobState.RUNNING, n / 10) for n in range(10)]
    film = paid(build, [*script, FREE], count=1)
    kinds = film.events()
    assert kinds.count("take.running") == 1
    assert kinds.count("take.progress") == 3, "a row a quarter"


def test_a_stop_leaves_the_job_where_it_is_and_the_next_run_fetches_it(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.provider.statuses.append([Status(JobState.RUNNING)] * 50 + [FREE])
    film.order()
    film.run(stop=lambda: len(film.provider.polls) > 3)
    assert film.states("A001") == ["running"]
    film.reopen()
    film.run()
    assert film.states("A001") == ["review"]
    assert len(film.provider.posts) == 1


def test_a_stop_ends_a_long_rest_soon(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    before = film.clock.moment
    film.p.rest(300.0, lambda: (film.clock.moment - before).total_seconds() > 1)
    assert (film.clock.moment - before).total_seconds() < 3


def test_a_download_that_fails_is_tried_again(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.provider.fetch_faults = deque([FAULT] * (FETCH_TRIES - 1))
    film.make()
    assert film.states("A001") == ["review"]
    assert len(film.provider.fetches) == FETCH_TRIES


def test_an_address_that_cannot_be_asked_for_is_tried_again(build: Build) -> None:
    film = paid(build, [FREE, FAULT, FREE], count=1)
    assert film.states("A001") == ["review"]
    assert film.pause_of() == ""


def test_a_download_that_keeps_failing_is_said_and_picked_up_by_the_next_run(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.provider.fetch_faults = deque([FAULT] * FETCH_TRIES)
    film.make()
    assert film.states("A001") == ["downloading"]
    assert film.pause_of() == "refused"
    film.run()
    assert film.states("A001") == ["review"]
    assert len(film.provider.posts) == 1


def test_an_output_that_is_gone_when_it_is_fetched_is_expired_and_stays_paid(build: Build) -> None:
    gone = Status(JobState.EXPIRED)
    film = paid(build, [*done(usd(DOLLAR)), gone], count=1)
    assert film.states("A001") == ["expired"]
    assert film.film_sums() == (0, 0, DOLLAR)


def at_point(point: str, act: object) -> None:
    """Does something to the world, once, at a named point."""

    def once(reached: str) -> None:
        if reached == point:
            crash.hook = None
            act()  # type: ignore[operator]

    crash.hook = once


def test_a_clip_changed_on_disk_before_it_was_verified_is_fetched_again(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.order()
    clip = film.p.files("A001", 1).clip
    at_point("take.downloaded.after", lambda: clip.write_bytes(b"half a clip"))
    film.run()
    assert film.states("A001") == ["review"]
    assert film.provider.fetches == ["job-1", "job-1"]
    assert sha256_file(clip) == film.take("A001").sha
    assert len(film.provider.posts) == 1


@pytest.mark.parametrize("point", ["take.downloaded.after", "take.verified.after"])
def test_a_clip_that_is_gone_from_disk_is_fetched_again(build: Build, point: str) -> None:
    film = build({"a": shots("A", 1)})
    film.order()
    at_point(point, film.p.files("A001", 1).clip.unlink)
    film.run()
    assert film.states("A001") == ["review"]
    assert film.provider.fetches == ["job-1", "job-1"]


def test_a_clip_that_is_not_what_was_asked_for_is_broken_and_waits(build: Build) -> None:
    clips = StubClips()
    clips.broken.add("A001_t001")
    film = build({"a": shots("A", 2)}, clips=clips)
    film.make()
    assert film.states("A001") == ["broken"]
    assert film.take("A001").note == "it lasts 0.00 s"
    assert film.states("A002") == ["planned"]
    assert film.pause_of() == "refused"
    assert film.p.files("A001", 1).clip.is_file(), "kept, to be looked at"


def test_the_sidecar_is_complete_and_names_no_address_and_no_key(build: Build) -> None:
    film = build({"a": shots("A", 2)}, provider=FakeProvider(price=DOLLAR), board="quay")
    film.make()
    take, files = film.take("A002"), film.p.files("A002", 1)
    text = files.sidecar.read_text()
    found = json.loads(text)
    assert found["rushes_sidecar"] == 1
    assert (found["film"], found["chain"], found["shot"], found["take"]) == ("A Test", "a", "A002", 1)
    assert (found["provider"], found["model"], found["seed"]) == (take.provider, take.model, take.seed)
    assert (found["request_hash"], found["plan_hash"]) == (take.request_hash, take.plan_hash)
    assert found["prompt"] == film.provider.requests[-1].prompt
    assert found["job"] == "job-2"
    assert found["input"] == {"frame": take.in_sha, "from": {"shot": "A001", "take": 1}}
    assert found["money"]["settle"] == {"micro_usd": DOLLAR, "certainty": "exact"}
    assert found["board_version"] == "v1"
    assert found["clip"] == {
        "file": files.clip.name,
        "sha": sha256_file(files.clip),
        "bytes": files.clip.stat().st_size,
    }
    assert found["frames"]["first"] == {"file": files.first.name, "sha": sha256_file(files.first)}
    assert found["frames"]["last"] == {"file": files.last.name, "sha": sha256_file(files.last)}
    assert found["carried"] == {"fake": "job-2"}
    assert found["probe"] == {"frames": 24}
    assert (found["seam"], found["order"], found["position"], found["pass"]) == ("last", take.order_id, 1, "")
    assert found["rehearsal"] is False
    assert found["made_at"].startswith("2026-03-01T")
    assert "://" not in text
    assert film.submission("A002")["key"] not in text


def test_how_long_a_job_took_is_measured(build: Build) -> None:
    film = paid(build, [Status(JobState.RUNNING)] * 5 + [FREE], count=1)
    (row,) = film.p.reader.table("measurement", "WHERE name='generation_s'")
    assert row["value"] > 0.2


def test_a_take_that_failed_there_leaves_no_file(build: Build) -> None:
    film = paid(build, failed(), count=1)
    assert not film.p.files("A001", 1).folder.exists()


def test_a_clip_of_another_job_is_never_written_over(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.order()
    files = film.p.files("A001", 1)
    files.folder.mkdir(parents=True)
    files.clip.write_bytes(b"paid for by another job")
    film.run()
    assert film.states("A001") == ["downloading"]
    assert "is there already" in film.p.reader.chain("a")[2]
    assert files.clip.read_bytes() == b"paid for by another job"
    files.clip.unlink()
    film.resume()
    film.run()
    assert film.states("A001") == ["review"]
    assert len(film.provider.posts) == 1


def test_a_clip_is_held_against_what_was_ordered_not_against_the_film_of_today(build: Build) -> None:
    class Noting(StubClips):
        seen: list[object]

        def verify(self, clip: Path, **asked: Any) -> dict[str, Any]:
            self.seen = [asked[name] for name in ("fps", "width", "height")]
            return {}

    clips = Noting()
    film = build({"a": shots("A", 1)}, clips=clips)
    film.provider.statuses.append([Status(JobState.RUNNING)] * 50 + [FREE])
    film.order()
    film.run(stop=lambda: len(film.provider.polls) > 3)
    film.rewrite({"a": shots("A", 1)}, width=1080, height=1920, fps="30")
    film.run()
    assert film.states("A001") == ["review"]
    assert clips.seen == [24, 320, 180]


def test_a_job_is_fetched_though_its_chains_file_was_renamed(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.provider.statuses.append([Status(JobState.RUNNING)] * 50 + [FREE])
    film.order()
    film.run(stop=lambda: len(film.provider.polls) > 3)
    (film.root / "shots/a.toml").rename(film.root / "shots/b.toml")
    film.reopen()
    assert list(film.p.reader.chains_with(IN_FLIGHT)) == ["a"]
    film.run("a")
    assert film.states("A001") == ["review"]
    (film.root / "shots/b.toml").write_text('[chain]\ntitle = "b"\n')
    film.reopen()
    assert film.approve("A001").state == "approved", "a person may judge it though the shot is gone"
