"""What the film's refusals teach, and what is proposed after one: kept once, for a person to decide.

A refusal by moderation is an event of kind `take.refused`. Words that stood in refused prompts and in
no accepted one join the shipped vocabularies; the ways round a refusal become rows of `suggestion`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from core.base.errors import RushesError
from core.base.paths import sha256_text
from core.desk.advice import BY_REFERENCE, Option, Refusal, proposals
from core.engine.requests import draft, expecting
from core.engine.states import IN_FLIGHT, USABLE, TakeState
from core.film.choice import choose_model, split_model
from core.film.continuity import live_shots, seam_of
from core.film.moderation import Sent, has_picture, learned, shipped
from core.film.readiness import FREE_PROVIDER
from core.ledger import records
from core.ledger.tables import Suggestion
from core.providers.base import ErrorClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.desk.advice import Proposal, Variant
    from core.engine.production import Production
    from core.film.moderation import Vocabulary
    from core.ledger.append import Writer
    from core.ledger.views import Reader, TakeRow
    from core.providers.base import Capabilities, Quote

SOURCE = "moderation"
"""Of a suggestion's row."""
_ALL = 1_000_000
"""More events than a film has of one kind."""
_PASSED = (USABLE | IN_FLIGHT | {TakeState.REJECTED, TakeState.BROKEN, TakeState.EXPIRED}) - {
    TakeState.SUBMITTED,
    TakeState.RUNNING,
}
"""The provider made the clip: its moderation let prompt and result through."""


def vocabularies_of(reader: Reader) -> tuple[Vocabulary, ...]:
    """The shipped ones, then what this film's own refusals teach."""
    refused = _refused(reader)
    if not refused:
        return shipped()
    passed: dict[tuple[str, str], list[Sent]] = {}
    for take in reader.all_takes():
        if (take.provider, take.model) in refused and take.state in _PASSED:
            sent = Sent(reader.prompt_of(take.id), _pictured(take))
            passed.setdefault((take.provider, take.model), []).append(sent)
    grown = [
        held
        for (provider, model), (sent, last) in refused.items()
        for held in learned(provider, model, sent, passed.get((provider, model), []), last)
    ]
    return (*shipped(), *grown)


def _refused(reader: Reader) -> dict[tuple[str, str], tuple[list[Sent], date]]:
    """Provider and model to the prompts their moderation refused, and the day of the last refusal.

    From the provider's own words and from what people logged; a flagged picture or sound blames no word.
    """
    found: dict[tuple[str, str], tuple[list[Sent], date]] = {}

    def add(provider: str, model: str, sent: Sent, at: str) -> None:
        held, last = found.get((provider, model), ([], date.min))
        found[provider, model] = ([*held, sent], max(last, date.fromisoformat(at[:10])))

    for event in reversed(_refusals(reader)):
        data, take = event["data"], reader.take(event["take_id"])
        prompt = _prompt_then(reader, event, take) if take else ""
        if take and prompt and data.get("flagged") not in ("image", "audio"):
            sent = Sent(prompt, bool(data.get("picture")) or _pictured(take), str(data.get("code", "")))
            add(take.provider, take.model, sent, event["at"])
    for row in records.failures(reader):
        take = reader.take(row["take_id"]) if row["category"] == "moderation" and row["take_id"] else None
        if take and take.state not in _PASSED and (prompt := reader.prompt_of(take.id)):
            add(take.provider, take.model, Sent(prompt, _pictured(take)), row["at"])
    return found


def _refusals(reader: Reader) -> list[dict[str, Any]]:
    """Events of requests that moderation refused, newest first."""
    found = reader.events(limit=_ALL, kinds=("take.refused",))
    return [event for event in found if event["data"].get("class") == ErrorClass.MODERATION]


def _prompt_then(reader: Reader, event: dict[str, Any], take: TakeRow) -> str:
    """The prompt that was refused: a take that is sent again has another by now. Empty: not known."""
    data, now = event["data"], reader.prompt_of(take.id)
    if data.get("prompt"):
        return str(data["prompt"])
    if data.get("prompt_sha"):
        return now if sha256_text(now) == data["prompt_sha"] else ""
    return now if take.state not in _PASSED else ""


def _pictured(take: TakeRow) -> bool:
    return bool(take.in_sha) or take.seam in BY_REFERENCE


