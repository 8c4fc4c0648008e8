"""The command line as a person meets it: sentences, exit codes, data on stdout, talk on stderr."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.films import shots, write_film
from tests.support.work import REPO, order, rushes, takes
from tui.cli import COMMANDS

SHOT = '[[shot]]\nid = "{}"\nkind = "hero"\ndescription = "x"\nseconds = 1.0\n'
HOSTILE = "[/] boom \x1b[2J\x1b]52;c;ZXZpbA==\x07\u202egnp.exe\x9b31m"


def small(root: Path, count: int = 2, **more: object) -> Path:
    film = {"a": shots("A", count, seconds=0.5)}
    return write_film(root, film, width=160, height=90, poll_seconds=0.1, **more)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small film with two takes; tests only read it."""
    root = tmp_path_factory.mktemp("made")
    small(root)
    done = rushes("run", film=root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def shot(made: Path, film_root: Path) -> Path:
    """A copy of it, to be changed."""
    shutil.copytree(made, film_root, dirs_exist_ok=True)
    return film_root


def test_every_command_has_help_and_help_lists_every_command() -> None:
    shown = rushes("--help", cold=True).stdout
    assert all(f"  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    from tui.cli import main

    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"rushes {name}" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["stauts"], ["aprove", "A001"]])
def test_a_misspelt_command_is_answered_with_the_nearest(words: list[str]) -> None:
    said = rushes(*words)
    assert said.returncode == 2
    assert "did you mean '" in said.stderr
    assert said.stdout == ""


def test_an_empty_folder_says_how_to_begin(tmp_path: Path) -> None:
    for command in ("status", "check", "run", "takes"):
        said = rushes(command, film=tmp_path)
        assert said.returncode == 2, command
        assert "rushes init" in said.stderr
        assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("film.json", '{"rushes": 1, "title": "Half', "film.json:1"),
        ("film.json", '{"rushes": 1, "title": "A", "widht": 160, "height": 90, "fps": "24"}', "width"),
        ("shots/a.toml", SHOT.format("A001") * 2, "A001"),
        ("shots/b.toml", SHOT.format("a001"), "a001"),
        ("shots/b.toml", '[chain]\nanchor = "Z9"\n' + SHOT.format("B1"), "Z9"),
        ("shots/b.toml", SHOT.format("B1") + 'references = ["B2"]\n' + SHOT.format("B2"), "B2"),
    ],
    ids=["half", "unknown key", "duplicate id", "twin-case id", "unknown anchor", "later reference"],
)
def test_bad_files_are_named_with_their_line_and_nothing_is_written(
    film_root: Path, file: str, text: str, told: str
) -> None:
    small(film_root)
    (film_root / file).write_text(text)
    for command in ("check", "run"):
        said = rushes(command, film=film_root)
        assert said.returncode == 2, said.stderr
        assert told in said.stdout + said.stderr
        assert "Traceback" not in said.stderr
    assert not (film_root / "takes").exists()


def test_status_json_has_the_documented_fields(made: Path) -> None:
    said = rushes("status", "--json", film=made)
    found = json.loads(said.stdout)
    assert said.returncode == 0
    assert set(found["money"]) == {
        *("budget_usd", "settled_usd", "committed_usd", "reserved_usd", "in_doubt_usd"),
        *("remaining_usd", "forecast_p50_usd", "forecast_p90_usd"),
    }
    assert {"id", "state", "pause_reason", "done", "total", "current"} <= set(found["chains"][0])
    assert {"id", "chain", "kind", "state", "takes", "approved_take", "stale", "drift"} <= set(
        found["shots"][0]
    )
    assert {"provider", "state", "balance_usd", "limit_remaining_usd", "read_at"} <= set(found["accounts"][0])
    assert found["worker"] == {"running": False, "pid": None, "heartbeat_age_s": None}
    assert found["money"]["budget_usd"] is None, "no budget is unknown, not zero"
    assert [shot["state"] for shot in found["shots"]] == ["review", "review"]


def test_status_imports_nothing_heavy() -> None:
    script = (
        "import sys; import tui.cli; import tui.commands.reading;"
        "heavy = {'pydantic', 'sqlmodel', 'sqlalchemy', 'textual', 'numpy', 'PIL', 'av', 'rtoml', 'rich'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=REPO, check=True
    )
    assert done.stdout.strip() == "[]"


def test_reading_commands_give_data_and_talk_apart(made: Path) -> None:
    for command in ("status", "takes", "spend", "failures", "accounts", "since"):
        said = rushes(command, "--json", film=made)
        assert said.returncode == 0, said.stderr
        json.loads(said.stdout)
        assert said.stderr == ""
        assert rushes(command, film=made).stdout.strip() or command == "failures"


def test_a_reader_that_goes_away_is_no_error(made: Path) -> None:
    piped = f"{sys.executable} -m tui.cli since --film {made} | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", piped], capture_output=True, text=True, cwd=REPO, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_without_a_terminal_rushes_alone_gives_the_plain_status(made: Path) -> None:
    said = rushes(film=made)
    assert said.returncode == 0
    assert "For review, 2 shots: A001, A002." in said.stdout
    assert "\x1b" not in said.stdout


