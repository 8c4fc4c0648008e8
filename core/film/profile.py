"""film.json: what the film is, how it is made, and what it may cost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from core.film.strict import (
    DateField,
    FpsField,
    ModelField,
    MoneyField,
    NameField,
    Names,
    ProviderField,
    ShareField,
    SizeField,
    Strict,
    Words,
)

FILE = "film.json"

Kind = Literal["hero", "establisher", "character", "action"]
Seam = Literal["last", "keyframe", "bridge", "anchor", "board", "text", "native"]
Policy = Literal["each", "every-n", "end"]
OnFail = Literal["hold", "carry-last-good", "reanchor"]
Judged = Literal["shot", "seam", "board", "cut", "delivery"]
Role = Literal["director", "producer", "editor", "client", "operator"]


class Director(Strict):
    name: str = ""
    prior_work: str = ""


class Campaign(Strict):
    """Where the film goes, and with what words."""

    role: str = ""
    channel: str = ""
    account: str = ""
    opening: str = ""
    caption: str = ""
    rubric: Annotated[Names, Field(max_length=50)] = ()
    """What a person scores beside the items there always are."""


class KindDefaults(Strict):
    """What a kind of shot is made with unless the shot says otherwise."""

    provider: ProviderField = "animatic"
    model: ModelField = "animatic-1"
    resolution: str = ""
    audio: bool = False
    seam: Seam | None = None
    """How shots of this kind begin; none is `last`."""


class Subscription(Strict):
    tier: str = ""
    monthly_usd: MoneyField | None = None


class Budget(Strict):
    """Limits in US dollars as decimal strings; one that is absent is unknown, not zero."""

    film_usd: MoneyField | None = None
    chain_usd: MoneyField | None = None
    day_usd: MoneyField | None = None
    take_usd: MoneyField | None = None


class Gates(Strict):
    switch_share: ShareField = Decimal("0.15")
    """A switch of model that costs more than this share of the budget waits for a person."""
    roles: Mapping[Judged, Annotated[tuple[Role, ...], Field(strict=False, min_length=1)]] = {}
    """Who may decide on what; where nothing stands, everybody may."""


class Review(Strict):
    """When a person must have looked before the chain goes on."""

    policy: Policy = "each"
    n: Annotated[int, Field(ge=1, le=1000)] = 5
    """For `every-n`: how many takes may lie between two looks."""


class Drift(Strict):
    every: Annotated[int, Field(ge=1, le=1000)] = 5
    """Measured against the anchor every so many shots."""
    policy: Literal["flag", "pause"] = "flag"
    thresholds: Mapping[str, float] = {}
    """Measure's name to the number from which a take is drifted."""


class Failures(Strict):
    categories: Words = ()
    """Categories of failure beside the ones every film has."""


class Pass(Strict):
    """A run over a part of the film, with a name."""

    name: NameField
    from_shot: Annotated[str, Field(alias="from")] = ""
    to: str = ""
    note: str = ""


class FilmProfile(Strict):
    """film.json as a value."""

    rushes: Literal[1]
    """Version of this file's format."""
    title: NameField
    director: Director = Director()
    format: str = ""
    genre: str = ""
    type: str = ""
    logline: str = ""
    audience: str = ""
    target_minutes: Annotated[float, Field(gt=0, le=600)] | None = None
    start: DateField | None = None
    """First day of the production."""
    due: DateField | None = None
    film_link: str = ""
    aspect: Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,2})?:\d{1,3}(\.\d{1,2})?$")] = "16:9"
    width: SizeField
    """Pixels, even, 16 to 8192."""
    height: SizeField
    """Pixels, even, 16 to 8192."""
    fps: FpsField
    """Frames a second: "24", "25", "24000/1001"."""
    delivery: str = ""
    campaign: Campaign = Campaign()
    defaults: Mapping[Kind, KindDefaults] = {}
    planned: Mapping[Kind, Annotated[int, Field(ge=0, le=100_000)]] = {}
    """How many shots of a kind the director counts on."""
    subscription: Subscription = Subscription()
    budget: Budget = Budget()
    estimates: Mapping[str, MoneyField] = {}
    """Cost category to US dollars."""
    traditional_estimate_usd: MoneyField | None = None
    director_hours: Annotated[float, Field(ge=0, le=100_000)] | None = None
    gates: Gates = Gates()
    review: Review = Review()
    drift: Drift = Drift()
    failures: Failures = Failures()
    on_fail: OnFail = "hold"
    poll_seconds: Annotated[float, Field(ge=0.05, le=300)] = 1.0
    """Between two questions to a provider about one job."""
    passes: Annotated[tuple[Pass, ...], Field(strict=False)] = ()

    def defaults_of(self, kind: Kind) -> KindDefaults:
        return self.defaults.get(kind, _PLAIN)


_PLAIN = KindDefaults()
STAND_IN = {"rushes": 1, "title": "?", "width": 1280, "height": 720, "fps": "24"}
"""Fills the holes of a broken profile, so that the other files can still be looked through."""
