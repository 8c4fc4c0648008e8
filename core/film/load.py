"""The film folder to one `Plan`, or every fault of every file at once.

A fault is a line that cannot be meant as it stands. What can be meant but is unwise is a finding of
`readiness`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from pydantic import ValidationError

from core.base.errors import BadInput, PlanFaults, nearest
from core.base.units import check_id
from core.film import board as board_files
from core.film import prices as price_files
from core.film import profile as profile_files
from core.film import script as script_files
from core.film.blocks import FOLDERS, HEADS, Block, BlockHead, Blocks
from core.film.board import NO_BOARD, Board
from core.film.checks import Desk, check_all
from core.film.matrix import STAND_IN, Chain, ChainHead, Shot, ShotFile
from core.film.plan import Plan
from core.film.prices import NO_PRICES, Prices
from core.film.profile import FilmProfile
from core.film.salvage import mended, report, validated
from core.film.script import NO_SCRIPT, Script, ScriptHead
from core.film.signature import plan_files
from core.film.sources import MAX_FILES, Faults, Reader, Source, parse_front, parse_json, parse_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SHOTS = 20_000
_NO_FILM = "no film here (film.json is missing): run `rushes init DIR` or `rushes demo`"


@dataclass
class _Loading:
    """What one load has gathered so far."""

    reader: Reader
    faults: Faults
    sources: dict[str, Source] = field(default_factory=dict)
    twins: dict[str, str] = field(default_factory=dict)
    """Folded shot id to `id (file)`."""
    whole: bool = True
    board_read: bool = True
    shots: int = 0

    def open(self, path: str) -> Source | None:
        source = self.reader.source(path)
        if source:
            self.sources[path] = source
        return source


def load_plan(root: Path) -> Plan:
    """Reads and checks the film in `root`. Raises PlanFaults with every fault of every file."""
    return load_with(root, {})


def load_with(root: Path, instead: Mapping[str, str]) -> Plan:
    """`load_plan` as if the files in `instead` (path to text) already said that. Writes nothing."""
    faults = Faults()
    plan = _load(Path(root), instead, faults)
    if plan is None or faults.found:
        raise PlanFaults(faults.found)
    return plan


def _load(root: Path, instead: Mapping[str, str], faults: Faults) -> Plan | None:
    files = sorted({*plan_files(root), *instead})
    if profile_files.FILE not in files:
        faults.whole(profile_files.FILE, _NO_FILM, "no-film")
        return None
    if len(files) > MAX_FILES:
        faults.whole(profile_files.FILE, f"{len(files):,} plan files: at most {MAX_FILES:,}", "too-big")
        return None
    loading = _Loading(Reader(root, faults, instead), faults)
    profile = _profile(loading)
    script = _script(loading) if script_files.FILE in files else NO_SCRIPT
    board = _board(loading) if board_files.FILE in files else NO_BOARD
    prices = _prices(loading) if price_files.FILE in files else NO_PRICES
    blocks, stems = _blocks(loading, [path for path in files if path.startswith("blocks/")])
    chains = _chains(loading, [path for path in files if path.startswith("shots/")])
    if profile is None:
        return None
    plan = Plan.of(
        root=root,
        profile=profile,
        script=script,
        chains=chains,
        blocks=blocks,
        board=board,
        prices=prices,
    )
    check_all(Desk(plan, loading.sources, faults, stems, loading.whole, loading.board_read))
    return plan


def _profile(loading: _Loading) -> FilmProfile | None:
    source = loading.open(profile_files.FILE)
    data = parse_json(source, loading.faults) if source else None
    stand_in = profile_files.STAND_IN
    if source is None or data is None:
        return mended(FilmProfile, {}, stand_in)
    return validated(FilmProfile, data, source, loading.faults, stand_in)


def _script(loading: _Loading) -> Script:
    source = loading.open(script_files.FILE)
    front = parse_front(source, loading.faults) if source else None
    if source is None or front is None:
        return NO_SCRIPT
    head = validated(ScriptHead, front[0], source, loading.faults, {})
    return Script(head or ScriptHead(), front[1])


def _prices(loading: _Loading) -> Prices:
    source = loading.open(price_files.FILE)
    data = parse_toml(source, loading.faults) if source else None
    if source is None or data is None:
        return NO_PRICES
    prices = validated(Prices, data, source, loading.faults, {}) or NO_PRICES
    for number in prices.twins():
        loading.faults.at(source, ("price", number, "model"), "priced twice for the same", "duplicate-price")
    return prices


def _board(loading: _Loading) -> Board:
    source = loading.open(board_files.FILE)
    data = parse_toml(source, loading.faults) if source else None
    if source is None or data is None:
        loading.board_read = False
        return NO_BOARD
    before = len(loading.faults.found)
    board = validated(Board, data, source, loading.faults, {}) or NO_BOARD
    loading.board_read = len(loading.faults.found) == before
    met: dict[str, int] = {}
    for number, version in enumerate(board.version):
        if met.setdefault(version.id.casefold(), number) != number:
            what = f"version '{version.id}' is there twice"
            loading.faults.at(source, ("version", number, "id"), what, "duplicate-id")
    return board


def _blocks(loading: _Loading, files: list[str]) -> tuple[Blocks, dict[str, set[str]]]:
    """The blocks, and for each folder the stems that have a file, readable or not."""
    found: dict[tuple[str, str], Block] = {}
    stems: dict[str, set[str]] = {folder: set() for folder in FOLDERS}
    folded: dict[tuple[str, str], str] = {}
    for path in files:
        _, folder, name = path.split("/", 2)
        stem = name.removesuffix(".md")
        if folder not in FOLDERS:
            what = f"no such folder of blocks: they are {', '.join(FOLDERS)}"
            loading.faults.whole(path, what, "unknown-folder", nearest=nearest(folder, FOLDERS))
            continue
        stems[folder].add(stem)
        _file_name(loading, path, stem)
        twin = folded.setdefault((folder, _fold(stem)), path)
        if twin != path:
            loading.faults.whole(path, f"the same name as {twin}, but for case or accents", "twin-id")
        block = _block(loading, path, folder, stem)
        if block:
            found[folder, stem] = block
    return Blocks.of(found), stems


def _block(loading: _Loading, path: str, folder: str, stem: str) -> Block | None:
    source = loading.open(path)
    front = parse_front(source, loading.faults) if source else None
    if source is None or front is None:
        return None
    data, body = front
    head = validated(
        HEADS.get(folder, BlockHead), data, source, loading.faults, {"name": stem, "kind": FOLDERS[folder]}
    )
    if head and head.kind != FOLDERS[folder]:
        what = f"kind '{head.kind}' in blocks/{folder}/: it must say '{FOLDERS[folder]}'"
        loading.faults.at(source, ("kind",), what, "wrong-kind")
    if not body:
        loading.faults.whole(
            path, "the block says nothing: write its words below the +++ line", "empty-block"
        )
    return Block(stem, folder, path, head, body) if head else None


def _file_name(loading: _Loading, path: str, stem: str) -> None:
    try:
        check_id(stem)
    except BadInput as error:
        loading.faults.whole(path, f"{error.what}; {error.todo}", "bad-id")


def _chains(loading: _Loading, files: list[str]) -> list[Chain]:
    """Chains in order of file name."""
    chains: list[Chain] = []
    folded: dict[str, str] = {}
    for path in files:
        stem = path.removeprefix("shots/").removesuffix(".toml")
        _file_name(loading, path, stem)
        twin = folded.setdefault(_fold(stem), path)
        if twin != path:
            loading.faults.whole(path, f"the same chain as {twin}, but for case or accents", "twin-id")
        chain = _chain(loading, path, stem)
        if chain:
            chains.append(chain)
        else:
            loading.whole = False
    return chains


def _chain(loading: _Loading, path: str, stem: str) -> Chain | None:
    source = loading.open(path)
    data = parse_toml(source, loading.faults) if source else None
    if source is None or data is None:
        return None
    written = data.get("shot")
    loading.shots += len(written) if isinstance(written, list) else 0
    if loading.shots > MAX_SHOTS:
        loading.faults.whole(path, f"more than {MAX_SHOTS:,} shots up to this file", "too-many-shots")
        return None
    head, shots = _shot_file(loading, source, data)
    return Chain(stem, path, head.title, head.scene, head.anchor, _unique(loading, source, written, shots))


def _shot_file(loading: _Loading, source: Source, data: dict[str, Any]) -> tuple[ChainHead, tuple[Shot, ...]]:
    """Head and shots; with faults noted, what could be saved of each shot."""
    try:
        file = ShotFile.model_validate(data)
    except ValidationError as error:
        report(error, ShotFile, source, loading.faults)
    else:
        return file.chain, file.shot
    head = mended(ChainHead, data.get("chain", {}), {}) or ChainHead()
    written = data.get("shot")
    # A shot that nothing could be saved of keeps its number: the lines of the others hang on it.
    shots = [
        mended(
            Shot,
            shot if isinstance(shot, dict) else {},
            {**STAND_IN, "id": f"lost-{len(loading.sources)}-{n}"},
        )
        for n, shot in enumerate(written if isinstance(written, list) else [])
    ]
    return head, tuple(shot for shot in shots if shot is not None)


def _unique(loading: _Loading, source: Source, written: object, shots: tuple[Shot, ...]) -> tuple[Shot, ...]:
    """Notes ids that are there twice, as written: also those that cannot be ids. Renames the later one."""
    kept = list(shots)
    for number, shot in enumerate(written if isinstance(written, list) else []):
        name = shot.get("id") if isinstance(shot, dict) else None
        if not isinstance(name, str):
            continue
        first = loading.twins.setdefault(_fold(name), f"'{name}' of {source.path}:{number}")
        if first != f"'{name}' of {source.path}:{number}":
            twin = first.rpartition(":")[0]
            what = f"shot id '{name}' is there already: {twin} (ids are unique without case and accents)"
            loading.faults.at(source, ("shot", number, "id"), what, "duplicate-id")
            kept[number] = kept[number].model_copy(update={"id": f"twin-{len(loading.sources)}-{number}"})
    return tuple(kept)


def _fold(name: str) -> str:
    """Two names that some disk or some person takes for one."""
    return name.lower() if name.isascii() else normalize("NFC", name).casefold()
