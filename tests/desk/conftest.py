"""A small film that was run on fakes, its plan as a snapshot, and its places."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.engine import orders
from core.engine.chain import ChainRunner
from core.engine.production import Production
from core.film.load import load_plan
from core.ledger.plan_cache import Snapshot
from core.studio import assembly
from core.studio.places import Places
from core.studio.snapshot import of_plan
from tests.support.fakes import FakeProvider, StubClips
from tests.support.films import production, shots, write_film
from tests.tui.real_film import RealFilm, real_film


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "film")


@pytest.fixture
def open_film(places: Places) -> Iterator[Callable[..., Production]]:
    """Opens a film of three shots in one chain and one in another; closes every production at the end."""
    opened: list[Production] = []

    def opening(chains: dict[str, list[dict[str, Any]]] | None = None, **more: Any) -> Production:
        if not (places.root / "film.json").exists():
            write_film(places.root, chains or {"a": shots("A", 3), "b": shots("B", 1)})
        more.setdefault("provider", FakeProvider(price=250_000))
        more.setdefault("clips", StubClips())
        opened.append(production(places.root, **more))
        return opened[-1]

    yield opening
    for p in opened:
        p.reader.close()
        p.ledger.close()


def make(p: Production, *remake: str) -> None:
    """Orders what is missing, or the shots that are named, and makes it."""
    orders.place(p, orders.Scope(shots=remake))
    for chain in p.plan.chains:
        ChainRunner(p, chain.id, lambda: False).run()


@pytest.fixture
def run() -> Callable[..., None]:
    return make


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FakeProvider]:
    """A film of four takes before a person, made once, with the provider that made it."""
    root = write_film(tmp_path_factory.mktemp("template") / "film", {"a": shots("A", 3), "b": shots("B", 1)})
    provider = FakeProvider(price=250_000)
    p = production(root, provider)
    make(p)
    p.reader.close()
    p.ledger.close()
    return root, provider


@pytest.fixture
def made(
    template: tuple[Path, FakeProvider], places: Places, open_film: Callable[..., Production]
) -> Production:
    """A copy of the template, opened."""
    root, provider = template
    shutil.copytree(root, places.root)
    known = FakeProvider(price=provider.price, jobs=copy.deepcopy(provider.jobs), posts=list(provider.posts))
    return open_film(provider=known)


@pytest.fixture
def snapshot(places: Places) -> Callable[[], Snapshot]:
    return lambda: of_plan(load_plan(places.root), "mark")


@pytest.fixture
def film(tmp_path: Path) -> Iterator[RealFilm]:
    made = real_film(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def opened(film: RealFilm) -> Iterator[assembly.Opened]:
    made = assembly.open_film(film.places)
    yield made
    made.close()
