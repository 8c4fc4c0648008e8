"""Words a provider's moderation refused before, looked for while they still cost nothing. Pure.

A vocabulary belongs to one provider and the models its glob names, and says what its words are refused
together with, what the provider calls it, and what worked. The shipped ones stand in `moderation.toml`;
a film adds what its own refusals teach (`learned`). A hit warns, and stops nothing: a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from unicodedata import normalize

from pydantic import AfterValidator, Field

from core.base.errors import PlanFaults
from core.film.choice import choose_model
from core.film.continuity import references_of, seam_of
from core.film.finding import Finding
from core.film.prompts import SEPARATOR, Prompt, prompt_of
from core.film.salvage import validated
from core.film.sources import Faults, Source, parse_toml
from core.film.strict import DateField, NameField, ProviderField, Strict, refuse

if TYPE_CHECKING:
    from datetime import date

    from core.film.matrix import Chain, Shot
    from core.film.plan import Plan

SHIPPED = Path(__file__).with_name("moderation.toml")
CODE = "moderation-words"
"""Of the finding, for `--json` and `--accept`."""
LEAST_REFUSALS = 2
"""Different prompts a word must have been refused in before the film warns of it by itself."""
MOST_LEARNED = 12
"""Words; a longer list blames whole prompts."""
_GLUE = (
    "and are but for from has have her his into its nor not off one onto out over she that the their"
    " them then there they this through towards under upon was were while with without you"
)
_SMALL = frozenset(_GLUE.split())
"""What holds words together: no moderation was ever seen to mind it."""
_WORD = re.compile(r"[^\W\d_]{3,}")


def _word(value: str) -> str:
    if not re.fullmatch(r"[^\W_]+(?:['’-][^\W_]+)*", value) or value != value.casefold():
        raise refuse(f"'{value[:40]}' is not one word in small letters")
    return value


def _glob(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9*?][A-Za-z0-9._:/@*?-]{0,199}", value):
        raise refuse(f"'{value[:40]}' is not a model's name, with * or ? where any part may stand")
    return value


_WordField = Annotated[str, AfterValidator(_word)]
_Forms = Annotated[tuple[_WordField, ...], Field(strict=False)]


class Vocabulary(Strict):
    """Words one provider refuses for some of its models."""

    provider: ProviderField
    model: Annotated[str, AfterValidator(_glob)]
    """A glob: `bytedance/seedance-2.0*`."""
    words: Annotated[Mapping[_WordField, _Forms], Field(min_length=1)]
    """Word to the other forms that count as it."""
    with_picture: bool
    """Refused together with a reference or a hand-over frame only; else in any request."""
    code: str = ""
    """The provider's name for the refusal."""
    worked: NameField
    source: NameField
    """Who saw it, and when it happens."""
    as_of: DateField

    @property
    def trigger(self) -> str:
        return "together with a picture" if self.with_picture else "in any request"

    def covers(self, provider: str, model: str) -> bool:
        return self.provider == provider and _names(self.model).fullmatch(model) is not None


class _File(Strict):
    vocabulary: Annotated[tuple[Vocabulary, ...], Field(strict=False)] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One word of a prompt that was refused before."""

    word: str
    """As the vocabulary lists it."""
    said: str
    """As it stands in the prompt."""
    start: int
    """Where: characters from the prompt's beginning."""
    code: str
    trigger: str
    worked: str
    source: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A prompt a provider has answered, for learning."""

    prompt: str
    picture: bool
    """A reference or a frame went along."""
    code: str = ""
    """Of the refusal."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may be what was refused."""

    word: str
    refusals: int
    """Different prompts it was refused in."""
    with_picture: bool
    """Each of them carried a picture."""
    known: bool
    """A shipped vocabulary, of whatever model, names it."""


def read_vocabularies(text: str, path: str) -> tuple[Vocabulary, ...]:
    """The vocabularies of a TOML file's text. Raises PlanFaults with every fault and its line."""
    faults = Faults()
    source = Source(path, text, "toml")
    data = parse_toml(source, faults)
    found = validated(_File, data, source, faults, {}) if data is not None else None
    if found is None or faults.found:
        raise PlanFaults(faults.found)
    return found.vocabulary


@cache
def shipped() -> tuple[Vocabulary, ...]:
    """What comes with Rushes."""
    return read_vocabularies(SHIPPED.read_text("utf-8"), SHIPPED.name)


def lint(
    prompt: str,
    provider: str,
    model: str,
    has_reference: bool,
    vocabularies: Sequence[Vocabulary] | None = None,
) -> tuple[Hit, ...]:
    """The words of a prompt that this model refused before, in the prompt's order; each place once.

    `has_reference`: a reference picture or a frame goes along. `vocabularies`: the shipped ones unless
    others are given; where two know the same word, the first one speaks.
    """
    found: dict[int, Hit] = {}
    for held in shipped() if vocabularies is None else vocabularies:
        if held.covers(provider, model) and (has_reference or not held.with_picture):
            for hit in _hits(prompt, held):
                found.setdefault(hit.start, hit)
    return tuple(found[start] for start in sorted(found))


def _hits(prompt: str, held: Vocabulary) -> Iterator[Hit]:
    word_of = {form: word for word, forms in held.words.items() for form in (word, *forms)}
    for match in _any_of(tuple(word_of)).finditer(prompt):
        word = word_of.get(match[0].casefold())
        if word is not None:  # `re` takes a dotted İ for an i, casefold does not
            yield Hit(word, match[0], match.start(), held.code, held.trigger, held.worked, held.source)


@lru_cache(maxsize=64)
def _any_of(forms: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words only; a combining accent makes another letter of the one before it."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?![\w\u0300-\u036f])", re.IGNORECASE)


