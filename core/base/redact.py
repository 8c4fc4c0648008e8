"""Keys never reach a log, a row, a file or a screen.

Two walls: the exact values of the keys in use, and the shapes keys are known to have. Signed
addresses are secrets too: their queries go.
"""

from __future__ import annotations

import logging
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

MASK = "[redacted]"

_SHORTEST = 6
"""Shorter values are words: masking them everywhere would destroy the text and hide nothing."""
_HALF = 16
"""Characters behind the colon of `id:secret` from which on they are a secret of their own."""

# What a key looks like wherever it stands, behind the text it cannot do without. Each shape is long
# and holds a digit or a fixed head, so that prose ("desk-", "task-force") passes. The heads are looked
# for first: a plain search is a hundred times as fast, and 5 MB of shots are read at every save.
_SHAPES = (
    (("sk-",), r"(?<![A-Za-z0-9_-])sk-(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{16,}"),  # OpenAI, OpenRouter
    (("r8_",), r"(?<![A-Za-z0-9_])r8_[A-Za-z0-9]{20,}"),  # Replicate
    (("AIza",), r"(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{30,}"),  # Google
    (("xai-", "luma-"), r"(?<![A-Za-z0-9_-])(?:xai|luma)-(?=[A-Za-z0-9-]*\d)[A-Za-z0-9-]{20,}"),
    (
        ("hf_", "gsk_", "ghp_", "gho_"),
        r"(?<![A-Za-z0-9_])(?:hf|gsk|ghp|gho)_(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{20,}",
    ),
    (("key_",), r"(?<![A-Za-z0-9_])key_[0-9a-f]{40,}"),  # Runway
    (("AKIA",), r"(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])"),  # AWS access key id
    # JSON Web Token
    (("eyJ",), r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
)
_HEADED = tuple((heads, re.compile(shape)) for heads, shape in _SHAPES)
# fal: an id and a secret. Begins its search at the colon, which is rarer than hex digits.
_FAL = re.compile(r":(?<=\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:)[0-9a-f]{24,}\b")
_FAL_ID_LENGTH = 36
_FAL_WHOLE = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{24,}\b")
_KEY = re.compile("|".join(shape for _, shape in _SHAPES))
# A header pasted whole, whatever its key looks like.
_PASTED_HEADS = ("bearer", "api-key", "authorization")
_PASTED = re.compile(
    r"\bbearer\s+(?=[^\s\"']*\d)[a-z0-9._~+/=:-]{16,}"
    r"|\bx-(?:api|goog-api)-key[\"']?\s*[:=]\s*[\"']?[^\s\"',;]{8,}"
    r"|\bauthorization[\"']?\s*[:=]\s*[\"']?(?:(?:key|token|basic|bearer)\s+)?[^\s\"',;]{12,}"
)
# In output the same heads mask whatever follows: there a false alarm costs nothing.
_HEADERS = re.compile(
    r"(?i)(\bauthorization[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|key|token|basic)\s+)?"
    r"|\bx-(?:api|goog-api)-key[\"']?\s*[:=]\s*[\"']?"
    r"|\b(?:api[_-]?key|access[_-]?token|api[_-]?token)[\"']?\s*[:=]\s*[\"']?"
    r"|\bbearer\s+)([^\s\"',;]+)"
)
_SCHEME_KEY = re.compile(r"(\bKey\s+)(?=[^\s\"']*\d)([^\s\"',;]{12,})")
# An address to its end, to be looked at once: a pattern that also finds the query begins anew at every
# "http://" of a text that is nothing else, and eight seconds are gone on 64 KB.
_ADDRESS = re.compile(r"(?i)\bhttps?://[^\s\"'<>]+")
_BEGUN = re.compile(r"(?i)\bhttps?://[^?#]")
_QUERY_ENDS = re.compile(r"[)\]}]")
_USERINFO = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{1,15}://)[^\s/\"'<>@]+@")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with every secret and everything that looks like one replaced by `[redacted]`."""
    text = _ADDRESS.sub(_without_queries, mask(text, secrets))
    text = _USERINFO.sub(rf"\1{MASK}@", text)
    text = _HEADERS.sub(rf"\1{MASK}", text)
    text = _SCHEME_KEY.sub(rf"\1{MASK}", text)
    return _KEY.sub(MASK, _FAL_WHOLE.sub(MASK, text))


def mask(text: str, secrets: Iterable[str]) -> str:
    """`text` without these values, however they are written; nothing else is touched."""
    # Longest first: a key that begins with another must not leave its tail behind.
    for secret in sorted({part for value in secrets for part in _parts(value)}, key=len, reverse=True):
        for form in {secret, quote(secret, safe=""), secret.replace("/", r"\/")}:
            text = text.replace(form, MASK)
    return text


def _parts(value: str) -> Iterator[str]:
    """A secret as it is used, without the line break it was pasted with; of `id:secret` the secret too."""
    plain = value.strip()
    half = plain.partition(":")[2]
    if len(plain) >= _SHORTEST:
        yield plain
    if len(half) >= _HALF:
        yield half


def _without_queries(found: re.Match[str]) -> str:
    """An address, and what hangs on it, with every query masked."""
    text, shown, at = found.group(), [], 0
    while (mark := text.find("?", at) + 1) > 0:
        begins = max(at, text.rfind("#", at, mark) + 1)
        shown.append(text[at:mark])
        at = mark
        if _BEGUN.search(text, begins, mark - 1) and not text.startswith(MASK, mark):
            end = _QUERY_ENDS.search(text, mark)
            at = end.start() if end else len(text)
            shown.append(MASK if at > mark else "")
    return "".join(shown) + text[at:]


_SECRET_NAMES = re.compile(
    r"(?i)(?:^|_)(?:(?:api)?keys?|tokens?|secrets?|pass(?:phrase)?|credentials?)(?:$|_)|passwo?r?d(?:$|_)"
)
"""Names of variables whose values are nobody's business but the wire's."""


def secret_values() -> tuple[str, ...]:
    """Values of the environment that are secrets by their names: masked exactly, whatever their shape."""
    return tuple(value for name, value in os.environ.items() if _SECRET_NAMES.search(name))


def environment_without_secrets() -> dict[str, str]:
    """The environment for a child that has no business with keys: an encoder, a renderer."""
    return {
        name: value
        for name, value in os.environ.items()
        if not _SECRET_NAMES.search(name) and not _USERINFO.search(value)  # a proxy's password
    }


def find_key(text: str) -> int | None:
    """Where the first thing that looks like a key stands (a character offset), or None."""
    shapes = [shape for heads, shape in _HEADED if any(head in text for head in heads)]
    matches = [shape.search(text) for shape in shapes]
    low = text.lower()
    if any(head in low for head in _PASTED_HEADS):
        matches.append(_PASTED.search(low))
    starts = [match.start() for match in matches if match]
    colon = _FAL.search(text)
    if colon:
        starts.append(colon.start() - _FAL_ID_LENGTH)
    return min(starts, default=None)


def looks_like_key(text: str) -> bool:
    """True when a film file holds what must never be in one."""
    return find_key(text) is not None


class RedactFilter(logging.Filter):
    """Put on a handler: message, arguments, traceback and stack go through `redact`.

    `secrets` is read at every record, so a key that is loaded later is masked too.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(_message(record), self._secrets)
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text, self._secrets)
        if record.stack_info:
            record.stack_info = redact(record.stack_info, self._secrets)
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        # A foreign text with a stray % must not take the record away.
        return f"{record.msg} {record.args}"
