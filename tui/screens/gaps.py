"""The Gaps screen: what somebody has to do, what is proposed, what is not certain yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.studio.pages import gaps
from tui.bridge import Do
from tui.screens.acts import Ask
from tui.screens.gaps_lists import GapsLists


class GapsScreen(GapsLists):
    """A yes or a no to what is proposed, and tasks from their beginning to their end."""

    # Answers.

    def _do(self, name: str, act: Callable[..., str]) -> None:
        """One act on what was chosen; its marks are used up."""
        self._ticked[self._section], self._from = frozenset(), None
        self.look_again()
        self.do(name, act)

    def _named(self, numbers: list[int]) -> str:
        one = "task" if self._section == "tasks" else "suggestion"
        return f"{one} {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} {one}s"

    def _answered(self, how_task: str, how_suggestion: str) -> None:
        """A yes or a no, with a reason: a letter alone decides nothing."""
        of_tasks, numbers = self._section == "tasks", self.rows_meant()
        if self._section == "uncertain" or not numbers:
            self.say("choose a task or a suggestion first: tab goes to them", "quiet")
            return
        how = how_task if of_tasks else how_suggestion
        needs_why = how in {"refuse", "reject"}

        def answer(why: str) -> None:
            if needs_why and not why:
                self.say("nothing was decided: a no needs a reason", "quiet")
            elif of_tasks:
                self._do(f"{how} the task", partial(gaps.move_tasks, how=how, tasks=numbers, why=why))
            else:
                self._do(f"{how} it", partial(gaps.decide, decision=how, suggestions=numbers, why=why))

        hint = "" if needs_why else " (it may stay empty)"
        self.open_line(f"{how} {self._named(numbers)}: why?{hint}", f"{how} it", answer)

    def action_gaps_yes(self) -> None:
        self._answered("approve", "accept")

    def action_gaps_no(self) -> None:
        self._answered("refuse", "reject")

    def action_gaps_task(self) -> None:
        numbers = self.rows_meant()
        if self._section != "suggestions" or not numbers:
            self.say("choose a suggestion first: tab goes to them", "quiet")
            return

        def answer(owner: str) -> None:
            if owner:
                act = partial(gaps.decide, decision="accept", suggestions=numbers, why="", task_for=owner)
                self._do("make a task of it", act)
            else:
                self.say("nothing was decided: a task needs an owner", "quiet")

        self.open_line(f"accept {self._named(numbers)} as a task of whom?", "accept it", answer)

    # Tasks.

    def _tasks(self) -> list[int]:
        numbers = self.rows_meant() if self._section == "tasks" else []
        if not numbers:
            self.say("choose a task first: tab goes to them", "quiet")
        return numbers

    def action_gaps_add(self) -> None:
        """What, for whom, by when: three lines, of which only the first has to be written."""

        def due(title: str, owner: str, day: str) -> None:
            self._do("add the task", partial(gaps.add_task, title=title, owner=owner, due=day))

        def whose(title: str, owner: str) -> None:
            self.open_line("due when? 2026-03-09 (it may stay empty)", "add it", partial(due, title, owner))

        def what(title: str) -> None:
            if title:
                self.open_line("for whom? (it may stay empty)", "next", partial(whose, title))

        self.open_line("a new task:", "next", what)

    def action_gaps_owner(self) -> None:
        numbers = self._tasks()
        if numbers:
            self.open_line(
                f"give {self._named(numbers)} to whom? (empty: to nobody)",
                "give it",
                lambda owner: self._do(
                    "give the task", partial(gaps.move_tasks, how="owner", tasks=numbers, word=owner)
                ),
            )

    def action_gaps_end(self) -> None:
        numbers, page = self._tasks(), self._held
        if numbers and page is not None:
            first = next(row for row in page.tasks if row.id == numbers[0])
            how = "done" if first.state == "open" else "reopen"
            self._do("end the task", partial(gaps.move_tasks, how=how, tasks=numbers))

    def action_gaps_drop(self) -> None:
        numbers = self._tasks()
        if numbers:
            do = Do("drop the task", partial(gaps.move_tasks, how="drop", tasks=numbers))
            self.ask(Ask(f"Drop {self._named(numbers)}? It will not be done. y/n", do, ("yes", "no")))

    def action_gaps_checklist(self) -> None:
        self._do("begin the checklist", gaps.start_checklist)

    def action_gaps_ended(self) -> None:
        self._ended = not self._ended
        self.say("with what has ended" if self._ended else "only what is open", "quiet")
        self.want()
