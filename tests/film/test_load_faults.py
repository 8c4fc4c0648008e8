"""Every bad line is refused with its file, its line and what would be right."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from core.base.errors import PlanFaults
from core.film import sources
from core.film.load import MAX_SHOTS, load_plan

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Film

HARBOUR = "shots/harbour.toml"


def line_of(film: Film, path: str, text: str) -> int:
    return film.read(path)[: film.read(path).index(text)].count("\n") + 1


def test_a_sound_film_loads(film: Film) -> None:
    plan = film.load()
    assert [shot.id for shot in plan.shots()] == ["S101", "S102", "S103"]


def test_an_empty_folder_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(PlanFaults) as caught:
        load_plan(tmp_path)
    assert caught.value.faults[0].code == "no-film"
    assert "rushes init" in str(caught.value)
    assert "rushes demo" in str(caught.value)


def test_a_folder_that_is_not_there_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(PlanFaults, match="rushes init"):
        load_plan(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ['{"rushes": 1,\n "title": ', "", "[]", '"film"', "{"])
def test_half_a_profile_is_named_as_such(film: Film, text: str) -> None:
    fault = film.write("film.json", text).fault()
    assert (fault.file, fault.code) == ("film.json", "bad-json")
    assert fault.line >= 1


def test_a_profile_nested_too_deep_is_refused(film: Film) -> None:
    for levels in (60, 700, 100_000):
        assert film.write("film.json", '{"a":' * levels + "1" + "}" * levels).fault().code == "bad-json"


def test_a_number_of_thousands_of_digits_is_named_with_its_line(film: Film) -> None:
    long = "9" * 5000
    fault = film.swap("film.json", '"width": 1280', f'"width": {long}').fault()
    assert (fault.file, fault.code) == ("film.json", "bad-json")
    assert fault.line == line_of(film, "film.json", long)
    assert "digits" in fault.what


@pytest.mark.parametrize("path", ["shots/loop.toml", "blocks/environments/loop.md", "prices.toml"])
def test_a_link_that_leads_to_itself_is_a_fault(film: Film, path: str) -> None:
    (film.root / path).symlink_to((film.root / path).name)
    fault = film.fault()
    assert (fault.file, fault.code) == (path, "unreadable")
    assert "leads nowhere" in fault.what


def test_toml_nested_too_deep_is_refused(film: Film) -> None:
    assert film.write("prices.toml", "a = " + "[" * 5000 + "]" * 5000).fault().code == "bad-toml"


def test_a_key_written_twice_is_shown_at_its_second_line(film: Film) -> None:
    fault = film.swap("film.json", '  "width"', '  "title": "Again",\n  "width"').fault()
    assert (fault.code, fault.line) == ("duplicate-key", 4)
    film.write("film.json", film.read("film.json").replace('  "title": "Again",\n', ""))
    fault = film.swap(HARBOUR, "seconds = 4\n", "seconds = 4\nseconds = 5\n").fault()
    assert fault.code == "duplicate-key"
    assert fault.line == line_of(film, HARBOUR, "seconds = 5")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("target_minutes", "NaN"),
        ("target_minutes", "Infinity"),
        ("director_hours", "1e999"),
        ("director_hours", "-1"),
        ("poll_seconds", "0.01"),
        ("poll_seconds", "301"),
        ("aspect", '"wide"'),
        ("rushes", "2"),
        ("fps", "24"),
        ("fps", '"0"'),
        ("fps", '"24/00"'),
        ("fps", '"２４"'),
        ("fps", '"1000"'),
        ("width", "33"),
        ("width", "8"),
        ("width", "8194"),
        ("width", "1280.0"),
        ("height", "true"),
        ("due", '"2025-02-30"'),
        ("review", '{"policy": "never"}'),
        ("gates", '{"switch_share": "15"}'),
    ],
)
def test_a_profile_value_out_of_range_is_refused_on_its_line(film: Film, key: str, value: str) -> None:
    lines = [line for line in film.read("film.json").splitlines() if f'"{key}"' not in line]
    film.write("film.json", "\n".join([lines[0], f'  "{key}": {value},', *lines[1:]]))
    fault = film.fault()
    assert (fault.file, fault.line) == ("film.json", 2)
    assert key in fault.what


@pytest.mark.parametrize(
    "money", ['"NaN"', '"inf"', '"1e999"', '"-1"', '"0,80"', '"1000000000000"', "0.8", "1", "true"]
)
def test_money_is_a_decimal_string_or_nothing(film: Film, money: str) -> None:
    fault = film.swap("film.json", '"250.00"', money).fault()
    assert (fault.file, fault.line) == ("film.json", 7)
    assert "budget.film_usd" in fault.what


@pytest.mark.parametrize(
    ("path", "old", "new", "near"),
    [
        ("film.json", '"height"', '"heigth"', "height"),
        ("film.json", '"film_usd"', '"film_us"', "film_usd"),
        (HARBOUR, 'camera = "slow"', 'camra = "slow"', "camera"),
        (HARBOUR, "kelvin", "kelvn", "kelvin"),
        (HARBOUR, 'anchor = "refs', 'ancor = "refs', "anchor"),
        ("blocks/cameras/slow.md", "amount", "amuont", "amount"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(
    film: Film, path: str, old: str, new: str, near: str
) -> None:
    film.swap(path, old, new)
    unknown = next(fault for fault in film.faults() if fault.code == "unknown-key")
    assert unknown.nearest == near
    assert unknown.line == line_of(film, path, new)


def test_an_unknown_kind_of_shot_names_the_nearest(film: Film) -> None:
    fault = film.swap(HARBOUR, '"establisher"', '"establsher"').fault()
    assert (fault.code, fault.nearest) == ("unknown-value", "establisher")


def test_an_unknown_kind_among_the_defaults_names_the_nearest(film: Film) -> None:
    fault = film.swap("film.json", '"budget"', '"defaults": {"heroo": {}},\n  "budget"').fault()
    assert (fault.code, fault.nearest, fault.line) == ("unknown-key", "hero", 7)


def test_an_unknown_seam_names_the_nearest(film: Film) -> None:
    fault = film.swap(HARBOUR, "seconds = 4", 'seconds = 4\nseam = "keyfrm"').fault()
    assert (fault.code, fault.nearest) == ("unknown-value", "keyframe")


def test_a_wrong_type_is_said_in_plain_words(film: Film) -> None:
    fault = film.swap(HARBOUR, 'props = ["lamp"]', 'props = "lamp"').fault()
    assert fault.what == "'continuity.props' must be a list in [ ], not text"
    assert fault.line == line_of(film, HARBOUR, "props")


def test_all_faults_of_all_files_come_at_once(film: Film) -> None:
    film.swap("film.json", "720", "721").swap(HARBOUR, "seconds = 4", "seconds = 400")
    film.swap(HARBOUR, 'characters = ["ada"]', 'characters = ["adda"]')
    film.write("shots/broken.toml", "[[shot]\n").write("blocks/style/yaml.md", "---\nname: x\n---\nwords")
    found = {(fault.file, fault.code) for fault in film.faults()}
    assert found == {
        ("film.json", "bad-value"),
        (HARBOUR, "out-of-range"),
        (HARBOUR, "unknown-block"),
        ("shots/broken.toml", "bad-toml"),
        ("blocks/style/yaml.md", "front-matter"),
    }


def test_a_broken_shot_hides_no_fault_of_its_own_other_lines(film: Film) -> None:
    film.swap(HARBOUR, 'id = "S103"', 'id = "S 103"').swap(
        HARBOUR, "seconds = 4", "references = ['refs/no.png']"
    )
    assert {fault.code for fault in film.faults()} == {"bad-value", "missing-key", "missing-file"}


def test_a_broken_file_makes_no_unknown_shots_elsewhere(film: Film) -> None:
    film.write("shots/two.toml", "[[shot]]\nid = 'T1'\n= broken\n")
    film.swap(HARBOUR, '"S101:first"', '"T1"')
    assert film.fault().file == "shots/two.toml"


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/x", "a\\u0000b", "a\\nb", "CON", "-rf", "@list", "C:\\\\x", "x" * 300, ".", "", "é"],
)
def test_an_id_that_is_no_file_name_everywhere_is_refused(film: Film, name: str) -> None:
    film.swap(HARBOUR, 'id = "S103"', f'id = "{name}"')
    faults = film.faults()
    assert {fault.line for fault in faults} == {line_of(film, HARBOUR, f'id = "{name}"')}
    assert "bad-value" in {fault.code for fault in faults}


@pytest.mark.parametrize(("first", "second"), [("S101", "s101"), ("\u00e9", "e\u0301"), ("S101", "S101")])
def test_twin_ids_are_refused_over_all_files(film: Film, first: str, second: str) -> None:
    film.swap(HARBOUR, 'id = "S103"', f'id = "{first}3"')
    film.write(
        "shots/two.toml", f'[[shot]]\nid = "{second}3"\nkind = "hero"\ndescription = "x"\nseconds = 2\n'
    )
    twin = next(fault for fault in film.faults() if fault.code == "duplicate-id")
    assert (twin.file, twin.line) == ("shots/two.toml", 2)
    assert HARBOUR in twin.what


def test_twin_files_are_refused(film: Film) -> None:
    film.write("shots/HARBOUR.toml", "[chain]\ntitle = 'other'\n")
    assert "twin-id" in {fault.code for fault in film.faults()}


@pytest.mark.parametrize("name", ["CON", "a b", "ünder"])
def test_a_chain_or_block_named_like_no_id_is_refused(film: Film, name: str) -> None:
    film.write(f"shots/{name}.toml", "[chain]\n").block("sound", name, "sound", "Gulls.")
    assert [fault.code for fault in film.faults()] == ["bad-id", "bad-id"]


def test_unknown_blocks_are_named_with_the_nearest(film: Film) -> None:
    film.swap(HARBOUR, 'camera = "slow"', 'camera = "slw"').swap(HARBOUR, '["ada"]', '["ada", "adda"]')
    film.swap(HARBOUR, 'environment = "harbour"\nreferences', 'environment = "harbor"\nreferences')
    assert sorted((fault.code, fault.nearest) for fault in film.faults()) == [
        ("unknown-block", "ada"),
        ("unknown-block", "harbour"),
        ("unknown-block", "slow"),
    ]


def test_a_folder_of_blocks_that_is_none_is_named_with_the_nearest(film: Film) -> None:
    fault = film.block("charcters", "eve", "character", "Eve.").fault()
    assert (fault.code, fault.nearest) == ("unknown-folder", "characters")


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("S999", "unknown-shot"),
        ("S103", "later-shot"),
        ("S102", "later-shot"),
        ("S101:last", "unknown-reference"),
        ("/etc/passwd", "outside-path"),
        ("../film.json", "outside-path"),
        ("refs/../../x.png", "outside-path"),
        ("refs\\\\master.png", "outside-path"),
        ("refs/mastr.png", "missing-file"),
        ("refs", "unknown-shot"),
        ("refs/", "missing-file"),
    ],
)
def test_a_reference_must_lead_to_an_earlier_shot_or_a_file_of_the_film(
    film: Film, reference: str, code: str
) -> None:
    fault = film.swap(HARBOUR, "S101:first", reference).fault()
    assert fault.code == code
    assert fault.line == line_of(film, HARBOUR, "references")


def test_a_missing_picture_names_the_nearest(film: Film) -> None:
    assert film.swap(HARBOUR, "S101:first", "refs/mastr.png").fault().nearest == "master.png"


def test_a_reference_to_an_omitted_shot_is_refused(film: Film) -> None:
    film.swap(HARBOUR, "seconds = 6\n", "seconds = 6\nomitted = true\n")
    assert film.fault().code == "omitted-shot"


def test_a_link_out_of_the_film_is_refused(film: Film) -> None:
    (film.root / "refs" / "lnk.png").symlink_to("/etc/hostname")
    assert film.swap(HARBOUR, "S101:first", "refs/lnk.png").fault().code == "outside-path"


def test_a_plan_file_that_is_a_link_out_of_the_film_is_refused(film: Film, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[chain]\n")
    (film.root / "shots" / "other.toml").symlink_to(tmp_path / "other.toml")
    assert film.fault().code == "outside-path"


def test_a_pipe_named_like_a_plan_file_is_refused_without_waiting_for_it(film: Film) -> None:
    os.mkfifo(film.root / "shots" / "pipe.toml")
    assert film.fault().code == "not-a-file"


def test_a_missing_picture_of_a_block_is_refused(film: Film) -> None:
    fault = film.swap("blocks/characters/ada.md", "master", "mister").fault()
    assert (fault.code, fault.line) == ("missing-file", 4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nname: x\n---\nwords", "between +++ lines"),
        ("words only", "between +++ lines"),
        ("+++\nname = 'x'\nkind = 'style'\nwords", "closing"),
        ("", "between +++ lines"),
    ],
)
def test_front_matter_stands_between_plus_lines(film: Film, text: str, said: str) -> None:
    fault = film.write("blocks/style/film.md", text).fault()
    assert (fault.code, fault.line) == ("front-matter", 1)
    assert said in fault.what


def test_a_block_of_another_kind_or_without_words_is_refused(film: Film) -> None:
    film.block("style", "film", "sound", "").swap("blocks/style/film.md", "+++\n\n\n", "+++\n")
    assert {fault.code for fault in film.faults()} == {"wrong-kind", "empty-block"}


def test_a_toml_fault_in_front_matter_has_the_line_of_the_file(film: Film) -> None:
    assert film.write("script.md", "+++\npages = 3\nlocked = yes\n+++\n").fault().line == 3


@pytest.mark.parametrize(
    ("shot", "seam", "code"),
    [
        ("S101", "last", "seam-first"),
        ("S101", "bridge", "seam-first"),
        ("S103", "bridge", "bridge-last"),
        ("S102", "bridge", "bridge-next"),
        ("S102", "board", "no-plate"),
    ],
)
def test_a_seam_needs_something_to_begin_with(film: Film, shot: str, seam: str, code: str) -> None:
    fault = film.swap(HARBOUR, f'id = "{shot}"\n', f'id = "{shot}"\nseam = "{seam}"\n').fault()
    assert (fault.code, fault.line) == (code, line_of(film, HARBOUR, f'seam = "{seam}"'))


def test_a_seam_to_the_anchor_needs_an_anchor(film: Film) -> None:
    film.swap(HARBOUR, 'anchor = "refs/master.png"', "").swap(
        HARBOUR, "seconds = 4", 'seconds = 4\nseam = "anchor"'
    )
    assert film.fault().code == "no-anchor"


@pytest.mark.parametrize(
    ("anchor", "code"), [("S103", "later-shot"), ("S9", "unknown-shot"), ("no.png", "missing-file")]
)
def test_an_anchor_must_be_there_by_then(film: Film, anchor: str, code: str) -> None:
    film.swap(HARBOUR, "refs/master.png", anchor).swap(
        HARBOUR, "seconds = 6.5", 'seconds = 6.5\nseam = "anchor"'
    )
    assert film.fault().code == code


def test_chains_that_wait_for_each_other_are_refused(film: Film) -> None:
    film.swap(HARBOUR, "seconds = 6\n", 'seconds = 6\nreferences = ["T1"]\n')
    film.write(
        "shots/two.toml", '[[shot]]\nid="T1"\nkind="hero"\ndescription="x"\nseconds=2\nreferences=["S103"]\n'
    )
    fault = film.fault()
    assert fault.code == "circle"
    assert "S101" in fault.what
    assert "T1" in fault.what


def test_a_board_picture_that_changed_is_refused(film: Film) -> None:
    film.board()
    film.load()
    fault = film.write("board/harbour.jpg", b"another picture").fault()
    assert (fault.file, fault.line, fault.code) == ("board/board.toml", 8, "sha-differs")


def test_a_board_picture_that_is_missing_is_refused(film: Film) -> None:
    film.board()
    (film.root / "board" / "harbour.jpg").unlink()
    assert film.fault().code == "missing-file"


def test_a_board_picture_of_an_unknown_place_names_the_nearest(film: Film) -> None:
    fault = film.board(name="harbor").fault()
    assert (fault.code, fault.nearest) == ("unknown-block", "harbour")


def test_pictures_of_a_superseded_board_may_be_gone(film: Film) -> None:
    film.board(status="superseded")
    (film.root / "board" / "harbour.jpg").unlink()
    assert film.load().board_version is None


@pytest.mark.parametrize(
    "key",
    [
        "sk-or-v1-" + "0a1b2c3d" * 4,
        "r8_" + "Ab3" * 12,
        "Bearer abcdefgh12345678abcdefgh",
        "x-api-key: abcd1234efgh",
    ],
)
@pytest.mark.parametrize("path", [HARBOUR, "blocks/style/film.md", "script.md"])
def test_a_key_in_the_film_is_refused_and_not_repeated(film: Film, key: str, path: str) -> None:
    film.write("script.md", "+++\n+++\nThe harbour before dawn 35mm\n")
    film.swap(path, "before dawn" if path != "blocks/style/film.md" else "35mm", key)
    fault = film.fault()
    assert (fault.file, fault.code, fault.line) == (path, "looks-like-key", line_of(film, path, key))
    assert key not in str(fault)


def test_a_key_in_the_place_of_a_value_is_not_repeated(film: Film) -> None:
    key = "sk-or-v1-" + "0a1b2c3d" * 4
    film.swap(HARBOUR, '"establisher"', f'"{key}"')
    assert all(key[:20] not in str(fault) for fault in film.faults())


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1b[2Jb", "a\x7fb", "a\x9bb"])
@pytest.mark.parametrize("path", [HARBOUR, "blocks/style/film.md"])
def test_control_characters_are_refused(film: Film, bad: str, path: str) -> None:
    film.swap(path, "before dawn" if path == HARBOUR else "35mm", bad)
    fault = film.fault()
    assert (fault.code, fault.line) == ("control-character", line_of(film, path, bad))


@pytest.mark.parametrize("escape", ["\\u0000", "\\u001b", "\\b", "\\r", "\\u009b"])
def test_a_control_character_hidden_in_an_escape_is_refused(film: Film, escape: str) -> None:
    fault = film.swap(HARBOUR, "before dawn", escape).fault()
    assert (fault.code, fault.line) == ("control-character", line_of(film, HARBOUR, escape))


def test_a_lone_surrogate_is_refused(film: Film) -> None:
    fault = film.swap("film.json", "Salt Road", "Salt \\ud800").fault()
    assert (fault.code, fault.line) == ("control-character", 3)
    film.swap("film.json", "\\ud800", "Road").swap(HARBOUR, "before dawn", "\\ud800")
    assert film.fault().code == "bad-toml"


def test_a_file_that_is_not_utf8_is_refused_on_its_line(film: Film) -> None:
    film.write(HARBOUR, film.read(HARBOUR).replace("before dawn", "caf\u00e9").encode("latin-1"))
    fault = film.fault()
    assert (fault.code, fault.line) == ("not-utf8", line_of_bytes(film))


def line_of_bytes(film: Film) -> int:
    data = (film.root / HARBOUR).read_bytes()
    return data[: data.index(b"\xe9")].count(b"\n") + 1


def test_a_huge_file_is_refused_before_it_is_read(film: Film) -> None:
    with (film.root / "shots" / "huge.toml").open("wb") as handle:
        handle.truncate(200_000_000)
    assert film.fault().code == "too-big"


def test_a_plan_that_is_huge_in_sum_is_refused(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_PLAN_BYTES", 600)
    assert {fault.code for fault in film.faults()} == {"too-big"}


def test_too_many_shots_are_refused_before_they_are_looked_at(film: Film) -> None:
    film.write("shots/many.toml", "[[shot]]\n" * (MAX_SHOTS + 1))
    assert film.fault().code == "too-many-shots"


def test_a_prompt_over_100_kb_is_refused_and_one_just_below_is_not(film: Film) -> None:
    film.block("style", "film", "style", "é" * 49_500)
    film.load()
    film.block("style", "film", "style", "é" * 50_001)
    assert {(fault.file, fault.code) for fault in film.faults()} == {(HARBOUR, "prompt-too-long")}


def test_a_prompt_with_markup_and_braces_is_kept_as_it_stands(film: Film) -> None:
    words = "[/] [bold] [@click=app.quit] {} %s {what}"
    film.swap(HARBOUR, "The harbour before dawn", words)
    assert film.load().shot("S101").description == words
    fault = film.swap(HARBOUR, '"establisher"', '"{what} [/] %s"').fault()
    assert "{what} [/] %s" in fault.what
