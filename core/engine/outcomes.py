"""Saved replies, `.rushes/outcomes/<key>.json`: who made which job, kept beside the ledger.

A reply is on disk before the ledger hears of it, and no backup takes it back: from it a take gets
its job again where a ledger was restored or rebuilt.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.base.clock import stamp
from core.base.errors import BadInput
from core.base.jsons import read_json
from core.base.paths import state_folder, write_atomic
from core.base.units import check_id
from core.providers.base import ErrorClass, ProviderError, Sent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.ledger.views import SubmissionRow

_JOB = re.compile(r"[A-Za-z0-9._:-]{1,200}")
_FPS = re.compile(r"[1-9]\d{0,8}(/[1-9]\d{0,8})?")
_MOST = 10**15
AGAIN = "~"
"""Stands in the key of a submission that is sent under an earlier one's key."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One accepted job and the take it was accepted for. Everything but the job may be unknown."""

    submission: str
    """The submission's key, also the file's name."""
    job_id: str
    provider: str = ""
    shot: str = ""
    take: int = 0
    chain: str = ""
    order: str = ""
    position: int = 0
    seam: str = ""
    model: str = ""
    seed: int = 0
    held: int = 0
    """Micro-dollars that were held for it."""
    frames: int = 0
    fps: str = ""
    width: int = 0
    height: int = 0
    request_hash: str = ""
    at: str = ""
    """Moment of the reply, UTC."""
    key_id: str = ""
    """Names the key that pays."""


def sent_key(submission: SubmissionRow) -> str:
    """The key as the provider sees it."""
    return submission.key.partition(AGAIN)[0]


def save(path: Path, outcome: Outcome, raw: str) -> None:
    """Whole and synced. Raises DiskFull, BadInput. `raw`: the reply as it came, redacted."""
    text = json.dumps({**asdict(outcome), "raw": raw}, ensure_ascii=False, sort_keys=True)
    _write(path, text)


def _write(path: Path, text: str) -> None:
    state_folder(path.parent)
    write_atomic(path, text.encode("utf-8", "replace"))


def read(path: Path) -> Outcome | None:
    """None where the file is missing, broken, or names no job."""
    facts = read_json(path)
    if facts is None or not _JOB.fullmatch(_text(facts.get("job_id"))):
        return None
    known: dict[str, Any] = {}
    for field in fields(Outcome):
        value = facts.get(field.name)
        known[field.name] = _number(value) if field.type == "int" else _text(value)
    if not _FPS.fullmatch(known["fps"]):
        known["fps"] = ""
    if known["shot"] and not _is_id(known["shot"]):
        known["shot"], known["take"] = "", 0
    if known["chain"] and not _is_id(known["chain"]):
        known["chain"] = ""
    return Outcome(**{**known, "submission": path.stem})


def of_take(folder: Path, shot: str, n: int) -> Iterator[Outcome]:
    return (found for found in of_folder(folder) if (found.shot, found.take) == (shot, n))


def of_folder(folder: Path) -> Iterator[Outcome]:
    """Every reply that can be read, by name."""
    for path in sorted(folder.glob("*.json")):
        found = read(path)
        if found:
            yield found


@dataclass(frozen=True, slots=True)
class Refusal:
    """A saved no: nothing runs."""

    sent: Sent
    error: ProviderError
    status: int | None


def save_refusal(path: Path, sent: Sent, error: ProviderError, status: int | None) -> None:
    """Whole and synced, before the ledger hears of it. Raises DiskFull, BadInput."""
    facts = {"refused": sent.value, "kind": error.kind.value, "said": error.message, "code": error.code}
    facts |= {"flagged": error.flagged}
    if error.resets_at:
        facts["resets_at"] = stamp(error.resets_at)
    text = json.dumps({**facts, "status": status}, ensure_ascii=False, sort_keys=True)
    _write(path, text)


def read_refusal(path: Path) -> Refusal | None:
    """None where the file is missing, broken, or is no refusal."""
    facts = read_json(path) or {}
    try:
        sent, kind = Sent(str(facts.get("refused"))), ErrorClass(str(facts.get("kind")))
        resets = datetime.fromisoformat(facts["resets_at"]) if "resets_at" in facts else None
    except (ValueError, TypeError):
        return None
    if sent not in (Sent.REFUSED, Sent.THROTTLED):
        return None
    said, code, flagged = (_text(facts.get(name)) for name in ("said", "code", "flagged"))
    status = facts.get("status")
    error = ProviderError(kind, said, code, flagged, resets_at=resets)
    return Refusal(sent, error, status if isinstance(status, int) else None)


def _text(value: object) -> str:
    return value[:200].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _number(value: object) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= _MOST else 0  # type: ignore[operator, return-value]


def _is_id(text: str) -> bool:
    try:
        check_id(text)
    except BadInput:
        return False
    return True
