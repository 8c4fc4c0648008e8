"""After a refusal by moderation: what helped others, with its price and the seam it costs. Pure.

Nothing here changes or sends anything: a person edits the film and orders a new take.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from core.film.continuity import live_shots, references_of, seam_of
from core.film.moderation import lint, section_of
from core.film.prompts import prompt_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from core.base.units import Money
    from core.film.matrix import Shot
    from core.film.moderation import Vocabulary
    from core.film.plan import Plan
    from core.providers.base import Capabilities, Quote

Kind = Literal["text only", "silent", "other words", "other model"]
MOST_MODELS = 3
_FIRST: dict[str, tuple[Kind, ...]] = {
    "audio": ("silent", "other words", "other model", "text only"),
    "image": ("text only", "other model", "other words", "silent"),
    "prompt": ("other words", "text only", "other model", "silent"),
}
"""What was flagged to what is likeliest to help; all stay on offer, for providers' words are often wrong."""
_ANY: tuple[Kind, ...] = ("text only", "silent", "other words", "other model")
BY_REFERENCE = ("keyframe", "board")
"""Seams whose picture goes along as a reference: their takes begin with no frame of their own."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One request that moderation refused."""

    shot: str
    take: int
    provider: str
    model: str
    flagged: str
    """prompt, image, audio or output, where the provider says which."""
    code: str
    prompt: str
    had_picture: bool
    audio: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """The same take, asked for in another way: what a quote is wanted for."""

    kind: Kind
    provider: str
    model: str
    audio: bool
    pictures: bool


@dataclass(frozen=True, slots=True)
class Option:
    """A model that may be asked instead."""

    provider: str
    model: str
    able: Capabilities | None = None
    """None: nobody knows what it takes."""
    missing_key: str = ""
    """The environment's name for a key that is not there."""

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A way round a refusal, for a person to take or leave."""

    kind: Kind
    what: str
    upper: Money | None
    """None, with `expected`: nobody can say what it costs."""
    expected: Money | None
    seam_cost: str
    """A sentence: which seam or picture is lost, if any."""
    todo: str
    """The edit and the command that follow a yes."""
    model: str
    """`provider:model` it would be made with."""

    @property
    def price(self) -> str:
        if self.upper is None:
            return "price unknown"
        expected = f", {self.expected} expected" if self.expected not in (None, self.upper) else ""
        return f"at most {self.upper}{expected}"

    def __str__(self) -> str:
        return f"{self.kind}: {self.what} ({self.price}; {self.seam_cost})"


def proposals(
    plan: Plan,
    refused: Refusal,
    quote: Callable[[Variant], Quote | None],
    models: Sequence[Option],
    vocabularies: Sequence[Vocabulary] | None = None,
) -> tuple[Proposal, ...]:
    """What to try next, likeliest first by what was flagged. Pure as `quote` is.

    Raises BadInput where the plan no longer has the shot.
    """
    as_it_was = Variant("other words", refused.provider, refused.model, refused.audio, refused.had_picture)
    made: dict[Kind, list[Proposal]] = {kind: [] for kind in _ANY}
    if refused.had_picture:
        made["text only"] = [
            _text_only(plan, refused, quote(replace(as_it_was, kind="text only", pictures=False)))
        ]
    if refused.audio:
        made["silent"] = [_silent(plan, refused, quote(replace(as_it_was, kind="silent", audio=False)))]
    made["other words"] = [_other_words(plan, refused, quote(as_it_was), vocabularies)]
    made["other model"] = _other_models(plan, refused, quote, models, vocabularies)
    return tuple(one for kind in _FIRST.get(refused.flagged, _ANY) for one in made[kind])


def _proposal(
    refused: Refusal, kind: Kind, what: str, quoted: Quote | None, seam_cost: str, edit: str, model: str = ""
) -> Proposal:
    return Proposal(
        kind,
        what,
        quoted.upper if quoted else None,
        quoted.expected if quoted else None,
        seam_cost,
        f"{edit}, then `rushes retake {refused.shot}`",
        model or f"{refused.provider}:{refused.model}",
    )


def _text_only(plan: Plan, refused: Refusal, quoted: Quote | None) -> Proposal:
    shot, file = plan.shot(refused.shot), plan.chain_of(refused.shot).file
    edits = [] if seam_of(plan, shot.id).seam == "text" else ['seam = "text"']
    edits += ["references = []"] if shot.references else []
    parts = [f"{file}, {shot.id}: {' and '.join(edits)}"] if edits else []
    for name in shot.characters:
        block = plan.block("characters", name)
        if block and block.references:
            parts.append(f"{block.file}: take its references out, for all its shots")
    lost = [*_lost_seam(plan, shot), *_lost_references(plan, shot)]
    cost = "; ".join(lost) or "no seam is lost: the plan asks for words only by now"
    edit = "; ".join(parts) or "the plan asks for words only by now: look at `rushes prompt`"
    return _proposal(refused, "text only", "words without any picture", quoted, cost, edit)


def _lost_seam(plan: Plan, shot: Shot) -> Iterator[str]:
    seam = seam_of(plan, shot.id)
    if seam.source and seam.source.shot and seam.seam != "anchor":
        yield f"the seam {seam.source.shot} > {shot.id} ({seam.seam}) is lost: no hand-over frame, a hard cut"
    elif seam.source:
        yield f"{shot.id} no longer begins with {seam.source} (seam {seam.seam})"
    if seam.into:
        yield f"it no longer arrives at the opening of {seam.into}"


def _lost_references(plan: Plan, shot: Shot) -> Iterator[str]:
    references = references_of(plan, shot.id)
    if references:
        yield f"without its references: {', '.join(map(str, references))}"


def _silent(plan: Plan, refused: Refusal, quoted: Quote | None) -> Proposal:
    kind = plan.shot(refused.shot).kind
    others = [shot.id for shot in live_shots(plan) if shot.kind == kind and shot.id != refused.shot]
    cost = "no seam is lost; its sound must come from elsewhere"
    if others:
        cost += (
            f"; film.json knows sound by kind: the takes of other {kind} shots go stale too: {len(others)}"
        )
    edit = f"film.json: defaults.{kind}.audio = false"
    return _proposal(refused, "silent", "the same without sound", quoted, cost, edit)


def _other_words(
    plan: Plan, refused: Refusal, quoted: Quote | None, vocabularies: Sequence[Vocabulary] | None
) -> Proposal:
    hits = lint(refused.prompt, refused.provider, refused.model, refused.had_picture, vocabularies)
    named = ", ".join(dict.fromkeys(f"'{hit.said}'" for hit in hits))
    now = prompt_of(plan, refused.shot)
    sections = [section_of(now, hit.start) for hit in hits] if now.text == refused.prompt else []
    blocks = dict.fromkeys(name for name in sections if ":" in name)
    cost = "no seam is lost"
    if blocks:
        cost += f"; every shot that names {', '.join(blocks)} changes with it"
    what = f"without {named}" if named else "which words were meant is not known"
    edit = f"say {named or 'it'} in other words (`rushes prompt {refused.shot}` shows where they stand)"
    return _proposal(refused, "other words", what, quoted, cost, edit)


def _other_models(
    plan: Plan,
    refused: Refusal,
    quote: Callable[[Variant], Quote | None],
    models: Sequence[Option],
    vocabularies: Sequence[Vocabulary] | None,
) -> list[Proposal]:
    """The cheapest that have a price and can make the shot's length."""
    shot = plan.shot(refused.shot)
    priced = []
    for one in {str(one): one for one in models}.values():
        same = (one.provider, one.model) == (refused.provider, refused.model)
        too_long = one.able is not None and not one.able.seconds[0] <= shot.seconds <= one.able.seconds[1]
        if same or too_long:
            continue
        audio = refused.audio and (one.able is None or one.able.audio)
        quoted = quote(Variant("other model", one.provider, one.model, audio, refused.had_picture))
        if quoted is not None:
            priced.append((quoted.upper, str(one), one, quoted))
    cheapest = sorted(priced, key=lambda row: row[:2])[:MOST_MODELS]
    return [_other_model(plan, refused, one, quoted, vocabularies) for _, _, one, quoted in cheapest]


