"""Replies of providers that answer at once: kept on disk before anything else happens to them.

An image or a review is paid for when its reply arrives, and the reply is the only copy.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.jsons import read_json
from core.base.paths import state_folder, write_atomic

if TYPE_CHECKING:
    from collections.abc import Mapping

JOB_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}")
MAX_KEPT = 128 << 20
"""Bytes; four pictures of 4K in base64 come to 80 MB."""


class Replies:
    """One JSON file a job, in a folder of the film's state."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, job_id: str, body: Mapping[str, Any]) -> None:
        """Written whole, synced, for this user only. Raises DiskFull, BadInput."""
        path = self._path(job_id)
        state_folder(self._folder)
        with suppress(OSError):  # a disk without modes keeps its own
            self._folder.chmod(0o700)
        write_atomic(path, json.dumps(dict(body), allow_nan=False).encode("utf-8"))
        with suppress(OSError):
            path.chmod(0o600)

    def load(self, job_id: str) -> dict[str, Any] | None:
        """What was kept; None where nothing is, or what is there cannot be used."""
        return read_json(self._path(job_id), MAX_KEPT)

    def _path(self, job_id: str) -> Path:
        if not JOB_ID.fullmatch(job_id):
            raise BadInput("this is not the name of a job")
        # A colon is no file name on every disk, and a leading dot hides.
        return self._folder / f"job-{job_id.replace(':', '=')}.json"
