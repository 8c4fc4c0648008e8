"""What an adapter is given: its key, its address, its prices and its place on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.providers.wire.client import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from core.base.clock import Clock
    from core.base.rates import RateCard
    from core.providers.wire.catalogue import Catalogue
    from core.providers.wire.pictures import EncodePicture
    from core.providers.wire.reply import Auth
    from core.providers.wire.secret import Secret


@dataclass(frozen=True)
class Site:
    """Everything outside an adapter, in one value."""

    secret: Secret | None
    base_urls: Mapping[str, str]
    """Environment name to the address the user gave; a name that is absent means the default."""
    card: Callable[[], RateCard]
    """Asked at every quote: prices may be mended while the film runs."""
    folder: Path
    """The film's state folder; kept replies live in `replies` below it."""
    catalogue: Catalogue
    clock: Clock
    encode_picture: EncodePicture


def wire_of(
    site: Site,
    base_name: str,
    default_base: str,
    auth: Auth,
    headers: Mapping[str, str] | None = None,
) -> Wire:
    """The wire to this adapter's API. Raises BadInput, naming the variable, for an unusable address."""
    base = site.base_urls.get(base_name) or default_base
    try:
        return Wire(base, site.secret, auth, clock=site.clock, headers=headers or {})
    except BadInput as error:
        raise BadInput(error.what, where=base_name, nearest=error.nearest, todo=error.todo) from error
