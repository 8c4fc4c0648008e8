"""What one file says about another: names, pictures, seams.

Runs over values that may hold stand-ins for broken parts; each fault names the file and line of
what a person wrote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from core.base.errors import BadInput, nearest
from core.base.paths import inside, sha256_file
from core.film import board as board_files
from core.film.blocks import FOLDERS
from core.film.continuity import FROM_BEFORE, Reference, circle, seam_name
from core.film.prompts import LIMIT_BYTES, prompt_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.film.matrix import Chain, Shot
    from core.film.plan import Plan
    from core.film.sources import Faults, Loc, Source


@dataclass
class Desk:
    """What the checks work on."""

    plan: Plan
    sources: Mapping[str, Source]
    """By path; a file that could not be read is not in it."""
    faults: Faults
    stems: Mapping[str, set[str]]
    """Folder of blocks to the stems that have a file there, readable or not."""
    whole: bool
    """Every file of shots/ was parsed: an id that was not met is unknown."""
    board_read: bool
    looked_up: dict[str, tuple[str, str, str] | None] = field(default_factory=dict)

    def note(self, file: str, loc: Loc, what: str, code: str, near: str = "") -> None:
        source = self.sources.get(file)
        if source:
            self.faults.at(source, loc, what, code, near)

    def picture(self, file: str, loc: Loc, path: str) -> None:
        """Notes a picture that is not a file inside the film."""
        if path not in self.looked_up:
            self.looked_up[path] = _wrong_with(self.plan.root, path)
        wrong = self.looked_up[path]
        if wrong:
            self.note(file, loc, *wrong)


def _wrong_with(root: Path, path: str) -> tuple[str, str, str] | None:
    """(sentence, code, nearest) for a picture that cannot be used."""
    try:
        place = inside(root, path)
    except BadInput as error:
        return f"{error.what}: {error.todo}", "outside-path", ""
    except (OSError, ValueError, RuntimeError):
        return f"'{path[:80]}' cannot be followed to a file", "outside-path", ""
    try:
        if place.is_file():
            return None
        beside = [item.name for item in place.parent.iterdir()] if place.parent.is_dir() else []
    except OSError as error:
        return f"'{path[:80]}' cannot be looked at: {error.strerror}", "missing-file", ""
    return f"there is no file '{path[:200]}'", "missing-file", nearest(place.name, beside)


def check_all(desk: Desk) -> None:
    """Every fault between files."""
    for chain in desk.plan.chains:
        _chain_anchor(desk, chain)
        for number, shot in enumerate(chain.shots):
            _names(desk, chain, number, shot)
            if not shot.omitted:
                _references(desk, chain, number, shot)
                _seam(desk, chain, number, shot)
    _block_pictures(desk)
    _board(desk)
    if not desk.faults.found:
        # Only a plan that is sound so far can be walked and written out.
        _circles(desk)
        _long_prompts(desk)


def _names(desk: Desk, chain: Chain, number: int, shot: Shot) -> None:
    """The blocks a shot names must exist."""
    named: list[tuple[str, str, Loc]] = [
        ("characters", name, ("characters", place)) for place, name in enumerate(shot.characters)
    ]
    named += [("environments", shot.environment, ("environment",)), ("cameras", shot.camera, ("camera",))]
    for folder, name, loc in named:
        if name and name not in desk.stems[folder]:
            what = f"no {FOLDERS[folder]} block '{name[:40]}' in blocks/{folder}/"
            near = nearest(name, desk.stems[folder])
            desk.note(chain.file, ("shot", number, *loc), what, "unknown-block", near)


def _references(desk: Desk, chain: Chain, number: int, shot: Shot) -> None:
    for place, text in enumerate(shot.references):
        loc: Loc = ("shot", number, "references", place)
        reference = _known(desk, chain.file, loc, text)
        if reference and reference.shot:
            _earlier(desk, chain, loc, shot.id, reference.shot)


def _known(desk: Desk, file: str, loc: Loc, text: str) -> Reference | None:
    """A reference that points to something there is; else the fault is noted and None returned."""
    reference = Reference.parse(text)
    if reference is None:
        what = f"'{text[:40]}': after a shot's id only ':first' can follow"
        desk.note(file, loc, what, "unknown-reference")
    elif reference.file:
        desk.picture(file, loc, reference.file)
    elif not desk.plan.has(reference.shot):
        if desk.whole:
            near = nearest(reference.shot, desk.plan.places)
            desk.note(file, loc, f"no shot '{reference.shot}' in this film", "unknown-shot", near)
        return None
    elif desk.plan.shot(reference.shot).omitted:
        desk.note(file, loc, f"shot '{reference.shot}' is omitted: it has no frames", "omitted-shot")
        return None
    return reference


def _earlier(desk: Desk, chain: Chain, loc: Loc, shot_id: str, needed: str) -> None:
    """Within a chain a shot can only wait for an earlier one; across chains circles are looked for later."""
    here, there = desk.plan.position(shot_id), desk.plan.position(needed)
    if there.chain == here.chain and there.index >= here.index:
        what = "itself" if there.index == here.index else f"the later shot '{needed}'"
        desk.note(chain.file, loc, f"points to {what}: only an earlier one has a frame by then", "later-shot")


def _chain_anchor(desk: Desk, chain: Chain) -> None:
    if chain.anchor:
        _known(desk, chain.file, ("chain", "anchor"), chain.anchor)


def _seam(desk: Desk, chain: Chain, number: int, shot: Shot) -> None:
    """Each seam needs something to begin with."""
    plan, loc = desk.plan, ("shot", number, "seam")
    seam, place = seam_name(plan, shot.id), plan.position(shot.id)
    if seam in FROM_BEFORE and place.before is None:
        what = (
            f"seam '{seam}' on the first shot of a chain: nothing comes before it; use text, board or anchor"
        )
        desk.note(chain.file, loc, what, "seam-first")
    elif seam == "bridge":
        _bridge(desk, chain, loc, place.after)
    elif seam == "anchor" and not chain.anchor:
        what = "seam 'anchor' in a chain without anchor: give [chain] an anchor, or choose another seam"
        desk.note(chain.file, loc, what, "no-anchor")
    elif seam == "anchor":
        reference = Reference.parse(chain.anchor)
        if reference and reference.shot and plan.has(reference.shot):
            _earlier(desk, chain, loc, shot.id, reference.shot)
    elif seam == "board" and desk.board_read and plan.plate_of(shot.environment) is None:
        where = f"of environment '{shot.environment[:40]}'" if shot.environment else "without an environment"
        what = f"seam 'board' {where}: the current board has no picture of it (role environment)"
        desk.note(chain.file, loc, what, "no-plate")


def _bridge(desk: Desk, chain: Chain, loc: Loc, after: str | None) -> None:
    if after is None:
        what = "seam 'bridge' on the last shot of a chain: there is no next shot to reach"
        desk.note(chain.file, loc, what, "bridge-last")
    elif seam_name(desk.plan, after) in FROM_BEFORE:
        what = (
            f"a bridge ends on the opening frame of '{after}', which itself waits for the bridge: "
            f"give '{after}' the seam text, board or anchor"
        )
        desk.note(chain.file, loc, what, "bridge-next")


def _block_pictures(desk: Desk) -> None:
    for block in desk.plan.blocks.all():
        for number, path in enumerate(block.references):
            desk.picture(block.file, ("references", number), path)


def _board(desk: Desk) -> None:
    """Only the current version is held to its pictures: old ones may have been cleared away."""
    board = desk.plan.board
    for number, version in enumerate(board.version):
        if version is board.current:
            for place, image in enumerate(version.image):
                loc: Loc = ("version", number, "image", place)
                desk.picture(board_files.FILE, (*loc, "file"), image.file)
                if desk.looked_up[image.file] is None and _sha(desk.plan.root, image.file) != image.sha:
                    what = f"'{image.file}' is not the picture this sha was made from"
                    desk.note(board_files.FILE, (*loc, "sha"), what, "sha-differs")
                _image_name(desk, loc, image.role, image.name)


def _image_name(desk: Desk, loc: Loc, role: str, name: str) -> None:
    folder = {"environment": "environments", "character": "characters"}.get(role)
    if folder and name and name not in desk.stems[folder]:
        what = f"no {role} block '{name[:40]}' in blocks/{folder}/"
        near = nearest(name, desk.stems[folder])
        desk.note(board_files.FILE, (*loc, "name"), what, "unknown-block", near)


def _sha(root: Path, path: str) -> str:
    file = inside(root, path)
    facts = file.stat()
    return _sha_of(file, facts.st_size, facts.st_mtime_ns, facts.st_ino)


@lru_cache(maxsize=512)
def _sha_of(file: Path, _size: int, _mtime_ns: int, _inode: int) -> str:
    """A picture that did not change is hashed once a process: plans are loaded at every save."""
    return sha256_file(file)


def _circles(desk: Desk) -> None:
    ring = circle(desk.plan)
    if ring:
        place = desk.plan.position(ring[0])
        chain = desk.plan.chains[place.chain]
        what = f"shots wait for each other in a circle: {' → '.join((*ring[:8], ring[0]))}"
        desk.note(chain.file, ("shot", place.index), what, "circle")


def _long_prompts(desk: Desk) -> None:
    """Prompts are only written out where their parts could be too long together."""
    plan = desk.plan
    version = plan.board_version
    shared = len(version.blocks.consistency) if version else 0
    shared += sum(_size(desk, f, s) for f in ("style", "sound", "avoid") for s in plan.blocks.folder(f))
    for chain in plan.chains:
        for number, shot in enumerate(chain.shots):
            named = sum(_size(desk, "characters", name) for name in shot.characters)
            named += _size(desk, "environments", shot.environment) + _size(desk, "cameras", shot.camera)
            # At most four bytes a character; headings and the smaller fields are within the margin.
            if (shared + named + _own_words(shot) + 500) * 4 > LIMIT_BYTES:
                size = len(prompt_of(plan, shot.id).text.encode())
                if size > LIMIT_BYTES:
                    what = f"the prompt is {size:,} bytes long: at most {LIMIT_BYTES:,} are sent"
                    desk.note(chain.file, ("shot", number), what, "prompt-too-long")


def _size(desk: Desk, folder: str, stem: str) -> int:
    block = desk.plan.block(folder, stem)
    return max(len(block.body), len(block.head.carried)) if block else 0


def _own_words(shot: Shot) -> int:
    state = shot.continuity
    texts = (shot.description, shot.action, shot.mood, shot.sound, *shot.beats, *state.props)
    more = (state.position, state.lighting, state.costume, state.weather, state.emotion)
    return sum(map(len, texts)) + sum(map(len, more)) + len(state.screen_direction) + 6 * len(shot.beats)