def _other_model(
    plan: Plan, refused: Refusal, one: Option, quoted: Quote, vocabularies: Sequence[Vocabulary] | None
) -> Proposal:
    shot = plan.shot(refused.shot)
    lacks = list(_lacks(plan, shot, one.able, audio=refused.audio))
    cost = "; ".join(lacks) or "no seam is lost, but another model has another look"
    hits = lint(refused.prompt, one.provider, one.model, refused.had_picture, vocabularies)
    words = ", ".join(dict.fromkeys(f"'{hit.said}'" for hit in hits))
    what = f"{one} instead" + (f", which refuses {words} too" if words else "")
    edit = f'{plan.chain_of(shot.id).file}, {shot.id}: model = "{one}"'
    if one.missing_key:
        edit += f", and {one.missing_key} in the environment"
    return _proposal(refused, "other model", what, quoted, cost, edit, str(one))


def _lacks(plan: Plan, shot: Shot, able: Capabilities | None, *, audio: bool) -> Iterator[str]:
    """What the shot asks for and the model cannot take."""
    if able is None:
        yield "what it takes of seams and references is not known"
        return
    seam, count = seam_of(plan, shot.id), len(references_of(plan, shot.id))
    frame = seam.source is not None and seam.seam not in BY_REFERENCE
    if frame and not able.first_frame:
        yield f"it begins with no frame: the seam {seam.source} > {shot.id} ({seam.seam}) is lost"
    elif seam.seam == "native" and not able.native_last_frame:
        yield f"it cannot go on from {seam.source} by itself (seam native)"
    if seam.into and not able.last_frame:
        yield f"it arrives at no frame: the opening of {seam.into} is not met"
    pictures = count + (seam.source is not None and not frame)
    if frame and count and able.first_frame and able.frames_exclude_references:
        yield f"it takes the frame or references, not both: references that stay behind: {count}"
    elif pictures > able.references:
        yield f"it takes {able.references} of {pictures} references"
    if audio and not able.audio:
        yield "it makes no sound"
