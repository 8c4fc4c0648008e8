"""prices.toml: overrides of the shipped rate card. Read here, understood by whoever quotes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FILE = "prices.toml"

Prices = Mapping[str, Any]
"""Tables as TOML gives them; empty where the film has no such file."""
