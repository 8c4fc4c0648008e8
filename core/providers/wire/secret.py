"""A key that cannot be printed by accident."""

from __future__ import annotations

import hashlib
import re
from typing import NoReturn

from core.base.errors import BadInput
from core.base.redact import MASK

_PLAIN = re.compile(r"[\x21-\x7e]{1,4096}")


class Secret:
    """A key's value. Shows as `[redacted]`; only `reveal` gives it away."""

    __slots__ = ("_salt", "_value")

    def __init__(self, value: str, salt: str = "") -> None:
        """`salt`: the address it is used at where that is not the provider's own: another account's.
        Raises BadInput, without the value, for white space, control characters and non-ASCII."""
        if not _PLAIN.fullmatch(value):
            raise BadInput(
                "the key is empty or holds a space, a line break or a character no key has",
                todo="copy the key again, without anything around it",
            )
        self._value = value
        self._salt = salt

    def reveal(self) -> str:
        return self._value

    def fingerprint(self, provider: str) -> str:
        """20 hex digits that name this key at this provider and give nothing of it away."""
        return hashlib.sha256(f"{provider}\0{self._value}{self._salt}".encode()).hexdigest()[:20]

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never written down")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a key is never written down")