# Keeping them.


def propose(p: Production, take: TakeRow, priced: Sequence[tuple[str, str]] = ()) -> int:
    """Keeps the proposals after a take's last refusal as suggestions; returns how many it wrote.

    Once a refusal, whoever asks how often. `priced`: (provider, model) of further models with a price,
    beside those the film names.
    """
    event = next((one for one in _refusals(p.reader) if one["take_id"] == take.id), None)
    if event is None or not p.plan.has(take.shot):
        return 0
    refused = _refusal(p, take, event)
    made = proposals(
        p.plan, refused, partial(_quote, p, take), _options(p, priced), vocabularies_of(p.reader)
    )
    with p.ledger.write() as w:
        # Read inside: nobody else can write now, and another process may have been quicker.
        earlier = p.reader.events(after=event["id"], limit=_ALL, kinds=(records.SUGGESTED,))
        if any(one["data"].get("refused") == event["id"] for one in earlier):
            return 0
        _keep(w, refused, made, take, event["id"])
    return len(made)


def _refusal(p: Production, take: TakeRow, event: dict[str, Any]) -> Refusal:
    data = event["data"]
    return Refusal(
        shot=take.shot,
        take=take.n,
        provider=take.provider,
        model=take.model,
        flagged=str(data.get("flagged", "")),
        code=str(data.get("code", "")),
        prompt=_prompt_then(p.reader, event, take),
        had_picture=bool(data.get("picture")) or has_picture(p.plan, take.shot),
        audio=bool(data.get("audio", choose_model(p.plan, p.plan.shot(take.shot)).audio)),
    )


def _options(p: Production, priced: Sequence[tuple[str, str]]) -> list[Option]:
    """The models the film names anywhere, and `priced`; what only draws animatics is none."""
    named = [(kind.provider, kind.model) for kind in p.plan.profile.defaults.values()]
    for shot in live_shots(p.plan):
        choice = choose_model(p.plan, shot)
        provider, model = split_model(shot.initial_model or choice.model)
        named += [(choice.provider, choice.model), (provider or choice.provider, model)]
    pairs = dict.fromkeys((*named, *priced))
    return [_option(p, *pair) for pair in pairs if pair[0] != FREE_PROVIDER and pair[0] in p.providers]


def _option(p: Production, provider: str, model: str) -> Option:
    adapter = p.providers[provider]
    try:
        able: Capabilities | None = adapter.capabilities(model)
    except RushesError:
        able = None
    return Option(provider, model, able, adapter.missing_key)


def _quote(p: Production, take: TakeRow, variant: Variant) -> Quote | None:
    """What the variant would be billed, as its order would be quoted; free to ask."""
    shot, adapter = p.plan.shot(take.shot), p.providers.get(variant.provider)
    if adapter is None:
        return None
    try:
        request = draft(p, shot, take.n, take.seed, ordered=(variant.provider, variant.model))
        seam = seam_of(p.plan, shot.id).seam
        with_frame = expecting(request, seam) if variant.pictures else replace(request, references=())
        return adapter.quote(replace(with_frame, audio=variant.audio))
    except RushesError:
        return None  # a picture is missing, or the model is unknown there: no price can be said


def _keep(w: Writer, refused: Refusal, made: Sequence[Proposal], take: TakeRow, event: int) -> None:
    said = [part for part in (refused.code, f"{refused.flagged} flagged" if refused.flagged else "") if part]
    told = f" ({', '.join(said)})" if said else ""
    model = f"{refused.provider}:{refused.model}"
    reason = f"{refused.shot} take {refused.take}: moderation of {model} refused it{told}"
    rows = [
        {
            "id": w.add(
                Suggestion(
                    text=str(one),
                    source=SOURCE,
                    reason=reason,
                    next_action=one.todo,
                    model=one.model,
                    link=f"take:{refused.shot}/{refused.take}",
                    kind=one.kind,
                )
            ),
            "kind": one.kind,
            "upper": one.upper.micro if one.upper else None,
            "expected": one.expected.micro if one.expected else None,
        }
        for one in made
    ]
    text = f"{len(made)} ways round the refusal: `rushes suggestions {refused.shot}`"
    data = {"refused": event, "made": rows}
    w.event(records.SUGGESTED, text, chain=take.chain, shot=take.shot, take_id=take.id, data=data)
