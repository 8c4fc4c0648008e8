"""What came back: bounded, parsed with suspicion, shown only clean and redacted."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from core.base.errors import ProviderFault
from core.base.redact import mask, redact
from core.base.text import clean, one_line
from core.providers.values import ProviderError

MAX_REPLY = 32 << 20
"""Bytes of a JSON reply, unpacked; an adapter whose replies carry pictures asks for more."""
MAX_DEPTH = 64
TEXT_CHARS = 2000
SCANNED_CHARS = 32 * TEXT_CHARS
"""Looked through for keys before the cut: masking makes a text shorter, and must not pull a half key in."""
MAX_SECRET = 4096
"""Characters of the longest key (`secret`)."""
MAX_RETRY_AFTER_S = 3600.0
"""Whatever a server asks, nobody waits longer without looking again."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_PAGE = re.compile(r"\s*(?:<!doctype html|<html|<head|<body|<\?xml)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply, read to its end."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The parsed JSON; None where it is none, or breaks a rule of `parse`."""
    text: str
    """The first 2,000 characters, clean and redacted."""
    elapsed_s: float

    @property
    def json_object(self) -> dict[str, Any]:
        """The body where it is an object, else an empty one."""
        return self.body if isinstance(self.body, dict) else {}

    @property
    def said(self) -> str:
        """The reply for an error line: a web page is named, never quoted."""
        if _PAGE.match(self.text) or "html" in self.headers.get("content-type", "").lower():
            title = _TITLE.search(self.text)
            name = f" ('{one_line(title.group(1), 80)}')" if title else ""
            return f"a web page instead of an answer{name}"
        return one_line(self.text, 300) or "an empty answer"


Explain = Callable[[Reply], ProviderError | None]
"""Reads a refusal. None: the reply is not in this provider's own error shape."""


class Auth(NamedTuple):
    """Where the key goes: a header, and what stands before the key in it."""

    header: str
    prefix: str


BEARER = Auth("Authorization", "Bearer ")
KEY = Auth("Authorization", "Key ")
GOOGLE = Auth("x-goog-api-key", "")


class WireFault(ProviderFault):
    """No usable answer. `error`: the provider's own words, where they were understood."""

    def __init__(
        self,
        what: str,
        *,
        error: ProviderError | None = None,
        status: int | None = None,
        where: str = "",
        todo: str = "",
        unreached: bool = False,
    ) -> None:
        super().__init__(what, where=where, todo=todo)
        self.error = error
        self.status = status
        self.unreached = unreached


def showable(text: str, secrets: Iterable[str] = (), limit: int = TEXT_CHARS) -> str:
    """Clean and redacted, then cut: a key that straddles the cut must not leave its head behind."""
    seen = redact(clean(text, SCANNED_CHARS), secrets)
    if len(text) > SCANNED_CHARS:  # its end was not looked at: half a key may stand before it
        seen = f"{seen[:-MAX_SECRET]}…"
    return clean(seen, limit)


def without(value: Any, secrets: Collection[str]) -> Any:
    """A JSON value with these secrets masked in its texts, at whatever length: before anybody cuts them."""
    if isinstance(value, str):
        return mask(value, secrets)
    if isinstance(value, dict):
        return {without(name, secrets): without(inner, secrets) for name, inner in value.items()}
    return [without(inner, secrets) for inner in value] if isinstance(value, list) else value


def parse(data: bytes) -> Any:
    """The value of a JSON document. Raises ValueError for anything a careful sender would not send.

    That is: NaN, infinities, numbers too large for a float, a key given twice, lone surrogates,
    nesting deeper than 64, and bytes that are not UTF-8.
    """
    text = data.decode("utf-8-sig")
    try:
        value = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_unique
        )
        _check_depth(value)
    except RecursionError as error:
        raise ValueError("nested without end") from error
    if _SURROGATE.search(text):
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # UnicodeEncodeError is a ValueError
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number too large")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise ValueError("nested too deep")


class Unpacker:
    """Unpacks a body piece by piece and stops at `limit` bytes: a small bomb must not grow first."""

    def __init__(self, encoding: str, limit: int) -> None:
        """Raises ValueError for an encoding we did not ask for and cannot bound."""
        self._limit = limit
        self._size = self._raw = 0
        self._zip: Any = None
        name = encoding.strip().lower()
        if name in ("gzip", "x-gzip"):
            self._zip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        elif name == "deflate":
            self._zip = zlib.decompressobj()
        elif name not in ("", "identity"):
            raise ValueError(f"packed as '{one_line(name, 20)}', which was not asked for")

    def feed(self, piece: bytes) -> bytes:
        """Raises ValueError beyond the limit or for a damaged stream."""
        self._raw += len(piece)
        if self._zip is not None:
            try:
                piece = self._zip.decompress(piece, self._limit - self._size + 1)
            except zlib.error as error:
                raise ValueError("its packing is damaged") from error
        self._size += len(piece)
        if max(self._size, self._raw) > self._limit:
            raise ValueError(f"longer than {self._limit} bytes")
        return piece

    def finish(self) -> None:
        """Raises ValueError where the packed stream is cut."""
        if self._zip is not None and not self._zip.eof:
            raise ValueError("its packing is cut short")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, 0 to an hour, from `Retry-After` (RFC 9110, 10.2.3: seconds or a date)."""
    said = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return min(float(said), MAX_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(said)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), MAX_RETRY_AFTER_S)
