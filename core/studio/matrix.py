"""Changing the shot matrix: the chain's file, comments kept, refused where it would not hold."""

from __future__ import annotations

from core.film.edit import insert_shot as insert
from core.film.edit import lock, omit

__all__ = ["insert", "lock", "omit"]
