"""The table of keys: every action of the dashboard, a row each.

A screen's own rows stand together, each `on` its screen; what opens a screen is a row of `_SCREENS`.
`keymap` reads the table for bindings, key lines, help and palette.
"""

from __future__ import annotations

from dataclasses import dataclass

NORMAL, ASK, SETTLE, LINE, FORM, PALETTE, HELP, ALWAYS = (
    "normal",
    "ask",
    "settle",
    "line",
    "form",
    "palette",
    "help",
    "always",
)
"""The modes. Exactly one holds at a time, and a key acts only in its own; `ALWAYS` is beside them."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does."""

    id: str
    keys: str
    """Default keys, comma-separated, as Textual names them."""
    label: str
    """One or two words for the key line; empty keeps it off that line."""
    help: str
    mode: str = NORMAL
    on: tuple[str, ...] = ()
    """Names of the screens it holds on; none: on all."""
    opens: str = ""
    """`module:Class` of the screen it opens; imported when a person first goes there."""
    destructive: bool = False
    """Spends money or sets work aside: asks y/n first, naming the shot and the sum."""
    shown: str = ""
    """How help and key line write the keys, where Textual's names are not what is on the cap."""


_SHOT = (
    Action("go", "g", "go", "Start or resume the selected chain. Paid work asks first.", destructive=True),
    Action("pause", "p", "pause", "Pause the selected chain. What is running is still fetched."),
    Action("approve", "a", "circle", "Circle the take, then move to the next that waits."),
    Action("reject", "x", "reject", "Reject the take; later takes on it go stale.", destructive=True),
    Action("hold", "o", "hold", "Hold the take: decided neither way yet."),
    Action(
        "retake",
        "r",
        "retake",
        "Order a new take, with a line on what should change. Paid work asks.",
        destructive=True,
    ),
    Action("settle", "s", "settle", "Settle a take in doubt: was it sent, was it paid?", destructive=True),
    Action("fail", "f", "fail", "Log what broke in the failure catalogue."),
    Action("assemble", "c", "cut", "Assemble the cut, rough or of circled takes."),
    Action("undo", "u", "undo", "Take back your last verdict, where a new row can."),
)
_FAILURES = (
    Action(
        "failures_amend",
        "e",
        "amend",
        "Say cause, workaround or outcome of a failure later.",
        on=("failures",),
    ),
)
_DOCTOR = (Action("doctor_again", "e", "look again", "Look at everything once more.", on=("doctor",)),)
_REVIEW = (
    Action(
        "review_seams", "z", "seam", "Between the take and the seam after it; so does tab.", on=("review",)
    ),
    Action(
        "review_note",
        "i",
        "note",
        "Write a note, with its moment first: 0:03.2 the hand slips.",
        on=("review",),
    ),
    Action(
        "review_watch", "w", "watch", "Play the take, or the line that fetches it over SSH.", on=("review",)
    ),
    Action("review_edit", "e", "edit", "Open the shot in your editor, for the next take.", on=("review",)),
    Action(
        "review_older", "left_square_bracket", "older", "The take before; left does so too.", on=("review",)
    ),
    Action("review_newer", "right_square_bracket", "", "The take after; right does so too.", on=("review",)),
    Action("review_done", "d", "note done", "Settle an open note, saying how.", on=("review",)),
    Action(
        "review_score", "t", "score", "Score the take, or the seam, by the rubric: story 4.", on=("review",)
    ),
    Action(
        "review_before",
        "b",
        "warnings",
        "What to know before a retake: what failed before, words that are refused, old prices.",
        on=("review",),
    ),
)
_SCREENS = (
    Action(
        "board",
        "B",
        "",
        "The board: chains, what waits, money, the log.",
        opens="tui.screens.board:BoardScreen",
    ),
    Action(
        "review",
        "R",
        "",
        "Review: a take beside its hand-over frame, the shots around it, the seams.",
        opens="tui.screens.review:ReviewScreen",
    ),
    Action(
        "matrix",
        "M",
        "",
        "The matrix: all shots as a table, sifted, sorted, changed where they stand.",
        opens="tui.screens.matrix:MatrixScreen",
    ),
    Action(
        "money",
        "dollar_sign",
        "",
        "Money: budgets, accounts, gates, what it went on, what is in doubt.",
        opens="tui.screens.money:MoneyScreen",
        shown="$",
    ),
    Action(
        "gaps",
        "G",
        "",
        "Gaps: tasks, suggestions, everything that is not certain yet.",
        opens="tui.screens.gaps:GapsScreen",
    ),
    Action(
        "failures",
        "F",
        "",
        "Failures: what broke, what it cost, what helped.",
        opens="tui.screens.failures:FailuresScreen",
    ),
    Action(
        "diary",
        "D",
        "",
        "The diary: how the film was made, and what was started, stopped and turned round.",
        opens="tui.screens.diary:DiaryScreen",
    ),
    Action(
        "doctor",
        "exclamation_mark",
        "",
        "The doctor: this machine, the disk, the film's files and ledger.",
        opens="tui.screens.doctor:DoctorScreen",
        shown="!",
    ),
)
_MATRIX = (
    Action(
        "matrix_edit", "e", "edit", "Change the cell under the cursor in the shot's file.", on=("matrix",)
    ),
    Action(
        "matrix_editor", "E", "editor", "Open the chain's file at this shot in your editor.", on=("matrix",)
    ),
    Action(
        "matrix_sort", "S", "sort", "Sort by this column; again: the other way; again: not.", on=("matrix",)
    ),
    Action("matrix_columns", "C", "columns", "Choose which columns are shown, and where.", on=("matrix",)),
    Action("matrix_all", "asterisk", "mark all", "Mark every shot the filter shows.", on=("matrix",)),
    Action("matrix_note", "i", "note", "Keep a note on the shot.", on=("matrix",)),
    Action(
        "matrix_lock", "L", "lock", "Lock the shot, or unlock it: runs leave locked ones.", on=("matrix",)
    ),
    Action(
        "matrix_omit",
        "O",
        "omit",
        "Omit the shot, or bring it back. What follows begins from the shot before.",
        on=("matrix",),
        destructive=True,
    ),
    Action("matrix_insert", "I", "insert", "Insert a new shot after this one.", on=("matrix",)),
)
_DIARY = (
    Action("diary_started", "S", "started", "Log a line: what was started.", on=("diary",)),
    Action("diary_stopped", "T", "stopped", "Log a line: what was stopped.", on=("diary",)),
    Action("diary_pivoted", "P", "pivoted", "Log a line: what was turned round.", on=("diary",)),
    Action(
        "diary_write",
        "w",
        "write",
        "Write what the ledger knows into diary.md; your words stay.",
        on=("diary",),
    ),
    Action("diary_editor", "E", "editor", "Open diary.md in your editor, at this line.", on=("diary",)),
    Action(
        "diary_next", "full_stop", "next place", "The next place that holds what was searched.", on=("diary",)
    ),
    Action("diary_previous", "comma", "", "The place before that holds it.", on=("diary",)),
)
_MOVING = (
    Action("open", "enter", "open", "Look closely at what is under the cursor."),
    Action("detail", "d", "detail", "Show or close all that is known of the selected shot.", on=("board",)),
    Action("takes", "t", "takes", "Show the takes of the chain in a small window.", on=("board",)),
    Action("next_waiting", "n", "next", "Go to the next that waits for you."),
    Action("find", "slash", "find", "Find a shot by id or description.", shown="/"),
    Action("up", "up,k", "", "The line before.", shown="up k"),
    Action("down", "down,j", "", "The line after.", shown="down j"),
    Action("left", "left,h", "", "To the left: on the board the chain before.", shown="left h"),
    Action("right", "right,l", "", "To the right: on the board the chain after.", shown="right l"),
    Action("page_up", "pageup,ctrl+b", "", "Ten lines back.", shown="pgup"),
    Action("page_down", "pagedown,ctrl+f", "", "Ten lines on.", shown="pgdn"),
    Action("first", "home", "", "The first line."),
    Action("last", "end", "", "The last line."),
    Action("area", "tab,shift+tab", "", "Between the parts of a screen.", shown="tab"),
    Action(
        "count", "0,1,2,3,4,5,6,7,8,9", "", "How many: 5 j moves five down, 5 space marks five.", shown="0-9"
    ),
    Action("mark", "space", "", "Mark the shot, or take its mark away; acts then mean all that are marked."),
    Action("range", "V", "", "Begin a range of marks here; moving draws it out, V again ends it."),
    Action("picture", "v", "", "Show or hide the frames of the selected shot."),
    Action("repaint", "ctrl+l", "", "Draw the whole screen again."),
    Action("close", "escape", "", "Close what is open, take marks away, go back to the board.", shown="esc"),
    Action("palette", "colon,ctrl+p", "", "Find anything that can be done, by its words.", shown=":"),
    Action("what", "W", "", "Say what a key does: press this, then the key."),
    Action("help", "question_mark", "help", "All keys and the legend of signs.", shown="?"),
    Action("quit", "q", "quit", "Leave the dashboard. The worker goes on."),
)
_ANSWERS = (
    Action("yes", "y", "yes", "Do it.", ASK),
    Action("why", "w", "with a note", "Say why first.", ASK),
    Action("circled", "c", "circled takes", "Cut the circled takes only.", ASK),
    Action("rough", "r", "rough", "Cut with the newest usable takes.", ASK),
    Action("look", "v", "look", "Show what it is about before you answer.", ASK),
    Action("no", "n,escape", "no", "Leave it.", ASK, shown="n esc"),
    Action("settle_ask", "a", "ask the provider", "Ask the provider again; nothing is sent anew.", SETTLE),
    Action("settle_adopt", "j", "name its job", "The job exists: name it, and it is fetched.", SETTLE),
    Action("settle_absent", "u", "never sent", "Nothing was sent: what is held is freed.", SETTLE),
    Action("settle_off", "w", "write it off", "Give up on it: what is held counts as spent.", SETTLE),
    Action("settle_leave", "escape", "leave it", "It stays in doubt.", SETTLE, shown="esc"),
    Action("line_done", "enter", "take it", "Take what is written.", LINE),
    Action("line_cancel", "escape", "leave it", "Leave it.", LINE, shown="esc"),
    Action("form_done", "enter", "next, then log it", "Next field; on the last needed one, log it.", FORM),
    Action("form_next", "tab", "complete", "Complete the category, go to the next field.", FORM),
    Action("form_back", "shift+tab", "", "The field before.", FORM),
    Action("form_cancel", "escape", "leave it", "Leave the form; nothing is logged.", FORM, shown="esc"),
    Action("palette_done", "enter", "do it", "Do what is chosen.", PALETTE),
    Action("palette_up", "up,ctrl+k", "", "The line before.", PALETTE, shown="up"),
    Action("palette_down", "down,ctrl+j,tab", "", "The line after.", PALETTE, shown="down"),
    Action("palette_cancel", "escape", "leave it", "Leave the palette.", PALETTE, shown="esc"),
    Action("help_close", "escape,q,question_mark", "back", "Back to the screen.", HELP, shown="esc ?"),
    Action("help_up", "up,k", "", "Scroll up.", HELP, shown="up k"),
    Action("help_down", "down,j", "", "Scroll down.", HELP, shown="down j"),
    Action("help_page_up", "pageup", "", "A page up.", HELP, shown="pgup"),
    Action("help_page_down", "pagedown,space", "", "A page down.", HELP, shown="pgdn"),
    Action(
        "help_find", "slash", "find", "Show only the keys whose words hold what is written.", HELP, shown="/"
    ),
    Action("leave", "ctrl+c,ctrl+q", "", "Leave the dashboard from anywhere.", ALWAYS, shown="ctrl+c"),
)
_MONEY = (
    Action("money_yes", "y", "approve", "Say yes to the chosen gate; a line asks why.", on=("money",)),
    Action("money_no", "d", "deny", "Say no to the chosen gate; a line asks why.", on=("money",)),
    Action("money_copy", "i", "copy job", "Copy the job's id of the chosen line.", on=("money",)),
    Action(
        "money_by", "b", "spend by", "Tell spend apart by kind, model, provider, chain or day.", on=("money",)
    ),
    Action(
        "money_ask", "e", "ask accounts", "Ask the providers for their accounts anew. Free.", on=("money",)
    ),
)
_GAPS = (
    Action("gaps_yes", "y", "yes", "Accept the suggestion, approve the task; a line asks why.", on=("gaps",)),
    Action("gaps_no", "d", "no", "Reject the suggestion, refuse the task; a line asks why.", on=("gaps",)),
    Action("gaps_task", "m", "as a task", "Accept the suggestion as somebody's task.", on=("gaps",)),
    Action("gaps_add", "i", "add task", "Add a task: what, for whom, by when.", on=("gaps",)),
    Action("gaps_owner", "w", "give", "Give the task to somebody.", on=("gaps",)),
    Action("gaps_end", "e", "end", "End the task; one that has ended is opened again.", on=("gaps",)),
    Action("gaps_drop", "z", "drop", "Drop the task: it will not be done.", on=("gaps",)),
    Action(
        "gaps_checklist", "b", "checklist", "Begin the checklist: its seven steps as tasks.", on=("gaps",)
    ),
    Action("gaps_ended", "t", "ended too", "Show what has ended and what was decided, too.", on=("gaps",)),
)
ACTIONS: tuple[Action, ...] = (
    *_SHOT,
    *_MOVING,
    *_REVIEW,
    *_MATRIX,
    *_DIARY,
    *_SCREENS,
    *_MONEY,
    *_GAPS,
    *_FAILURES,
    *_DOCTOR,
    *_ANSWERS,
)
