"""The JSON beside each clip, schema 1: enough to rebuild the take without the ledger.

No key, no address. Filled in steps while the take is fetched and framed; each write is whole.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.base.clock import stamp
from core.base.jsons import read_json
from core.base.paths import write_atomic
from core.ledger import records, rescues

if TYPE_CHECKING:
    from core.engine.production import Production, TakeFiles
    from core.ledger.views import TakeRow

SCHEMA = 1


def read(files: TakeFiles) -> dict[str, Any]:
    """The sidecar as it stands; empty where it is missing, broken or of another schema."""
    found = read_json(files.sidecar) or {}
    return found if found.get("rushes_sidecar") == SCHEMA else {}


def keep(files: TakeFiles, **facts: Any) -> None:
    """Adds facts to the sidecar: what a later step or a restart needs again."""
    _save(files, {**read(files), **facts})


def write(p: Production, take: TakeRow, *, first_sha: str, last_sha: str) -> None:
    """The whole sidecar of a framed take."""
    files = p.files(take.shot, take.n)
    source = p.reader.take(take.source_take) if take.source_take else None
    jobs = [row for row in p.reader.submissions_of("take", take.id) if row.job_id]
    version = p.plan.board_version
    _save(
        files,
        {
            **read(files),
            "film": p.plan.profile.title,
            "chain": take.chain,
            "shot": take.shot,
            "take": take.n,
            "order": take.order_id,
            "position": take.position,
            "seam": take.seam,
            "provider": take.provider,
            "model": take.model,
            "seed": take.seed,
            "pass": take.pass_,
            "job": jobs[-1].job_id if jobs else None,
            "request_hash": take.request_hash,
            "plan_hash": take.plan_hash,
            "ordered_frames": records.frames_of(p.reader, take.id),
            "prompt": p.reader.prompt_of(take.id),
            "input": {
                "frame": take.in_sha,
                "from": {"shot": source.shot, "take": source.n} if source else None,
            },
            "board_version": version.id if version else None,
            "money": {
                kind: {"micro_usd": m, "certainty": c} for kind, (m, c) in p.reader.money_of(take.id).items()
            },
            "would_have_cost_micro_usd": take.would_cost,
            "clip": {"file": files.clip.name, "sha": take.sha, "bytes": files.clip.stat().st_size},
            "frames": {
                "first": {"file": files.first.name, "sha": first_sha},
                "last": {"file": files.last.name, "sha": last_sha},
            },
            "made_at": stamp(p.clock.now()),
            "rehearsal": p.rehearsal,
            **brought(p, take),
        },
    )


MAX_WORDS = 20_000
"""What a sidecar keeps of a person's words; the ledger has all of them."""


def brought(p: Production, take: TakeRow) -> dict[str, Any]:
    """Of a take that a person brought, where it comes from; empty for any other."""
    found = rescues.of_take(p.reader, take.id)
    if found is None:
        return {}
    cut = {name: value[:MAX_WORDS] if isinstance(value, str) else value for name, value in found.items()}
    return {"rescue": cut}


def _save(files: TakeFiles, facts: dict[str, Any]) -> None:
    whole = {"rushes_sidecar": SCHEMA, **facts}
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    write_atomic(files.sidecar, text.encode("utf-8"))
