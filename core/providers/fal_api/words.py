"""What fal answers: errors onto our classes, bills and live prices. Pure.

Sources: fal's docs on errors, queue and reliability, the OpenAPI document of its Platform APIs
(2026-08-21), and refusals that were seen in public issue threads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, ProviderFault
from core.base.rates import Rate, Unit, parse_day, parse_price
from core.base.text import one_line
from core.base.units import MICRO, Amount, Money
from core.providers.base import ErrorClass, JobState, ProviderError
from core.providers.fal_api.models import ENDPOINTS, LINES, MODELS, NAME, REFERENCE_FIELDS

if TYPE_CHECKING:
    from datetime import date

    from core.providers.wire.reply import Reply

STATES = {"IN_QUEUE": JobState.QUEUED, "IN_PROGRESS": JobState.RUNNING}
"""Any other word but COMPLETED means that it still runs; no word means that it failed."""
DONE = "COMPLETED"
MAX_UNITS = Decimal(1_000_000)
"""A clip of 15 s in 4K is 3,000 thousand-tokens; more than a million of anything is no bill of a clip."""
MAX_COST = Decimal(1_000)
"""Dollars a clip: more is a slip somewhere, and unknown."""

FRESH_DAYS = 7
"""An older kept price is asked for again before a bill is settled by it."""

MODERATION = re.compile(
    r"(?i)content[ _-]?policy|policy violation|sensitive|moderat|safety|flagged|PrivacyInformation"
    r"|real person|likeness|copyright|prohibited|nsfw|ResponsibleAI|\bRAI\b"
)
_BAD, _FAULT, _LATE = ErrorClass.BAD_REQUEST, ErrorClass.PROVIDER_FAULT, ErrorClass.TIMEOUT
TYPES: tuple[tuple[re.Pattern[str], ErrorClass], ...] = (
    (re.compile(r"content_policy_violation|partner_validation_failed"), ErrorClass.MODERATION),
    (
        re.compile(
            r"face_detection_error|image_too_(small|large)|image_load_error|file_download_error"
            r"|file_too_large|greater_than.*|less_than.*|multiple_of|sequence_too_.*|missing"
        ),
        _BAD,
    ),
    (re.compile(r"(generation|request|startup)_timeout"), _LATE),
    # downstream_service_error comes as 400 and is not the caller's fault
    (re.compile(r"internal_server_error|downstream_service_(unavailable|error)|runner_.*"), _FAULT),
)
"""An error's `type` or `error_type`, best first."""
_NO_CREDIT = re.compile(r"(?i)exhausted balance|top[ _-]?up|payment method|insufficient (credit|balance)")
_KEY_LIMIT = re.compile(r"(?i)budget (is|was|has been)? ?exceeded")
_LOCKED = re.compile(r"(?i)locked|archived|suspended|disabled")
_CANCELLED = re.compile(r"(?i)cancel")
"""In the `error_type` of a request that was cancelled. Its shape is documented nowhere: unverified."""


def explain(reply: Reply) -> ProviderError | None:
    """fal's three shapes: a model's `detail` list, `detail` with `error_type`, the platform's `error`.

    None for anything else, and for a server error that names no type: it may be the edge's, and says
    nothing about a job.
    """
    body = reply.json_object
    detail, error = body.get("detail"), body.get("error")
    kind = body.get("error_type") or reply.headers.get("x-fal-error-type", "")
    if isinstance(detail, list):
        return _of_list(reply.status, detail, str(kind))
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        return classify(reply.status, (str(error.get("type", "")),), error["message"])
    if not isinstance(detail, str) or (reply.status >= 500 and not kind):
        return None
    types = (str(kind),) if kind else ()
    if not types and reply.headers.get("x-fal-request-timeout-type"):
        types = ("request_timeout",)
    return classify(reply.status, types, detail)


def _of_list(status: int, detail: list[Any], kind: str) -> ProviderError | None:
    """A model's errors: one of moderation decides, else the first."""
    rows = [row for row in detail if isinstance(row, dict)]
    if not rows:
        return None
    found = [
        classify(status, (str(row.get("type", "")), kind), str(row.get("msg", "")), row.get("loc"))
        for row in rows
    ]
    return next((error for error in found if error.kind is ErrorClass.MODERATION), found[0])