@lru_cache(maxsize=64)
def _names(glob: str) -> re.Pattern[str]:
    return re.compile(re.escape(glob).replace(r"\*", ".*").replace(r"\?", "."))


def has_picture(plan: Plan, shot_id: str) -> bool:
    """Whether a reference or a frame goes along with a shot, as the plan says."""
    seam = seam_of(plan, shot_id)
    return seam.source is not None or seam.into is not None or bool(references_of(plan, shot_id))


def risks(plan: Plan, shot_id: str, vocabularies: Sequence[Vocabulary] | None = None) -> tuple[Hit, ...]:
    """`lint` of a shot as its next take would be sent: for `check`, and to stand beside a quote."""
    choice = choose_model(plan, plan.shot(shot_id))
    held = [
        vocabulary
        for vocabulary in (shipped() if vocabularies is None else vocabularies)
        if vocabulary.covers(choice.provider, choice.model)
    ]
    if not held:  # most shots: their prompt need not be put together
        return ()
    prompt = prompt_of(plan, shot_id).text
    return lint(prompt, choice.provider, choice.model, has_picture(plan, shot_id), held)


def section_of(prompt: Prompt, start: int) -> str:
    """Name of the section that the character at `start` stands in: `action`, `environment:cave`."""
    end = 0
    for name, text in prompt.sections:
        end += len(text) + len(SEPARATOR)
        if start < end:
            return name
    return ""


def moderation_findings(
    plan: Plan, chain: Chain, shot: Shot, vocabularies: Sequence[Vocabulary] | None = None
) -> Iterator[Finding]:
    """One warning for all words of one source, at the line of the first."""
    groups: dict[tuple[str, str, str, str], list[Hit]] = {}
    for hit in risks(plan, shot.id, vocabularies):
        groups.setdefault((hit.trigger, hit.code, hit.worked, hit.source), []).append(hit)
    for (trigger, code, worked, source), hits in groups.items():
        prompt, choice = prompt_of(plan, shot.id), choose_model(plan, shot)
        said = dict.fromkeys(f"'{hit.said}' ({section_of(prompt, hit.start)})" for hit in hits)
        named = f" with {code}" if code else ""
        yield Finding.warning(
            CODE,
            chain.file,
            f"{', '.join(said)} {trigger}: {choice} refuses such a request{named} ({source})",
            f"other words, or what worked: {worked}",
            shot=shot.id,
            field=_field(shot, section_of(prompt, hits[0].start), hits[0].said),
        )


_FIELDS = {
    "beats": "beats",
    "sound": "sound",
    "continuity": "continuity",
    "character": "characters",
    "environment": "environment",
    "camera": "camera",
}


def _field(shot: Shot, section: str, said: str) -> str:
    """The shot's key that brings a section's words into the prompt; `id` for what every shot carries."""
    if section == "action":
        texts = {"description": shot.description, "action": shot.action, "mood": shot.mood}
        return next((name for name, text in texts.items() if said in text), "id")
    return _FIELDS.get(section.partition(":")[0], "id")


def candidates(refused: Iterable[Sent], accepted: Iterable[Sent]) -> tuple[Candidate, ...]:
    """Words of refused prompts that stood in no accepted one, likeliest first.

    All of one provider and model. A prompt accepted without a picture says nothing for its words beside
    one: moderation that minds the pair lets the words alone through. Sent again, the same prompt counts once.
    """
    safe: dict[bool, set[str]] = {True: set(), False: set()}
    for sent in accepted:
        words = _words(sent.prompt)
        safe[False] |= words
        if sent.picture:
            safe[True] |= words
    seen: dict[str, list[bool]] = {}
    for prompt, picture in dict.fromkeys((sent.prompt, sent.picture) for sent in refused):
        for word in _words(prompt) - safe[picture]:
            seen.setdefault(word, []).append(picture)
    known = {form for held in shipped() for word, forms in held.words.items() for form in (word, *forms)}
    found = [Candidate(word, len(each), all(each), word in known) for word, each in seen.items()]
    return tuple(sorted(found, key=lambda one: (-one.refusals, not one.known, one.word)))


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(normalize("NFC", text))} - _SMALL


def learned(
    provider: str, model: str, refused: Sequence[Sent], accepted: Sequence[Sent], as_of: date
) -> tuple[Vocabulary, ...]:
    """What a film's own refusals teach of one model: at most a vocabulary beside pictures and one without.

    A word must have been refused in two different prompts; and something must have passed under the same
    conditions, or the words cannot be told from the rest of their prompts.
    """
    found = [one for one in candidates(refused, accepted) if one.refusals >= LEAST_REFUSALS]
    made = []
    for picture in (True, False):
        words = [one.word for one in found if one.with_picture is picture][:MOST_LEARNED]
        if words and any(sent.picture or not picture for sent in accepted):
            made.append(_learned(provider, model, words, picture, (refused, accepted), as_of))
    return tuple(made)


def _learned(
    provider: str,
    model: str,
    words: list[str],
    picture: bool,
    known: tuple[Sequence[Sent], Sequence[Sent]],
    as_of: date,
) -> Vocabulary:
    refused, accepted = known
    cause = [sent for sent in refused if _words(sent.prompt) & set(words)]
    codes = {sent.code for sent in cause}
    alone = any(not sent.picture and _words(sent.prompt) & set(words) for sent in accepted)
    return Vocabulary(
        provider=provider,
        model=model,
        words=dict.fromkeys(words, ()),
        with_picture=picture,
        code=codes.pop() if len(codes) == 1 else "",
        worked="text only (this film's was accepted)" if alone else "nothing yet in this film",
        source=f"refused in {len({sent.prompt for sent in cause})} prompts of this film",
        as_of=as_of,
    )