def test_a_dumb_terminal_gets_the_plain_status(made: Path) -> None:
    terminal, inside = os.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "--film", str(made)],
        cwd=REPO,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env={**os.environ, "TERM": "dumb"},
    )
    os.close(inside)
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    assert child.wait(30) == 0
    assert b"For review, 2 shots: A001, A002." in shown
    assert b"\x1b" not in shown


def test_hostile_text_is_kept_in_the_ledger_and_harmless_on_screen(film_root: Path) -> None:
    small(film_root)
    order(film_root)
    logged = rushes("fail", "A001", "--category", "style", "--broke", HOSTILE, film=film_root)
    assert logged.returncode == 0, logged.stderr
    assert rushes("note", "A001", HOSTILE, film=film_root).returncode == 0
    for command in ("failures", "since", "status"):
        shown = rushes(command, film=film_root)
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(shown.stdout + shown.stderr)
    assert "[/] boom" in rushes("failures", film=film_root).stdout
    kept = json.loads(rushes("failures", "--json", film=film_root).stdout)
    assert kept[0]["broke"] == HOSTILE.strip()


def test_a_failure_needs_a_known_category_and_says_the_nearest(film_root: Path) -> None:
    small(film_root)
    said = rushes("fail", "A001", "--category", "contnuity", "--broke", "x", film=film_root)
    assert said.returncode == 2
    assert "did you mean 'continuity'?" in said.stderr


def test_an_unknown_shot_is_answered_with_the_nearest(made: Path) -> None:
    said = rushes("approve", "A01", film=made)
    assert said.returncode == 2
    assert "did you mean 'A00" in said.stderr


def test_init_writes_a_film_that_is_ready_and_never_overwrites_one(tmp_path: Path) -> None:
    root = tmp_path / "new"
    made = rushes("init", str(root), "--title", "Salt")
    assert made.returncode == 0, made.stderr
    assert json.loads((root / "film.json").read_text())["title"] == "Salt"
    assert rushes("check", film=root).returncode in (0, 1)
    again = rushes("init", str(root))
    assert again.returncode == 2
    assert "a film lies here already" in again.stderr
    assert json.loads((root / "film.json").read_text())["title"] == "Salt"


def test_init_from_another_film_takes_its_look_and_none_of_its_shots(tmp_path: Path) -> None:
    assert rushes("init", str(tmp_path / "one"), "--title", "One").returncode == 0
    block = tmp_path / "one" / "blocks" / "style" / "paint.md"
    block.write_text('+++\nname = "Paint"\nkind = "style"\n+++\nThick paint.\n')
    made = rushes("init", str(tmp_path / "two"), "--from", str(tmp_path / "one"), "--title", "Two")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "two" / "blocks" / "style" / "paint.md").read_text() == block.read_text()
    assert "the film has no shots" in rushes("check", film=tmp_path / "two").stdout
    assert "Two 0/0 no worker" in rushes("status", "--line", film=tmp_path / "two").stdout


def test_schema_prints_json_schemas_an_editor_can_use() -> None:
    found = json.loads(rushes("schema", "shots").stdout)
    assert found["$schema"].startswith("https://json-schema.org/")
    assert rushes("schema", "shot").returncode == 2


def test_prompt_shows_the_words_and_what_changed_since_a_take(shot: Path) -> None:
    assert rushes("prompt", "A001", film=shot).stdout.strip() == "a place"
    path = shot / "shots" / "a.toml"
    path.write_text(path.read_text().replace('"a place"', '"a cold place"'))
    changed = rushes("prompt", "A001", "--diff", "1", film=shot).stdout
    assert "-a place" in changed
    assert "+a cold place" in changed
    status = json.loads(rushes("status", "--json", film=shot).stdout)
    assert status["shots"][0]["state"] == "stale", "a take of other words no longer follows from the plan"


