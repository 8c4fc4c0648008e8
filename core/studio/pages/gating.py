"""A person's answer to a gate: a row that supersedes whatever was said before. Heavy, only to act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.base.text import one_line
from core.desk.person import require_role
from core.ledger import outlay
from core.ledger.tables import GateDecision
from core.studio.people import person

if TYPE_CHECKING:
    from core.engine.production import Production

DONE = {"approve": "approved", "deny": "denied"}


def answer(p: Production, gate: int, decision: str, why: str) -> str:
    """Raises BadInput for a gate or a word that is none, or without a reason; WaitsForPerson where the
    film leaves such gates to a role this person has not. The same word by the same person is said once.
    """
    if decision not in DONE:
        raise BadInput(f"a gate is not answered with '{decision[:20]}'", todo="approve or deny it")
    if not why.strip():
        raise BadInput("say why: it is kept with your name", todo="nothing was decided")
    who = person()
    with p.ledger.write() as w:
        # Read inside: another person may have answered it a moment ago.
        row = next((held for held in outlay.gates(p.reader) if held.id == gate), None)
        if row is None:
            raise BadInput(f"there is no gate {gate}", todo="nothing was decided")
        require_role(p.plan.profile.gates.roles, row.kind, who)
        if row.decisions and row.decisions[-1][:4] == (decision, who.name, who.role, why):
            return f"gate {gate} is {DONE[decision]} already"
        made = w.add(GateDecision(gate_id=gate, decision=decision, person=who.name, role=who.role, why=why))
        said = f"{who.name} {DONE[decision]} {one_line(row.question, 200)}: {one_line(why, 200)}"
        w.event("person.decided", said, data={"gate": gate, "decision": made})
    return f"gate {gate} {DONE[decision]}: {one_line(row.question, 200)}"
