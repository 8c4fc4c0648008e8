"""Texts that came, or may come, from outside: providers, files, people, terminals."""

from __future__ import annotations

import unicodedata

from tests.tui.films import HOSTILE

MARKUP = (
    "[/] boom",
    "[bold]loud[/bold]",
    "[@click=app.quit]leave[/]",
    "[link=http://evil.example]here[/link]",
    "{} {0} {shot!r} %s %(id)s $HOME `id` <b>&amp;",
    "$(rm -rf /) ; echo 'x' | sh",
)
ESCAPES = (
    "\x1b]0;a title\x07after",
    "\x1b[2Jcleared",
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;aGVsbG8=\x07clip",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1bPq#0;2;0;0;0#0~~\x1b\\sixel",
    "\x1b_Gi=1,a=q;AAAA\x1b\\kitty",
    "\x9b31mc1",
    "\x9d0;title\x9cc1",
    "back\x08\x08\x08\x7fspace",
    "over\rwritten\x0b\x0c",
    "bell\x07 \x00nul \x0eshift",
    "half a sequence \x1b[",
    "half a string \x1b]0;",
)
DIRECTIONS = (
    "\u202egpj.exe",
    "\u2066x\u2069 \u200fy\u200e \u061cz",
    "line\u2028and\u2029paragraph",
    "\ufeffmark",
    "lone \ud800 surrogate",
)
WIDTHS = (
    "a\u200d\ufe0f\u200bb",
    "e" + "\u0301" * 40,
    unicodedata.normalize("NFC", "é") + unicodedata.normalize("NFD", "é"),
    "漢字かな交じり文" * 12,
    "👩\u200d👩\u200d👧 🇩🇪 ❤\ufe0f",
    "\u0300begins with a mark",
    "ﷺ﷽𒐫",
)
NAMES = (
    "../../etc/cron.d/x",
    "/etc/passwd",
    "refs/lnk.png",
    "a\0b",
    "a\nb\ttab",
    "CON",
    "-rf",
    "@list",
    "C:\\x",
    "n" * 300,
    ".",
    " ",
    "job/../x",
    "j" * 10_000,
)
NUMBERS = ("NaN", "1e999", "-1", "0,80", "9" * 400)
ADDRESSES = (
    "http://169.254.169.254/latest",
    "http://[::ffff:127.0.0.1]/",
    "https://2130706433/",
    "file:///etc/passwd",
    "https://ok.example@evil.example/",
)
LONG = ("word " * 2_000, "x" * 5_000, "ab\n" * 3_000)
ALL = (*MARKUP, *ESCAPES, *DIRECTIONS, *WIDTHS, *NAMES, *NUMBERS, *ADDRESSES, *LONG, *HOSTILE)
WORST = (
    *("[/] boom", "[@click=app.quit]leave[/]", "\x1b]52;c;aGVsbG8=\x07clip", "\x9b31mc1"),
    *("half a sequence \x1b[", "\u202egpj.exe", "lone \ud800 surrogate", "漢字かな交じり文" * 12),
    *("e" + "\u0301" * 40, "a\nb\ttab", " ", "x" * 5_000),
)
"""One of each kind, for what takes an app to show."""
