"""The diary: what it tells, and that it never touches what a person wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput
from core.desk import diary, diary_text, failures, review
from core.desk.diary import write_diary
from core.desk.diary_facts import money_said
from core.desk.diary_text import appended, cell, filled, shots_table
from core.desk.person import Person
from core.engine.production import Production
from core.ledger.plan_cache import Snapshot
from core.studio.places import Places

ANNA = Person("Anna", "director")
HOSTILE = (
    "a | pipe\nand a line `code` <b>bold</b> *star* [link](http://evil.example)"
    " \x1b[31mred\x1b[0m <!-- /rushes:shots --> \\| @you www.evil.example \u202e"
)
MARKS = (b"<!-- rushes:shots -->", b"<!-- /rushes:shots -->")

Open = Callable[..., Production]
Run = Callable[..., None]
Snap = Callable[[], Snapshot]


def table(path: Path) -> dict[str, list[str]]:
    """Shot to its cells, split at pipes that are not escaped."""
    text = path.read_text("utf-8").split("<!-- rushes:shots -->")[1].split("<!-- /rushes:shots -->")[0]
    found = {}
    for line in text.strip().splitlines()[2:]:
        cells = [part.strip() for part in line.replace("\\|", "\0").split("|")[1:-1]]
        found[cells[0]] = cells
    return found


def test_each_shot_has_a_line_that_tells_its_story(open_film: Open, run: Run, snapshot: Snap) -> None:
    p = open_film()
    run(p)
    review.reject(p, "A001", 1, "the boat floats", ANNA)
    run(p, "A001")
    review.approve(p, "A001", 2, "", ANNA)
    review.approve(p, "B001", 1, "", ANNA)
    what = failures.Broke("camera", "it tilts", workaround="say static twice")
    failures.log(p, "A002", 1, what, ANNA)
    rows = table(write_diary(p, snapshot()))
    assert list(rows) == ["A001", "A002", "A003", "B001"]
    assert rows["A001"][3:] == [
        "rejected: the boat floats",
        "2",
        "t02",
        "t01 the boat floats",
        "t02 circled instead",
    ]
    assert rows["A002"][3:] == ["to be looked at", "1", "open", "camera: it tilts", "say static twice"]
    assert rows["B001"][3:] == ["circled", "1", "t01", "", ""]


def test_totals_say_how_well_the_money_is_known(open_film: Open, run: Run, snapshot: Snap) -> None:
    p = open_film()
    run(p)
    review.approve(p, "A001", 1, "", ANNA)
    failures.log(p, "A001", 1, failures.Broke("camera", "x"), ANNA)
    text = write_diary(p, snapshot()).read_text("utf-8")
    assert "1 of 4 shots circled. 4 takes made, 1.0 a shot on average." in text
    assert "$1.00 settled, exact." in text
    assert "1 failure logged: camera 1." in text


def test_a_sum_of_unknowns_is_not_zero() -> None:
    assert money_said([]) == "$0.00 settled, exact"
    known = {"settle": (250_000, "exact")}
    assert money_said([known, {"settle": (0, "unknown")}]) == "$0.25 settled, exact; 1 take of unknown cost"
    assert "about $0.50 settled, estimated" in money_said([known, {"settle": (250_000, "estimated")}])
    assert "held at $0.40" in money_said([{"settle": (400_000, "unknown")}])


def test_a_missing_diary_is_begun(open_film: Open, places: Places, snapshot: Snap) -> None:
    p = open_film()
    path = write_diary(p, snapshot())
    assert path == places.root / "diary.md"
    text = path.read_text("utf-8")
    assert text.startswith("# Production diary")
    assert "A Test" in text
    assert "0 of 4 shots circled" in text
    assert table(path)["A001"][5] == "open"


PROSE = (
    b"",
    b"# Mine\r\n\r\nCRLF and a tab\t\r\n",
    b"\xef\xbb\xbf# with a byte order mark\n\xff\xfe not utf-8 \x00\n",
    b"| a table | of mine |\n```\n<!-- rushes:shots --> in a sentence is no marker\n```\n",
    b"no newline before the marker is not possible\n   \n",
)


@pytest.mark.parametrize("before", PROSE)
@pytest.mark.parametrize("after", [*PROSE, b"the last line has no end"])
def test_prose_is_kept_byte_for_byte(
    open_film: Open, places: Places, snapshot: Snap, before: bytes, after: bytes
) -> None:
    p = open_film()
    path = places.root / "diary.md"
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    head = before + MARKS[0] + newline
    tail = MARKS[1] + newline + after
    path.write_bytes(head + b"old table" + newline + tail)
    write_diary(p, snapshot())
    now = path.read_bytes()
    assert now.startswith(head)
    assert now.endswith(tail)
    inside = now[len(head) : len(now) - len(tail)]
    assert b"| A001 |" in inside
    assert b"old table" not in inside
    assert inside.count(b"\n") == inside.count(newline)


def test_writing_twice_changes_nothing(open_film: Open, run: Run, snapshot: Snap) -> None:
    p = open_film()
    run(p)
    path = write_diary(p, snapshot())
    first, stamp = path.read_bytes(), path.stat().st_mtime_ns
    write_diary(p, snapshot())
    assert path.read_bytes() == first
    assert path.stat().st_mtime_ns == stamp


def test_hostile_text_stays_text_and_closes_no_marker(
    open_film: Open, run: Run, snapshot: Snap, places: Places
) -> None:
    p = open_film({"a": [{"id": "A001", "description": HOSTILE.partition(" \x1b")[0]}]})
    run(p)
    review.reject(p, "A001", 1, HOSTILE, ANNA)
    failures.log(p, "A001", 1, failures.Broke("camera", HOSTILE, workaround=HOSTILE), ANNA)
    path = write_diary(p, snapshot())
    write_diary(p, snapshot())
    text = path.read_text("utf-8")
    for mark in MARKS:
        assert path.read_bytes().count(mark) == 1
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<b>" not in text
    assert "http://" not in text
    assert list(table(path)) == ["A001"]
    assert all(len(cells) == 8 for cells in table(path).values())


def test_a_cell_holds_what_markdown_would_act_on_literally() -> None:
    assert cell("a|b\nc") == "a\\|b c"
    assert cell("`x` *y* _z_") == "\\`x\\` \\*y\\* \\_z\\_"
    assert cell("<i> & co") == "&lt;i&gt; &amp; co"
    assert cell("x" * 1000).endswith("…")


def test_a_diary_without_markers_gets_a_section_at_its_end_and_says_so(
    open_film: Open, places: Places, snapshot: Snap
) -> None:
    p = open_film()
    path = places.root / "diary.md"
    path.write_bytes(b"# Only prose\n\nno end")
    write_diary(p, snapshot())
    text = path.read_bytes()
    assert text.startswith(b"# Only prose\n\nno end\n\n## Shots and takes\n")
    assert b"were not found above" in text
    assert "section was added" in p.reader.events(kinds=["diary.written"])[0]["text"]
    again = path.read_bytes()
    write_diary(p, snapshot())
    assert path.read_bytes() == again


BROKEN = (
    MARKS[0] + b"\n",
    MARKS[1] + b"\n",
    MARKS[1] + b"\n" + MARKS[0] + b"\n",
    (MARKS[0] + b"\n" + MARKS[1] + b"\n") * 2,
    MARKS[0] + b"\n" + MARKS[0] + b"\n" + MARKS[1] + b"\n",
    MARKS[0] + b"\n<!-- rushes:totals -->\n<!-- /rushes:totals -->\n" + MARKS[1] + b"\n",
)


@pytest.mark.parametrize("text", BROKEN)
def test_doubled_lone_and_crossed_markers_are_refused_and_nothing_is_written(
    open_film: Open, places: Places, snapshot: Snap, text: bytes
) -> None:
    p = open_film()
    path = places.root / "diary.md"
    path.write_bytes(b"prose\n" + text + b"prose\n")
    with pytest.raises(BadInput, match="markers"):
        write_diary(p, snapshot())
    assert path.read_bytes() == b"prose\n" + text + b"prose\n"
    assert not list(places.root.glob(".diary*"))


def test_the_lines_of_broken_markers_are_named() -> None:
    with pytest.raises(BadInput, match=r"lines 2, 4"):
        filled(b"\n" + MARKS[0] + b"\n\n" + MARKS[0] + b"\n", {"shots": "x"}, "diary.md")


def test_a_person_who_saves_meanwhile_loses_nothing(
    open_film: Open, places: Places, snapshot: Snap, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = open_film()
    path = write_diary(p, snapshot())
    path.write_bytes(path.read_bytes().replace(b"| A001 |", b"| stale |"))
    real, saves = diary_text.filled, []

    def saving(was: bytes, *rest: Any) -> Any:
        if not saves:
            saves.append(path.write_bytes(was + b"a line of mine\n"))
        return real(was, *rest)

    monkeypatch.setattr(diary.diary_text, "filled", saving)
    write_diary(p, snapshot())
    assert path.read_bytes().endswith(b"a line of mine\n")
    assert "A001" in table(path)


def test_an_omitted_shot_keeps_its_line(open_film: Open, places: Places, snapshot: Snap) -> None:
    p = open_film({"a": [{"id": "A001"}, {"id": "A002", "omitted": True}]})
    assert table(write_diary(p, snapshot()))["A002"][5] == "omitted"


def test_an_empty_film_has_an_empty_table() -> None:
    assert len(shots_table([]).splitlines()) == 2
    assert appended(b"", shots_table([])).startswith(b"## Shots")
