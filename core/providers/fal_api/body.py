"""A request in a fal endpoint's own fields, and the job names that lead back to it. Pure."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from core.base.errors import BadInput, ProviderFault, nearest
from core.base.rates import Ask
from core.base.text import one_line
from core.providers.fal_api.models import ENDPOINTS, LINES, NAME, Family, Mode, endpoint_of, family_of
from core.providers.wire.shape import aspect_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.providers.base import VideoRequest

LENGTH_SLACK_S = 0.05
"""4.004 s at 23.976 is 4 s to a provider that sells whole seconds."""
MARK = "picture:"
"""Before a still's hash in a payload's body, until it is sent."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}")
_STEP = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


class Order(NamedTuple):
    """What is sent where, and what that costs by the card."""

    endpoint: str
    body: dict[str, Any]
    ask: Ask


def order_of(request: VideoRequest, resolutions: tuple[str, ...] = (), reference_field: str = "") -> Order:
    """Raises BadInput for what the model cannot make. `resolutions` and `reference_field` come from the
    live schema, where it was read.

    A first frame goes before references, and never more references than it takes: as `check` says.
    """
    family = family_of(request.model)
    mode = _mode_of(request, family)
    length = _length_of(request, family)
    size = _size_of(request, resolutions or family.resolutions)
    references = request.references[: mode.most]
    body: dict[str, Any] = {"prompt": request.prompt, **family.fixed}
    body["duration"] = f"{length}{family.suffix}"
    if size:
        body["resolution"] = size
    if mode.aspect:
        body["aspect_ratio"] = aspect_of(request, family.aspects)
    if family.audio:
        body["generate_audio"] = request.audio
    if family.seed:
        body["seed"] = request.seed
    if mode.first and request.first_frame:
        body[mode.first] = MARK + request.first_frame.sha
    if mode.last and request.last_frame:
        body[mode.last] = MARK + request.last_frame.sha
    if references:
        body[reference_field or mode.references] = [MARK + picture.sha for picture in references]
    ask = Ask(
        provider=NAME,
        model=request.model,
        seconds=Fraction(length),
        resolution=size,
        audio=request.audio and family.audio,
        references=len(references),
        first_frame=bool(mode.first),
    )
    return Order(endpoint_of(request.model, mode), body, ask)


def _mode_of(request: VideoRequest, family: Family) -> Mode:
    first, last, modes = request.first_frame, request.last_frame, family.modes
    if last is not None:
        mode = modes.get("ends") or modes.get("image")
        if first is None or mode is None or not mode.last:
            lacks = "takes no last frame" if first else "takes a last frame only together with a first"
            raise BadInput(
                f"{request.model} {lacks}", where=request.shot, todo="use another seam, or another model"
            )
        return mode
    way = "image" if first else "reference" if request.references and "reference" in modes else "text"
    if way not in modes:
        raise BadInput(
            f"{request.model} {'takes no first frame' if first else 'begins on a picture only'}",
            where=request.shot,
            todo="use another seam, or another model",
        )
    return modes[way]


def _length_of(request: VideoRequest, family: Family) -> int:
    """The shortest clip it sells that holds the shot."""
    for length in family.lengths:
        if request.seconds <= length + LENGTH_SLACK_S:
            return length
    raise BadInput(
        f"{request.seconds:g} s, but {request.model} makes at most {family.lengths[-1]} s",
        where=request.shot,
        todo="make the shot shorter, or change its model",
    )


def _size_of(request: VideoRequest, resolutions: tuple[str, ...]) -> str:
    """As asked, else the smallest that holds the film's short side."""
    if not resolutions:
        return ""
    asked = request.resolution.casefold()
    if asked and asked not in resolutions:
        raise BadInput(
            f"{request.model} has no {request.resolution[:20]}",
            where=request.shot,
            nearest=nearest(asked, resolutions),
            todo=f"one of {', '.join(resolutions)}",
        )
    short = min(request.width, request.height)
    return asked or next((name for name in resolutions if short <= LINES.get(name, 0)), resolutions[-1])


class Job(NamedTuple):
    """A request at fal: its endpoint, the app its queue answers under, and fal's own id."""

    endpoint: str
    app: str
    request_id: str

    @property
    def name(self) -> str:
        """`fal-ai:veo3.1:fast:image-to-video:<request id>`: a job's name is all a poll is given, and `/` is
        not one of its characters. Where the queue answers under another app than the endpoint's first
        two steps, that app stands in front, before `::`."""
        own = "" if self.app == app_of(self.endpoint) else self.app.replace("/", ":") + "::"
        return f"{own}{self.endpoint.replace('/', ':')}:{self.request_id}"

    @property
    def path(self) -> str:
        return f"/{self.app}/requests/{self.request_id}"


def app_of(endpoint: str) -> str:
    """The queue answers under owner and app, without what follows."""
    return "/".join(endpoint.split("/")[:2])


def job_named(name: str) -> Job:
    """Raises ProviderFault for what is no job of fal's."""
    own, _, rest = name.rpartition("::")
    endpoint, _, request_id = rest.rpartition(":")
    steps = endpoint.split(":")
    apps = own.split(":") if own else steps[:2]
    sound = len(steps) >= 2 and len(apps) >= 2 and all(map(_STEP.fullmatch, [*steps, *apps]))
    if not sound or not _REQUEST_ID.fullmatch(request_id):
        raise ProviderFault(
            f"'{one_line(name, 80)}' does not name a job at fal",
            todo="write endpoint and request id, ':' for '/', like bytedance:seedance-2.0:text-to-video:<id>",
        )
    return Job("/".join(steps), "/".join(apps), request_id)


def job_of(endpoint: str, reply: Mapping[str, Any], root: str) -> Job | None:
    """From the reply to a submit; None: it names none. Of the address it gives, only the app is used:
    the key goes to our own base, never where a reply points. `root`: the path of that base."""
    request_id = reply.get("request_id")
    if not isinstance(request_id, str) or not _REQUEST_ID.fullmatch(request_id):
        return None
    said = reply.get("status_url")
    match = re.fullmatch(r"https?://[^/?#]+(/[^?#]*)/requests/[^/?#]+/status/?", str(said))
    path = match.group(1) if match else ""
    app = path.removeprefix(root.rstrip("/")).strip("/")
    steps = app.split("/")
    known = len(steps) >= 2 and all(map(_STEP.fullmatch, steps))
    return Job(endpoint, app if known else app_of(endpoint), request_id)


def model_of(endpoint: str) -> str:
    """The film's name of the model; empty for an endpoint that is none of ours."""
    return ENDPOINTS[endpoint][0] if endpoint in ENDPOINTS else ""