def test_frame_writes_the_picture_asked_for(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "frame.png"
    said = rushes("frame", "A001", "--at", "0.2", "--out", str(out), film=made)
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == str(out)
    assert out.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert rushes("frame", "A001", "--at", "noon", film=made).returncode == 2


def test_review_copies_carry_the_slate_and_the_clip_stays_clean(shot: Path) -> None:
    clip = shot / "takes" / "A001" / "A001_t001.mp4"
    before = clip.read_bytes()
    said = rushes("takes", "A001", "--copy", film=shot)
    assert said.returncode == 0, said.stderr
    copy = Path(said.stdout.strip())
    assert copy.is_file()
    assert copy.parent.name == "review"
    assert clip.read_bytes() == before


def test_assemble_needs_circled_takes_and_says_which_are_missing(shot: Path) -> None:
    refused = rushes("assemble", film=shot)
    assert refused.returncode == 2
    assert "A001, A002" in refused.stderr
    assert rushes("approve", "A001", "A002", film=shot).returncode == 0
    cut = rushes("assemble", film=shot)
    assert cut.returncode == 0, cut.stderr
    assert Path(cut.stdout.strip()).is_file()
    assert "| A001 |" in (shot / "diary.md").read_text()


def test_a_take_deleted_by_hand_is_found_and_fetched_again(shot: Path) -> None:
    clip = shot / "takes" / "A002" / "A002_t001.mp4"
    before = clip.read_bytes()
    clip.unlink()
    refused = rushes("approve", "A002", film=shot)
    assert refused.returncode == 2
    assert "is gone" in refused.stderr
    found = rushes("audit", film=shot)
    assert found.returncode == 1
    assert "A002" in found.stdout
    mended = rushes("audit", "--repair", film=shot)
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert clip.read_bytes() == before
    assert len(takes(shot)) == 2, "it was fetched, not made again"


def test_a_lost_ledger_is_rebuilt_from_the_sidecars_and_waits_for_a_person(shot: Path) -> None:
    before = [(take.shot, take.n, take.sha, take.seed, take.request_hash) for take in takes(shot)]
    (shot / ".rushes" / "ledger.db").write_bytes(b"not a ledger at all" * 400)
    refused = rushes("status", film=shot)
    assert refused.returncode == 2
    assert "rushes audit" in refused.stderr
    rebuilt = rushes("audit", "--rebuild", film=shot)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert [(take.shot, take.n, take.sha, take.seed, take.request_hash) for take in takes(shot)] == before
    assert list((shot / ".rushes").glob("ledger.db.broken-*")), "the broken file is kept"
    status = json.loads(rushes("status", "--json", film=shot).stdout)
    assert status["chains"][0]["pause_reason"] == "manual"


def test_a_vanished_ledger_is_not_begun_anew_over_the_takes_that_are_there(shot: Path) -> None:
    before = [(take.shot, take.n, take.sha) for take in takes(shot)]
    (shot / ".rushes" / "ledger.db").unlink()
    refused = rushes("run", film=shot)
    assert refused.returncode == 2
    assert "rushes audit --repair" in refused.stderr
    repaired = rushes("audit", "--repair", film=shot)
    assert repaired.returncode in (0, 1), repaired.stderr
    assert rushes("status", film=shot).returncode == 0
    shutil.rmtree(shot / ".rushes")
    refused = rushes("run", film=shot)
    assert "rushes audit --rebuild" in refused.stderr
    assert rushes("audit", "--rebuild", film=shot).returncode == 0
    assert [(take.shot, take.n, take.sha) for take in takes(shot)] == before


def may_mount() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0


def test_a_folder_without_write_permission_gets_a_sentence(film_root: Path) -> None:
    # The superuser may write anywhere but on a read-only mount: as root, that is what is tried.
    small(film_root)
    if os.geteuid() == 0 and not may_mount():
        pytest.skip("as root this needs a read-only mount, and unshare is not allowed here")
    lock = f"mount --bind {film_root} {film_root} && mount -o remount,ro,bind {film_root} && "
    tool = f"{sys.executable} -m tui.cli"
    for command in (f"run --film {film_root}", f"approve A001 --film {film_root}", f"init {film_root}/new"):
        if os.geteuid() == 0:
            argv = ["unshare", "-m", "/bin/sh", "-c", f"{lock}{tool} {command}"]
        else:
            film_root.chmod(0o500)
            argv = ["/bin/sh", "-c", f"{tool} {command}"]
        said = subprocess.run(argv, capture_output=True, text=True, cwd=REPO, check=False)
        film_root.chmod(0o700)
        assert said.returncode == 2, said.stderr
        assert "permission" in said.stderr
        assert "Traceback" not in said.stderr
        shown = subprocess.run(
            [*argv[:-1], argv[-1].replace(command, f"status --film {film_root}")],
            capture_output=True,
            text=True,
            cwd=REPO,
            check=False,
        )
        assert "A001" in shown.stdout, "reading needs no permission to write"


def test_a_disk_that_is_nearly_full_sends_nothing_and_says_so(tmp_path: Path) -> None:
    if not may_mount():
        pytest.skip("needs to mount a small disk: root and unshare")
    small(tmp_path / "film")
    script = (
        f"mount -t tmpfs -o size=40m tmpfs {tmp_path}/film"
        f" && cp -r {tmp_path}/kept/. {tmp_path}/film"
        f" && {sys.executable} -m tui.cli run --film {tmp_path}/film; code=$?;"
        f" ls {tmp_path}/film/takes 2>/dev/null; exit $code"
    )
    (tmp_path / "film").rename(tmp_path / "kept")
    (tmp_path / "film").mkdir()
    done = subprocess.run(
        ["unshare", "-m", "/bin/sh", "-c", script], capture_output=True, text=True, cwd=REPO, check=False
    )
    assert done.returncode == 3, done.stderr
    assert "MB free" in done.stderr
    assert done.stdout == ""
