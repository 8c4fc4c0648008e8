"""The Review screen: a take beside its hand-over frame, the shots around it, the other takes; and the seams.

A verdict on a take is the frame's; this screen says which take is meant. On the seam view the same
keys judge the seam, and go on to the next that nobody has judged.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from core.base.errors import BadInput
from core.studio.pages import outside, review_acts, seam
from tui.screens.outside import copy, edit, open_outside, say_fault
from tui.screens.review_view import ReviewView
from tui.widgets.lines import literal, slate


class ReviewScreen(ReviewView):
    """Notes, scores, a look at what is known, the player and the editor; verdicts on seams."""

    # Verdicts on seams.

    def action_approve(self) -> None:
        if self._seams:
            self._judge("approve", "approve the seam")
        else:
            super().action_approve()

    def action_hold(self) -> None:
        if self._seams:
            self._judge("hold", "hold the seam")
        else:
            super().action_hold()

    def action_reject(self) -> None:
        if not self._seams:
            super().action_reject()
        elif ident := self._judged_seam():
            fixes = ", ".join(seam.FIXES)
            self.open_line(
                f"how is {literal(ident, 66)} mended ({fixes}), and why?",
                "reject it",
                partial(self._mend, ident),
            )

    def action_undo(self) -> None:
        """It takes back verdicts on takes: on a seam it would undo one that is out of sight."""
        if self._seams:
            self.say("a seam is judged anew instead; u takes back verdicts on takes: tab goes there", "quiet")
        else:
            super().action_undo()

    def _mend(self, ident: str, line: str) -> None:
        if not line:
            self.say("nothing was written: a seam is rejected with its fix", "quiet")
            return
        fix, note = seam.fix_of(line)
        self._say_of_seam(ident, "reject the seam", "reject", fix, note)

    def _judge(self, verdict: str, name: str) -> None:
        if ident := self._judged_seam():
            self._say_of_seam(ident, name, verdict)

    def _judged_seam(self) -> str:
        """The seam the keys are about, or an empty string after saying why there is none."""
        ident = self._standing_seam()
        shown = self._join.seam if self._join else None
        if not self.may_act():
            return ""
        if not ident:
            self.say("there is no seam here", "quiet")
        elif shown and shown.id == ident and not shown.sha:
            self.say("there is nothing to judge before both frames lie there", "quiet")
            return ""
        return ident

    def _say_of_seam(self, ident: str, name: str, verdict: str, fix: str = "", note: str = "") -> None:
        """Gives the verdict and goes to the next seam nobody has judged, as far as is known here."""
        self.do(name, partial(seam.judge, seam=ident, verdict=verdict, fix=fix, note=note), ident)
        self._judged |= {ident}
        after = self._join.open_after if self._join else ()
        following = next((one for one in after if one not in self._judged), "")
        if following:
            self._go_to_seam(following)

    # A retake, with what is known beside it.

    def action_retake(self) -> None:
        if self._seams:
            self.say("a seam is mended with a fix, retake is one; tab goes back to the take", "quiet")
            return
        self._writing = "retake"
        super().action_retake()

    def action_review_before(self) -> None:
        if self.cursor.shot:
            self.do(
                "look before a retake",
                partial(review_acts.look_before, shot=self.cursor.shot),
                self.cursor.shot,
            )

    # Notes and scores.

    def action_review_note(self) -> None:
        page = self._here()
        if page is None or not self.may_act():
            return
        self.open_line(
            f"note on {slate(self.cursor.shot, page.take)} (0:03.2 the hand slips):",
            "keep it",
            partial(self._keep_note, self.cursor.shot, page.take),
        )

    def _keep_note(self, shot: str, take: int | None, line: str) -> None:
        if line:
            self.do("note", partial(review_acts.add_note, shot=shot, take=take, line=line), shot)

    def action_review_done(self) -> None:
        page = self._here()
        if page is None or not self.may_act():
            return
        if not page.open_notes:
            self.say("no note is open here", "quiet")
            return
        first = page.open_notes[0]
        other = ", or another number first" if len(page.open_notes) > 1 else ""
        self.open_line(f"note {first.id} is done how{other}?", "settle it", self._settle_note)

    def _settle_note(self, line: str) -> None:
        page = self._here()
        if not line or page is None:
            return
        try:
            ident, text = review_acts.note_meant(line, page.open_notes)
        except BadInput as error:
            self.say(error.what, "quiet")
            return
        self.do(
            "settle the note", partial(review_acts.resolve_note, ident=ident, text=text), self.cursor.shot
        )

    def action_review_score(self) -> None:
        page = self._join if self._seams else self._here()
        ident = self._judged_seam() if self._seams else self.cursor.shot
        if page is None or not ident or not self.may_act():
            return
        take = self._take.take if self._take and not self._seams else None
        if take is None and not self._seams:
            self.say(f"{literal(ident, 32)} has no take to score", "quiet")
            return
        self._writing = "score"
        named = literal(ident, 66) + (f" t{take:02d}" if take is not None else "")
        self.open_line(f"score {named} (story 4):", "keep it", partial(self._keep_score, ident, take))

    def _keep_score(self, ident: str, take: int | None, line: str) -> None:
        if not line:
            return
        if self._seams:
            self.do("score", partial(review_acts.score_seam, seam=ident, line=line), ident)
        else:
            self.do("score", partial(review_acts.score_take, shot=ident, take=take, line=line), ident)

    # Outside the board.

    def open_selected(self) -> None:
        self.action_review_watch()

    def action_review_watch(self) -> None:
        """Plays the take; where no player can, each press copies the next line that does it elsewhere."""
        page = self._here()
        if self._seams or page is None or not page.clip:
            why = (
                "tab goes back to the take, which can be watched"
                if self._seams
                else "there is no clip to watch yet"
            )
            self.say(why, "quiet")
            return
        try:
            ways = outside.ways_to_see(Path(page.clip), os.environ, self.shared.board.player)
        except BadInput as error:
            say_fault(self, error)
            return
        if ways.argv:
            self.say(open_outside(self.app, ways.argv))
            return
        # The best line is the last: it plays without a copy.
        before = self._offered if self._ways == ways else 0
        self._ways, self._offered = ways, (before - 1) % len(ways.offers)
        offer = ways.offers[self._offered]
        what = "its path" if offer.does == "path" else f"the line to {offer.does}"
        self.say(f"{ways.why}: {what} is {copy(self.app, offer.line)}")

    def action_review_edit(self) -> None:
        """The film is read anew by itself: its files are watched."""
        page = self._here()
        if page is None or not page.plan:
            self.say("there is no file to edit", "quiet")
            return
        edit(self, Path(page.plan))
