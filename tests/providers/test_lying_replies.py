"""Replies no careful provider sends: each is a sentence or an unknown, none takes a paid clip away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import ProviderFault
from core.providers.ark_api import tasks
from core.providers.base import JobState, Sent
from core.providers.fal import Fal
from core.providers.openrouter import OpenRouter
from core.providers.replicate import Replicate
from tests.fakes.fal import Fal as FalServer
from tests.fakes.loopback import Altered, Html
from tests.fakes.openrouter import OpenRouterApi
from tests.fakes.replicate import Replicate as ReplicateServer
from tests.providers import cases_fal, cases_openrouter, cases_replicate
from tests.providers.cases import fake_key, video_request


def submitted(adapter: Any, model: str) -> str:
    outcome = adapter.submit(adapter.build_payload(video_request(1, model), "key-1"))
    assert outcome.sent is Sent.ACCEPTED
    return str(outcome.ticket.job_id)


def first(**more: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A page of Replicate's list whose first job says something else."""
    return lambda body: {**body, "results": [{**body["results"][0], **more}, *body["results"][1:]]}


@pytest.mark.parametrize("lie", [{"model": {"name": "x"}}, {"model": ["x"]}, {"id": None}, {"id": 7}])
def test_a_listed_job_in_another_shape_names_no_stranger(lie: dict[str, Any], tmp_path: Path) -> None:
    with ReplicateServer(fake_key("r8_")) as server:
        adapter = Replicate(cases_replicate.site_of(tmp_path, server))
        job = submitted(adapter, cases_replicate.MODEL)
        server.script("GET", "/predictions$", Altered(first(**lie)))
        since = datetime.fromtimestamp(server.time(), UTC) - timedelta(minutes=5)
        try:
            found = [ticket.job_id for ticket in adapter.find("key-1", 1001, since)]
        except ProviderFault:
            found = [job]  # it says that it cannot tell
    assert found == [job]


def test_an_echo_of_a_million_hours_is_no_bill_and_loses_no_clip(tmp_path: Path) -> None:
    with ReplicateServer(fake_key("r8_")) as server:
        adapter = Replicate(cases_replicate.site_of(tmp_path, server))
        job = submitted(adapter, cases_replicate.MODEL)
        server.finish(job, "succeeded")
        change = Altered(lambda body: {**body, "input": {**body["input"], "duration": 10**12}})
        server.script("GET", f"/predictions/{job}$", change)
        status = adapter.poll(job)
    assert status.state is JobState.SUCCEEDED
    assert status.outputs
    assert status.cost.money is None


def test_a_request_without_an_id_is_nobodys_job(tmp_path: Path) -> None:
    with FalServer(fake_key("fal-"), lists_running=True) as server:
        adapter = Fal(cases_fal.site_of(tmp_path, server))
        submitted(adapter, cases_fal.MODEL)
        nameless = Altered(lambda body: {**body, "items": [{**i, "request_id": None} for i in body["items"]]})
        server.script("GET", "/requests/by-endpoint$", nameless)
        with pytest.raises(ProviderFault):
            adapter.find("key-1", 1001, datetime.fromtimestamp(server.time(), UTC) - timedelta(minutes=5))


def test_a_task_made_at_no_moment_a_clock_knows_is_looked_at() -> None:
    assert tasks.made_at({"created_at": 10**400}) == float("inf")
    assert tasks.made_at({"created_at": 1_700_000_000}) == 1_700_000_000.0


def test_a_failed_requests_words_are_masked_before_they_are_cut(tmp_path: Path) -> None:
    with FalServer(fake_key("fal-")) as server:
        adapter = Fal(cases_fal.site_of(tmp_path, server))
        job = submitted(adapter, cases_fal.MODEL)
        server.finish(job, "COMPLETED", error="", output=False)
        echo = "x" * (2000 - 20) + server.key
        server.script("GET", "/status$", Altered(lambda body: {**body, "error": echo}), times=9)
        server.script("GET", "/requests/[^/]+$", Html(502), times=9)
        error = adapter.poll(job).error
    assert error is not None
    assert server.key[:12] not in error.message


def test_a_failed_jobs_words_are_masked_before_they_are_cut(tmp_path: Path) -> None:
    with OpenRouterApi(cases_openrouter.KEY) as server:
        adapter = OpenRouter(cases_openrouter.site(tmp_path, server))
        job = submitted(adapter, "bytedance/seedance-2.0")
        echo = "https://a/?" + "y" * (6000 - 27) + " " + server.key
        server.finish(job, "failed", error=echo, output=False)
        error = adapter.poll(job).error
    assert error is not None
    assert server.key[:12] not in error.message