def classify(status: int, types: tuple[str, ...], said: str, loc: Any = None) -> ProviderError:
    """By account state, then by type, then by words, then by status."""
    text = one_line(said, 2000)
    code = next(filter(None, types), "")
    if status in (401, 402, 403):
        return ProviderError(_of_account(status, text, code), text or f"HTTP {status}", code)
    if status == 429:
        return ProviderError(ErrorClass.RATE_LIMITED, text, code)
    by_type = next((kind for kind in map(_of_type, types) if kind), None)
    if by_type is None and MODERATION.search(text):
        by_type = ErrorClass.MODERATION
    kind = by_type or _of_status(status, code)
    flagged = _flagged(loc, text) if kind is ErrorClass.MODERATION else ""
    return ProviderError(kind, text or code or f"HTTP {status}", code, flagged)


def _of_account(status: int, text: str, code: str) -> ErrorClass:
    both = f"{text} {code}"
    if status == 402 or _NO_CREDIT.search(both):
        return ErrorClass.INSUFFICIENT_CREDIT
    if _KEY_LIMIT.search(both):
        return ErrorClass.KEY_LIMIT
    return ErrorClass.BAD_REQUEST if status == 403 and _LOCKED.search(both) else ErrorClass.AUTH


def _of_type(name: str) -> ErrorClass | None:
    return next((kind for pattern, kind in TYPES if pattern.fullmatch(name)), None)


def _of_status(status: int, code: str) -> ErrorClass:
    if code == "no_media_generated" or status >= 500:
        return _LATE if status == 504 else _FAULT
    return _BAD if 400 <= status < 500 else _FAULT


def _flagged(loc: Any, text: str) -> str:
    """Which input: by the place of the error, else by its words."""
    place = str(loc[1]) if isinstance(loc, list) and len(loc) > 1 else ""
    for where in (place.casefold(), text.casefold()):
        for word in ("prompt", "audio", "image", "frame", "output"):
            if word in where:
                return "image" if word == "frame" else word
    return ""


def failure_of(status: Mapping[str, Any]) -> ProviderError | None:
    """The error a completed request's status names; None: it names none."""
    said, kind = status.get("error"), status.get("error_type")
    if not said and not kind:
        return None
    return classify(0, (str(kind or ""),), said if isinstance(said, str) else str(said or ""))


def was_cancelled(error: ProviderError) -> bool:
    return bool(_CANCELLED.search(error.code))


# -- money


def bill(units: str, price: Any) -> Amount:
    """Billed units times fal's live price of one: what its own bill says. Unknown for what is no number."""
    count, each = _number(units, MAX_UNITS), _number(str(price), MAX_COST)
    if count is None or each is None or count * each > MAX_COST:
        return Amount.unknown()
    return Amount.exact(Money(int((count * each * MICRO).to_integral_value())))


def _number(text: str, most: Decimal) -> Decimal | None:
    try:
        found = (
            Decimal(text)
            if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?", text)
            else None
        )
    except InvalidOperation:
        return None
    return found if found is not None and 0 < found <= most else None


def estimate(units: str, rates: tuple[Rate, ...]) -> Amount:
    """By the card, where it has one price by the second: fal's units are those seconds then, we think."""
    count = _number(units, Decimal(60))
    prices = {
        rate.price * (1 if rate.unit is Unit.SECOND and rate.currency == "USD" else 0) for rate in rates
    }
    if count is None or len(prices) != 1 or 0 in prices:
        return Amount.unknown()
    return Amount.estimated(Money(int((count * prices.pop() * MICRO).to_integral_value())))


def balance_of(body: Mapping[str, Any]) -> Money | None:
    """`/v1/account/billing?expand=credits`; None for what is no sum of dollars."""
    found = body.get("credits")
    left = (
        found.get("current_balance") if isinstance(found, dict) and found.get("currency") == "USD" else None
    )
    if isinstance(left, bool) or not isinstance(left, int | float) or not 0 <= left < 1e9:
        return None
    return Money(int(Decimal(str(left)) * MICRO))


