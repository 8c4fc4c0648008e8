"""The pty of the board's tests: `tests.support.terminal`, which benchmarks share."""

from __future__ import annotations

from tests.support.terminal import PATIENCE_S as PATIENCE_S
from tests.support.terminal import Terminal as Terminal
from tests.support.terminal import modes_left_on as modes_left_on
from tests.support.terminal import terminal as terminal
