"""The catalogue by commands alone: logged in one line, counted, amended, conceived anew."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.engine.chain import ChainRunner
from core.engine.orders import Scope, place
from core.studio.assembly import open_film
from core.studio.places import Places
from tests.support.films import shots, write_film
from tui.cli import main

HOSTILE = "[/] boom \x1b[2J\x1b]52;c;ZXZpbA==\x07\u202egnp.exe\x9b31m"


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of three shots, two of them ordered; nothing was made."""
    root = tmp_path_factory.mktemp("pattern") / "film"
    made = [{"id": "A001", "kind": "hero"}, *shots("B", 2)]
    return write_film(root, {"a": made}, failures={"categories": ["salt"]})


@pytest.fixture
def film(pattern: Path, film_root: Path) -> Path:
    for source in pattern.rglob("*"):
        if source.is_file():
            target = film_root / source.relative_to(pattern)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return film_root


@pytest.fixture
def rushes(film: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--film", str(film)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


Run = Callable[..., tuple[int, str, str]]


def data(run: Run, *words: str) -> Any:
    code, out, err = run(*words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_failure_is_logged_with_all_that_is_known(rushes: Run) -> None:
    words = ("--category", "camera", "--broke", "it flips", "--cause", "whip pan", "--workaround", "lock it")
    more = ("--origin", "prompt", "--outcome", "saved", "--lesson", "no pans", "--cost", "$1.50")
    code, _, err = rushes("fail", "A001", *words, *more, "--minutes", "20")
    assert (code, err) == (0, "failure 1 logged for A001: it flips\n")
    (row,) = data(rushes, "failures")
    wanted = {
        "category": "camera",
        "origin": "prompt section",
        "outcome": "saved",
        "lesson": "no pans",
        "cost_usd": "1.50",
        "cost_from": "given",
        "minutes": 20,
        "kind": "hero",
        "model": "animatic-1",
        "person": "A Director",
    }
    assert {name: row[name] for name in wanted} == wanted


def test_only_what_changes_is_said_to_amend(rushes: Run) -> None:
    rushes("fail", "A001", "--category", "salt", "--broke", "crust", "--cost", "2")
    code, _, err = rushes("fail", "--amend", "1", "--outcome", "dropped", "--cost", "unknown")
    assert code == 0
    assert "failure 1 is amended: it is 2 now" in err
    assert "`rushes reconceive A001`" in err
    (row,) = data(rushes, "failures")
    assert (row["broke"], row["outcome"], row["cost_usd"]) == ("crust", "dropped", None)
    assert [one["id"] for one in row["amended"]] == [1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fail",), "a failure needs SHOT"),
        (("fail", "A001", "--broke", "x"), "a failure needs --category"),
        (("fail", "A001", "--category", "camera"), "a failure needs --broke"),
        (("fail", "A001", "--amend", "1", "--outcome", "saved"), "keeps its shot"),
        (("fail", "--amend", "1"), "nothing is amended"),
        (("fail", "--amend", "7", "--outcome", "saved"), "there is no failure 7"),
        (("fail", "A001", "--category", "camera", "--broke", "x", "--cost", "1e3"), "not a sum of money"),
        (("failures", "--by", "colour"), "is no word to count by"),
        (("failures", "--by", "kind", "--prompts"), "ask for one of them"),
        (("reconceive", "A01"), "did you mean"),
    ],
)
def test_bad_input_is_answered_in_a_sentence(
    film: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert main([*words, "--film", str(film)]) == 2
    assert said in capsys.readouterr().err


def test_the_catalogue_is_counted_by_a_word(rushes: Run) -> None:
    rushes("fail", "A001", "--category", "camera", "--broke", "one", "--cost", "1.00", "--minutes", "5")
    rushes("fail", "B001", "--category", "camera", "--broke", "two", "--workaround", "lock it")
    rushes("fail", "B002", "--category", "salt", "--broke", "three")
    found = data(rushes, "failures", "--by", "category")
    assert [(one["category"], one["count"], one["cost_usd"], one["unknown"]) for one in found] == [
        ("camera", 2, "1.00", 1),
        ("salt", 1, None, 1),
    ]
    _, out, _ = rushes("failures", "--by", "cat")
    assert out.splitlines()[1].split("  ")[0] == "camera"
    assert "$1.00 + 1 unknown" in out
    assert out.splitlines()[-1] == "3 failures, lost $1.00 + 2 unknown, 5 min"
    assert [one["kind"] for one in data(rushes, "failures", "--by", "kind")] == ["establisher", "hero"]
    assert [row["shot"] for row in data(rushes, "failures", "--shot", "B002")] == ["B002"]


def test_hostile_words_are_kept_and_shown_without_what_a_terminal_acts_on(rushes: Run) -> None:
    fields = ("--broke", "--cause", "--workaround", "--lesson")
    rushes("fail", "A001", "--category", "style", *(word for name in fields for word in (name, HOSTILE)))
    (row,) = data(rushes, "failures")
    assert {row[name.strip("-")] for name in fields} == {HOSTILE}
    for words in (("failures",), ("failures", "--by", "category"), ("failures", "--prompts"), ("estimate",)):
        _, out, err = rushes(*words)
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(out + err)
    assert "[/] boom" in rushes("failures")[1]


def test_failed_prompts_are_shown_with_their_notes_and_clips(film: Path, rushes: Run) -> None:
    opened = open_film(Places(film))
    place(opened.production, Scope(shots=("A001",)))
    ChainRunner(opened.production, "a", lambda: False).run()
    opened.close()
    rushes("reject", "A001", "--note", "her hands melt")
    (take,) = data(rushes, "failures", "--prompts")
    assert (take["shot"], take["take"], take["state"]) == ("A001", 1, "rejected")
    assert "a place" in take["prompt"]
    assert Path(take["clip"]).is_file()
    assert [(word["kind"], word["text"]) for word in take["said"]] == [("reject", "her hands melt")]
    _, out, _ = rushes("failures", "--prompts")
    assert "reject, A Director: her hands melt" in out
    assert "    " + take["prompt"].splitlines()[0] in out
    # The reject is proposed for the catalogue at once, though no worker runs.
    (draft,) = [row for row in data(rushes, "suggestions") if row["kind"] == "failure"]
    assert rushes("suggestions", "accept", str(draft["id"]), "--category", "physics")[0] == 0
    (row,) = data(rushes, "failures")
    assert (row["category"], row["broke"], row["take"]) == ("physics", "her hands melt", 1)


def test_what_helped_is_said_before_the_quote(rushes: Run) -> None:
    words = ("--category", "camera", "--broke", "it flips", "--workaround", "lock it", "--outcome", "saved")
    rushes("fail", "A001", *words)
    _, _, err = rushes("estimate")
    line = "note: hero shots on animatic:animatic-1 failed before: it flips; what helped: lock it"
    assert line in err.splitlines()
    assert data(rushes, "estimate")["failed_before"] == [line.removeprefix("note: ")]


def test_a_shot_is_conceived_anew_with_its_costs(rushes: Run) -> None:
    found = data(rushes, "reconceive", "A001")
    assert [way["way"] for way in found["ways"]] == ["split", "pairwise", "rewrite", "omit"]
    _, out, _ = rushes("reconceive", "A001")
    assert out.startswith("A001 has cost $0.00 over 0 takes so far")
    assert f"#{found['ways'][0]['suggestion']} split: two shots of 0.5 s" in out
    assert "→ `rushes omit A001`" in out


def test_reading_the_catalogue_stays_light(film: Path) -> None:
    code = (
        "import sys; from tui.cli import main; main(['failures', '--json', '--film', sys.argv[1]]);"
        "main(['failures', '--by', 'model', '--film', sys.argv[1]]);"
        "heavy = {'pydantic', 'sqlmodel', 'sqlalchemy', 'textual', 'rich'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    main(["fail", "A001", "--category", "camera", "--broke", "x", "--film", str(film)])
    main(["status", "--film", str(film)])  # the plan's snapshot is made
    ran = subprocess.run(
        [sys.executable, "-c", code, str(film)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
