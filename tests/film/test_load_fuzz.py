"""Whatever stands in the files: a plan or its faults, never another error."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from core.base.errors import Fault, PlanFaults
from core.film.load import load_plan
from core.film.readiness import findings, placed

if TYPE_CHECKING:
    from .conftest import Film

FILES = (
    "film.json",
    "shots/harbour.toml",
    "blocks/characters/ada.md",
    "blocks/cameras/slow.md",
    "board/board.toml",
)
PIECES = (
    *(
        b'"',
        b"[",
        b"]",
        b"{",
        b"}",
        b"=",
        b"\n",
        b"+++\n",
        b"\x00",
        b"\xff",
        b"\\",
        b"\\u0000",
        b"nan",
        b"1e999",
    ),
    *(
        b"true",
        b"-1",
        b"null",
        b"[]",
        b"{}",
        b'""',
        b"'''",
        b"[[shot]]\n",
        b"[chain]\n",
        b"2024-01-01",
        b"99999999999999999999",
    ),
    *(
        b'"S101"',
        b'"S103"',
        b'"last"',
        b'"bridge"',
        b'"anchor"',
        b"omitted = true\n",
        b'"../x"',
        b'"/"',
        b"\xc3\xa9",
        b"24/00",
    ),
)


def broken(text: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text) + 1)
        lines = text.split(b"\n")
        match chance.randrange(4):
            case 0:
                text = text[:at] + chance.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + chance.randint(1, 30) :]
            case 2:
                number = chance.randrange(len(lines))
                head = lines[number].partition(b"=")[0]
                text = b"\n".join(
                    [*lines[:number], head + b"= " + chance.choice(PIECES), *lines[number + 1 :]]
                )
            case _:
                chance.shuffle(lines)
                text = b"\n".join(lines)
    return text


def outcome(film: Film) -> tuple[Fault, ...]:
    """The faults of a film, or none after everything that reads its plan has run."""
    try:
        plan = load_plan(film.root)
    except PlanFaults as error:
        return error.faults or (Fault("", -1, "faults without a fault"),)
    placed(plan, findings(plan, lambda provider, model: None))
    return ()


@pytest.mark.parametrize("seed", range(12))
def test_no_damage_to_a_file_raises_anything_but_faults(film: Film, seed: int) -> None:
    film.board()
    chance = random.Random(seed)
    whole = {path: (film.root / path).read_bytes() for path in FILES}
    for _ in range(25):
        path = chance.choice(FILES)
        film.write(path, broken(whole[path], chance))
        for fault in outcome(film):
            assert fault.what.isprintable()
            assert fault.line >= 0
        film.write(path, whole[path])
