"""Answers of terminals, kept from becoming key presses."""

from __future__ import annotations

ESC = "\x1b"
LONE_ESCAPE_S = 0.05
"""How long an ESC may wait for the rest of its sequence before it is the escape key."""
GRACE_S = 2.0
"""How long after that a `[` may still be the rest of it: links with a high round trip split replies."""
STRING_S = 2.0
"""Silence after which an unfinished sequence is given up, so that it cannot swallow keys for ever."""

MOST_PASTED = 100_000
"""Characters of one paste that are kept; no field takes more than a line."""

_C1 = {"\x9b": "[", "\x9d": "]", "\x90": "P", "\x9f": "_", "\x9e": "^", "\x98": "X"}
_STRINGS = frozenset("]P_^X")
"""OSC, DCS, APC, PM, SOS: only terminals send them, and only as answers."""
_ENDS = ("\x07", "\x1b\\", "\x9c")
_PASTE = "\x1b[200~"
_PASTED = ("\x1b[201~", "\x9b201~")
_META = frozenset("bf")
_APPLICATION = frozenset("PQRSABCDFHabcdjkmnopqrstuvwxyM")
"""What is a key after ESC, and after ESC O. Of anything else Textual's parser would wait for more, take
the next thirty keys for the rest of it, and then press them all at once."""
_KEY_FINALS = frozenset("ABCDEFHPQSZIOu~")
"""CSI endings of keys, paste brackets and focus. A CPR ends in R, like one form of F3: both are dropped."""
_BARE = frozenset("ZIO")
"""Of those, the ones that stand alone."""
_SURROGATES = range(0xD800, 0xE000)


def _is_key(body: str, final: str) -> bool:
    """Whether a CSI of these parameters is a key: what else there is, the parser falls over or waits."""
    parts = body.split(";")
    numbers = all(part == "" or (part.isdecimal() and part.isascii() and len(part) <= 5) for part in parts)
    if final not in _KEY_FINALS or not numbers or len(parts) > 3 or (final in _BARE and body):
        return False
    return all(part == "" or int(part) not in _SURROGATES for part in parts)


class ReplyFilter:
    """Passes key presses, drops what terminals answer, at any split of the stream.

    An allow-list: a control sequence that is no known key is no key. A paste is passed whole, as plain
    text between its brackets: an ESC in the middle would make keys of what follows it.
    """

    def __init__(self) -> None:
        self._held = ""
        """An unfinished sequence, beginning with ESC."""
        self._since = 0.0
        self._escaped_at = -GRACE_S
        """When an ESC was last given out alone."""
        self._mouse_bytes = 0
        """Bytes of an X10 mouse report still to drop."""
        self._pasted: list[str] | None = None
        """What was pasted so far, while its end is not here."""
        self._tail = ""
        """The last characters of a paste, to see its end."""
        self._gave_up = False
        """A string was given up, and nothing has come since."""

    def feed(self, text: str, now: float) -> str:
        """`text` without answers. `now` is monotonic seconds."""
        rested = now - self._since >= STRING_S
        if text:
            self._since = now
            text = self._rest_of_string(text) if self._gave_up else text
        if self._pasted is not None and rested and text in {"\x03", ESC}:
            # Keys come after what was pasted: one that comes alone says that the end was lost on the way.
            self._pasted = None
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
        # Parameters without an end are no person's: the end of that answer is one byte, and is waited for.
        late = self._held[1:2] == "[" and len(self._held) > 2
        if len(self._held) > 1 and now - self._since >= STRING_S and not late:
            self._gave_up = self._held[1] in _STRINGS
            self._held = ""
        return False

    def _rest_of_string(self, text: str) -> str:
        """What comes at once with the end of a string that was given up belongs to it, and is dropped."""
        self._gave_up = False
        ends = [text.find(end) + len(end) for end in _ENDS if end in text]
        return text[min(ends) :] if ends else text

    def _one(self, char: str, now: float) -> str:
        if self._pasted is not None:
            return self._in_paste(char)
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
        return self._done(passes=char in _APPLICATION)  # SS3 and its one character

    def _second(self, char: str) -> str:
        """The character after ESC."""
        if char == ESC:
            return ESC
        self._held += char
        if char in {"[", "O"} or char in _STRINGS:
            return ""
        return self._done(passes=char in _META)

    def _in_csi(self, char: str) -> str:
        if self._held == "\x1b[[" or not "\x40" <= char <= "\x7e":
            return ""
        body = self._held[2:-1]
        self._mouse_bytes = 3 if char == "M" and not body else 0
        return self._done(passes=_is_key(body, char))

    def _in_string(self, char: str) -> str:
        """Until BEL, ST, or a byte no answer holds; only the latest byte is kept, to see ESC \\."""
        ended = char in "\x07\x9c" or (char == "\\" and self._held.endswith(ESC))
        if ended or char in "\x03\x18\x1a":
            self._held = ""
            return char if char == "\x03" else ""
        self._held = self._held[:2] + (ESC if char == ESC else "")
        return ""

    def _in_paste(self, char: str) -> str:
        """Nothing until the end has come: an unfinished paste would make the parser deaf to every key."""
        assert self._pasted is not None  # noqa: S101 - its caller has looked
        self._tail = (self._tail + char)[-len(_PASTE) :]
        if len(self._pasted) < MOST_PASTED:
            self._pasted.append(char)
        if not self._tail.endswith(_PASTED):
            return ""
        end = next(end for end in _PASTED if self._tail.endswith(end))
        whole = "".join(self._pasted).removesuffix(end)
        self._pasted = None
        return _PASTE + "".join(char for char in whole if char in "\n\r\t" or _plain(char)) + _PASTED[0]

    def _done(self, passes: bool) -> str:
        sequence, self._held = self._held, ""
        if sequence == _PASTE:
            self._pasted, self._tail = [], ""
            return ""
        return sequence if passes else ""


def _plain(char: str) -> bool:
    return char >= " " and not "\x7f" <= char <= "\x9f" and char != "\ufffd"
