"""A path finds its line, whatever stands in between."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.locate import Lines

TOML = '''# a comment with [[shot]] in it
title = "x" # and one behind
[chain]
title = "Harbour"
"quoted.key" = 1
'single' = 2
dotted.inner.key = 3

[[shot]]
id = "S101"
description = """
[[shot]]
id = "not this one"
""" # after
beats = [
  "one", # [
  "two",

  "three"]
table = { a = 1, b = { c = [1, 2] } }

  [[shot]]
  id = 'S102'
  text = \'\'\'
  raw """ \\
  \'\'\'
  [shot.continuity]
  props = ["lamp", "]", "ro#pe"]
  kelvin = 4300

[[version]]
id = "v1"
[[version.image]]
file = "a"
[[version.image]]
file = "b"
[[version]]
[[version.image]]
file = "c"
'''


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        (("title",), 2),
        (("chain",), 3),
        (("chain", "title"), 4),
        (("chain", "quoted.key"), 5),
        (("chain", "single"), 6),
        (("chain", "dotted", "inner", "key"), 7),
        (("shot", 0), 9),
        (("shot", 0, "id"), 10),
        (("shot", 0, "description"), 11),
        (("shot", 0, "beats", 0), 16),
        (("shot", 0, "beats", 2), 19),
        (("shot", 0, "table", "b", "c", 1), 20),
        (("shot", 1), 22),
        (("shot", 1, "id"), 23),
        (("shot", 1, "continuity"), 27),
        (("shot", 1, "continuity", "props", 2), 28),
        (("shot", 1, "continuity", "kelvin"), 29),
        (("version", 0, "image", 1, "file"), 36),
        (("version", 1, "image", 0, "file"), 39),
    ],
)
def test_a_toml_path_has_its_line(loc: tuple[str | int, ...], line: int) -> None:
    assert Lines.toml(TOML).of(loc) == line


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        (("shot", 1, "continuity", "costume"), 27),
        (("shot", 1, "seconds"), 22),
        (("shot", 0, "beats", 9), 15),
        (("shot", 7, "id"), 9),
        (("nothing",), 1),
        ((), 1),
        (("chain", "title", "[key]"), 4),
    ],
)
def test_what_is_not_there_has_the_line_of_what_encloses_it(loc: tuple[str | int, ...], line: int) -> None:
    assert Lines.toml(TOML).of(loc) == line


JSON = """{
  "title": "a \\"quoted\\" [ { text",
  "budget": {
    "film_usd": "1",
    "film_usd": "2"
  },
  "passes": [
    {"name": "x"},
    {"name": "y",
     "from": "S1"}
  ],
  "n\\u0061me": 1, "after": true
}"""


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        (("title",), 2),
        (("budget", "film_usd"), 4),
        (("passes", 0, "name"), 8),
        (("passes", 1, "from"), 10),
        (("name",), 12),
        (("after",), 12),
        (("budget", "day_usd"), 3),
        (("missing",), 1),
    ],
)
def test_a_json_path_has_its_line(loc: tuple[str | int, ...], line: int) -> None:
    assert Lines.json(JSON).of(loc) == line


def test_a_key_written_twice_in_json_is_known_with_its_later_line() -> None:
    assert Lines.json(JSON).duplicates == ((("budget", "film_usd"), 5),)


def test_front_matter_counts_from_the_top_of_the_file() -> None:
    lines = Lines.front_matter(
        '+++\n# c\nname = "x"\nreferences = [\n  "a",\n  "b",\n]\n+++\nname = "body"\n'
    )
    assert lines.of(("name",)) == 3
    assert lines.of(("references", 1)) == 6
    assert lines.of(("kind",)) == 1


def test_front_matter_that_is_none_has_line_one() -> None:
    assert Lines.front_matter("no matter").of(("name",)) == 1


def test_quotes_right_before_the_closing_ones_belong_to_the_string() -> None:
    lines = Lines.toml("a = \"\"\"she said \"no\"\"\"\"\nb = '''x'''''\nc = 3\n")
    assert (lines.of(("b",)), lines.of(("c",))) == (2, 3)


def test_a_broken_text_keeps_the_lines_before_the_break() -> None:
    lines = Lines.toml('a = 1\nb = 2\nc = "open\nd = 4\n')
    assert lines.of(("b",)) == 2
    assert lines.of(("d",)) == 1


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "a=" + "[" * 100_000, "a=" + "{b=" * 100_000, '{"a":' * 100_000]
)
def test_a_text_nested_too_deep_is_left_where_it_breaks(text: str) -> None:
    assert Lines.toml(text).of(("a", 0)) == 1
    assert Lines.json(text).of(("a", "a")) == 1


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab.=[]{}\"'#\n\\, +:1", max_size=60))
def test_no_text_makes_the_scan_fail_or_hang(text: str) -> None:
    for lines in (Lines.toml(text), Lines.json(text), Lines.front_matter(text)):
        assert 1 <= lines.of(("a", 0, "b")) <= text.count("\n") + 1
