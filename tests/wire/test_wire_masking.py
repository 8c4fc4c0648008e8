"""A key in a reply, however it is echoed and wherever the reply is cut: never whole, never half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.base.redact import MASK, environment_without_secrets, redact, secret_values
from core.providers.ark_api import errors as ark
from core.providers.fal_api import words as fal
from core.providers.gemini_api import errors as gemini
from core.providers.openrouter_api import errors as openrouter
from core.providers.replicate_api import words as replicate
from core.providers.values import Sent
from core.providers.wire.outcome import classify, explained
from core.providers.wire.reply import SCANNED_CHARS, Explain, Reply, WireFault, showable
from tests.wire.servers import KEY, NOW, answer, explain, job_of, serving

HEAD = KEY[:12]
SHAPES: dict[str, tuple[Explain, Callable[[str], Any]]] = {
    "fal": (fal.explain, lambda said: {"detail": said}),
    "fal's list": (fal.explain, lambda said: {"detail": [{"msg": said, "type": "missing"}]}),
    "replicate": (replicate.explain, lambda said: {"detail": said}),
    "openrouter": (openrouter.explain, lambda said: {"error": {"message": said, "code": 400}}),
    "openrouter's reasons": (
        openrouter.explain,
        lambda said: {"error": {"message": "no", "code": 400, "metadata": {"reasons": [said]}}},
    ),
    "ark": (ark.explain, lambda said: {"error": {"code": "InvalidParameter", "message": said}}),
    "gemini": (
        gemini.explain,
        lambda said: {"error": {"code": 400, "message": said, "status": "INVALID_ARGUMENT"}},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("signed", [False, True])
def test_no_cut_of_an_adapter_leaves_half_a_key(shape: str, signed: bool) -> None:
    reads, body_of = SHAPES[shape]
    for cut in (200, 1000, 2000, 6000, 8000):
        # Half of the key stands before the cut; a signed address is masked to nothing, and pulls it in.
        room = cut - len(HEAD) - 8
        before = "https://a/?" + "y" * (room - 12) + " " if signed else "x" * room
        found = explained(Reply(400, {}, body_of(before + KEY), "", 0.0), reads, NOW, (KEY,))
        assert found is not None
        assert HEAD not in f"{found.message} {found.code}"


def test_what_was_not_looked_at_is_not_shown() -> None:
    signed = "https://a/?" + "y" * (SCANNED_CHARS - 40)
    assert HEAD not in showable(f"{signed} {KEY} and more", (KEY,))


def test_a_long_page_that_echoes_the_key_leaves_no_half_of_it() -> None:
    page = "https://a/?" + "y" * (SCANNED_CHARS - 40) + f" {KEY} " + "z" * 99
    with serving(answer(400, page.encode())) as (_, wire), pytest.raises(WireFault) as caught:
        wire.get("/x", explain=explain)
    assert HEAD not in str(caught.value)


def test_a_key_pasted_with_its_line_break_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = "0f" * 4 + "-a-b-c-" + "1e" * 6
    monkeypatch.setenv("SOME_API_KEY", f" {plain}\n")
    assert plain not in redact(f"the key {plain} is unknown", secret_values())


def test_the_secret_half_of_a_key_in_two_parts_is_masked_by_itself() -> None:
    secret = "s3cret" * 4
    said = redact(f"secret {secret} of key 1234 is wrong", (f"1234:{secret}",))
    assert said == f"secret {MASK} of key 1234 is wrong"


@pytest.mark.parametrize(
    "name",
    ["ARK_API_KEY", "MY_APIKEY", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "SIGNING_KEYS", "GPG_PASSPHRASE"],
)
def test_a_child_that_needs_no_key_gets_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("KEYBOARD_LAYOUT", "qwertz")
    assert name not in environment_without_secrets()
    assert environment_without_secrets()["KEYBOARD_LAYOUT"] == "qwertz"
    assert redact(f"it was {KEY}", secret_values()) == f"it was {MASK}"


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h", "postgresql"])
def test_the_password_of_an_address_is_masked_and_not_handed_on(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_PROXY", f"{scheme}://ada:{KEY}@proxy:3128")
    assert "SOME_PROXY" not in environment_without_secrets()
    assert KEY not in redact(f"cannot use {scheme}://ada:{KEY}@proxy:3128")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://a.b/c?sig=1&x=2, then", f"see https://a.b/c?{MASK} then"),
        ("(https://a.b/c?sig=1) and http://d/e?f", f"(https://a.b/c?{MASK}) and http://d/e?{MASK}"),
        ("https://a/b?next=https://c/d&sig=1", f"https://a/b?{MASK}"),
        (f"https://a/b?{MASK}", f"https://a/b?{MASK}"),
        ("https://a/b#why?sig", "https://a/b#why?sig"),
        ("what? https://a/b", "what? https://a/b"),
        ("https://a/http://b?sig=1", f"https://a/http://b?{MASK}"),
    ],
)
def test_the_query_of_every_address_is_masked(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize("piece", ["http://", "http://a#?", "http://a?)", "?"])
def test_masking_grows_with_the_text_and_not_with_its_square(piece: str) -> None:
    """Squared, a megabyte takes longer than any run of tests is let."""
    text = "http://a#" + piece * ((1 << 20) // len(piece))
    assert redact(text).startswith("http://a#")


def test_a_4xx_that_speaks_of_a_timeout_proves_nothing() -> None:
    reply = Reply(400, {}, {"error": {"message": "too late", "kind": "timeout"}}, "", 0.0)
    found = classify(reply, explain=explain, job_of=job_of, ok=(200,), now=NOW)
    assert found.sent is Sent.UNCLEAR
