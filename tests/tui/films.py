"""Invented films: a long one, a short one, an empty one, a hostile one."""

from __future__ import annotations

from core.studio.rows import (
    AccountRow,
    ChainRow,
    EventRow,
    FailureRow,
    Glance,
    MoneyRow,
    ShotRow,
    WaitingRow,
    WorkerRow,
)

M = 1_000_000
EXPECTED = {"hero": (8, 20), "establisher": (3, 8), "character": (15, 40), "action": (20, 50)}
KINDS = ("hero", "establisher", "establisher", "character", "action", "action")
STATES = {
    "@": "circled",
    "?": "review",
    "~": "running",
    ".": "planned",
    "!": "in_doubt",
    "%": "stale",
    "o": "ready",
    "x": "failed",
    "r": "rejected",
    "=": "held",
    "-": "omitted",
}
TEXTS = (
    "The harbour before dawn, nets drying on the quay, one lamp still lit",
    "Mara counts the salt sacks and comes up one short",
    "Gulls lift from the water as the ferry's horn sounds far out",
    "Close on her hands: rope burn, an old ring, flour under the nails",
    "She runs the length of the pier against the light",
    "Wide over the pans, wind drawing lines in the brine",
)


def _shots(chain: str, first: int, pattern: str) -> list[ShotRow]:
    rows = []
    for index, sign in enumerate(pattern):
        state = STATES[sign]
        kind = KINDS[(first + index) % len(KINDS)]
        low, high = EXPECTED[kind]
        made = {"planned": 0, "ready": 0, "omitted": 0}.get(
            state, 1 + (index * 7 + first) % (high // 2 + low)
        )
        rows.append(
            ShotRow(
                id=f"S{first + index}",
                chain=chain,
                kind=kind,
                description=TEXTS[(first + index) % len(TEXTS)],
                seconds=4.0 + (index % 3),
                state=state,
                takes=made,
                newest_take=made or None,
                approved_take=made if state == "circled" else None,
                stale=state == "stale",
                drift=0.12 if made else None,
                expected=EXPECTED[kind],
                note={"in_doubt": "the reply never came", "failed": "the provider refused the text"}.get(
                    state, ""
                ),
                framed=made if made and state not in {"running", "failed", "in_doubt"} else None,
                usable=made if state in {"review", "circled", "stale"} else None,
                source=f"S{first + index - 1}" if index else "",
                seam="last" if index else "text",
            )
        )
    return rows


def _chain(id_: str, title: str, state: str, shots: list[ShotRow], **more: object) -> ChainRow:
    counted = [shot for shot in shots if shot.state != "omitted"]
    values: dict[str, object] = {
        "pause_reason": "",
        "pause_note": "",
        "current": "",
        "current_since_s": None,
        "current_progress": None,
        "expected_s": None,
        **more,
    }
    return ChainRow(
        id=id_,
        title=title,
        state=state,
        done=sum(shot.state == "circled" for shot in counted),
        made=sum(shot.takes > 0 for shot in counted),
        total=len(counted),
        shots=tuple(shot.id for shot in shots),
        **values,  # type: ignore[arg-type]
    )


_SALT_MONEY = MoneyRow(
    budget=250 * M,
    settled=97_520_000,
    committed=760_000,
    reserved=0,
    in_doubt=760_000,
    remaining=150_960_000,
    day_budget=40 * M,
    day_spent=12_100_000,
    forecast_p50=148 * M,
    forecast_p90=171 * M,
)

_SALT_ACCOUNTS = (
    AccountRow(
        "openrouter",
        "active",
        41_200_000,
        None,
        "2026-11-23T00:00:00Z",
        "2026-11-20T10:41:47Z",
        False,
    ),
    AccountRow("replicate", "active", None, None, "", "", False),
)

_SALT_EVENTS = (
    EventRow(9, "2026-11-20T10:42:07Z", "order.placed", "", "10 takes ordered"),
    EventRow(8, "2026-11-20T10:41:55Z", "take.review", "S106", "take 2 is here to be looked at"),
    EventRow(7, "2026-11-20T10:40:12Z", "chain.paused", "Salt pan", "paused: in doubt, S205"),
    EventRow(6, "2026-11-20T10:38:30Z", "in_doubt", "S205", "S205 in doubt: no reply within 120 s"),
    EventRow(5, "2026-11-20T10:31:02Z", "approved", "S105", "S105 t11 circled"),
    EventRow(4, "2026-11-20T10:30:41Z", "approved", "S104", "S104 t05 circled"),
)

_SALT_CATEGORIES = (
    ("character drift", 5, 4_100_000, "re-anchor"),
    ("moderation", 3, 0, "say it without the object"),
    ("lip-sync", 2, 2_700_000, ""),
    ("in doubt", 1, None, "ask the provider"),
)

_SALT_FAILURES = tuple(
    FailureRow(index, "2026-11-20T09:00:00Z", shot, take, category, broke, "", helped, "", cost)
    for index, (shot, take, category, broke, helped, cost) in enumerate(
        (
            (
                "S106",
                2,
                "character drift",
                "her coat turns from grey to green at 2.1 s",
                "re-anchor",
                820_000,
            ),
            ("S205", 1, "in doubt", "the reply never came after the job was sent", "", None),
            ("S410", 4, "moderation", "refused for the word 'knife'", "say blade of light", 0),
            ("S104", 3, "lip-sync", "mouth moves through the pause", "", 1_350_000),
            (
                "S203",
                2,
                "character drift",
                "older by ten years from the third second on",
                "re-anchor",
                820_000,
            ),
        )
    )
)


def salt_road() -> Glance:
    """62 shots in 4 chains, like the sketch."""
    harbour = _shots("harbour", 101, "@@@@@?~.........")
    pan = _shots("salt-pan", 201, "@@%@!=======-....")
    night = _shots("night-road", 301, "o.............")
    home = _shots("return", 401, "@@@@@@@@@x@@@@@")
    chains = (
        _chain(
            "harbour",
            "Harbour",
            "active",
            harbour,
            current="S107",
            current_since_s=72.0,
            expected_s=160.0,
        ),
        _chain("salt-pan", "Salt pan", "paused", pan, pause_reason="in_doubt", pause_note="S205"),
        _chain("night-road", "Night road", "idle", night),
        _chain("return", "Return", "idle", home),
    )
    review = next(shot for shot in harbour if shot.id == "S106")
    return Glance(
        film="/films/salt-road",
        title="SALT ROAD",
        day=12,
        days=42,
        chains=chains,
        shots=(*harbour, *pan, *night, *home),
        money=_SALT_MONEY,
        accounts=_SALT_ACCOUNTS,
        failures=_SALT_FAILURES,
        failure_total=11,
        failure_categories=_SALT_CATEGORIES,
        waiting=(
            WaitingRow("in_doubt", "S205_t01", "S205", 1, "paid or not? about $0.76"),
            WaitingRow(
                "review", "S106_t03", "S106", review.newest_take, f"take {review.newest_take} to review"
            ),
            WaitingRow("failed", "S410_t04", "S410", 4, "the provider refused the text"),
            WaitingRow("gate", "gate-7", "", None, "switch of model, +18 %, $31.40"),
        ),
        events=_SALT_EVENTS,
        worker=WorkerRow(running=True, pid=4242, heartbeat_age_s=0.4),
        last_frame=("S106", 2),
    )


def short_film() -> Glance:
    """12 shots in 2 chains, free, nothing running, nothing waiting."""
    one, two = _shots("one", 1, "@@@@@@"), _shots("two", 11, "oo....")
    return Glance(
        film="/films/short",
        title="Lamp",
        day=None,
        days=None,
        chains=(_chain("one", "One", "done", one), _chain("two", "Two", "idle", two)),
        shots=(*one, *two),
        money=MoneyRow(None, 0, 0, 0, 0, None, None, 0, free_only=True),
        accounts=(AccountRow("animatic", "active", None, None, "", "", True),),
        failures=(),
        failure_total=0,
        failure_categories=(),
        waiting=(),
        events=(),
        worker=WorkerRow(False, None, None),
    )


def empty_film() -> Glance:
    return short_film()._replace(title="Nothing yet", chains=(), shots=(), accounts=())


HOSTILE = (
    "[/] boom",
    "[@click=app.quit]x[/]",
    "\x1b[2J\x1b[31mred",
    "\x1b]52;c;aGVsbG8=\x07clip",
    "\u202egnihtyreve\u202c \u2066x\u2069",
    "a\u200d\ufe0f\u200bb 漢字 e" + "\u0301" * 40,
    "line\r\nbreak\ttab \x9b31m \x00 nul",
    "x" * 5000,
)


def hostile_film(text: str) -> Glance:
    """A film with `text` in every field that people or providers write."""
    film = salt_road()
    shots = tuple(row._replace(description=text, note=text, kind=text) for row in film.shots)
    return film._replace(
        title=text,
        chains=tuple(row._replace(title=text, pause_note=text, pause_reason=text) for row in film.chains),
        shots=shots,
        accounts=tuple(
            row._replace(provider=text, state=text, resets_at=text, read_at=text) for row in film.accounts
        ),
        failures=tuple(
            row._replace(category=text, broke=text, cause=text, workaround=text, outcome=text)
            for row in film.failures
        ),
        failure_categories=((text, 3, None, text),),
        waiting=tuple(row._replace(question=text, id=text) for row in film.waiting),
        events=tuple(row._replace(text=text, at=text) for row in film.events),
        last_frame=(text, 2),
    )