def prices_of(body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """`/v1/models/pricing` as kept: endpoint to `{unit_price, unit}`, dollars only, sane prices only.

    Raises ProviderFault where there is no list.
    """
    rows = body.get("prices")
    if not isinstance(rows, list):
        raise ProviderFault("fal's list of prices is no list", todo="what was known before stays; try again")
    found = {}
    for row in rows:
        endpoint = row.get("endpoint_id") if isinstance(row, dict) else None
        if not isinstance(endpoint, str) or row.get("currency") != "USD":
            continue
        price, unit = row.get("unit_price"), row.get("unit")
        number = isinstance(price, int | float) and not isinstance(price, bool)
        if number and isinstance(unit, str) and _number(str(price), MAX_COST) is not None:
            found[endpoint] = {"unit_price": str(price), "unit": unit}
    return found


def fresh_price(as_of: str, kept: Mapping[str, Any], endpoint: str, today: date) -> Mapping[str, Any] | None:
    """An endpoint's kept price, while it is young enough to settle a bill by."""
    prices = kept.get("prices")
    row = prices.get(endpoint) if isinstance(prices, dict) else None
    young = bool(as_of) and abs((today - parse_day(as_of)).days) <= FRESH_DAYS
    return row if young and isinstance(row, dict) else None


_UNITS = (
    (re.compile(r"seconds?"), Unit.SECOND, 1),
    (re.compile(r"tokens?"), Unit.TOKEN, 1),
    (re.compile(r"(1k|1,?000|thousand) ?tokens?"), Unit.TOKEN, 1_000),
    (re.compile(r"(1m|1,?000,?000|million) ?tokens?"), Unit.TOKEN, 1_000_000),
)


def live_rates(prices: Mapping[str, Any], as_of: str) -> tuple[Rate, ...]:
    """Rows of the card from kept live prices, for those models where one price an endpoint says it all.

    Elsewhere sound or size multiplies it in a way fal does not publish: a row made of it would stand over
    the shipped ones and quote too little.
    """
    found: dict[tuple[str, bool], Rate] = {}
    for endpoint, row in prices.items():
        if endpoint not in ENDPOINTS or not isinstance(row, dict):
            continue
        model, way = ENDPOINTS[endpoint]
        rate = _rate(model, way in ("image", "ends"), row, as_of)
        if rate is None:
            continue
        kept = found.get((model, bool(rate.first_frame)))
        if kept is None or kept.price < rate.price:
            found[model, bool(rate.first_frame)] = rate
    return tuple(found.values())


def _rate(model: str, first_frame: bool, row: Mapping[str, Any], as_of: str) -> Rate | None:
    unit = one_line(str(row.get("unit")), 40).casefold()
    match = next(((u, per) for pattern, u, per in _UNITS if pattern.fullmatch(unit)), None)
    if match is None or match[0] is not MODELS[model].live_unit:
        return None
    try:
        return Rate(
            provider=NAME,
            model=model,
            unit=match[0],
            price=parse_price(str(row.get("unit_price"))),
            per=match[1],
            source="fal's /v1/models/pricing",
            as_of=as_of,
            extra_frames=1,  # it bills the length of the file: 3.008 s for 3 s
            first_frame=first_frame,
            video_input=False,
            origin="live",
        )
    except BadInput:
        return None


# -- live schemas


def schemas_of(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """`/v1/models?expand=openapi-3.0` as kept, our endpoints only. Raises ProviderFault for no list."""
    rows = body.get("models")
    if not isinstance(rows, list):
        raise ProviderFault("fal's list of models is no list", todo="what was known before stays; try again")
    return {
        row["endpoint_id"]: _schema_of(row)
        for row in rows
        if isinstance(row, dict)
        and isinstance(row.get("endpoint_id"), str)
        and row["endpoint_id"] in ENDPOINTS
    }


def _schema_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of one: `resolutions` it names, and the field that takes references."""
    api = entry.get("openapi")
    parts = api.get("components") if isinstance(api, dict) else None
    schemas = parts.get("schemas") if isinstance(parts, dict) else None
    for name, schema in schemas.items() if isinstance(schemas, dict) else ():
        fields = schema.get("properties") if isinstance(schema, dict) else None
        if not name.endswith("Input") or not isinstance(fields, dict):
            continue
        size = fields.get("resolution")
        named = next((field for field in REFERENCE_FIELDS if field in fields), "")
        words = size.get("enum") if isinstance(size, dict) else None
        return {"resolutions": list(sizes_of({"resolutions": words})), "reference_field": named}
    return {}


def sizes_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The resolutions of a kept schema that we know, smallest first."""
    found = row.get("resolutions")
    return tuple(size for size in LINES if size in found) if isinstance(found, list) else ()
