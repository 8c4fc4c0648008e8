"""Jobs that are over when their answer comes: the answer is kept on disk, and read from there.

The job's name is made of our submission's key, so that an answer that was kept before the worker died
is found again: it is the one thing that can be proven here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.base.errors import ProviderFault
from core.base.paths import sha256_text
from core.providers.openrouter_api.door import checked
from core.providers.values import Ticket
from core.providers.wire.replies import Replies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.providers.openrouter_api.door import Door
    from core.providers.values import Payload, SubmitOutcome
    from core.providers.wire.reply import Reply

Body = dict[str, Any]


class Kept:
    """The kept answers of one kind; `head` begins the names of its jobs."""

    def __init__(self, door: Door, head: str) -> None:
        self._door = door
        self._head = head
        self._replies = Replies(door.site.folder / "replies")

    def post(
        self,
        payload: Payload,
        usable: Callable[[Body], bool],
        more: Mapping[str, Any] | None = None,
        **limits: Any,
    ) -> SubmitOutcome:
        """Sends once; the answer lies on disk before this says accepted. `more` is kept beside it."""
        name = self._name(payload.key)

        def job_of(reply: Reply) -> str | None:
            if not usable(reply.json_object):
                return None
            # A disk that cannot take it raises, and the paid call counts as unclear.
            self._replies.keep(name, {**(more or {}), "reply": reply.json_object})
            return name

        return self._door.post(payload, job_of, **limits)

    def load(self, job_id: str) -> Body:
        """What was kept: the answer under `reply`. Raises ProviderFault where nothing is."""
        if not checked(job_id).startswith(f"{self._head}-"):
            raise ProviderFault("this job is of another kind", where=job_id)
        found = self._replies.load(job_id)
        if found is None or not isinstance(found.get("reply"), dict):
            raise ProviderFault(
                "the answer that was kept is not there any more", where=job_id, todo="make it again"
            )
        return found

    def find(self, key: str) -> Sequence[Ticket] | None:
        """The one answer under this key; None where none was kept, which proves nothing."""
        name = self._name(key)
        return None if self._replies.load(name) is None else [Ticket(name)]

    def _name(self, key: str) -> str:
        return f"{self._head}-{sha256_text(key)[:32]}"
