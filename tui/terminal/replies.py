"""Answers of terminals, kept from becoming key presses."""

from __future__ import annotations

ESC = "\x1b"
LONE_ESCAPE_S = 0.05
"""How long an ESC may wait for the rest of its sequence before it is the escape key."""
GRACE_S = 2.0
"""How long after that a `[` may still be the rest of it: links with a high round trip split replies."""
STRING_S = 2.0
"""Silence after which an unfinished sequence is given up, so that it cannot swallow keys for ever."""

_C1 = {"\x9b": "[", "\x9d": "]", "\x90": "P", "\x9f": "_", "\x9e": "^", "\x98": "X"}
_STRINGS = frozenset("]P_^X")
"""OSC, DCS, APC, PM, SOS: only terminals send them, and only as answers."""
_KEY_FINALS = frozenset("ABCDEFHPQSZIOu~")
"""CSI endings of keys, paste brackets and focus. A CPR ends in R, like one form of F3: both are dropped."""


class ReplyFilter:
    """Passes key presses, drops what terminals answer, at any split of the stream.

    An allow-list: a control sequence that is no known key is no key.
    """

    def __init__(self) -> None:
        self._held = ""
        """An unfinished sequence, beginning with ESC."""
        self._since = 0.0
        self._escaped_at = -GRACE_S
        """When an ESC was last given out alone."""
        self._mouse_bytes = 0
        """Bytes of an X10 mouse report still to drop."""

    def feed(self, text: str, now: float) -> str:
        """`text` without answers. `now` is monotonic seconds."""
        if text:
            self._since = now
        return "".join(self._one(char, now) for char in text)

    @property
    def waiting(self) -> bool:
        """Whether a sequence stands unfinished."""
        return bool(self._held)

    def rest(self, now: float) -> bool:
        """To be asked when nothing arrives. True once what is held is the escape key itself."""
        if self._held == ESC and now - self._since >= LONE_ESCAPE_S:
            self._held, self._escaped_at = "", now
            return True
        if len(self._held) > 1 and now - self._since >= STRING_S:
            self._held = ""
        return False

    def _one(self, char: str, now: float) -> str:
        if self._mouse_bytes:
            self._mouse_bytes -= 1
            return ""
        if self._held:
            return self._more(char, now)
        if char == ESC:
            self._held = ESC
        elif char in _C1:
            self._held = ESC + _C1[char]
        elif now - self._escaped_at < GRACE_S and (char == "[" or char in _STRINGS):
            self._held, self._escaped_at = ESC + char, -GRACE_S
        elif char != "\ufffd" and not "\x80" <= char <= "\x9f":
            return char
        return ""

    def _more(self, char: str, now: float) -> str:
        kind = self._held[1:2]
        if not kind:
            return self._second(char)
        if kind in _STRINGS:
            return self._in_string(char)
        if char == ESC:
            self._held = ESC
            return ""
        self._held += char
        if kind == "[":
            return self._in_csi(char)
        return self._done(passes=True)  # SS3 and its one character: arrows in application mode

    def _second(self, char: str) -> str:
        """The character after ESC."""
        if char == ESC:
            return ESC
        self._held += char
        if char in {"[", "O"} or char in _STRINGS:
            return ""
        return self._done(passes=char.isprintable())

    def _in_csi(self, char: str) -> str:
        if self._held == "\x1b[[" or not "\x40" <= char <= "\x7e":
            return ""
        body = self._held[2:-1]
        self._mouse_bytes = 3 if char == "M" and not body else 0
        return self._done(passes=char in _KEY_FINALS and all(part in "0123456789;:" for part in body))

    def _in_string(self, char: str) -> str:
        """Until BEL, ST, or a byte no answer holds; only the latest byte is kept, to see ESC \\."""
        ended = char in "\x07\x9c" or (char == "\\" and self._held.endswith(ESC))
        if ended or char in "\x03\x18\x1a":
            self._held = ""
            return char if char == "\x03" else ""
        self._held = self._held[:2] + (ESC if char == ESC else "")
        return ""

    def _done(self, passes: bool) -> str:
        sequence, self._held = self._held, ""
        return sequence if passes else ""
