"""The matrix: every shot in one table, and what of it is changed where it stands.

A field is changed in its chain's file. Its text is read from there first, and what is written has to
load with the whole film.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from core.studio.pages import matrix
from core.studio.pages.matrix_filter import KINDS, SEAMS
from core.studio.pages.matrix_rows import EDITED, MatrixPage, MatrixRow, Written
from tui import keymap
from tui.bridge import Do
from tui.screens.acts import Ask
from tui.screens.matrix_list import MatrixList
from tui.screens.outside import edit
from tui.widgets.lines import literal

if TYPE_CHECKING:
    from tui.bridge import Paged

_CHOICES = {"kind": KINDS, "seam": SEAMS}


class MatrixScreen(MatrixList):
    """The list, and the keys that change what it shows."""

    _to_editor = False
    """What is fetched is only where the shot stands in its file."""

    def turned(self, page: object) -> None:
        super().turned(page)
        shown = cast("MatrixPage", page)
        if self._editing is None or not (shown.written or shown.refused):
            return
        (shot, _), self._editing = self._editing, None
        to_editor, self._to_editor = self._to_editor, False
        if self.mode != keymap.NORMAL:
            return  # something else was begun meanwhile
        if to_editor:
            # After this drawing: the board is suspended for as long as the editor is open.
            self.call_later(self._open_editor, shot, shown.written.line if shown.written else 0)
        else:
            self._begin_edit(shown)

    def show_page(self, paged: Paged) -> None:
        if paged.fault:
            self._editing = None
        super().show_page(paged)

    def action_matrix_edit(self) -> None:
        """The cell under the cursor: its text is fetched from the shot's file first."""
        page = self._shown
        if page is None or self.cursor.shot not in page.places:
            self.say("no shot is listed: / changes the filter", "quiet")
        elif not self.may_act():
            return
        elif self._focus == "note":
            self.action_matrix_note()
        elif self._focus == "lock":
            self.action_matrix_lock()
        elif self._focus not in EDITED:
            written = ", ".join(name for name in self._columns if name in (*EDITED, "note", "lock"))
            rest = keymap.hint("matrix_editor")
            self.say(f"{self._focus} is not written here: {written or 'nothing shown'} is; {rest}", "quiet")
        elif page.rows[page.places[self.cursor.shot]].locked:
            shot = literal(self.cursor.shot, 32)
            self.say(f"{shot} is locked: {keymap.key_of('matrix_lock')} unlocks it", "quiet")
        else:
            self._editing = (self.cursor.shot, self._focus)
            self.want()

    def _begin_edit(self, page: MatrixPage) -> None:
        was = page.written
        if was is None:
            self.say(page.refused, "need")
        elif not was.plain:
            key = keymap.key_of("matrix_editor")
            self.say(
                f"{was.field} of {literal(was.shot, 32)} is too long for a line: {key} opens it", "quiet"
            )
        else:
            known_ones = f" ({', '.join(_CHOICES[was.field])})" if was.field in _CHOICES else ""
            self.open_line(
                f"{literal(was.shot, 32)} {was.field}{known_ones}:",
                "write it",
                partial(self._write, was),
                was.text,
            )

    def _write(self, was: Written, text: str) -> None:
        if text != was.text:
            self.do(f"set {was.field}", partial(matrix.set_field, was=was, text=text), was.shot)

    def action_matrix_editor(self) -> None:
        """Everything else of the shot: its chain's file, in an editor, at its line."""
        page = self._shown
        if page is None or self.cursor.shot not in page.places:
            self.say("no shot is listed: / changes the filter", "quiet")
        elif not self.may_act():
            return
        else:
            self._editing, self._to_editor = (self.cursor.shot, "description"), True
            self.want()

    def _open_editor(self, shot: str, line: int) -> None:
        """The film is read anew by itself: its files are watched."""
        page = self._shown
        if page is None or shot not in page.places or self.glance is None:
            return
        path = Path(self.glance.film) / "shots" / f"{self._row(shot).shot.chain}.toml"
        edit(self, path, line)

    def action_matrix_note(self) -> None:
        shots = self.targets()
        if len(shots) == 1:
            self.open_line(f"note on {literal(shots[0], 32)}:", "keep it", partial(self._note, shots[0]))
        else:
            self.say("a note is of one shot" if shots else "no shot is listed", "quiet")

    def _note(self, shot: str, text: str) -> None:
        if text:
            self.do("note", partial(matrix.add_note, shot=shot, text=text), shot)

    def action_matrix_insert(self) -> None:
        if self.targets():
            after = self.cursor.shot
            words = f"new shot after {literal(after, 32)}, its id and what it shows:"
            self.open_line(words, "insert it", partial(self._insert, after))

    def _insert(self, after: str, text: str) -> None:
        if text:
            self.do("insert a shot", partial(matrix.insert, after=after, words=text), after)

    def action_matrix_lock(self) -> None:
        """Locks; where all are locked, unlocks."""
        self._flag("locked", "lock", "unlock", lambda shot: self._row(shot).locked)

    def action_matrix_omit(self) -> None:
        """Omits; where all are omitted, brings them back."""
        self._flag("omitted", "omit", "bring back", lambda shot: self._row(shot).shot.state == "omitted")

    def _row(self, shot: str) -> MatrixRow:
        page = cast("MatrixPage", self._page)
        return page.rows[page.places[shot]]

    def _flag(self, field: str, sets: str, clears: str, is_set: Callable[[str], bool]) -> None:
        shots = self.targets()
        if not shots:
            self.say("no shot is listed: / changes the filter", "quiet")
            return
        on = not all(map(is_set, shots))
        word = sets if on else clears
        order = Do(word, partial(matrix.set_flag, shots=shots, field=field, on=on), shots[0])
        if len(shots) == 1 and field == "locked":
            self.send(order)
            return
        page = cast("MatrixPage", self._page)
        named = literal(shots[0], 32) if len(shots) == 1 else f"{len(shots):,} of {page.total:,} shots"
        after = " What follows begins from the shot before." if field == "omitted" and on else ""
        self._ask_to(f"{word.capitalize()} {named}?{after} y/n", order)

    def _ask_to(self, text: str, order: Do) -> None:
        if self.shared.read_only:
            self.send(order)  # says why not
        else:
            self.ask(Ask(text, order, ("yes", "no")))
