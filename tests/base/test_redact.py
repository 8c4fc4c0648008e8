"""No key leaves, and prose stays as it is."""

from __future__ import annotations

import io
import logging

import pytest

from core.base.redact import MASK, RedactFilter, find_key, looks_like_key, redact

KEYS = [
    "sk-or-v1-" + "0123456789abcdef" * 4,
    "sk-proj-" + "aB3_" * 10,
    "r8_" + "Ab3x" * 9,
    "AIza" + "Sy0-" * 9,
    "key_" + "0a" * 64,
    "hf_" + "aB3" * 10,
    "12345678-1234-1234-1234-123456789abc:" + "0a1b" * 8,
    "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKK",
]
PROSE = [
    "A desk-lamp, a task-force, a risk-averse keeper: sk-etch of the harbour",
    "The bearer of bad news walks in; authorization is denied at the gate.",
    "Key light from the left, 4300 K. Key to the harbour: the sluice.",
    "At 12:30 the fog lifts, ratio 16:9, refs/key_master.png, S101:first",
    "bytedance/seedance-1-0-pro-250528, animatic:animatic-1, key_frame_0001",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "Bearer bonds in a suitcase, bearer-securities and all",
]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_seen_and_masked_wherever_it_stands(key: str) -> None:
    for text in (key, f"before {key} after", f'"{key}"', f"key={key}\n", f"[{key}]"):
        assert looks_like_key(text)
        assert key not in redact(text)
        assert MASK in redact(text)
    assert find_key(f"line\nthen {key}") == 10


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_not_a_key_and_is_not_touched(text: str) -> None:
    assert not looks_like_key(text)


@pytest.mark.parametrize("text", [p for p in PROSE if "earer" not in p and "authorization" not in p])
def test_prose_passes_the_redactor(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abc123def456ghi789",
        "authorization: Key abc123def456ghi789",
        '{"Authorization": "Token abc123def456ghi789"}',
        "x-api-key: abc123def456ghi789",
        "'x-goog-api-key': 'abc123def456ghi789'",
        "Bearer abc123def456ghi789",
    ],
)
def test_a_header_pasted_whole_is_seen_and_masked(text: str) -> None:
    assert looks_like_key(text)
    assert "abc123def456ghi789" not in redact(text)


@pytest.mark.parametrize(
    "text", ["?api_key=abc123def", "api-key: abc123def", "Key abc123def456", "access_token=abc123def"]
)
def test_output_masks_what_follows_a_keys_name(text: str) -> None:
    assert "abc123def" not in redact(text)


def test_exact_values_are_masked_in_every_spelling() -> None:
    exact = "pass/word+1 two"
    for text in (exact, "pass%2Fword%2B1%20two", "pass\\/word+1 two"):
        assert redact(f"a {text} b", [exact]) == f"a {MASK} b"


def test_a_secret_that_begins_with_another_leaves_no_tail() -> None:
    assert redact("abcdefgh-tail", ["abcdefgh", "abcdefgh-tail"]) == MASK


def test_empty_and_tiny_values_do_not_eat_the_text() -> None:
    assert redact("the text", ["", "t", "the"]) == "the text"


def test_signed_addresses_lose_their_query_and_their_login() -> None:
    text = 'see "https://cdn.example/x.mp4?X-Amz-Signature=0a1b&Expires=9", <https://me:pw@host/x> done?'
    assert redact(text) == f'see "https://cdn.example/x.mp4?{MASK}", <https://{MASK}@host/x> done?'


def test_redacting_twice_changes_nothing_more() -> None:
    text = f"Authorization: Bearer {KEYS[0]} https://a.b/c?d=e {KEYS[2]}"
    assert redact(redact(text)) == redact(text)


def logged(secrets: list[str]) -> tuple[logging.Logger, io.StringIO]:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(RedactFilter(secrets))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, out


def test_a_log_holds_no_key_in_message_arguments_or_traceback() -> None:
    secrets: list[str] = []
    logger, out = logged(secrets)
    secrets.append("a-secret-loaded-later")
    try:
        int(f"refused {KEYS[0]} a-secret-loaded-later")
    except ValueError:
        logger.exception("sent %s with %s", KEYS[1], "a-secret-loaded-later", stack_info=True)
    text = out.getvalue()
    assert "ValueError" in text
    assert "a-secret-loaded-later" not in text.replace('"a-secret-loaded-later"', "")
    assert not any(key in text for key in KEYS)


def test_a_record_with_a_stray_percent_is_kept() -> None:
    logger, out = logged([])
    logger.warning("100% of %s %s", "x")  # noqa: PLE1206 - the stray percent is the point
    assert "100%" in out.getvalue()
