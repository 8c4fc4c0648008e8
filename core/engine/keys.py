"""One provider's key as the engine sees it: whose turn it is to POST, its pace, its book.

`$XDG_STATE_HOME/rushes/keys/<key id>/`: `post.lock` and `book.db`, shared by all films of this user.
One POST in flight a key, from intent to reply: then a time window or a step of the provider's usage
belongs to one take.
"""

from __future__ import annotations

import re
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from core.base import settings
from core.base.clock import SystemClock
from core.base.errors import BadInput, FilmHeld
from core.base.hold import Hold, hold
from core.base.text import one_line
from core.ledger.keybook import KeyBook, KeyLimits, KeyRow, KeySums, Refusal
from core.ledger.keybook_schema import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from core.base.clock import Clock
    from core.ledger.keybook import Block, Reading

AGAIN_S = 0.2
"""Between two tries for the POST lock, and between two looks at `stop`."""
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Key:
    """One key. Without a folder: of a provider that needs none, where everything is allowed."""

    def __init__(self, folder: Path | None, book: KeyBook | None, limits: KeyLimits, clock: Clock) -> None:
        self.folder = folder
        self.book = book
        self.limits = limits
        self.clock = clock
        self._turn = threading.Lock()

    @classmethod
    def none(cls, clock: Clock) -> Key:
        """For a provider that needs no key: nothing is limited, nothing is written."""
        return cls(None, None, KeyLimits(), clock)

    @contextmanager
    def post(self, stop: Callable[[], bool]) -> Iterator[bool]:
        """The right to send one request, kept from intent to reply; False where `stop` came first.

        Raises BadInput, LedgerFault, DiskFull; then nothing may be sent.
        """
        if self.folder is None or self.book is None:
            yield True
            return
        with ExitStack() as held:
            ours = self._take_turn(held, self.folder, stop)
            if ours:
                self.book.note_post()
            else:
                held.close()
            yield ours

    def _take_turn(self, held: ExitStack, folder: Path, stop: Callable[[], bool]) -> bool:
        # Threads of this process wait here, on real time: a clock that a test moves is not spun.
        while not self._turn.acquire(timeout=AGAIN_S):
            if stop():
                return False
        held.callback(self._turn.release)
        while not stop():
            with ExitStack() as tried:
                lock = self._locked(tried, folder)
                if lock is None:
                    self.clock.sleep(AGAIN_S)
                    continue
                if not self._paced(stop):
                    return False
                if lock.still_ours():  # else the folder was replaced while we waited
                    held.push(tried.pop_all())
                    return True
        return False

    def _locked(self, tried: ExitStack, folder: Path) -> Hold | None:
        """The lock, or None while another process has it."""
        private_folder(folder)
        try:
            return tried.enter_context(hold(folder / "post.lock", patience_s=0.0))
        except FilmHeld:
            return None

    def _paced(self, stop: Callable[[], bool]) -> bool:
        """Waits until the next request may go; False where `stop` came first."""
        if self.limits.per_minute and self.book:
            gap = 60.0 / self.limits.per_minute
            last = self.book.last_post()
            gone = (self.clock.now() - last).total_seconds() if last else gap
            until = self.clock.monotonic() + gap - max(0.0, gone)  # a clock set back waits one gap, no more
            while (left := until - self.clock.monotonic()) > 0:
                if stop():
                    return False
                self.clock.sleep(min(left, AGAIN_S))
        return not stop()

    def block(self, reason: str, said: str, resets_at: datetime | None, by_submission: str = "") -> None:
        if self.book:
            self.book.block(reason, said, resets_at, by_submission)

    def unblock(self, person: str) -> None:
        if self.book:
            self.book.unblock(person)

    def blocked(self) -> Block | None:
        return self.book.blocked() if self.book else None

    def hold(self, key: str, film: str, upper: int) -> Refusal:
        """Empty when booked, else why not; `key` is the submission's, `upper` micro-dollars."""
        return self.book.hold(key, film, upper, self.limits) if self.book else Refusal()

    def commit(self, key: str, *, film: str = "", upper: int = 0) -> None:
        if self.book:
            self.book.commit(key, film=film, upper=upper)

    def settle(self, key: str, micro: int, *, film: str = "") -> None:
        if self.book:
            self.book.settle(key, micro, film=film)

    def release(self, key: str, *, film: str = "") -> None:
        if self.book:
            self.book.release(key, film=film)

    def write_off(self, key: str, *, film: str = "", upper: int = 0) -> None:
        if self.book:
            self.book.write_off(key, film=film, upper=upper)

    def row(self, key: str) -> KeyRow | None:
        return self.book.row(key) if self.book else None

    def held_by_film(self) -> dict[str, list[str]]:
        """Film to its submissions that hold money and of which nothing was sent."""
        return self.book.held_by_film() if self.book else {}

    def rows_of(self, film: str) -> dict[str, KeyRow]:
        return self.book.rows_of(film) if self.book else {}

    def note_account(
        self,
        read_at: datetime,
        limit_remaining: int | None,
        usage: int | None,
        balance: int | None,
        resets_at: datetime | None,
    ) -> None:
        if self.book:
            self.book.note_account(read_at, limit_remaining, usage, balance, resets_at)

    def readings(self) -> tuple[Reading, ...]:
        return self.book.readings() if self.book else ()

    def reading_before(self, moment: datetime) -> Reading | None:
        return self.book.reading_before(moment) if self.book else None

    def available(self) -> int | None:
        """Micro-dollars left under every limit that is known; None: none is known."""
        return self.book.available(self.limits) if self.book else None

    def sums(self) -> KeySums:
        return self.book.sums() if self.book else KeySums(0, 0, 0, 0)


class KeyRing:
    """The keys of this user, one object each: chains of one process take turns on it."""

    def __init__(self, state_root: Path, settings_limits: Mapping[str, KeyLimits], clock: Clock) -> None:
        """`state_root`: `$XDG_STATE_HOME/rushes`. No folder is made until something is booked or sent."""
        self._root = state_root
        self._limits = settings_limits
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, str], Key] = {}

    @classmethod
    def local(cls) -> KeyRing:
        """This user's keys under this user's limits. Raises BadInput for settings that cannot be read."""
        return cls(settings.state_dir(), settings.load().keys, SystemClock())

    def of(self, provider_name: str, key_id: str) -> Key:
        """The key by its fingerprint; an empty one is a provider that needs none."""
        with self._lock:
            name = (provider_name, key_id)
            if name not in self._keys:
                self._keys[name] = self._make(provider_name, key_id)
            return self._keys[name]

    def _make(self, provider_name: str, key_id: str) -> Key:
        if not key_id:
            return Key.none(self._clock)
        if not _KEY_ID.fullmatch(key_id):
            raise BadInput(f"'{one_line(key_id, 40)}' is no key's fingerprint", where=provider_name)
        folder = self._root / "keys" / key_id
        limits = self._limits.get(provider_name, KeyLimits())
        return Key(folder, KeyBook(folder / "book.db", self._clock), limits, self._clock)
