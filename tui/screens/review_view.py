"""What the Review screen shows and how its cursor moves; its acts are in `review`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from core.studio.pages import review, seam
from core.studio.pages.outside import Ways
from core.studio.pages.review_rows import ReviewPage
from core.studio.pages.seam import Measured, SeamPage
from tui import keymap
from tui.bridge import Paged, Want, index_of
from tui.bridge.posts import Post
from tui.screens import cursor as moves
from tui.screens.acts import WHOLE_FILM
from tui.screens.cursor import Cursor
from tui.screens.layout import Places
from tui.screens.pictured import PicturedScreen
from tui.screens.seams import beside, seam_at
from tui.screens.shared import Shared
from tui.widgets import review as drawn
from tui.widgets import review_columns, review_seam, review_sheet
from tui.widgets.lines import reading, wall_lines
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region
from tui.widgets.review_measures import likeness, pairs_of
from tui.widgets.review_offers import offer_lines
from tui.widgets.review_places import PICTURES, SHEET, places
from tui.widgets.stills import Choice

if TYPE_CHECKING:
    from core.studio.pages.sight import Sight


class ReviewView(PicturedScreen):
    """One shot and one take of it, or one seam."""

    NAME: ClassVar[str] = "review"
    PICTURES: ClassVar[tuple[str, ...]] = (*PICTURES, *SHEET)

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._take: ReviewPage | None = None
        self._join: SeamPage | None = None
        self._seams = False
        """The seam view is shown."""
        self._judged: frozenset[str] = frozenset()
        """Seams judged since the view was opened: none is offered again as the next."""
        self._writing = ""
        """What the open line is for: retake, score; something stands beside it then."""
        self._ways: Ways | None = None
        """Lines to watch the take by, where no player can be opened here."""
        self._offered = 0
        """Which of them was copied last."""
        self._measured: Measured = Measured(())
        self._asked_for: tuple[object, ...] = ()
        """What the page was last asked about."""

    # What is read.

    def page(self) -> Callable[[Sight], object] | None:
        if self._seams:
            return partial(seam.read, shot=self.cursor.shot, seam=self._standing_seam())
        return partial(review.read, shot=self.cursor.shot, take=self.cursor.take)

    def want(self) -> None:
        self._asked_for = self._subject()
        super().want()

    def _subject(self) -> tuple[object, ...]:
        if self._seams:
            return (self.cursor.shot, self._standing_seam())
        return (self.cursor.shot, self.cursor.take, None)

    def turned(self, page: object) -> None:
        super().turned(page)
        if isinstance(page, Measured):
            self._measured = page
        elif isinstance(page, SeamPage):
            self._join = page
        elif isinstance(page, ReviewPage):
            self._take = page

    def show_page(self, paged: Paged) -> None:
        if paged.fault:
            # What was read of another shot must not stand below this one's name.
            self._take = self._join = None
        super().show_page(paged)

    @property
    def _shown(self) -> ReviewPage | SeamPage | None:
        return self._join if self._seams else self._take

    def _here(self) -> ReviewPage | None:
        """The page, where it is of the selected shot."""
        page = self._take
        return page if page and page.shot and page.shot.id == self.cursor.shot else None

    # What is drawn.

    def body(self) -> Iterable[LinePanel]:
        for name in ("head", "left", "wall", "right"):
            yield LinePanel(name)
        yield from self._frames.values()

    def places(self, area: Region) -> Places:
        if self.mode == keymap.FORM and self.form_region().x > 0:
            area = Region(area.x, area.y, self.form_region().x - 1, area.height)
        count = len(self._shown.frames) if self._shown and self.shared.pictures else 0
        warned = bool(self._take and self._take.warnings) and not self._seams
        return places(area, pictures=count, seam=self._seams, warned=warned, sheet=len(self._sheet()))

    def covered_by_form(self) -> tuple[str, ...]:
        return ("head", "left", "wall", "right", *self.PICTURES) if self.form_region().x == 0 else ()

    def draw(self) -> None:
        if self._subject() != self._asked_for:
            self.want()
        if self.mode != keymap.LINE:
            self._writing = ""
        look = self.look
        self.panel("wall").show(lambda _width, height: wall_lines(height, look.wall))
        if self._seams:
            self._draw_seam()
        else:
            self._draw_take()
        self._want_pictures()

    def _draw_take(self) -> None:
        look, page = self.look, self._take
        head = self._here() or self._bare()
        self.panel("head").show(lambda width, height: drawn.head_lines(head, width, height, look))
        if page is None:
            self.panel("left").show(lambda _width, _height: ())
            self.panel("right").show(lambda _width, _height: reading())
            return
        alike = likeness(self._measured.pairs, pairs_of(page))
        narrow = "left" not in self._places
        self.panel("left").show(lambda width, height: review_columns.left_lines(page, width, height, look))
        right = self.panel("right")
        if self._writing == "retake":
            right.show(lambda width, height: review_columns.before_lines(page, width, height, look))
        elif self._writing == "score":
            right.show(lambda width, height: drawn.rubric_lines(page.scores, width, height, look))
        elif self._ways is not None:
            offers, at = self._ways.offers, self._offered
            right.show(lambda width, height: offer_lines(offers, at, width, height, look))
        elif narrow:
            right.show(lambda width, height: review_columns.narrow_lines(page, alike, width, height, look))
        else:
            right.show(lambda width, height: review_columns.right_lines(page, alike, width, height, look))

    def _bare(self) -> ReviewPage:
        """What the board's reading knows of the selected shot, until its page is here."""
        return ReviewPage(index_of(self.glance).shot(self.cursor.shot) if self.glance else None)

    def _draw_seam(self) -> None:
        look, page = self.look, self._join
        if page is None:
            self.panel("head").show(lambda _width, _height: reading())
            return
        alike = likeness(self._measured.pairs, pairs_of(page), seam=True)
        body, other = ("left", "right") if "left" in self._places else ("right", "left")
        self.panel("head").show(lambda width, height: review_seam.head_lines(page, width, height, look))
        self.panel(body).show(lambda width, height: review_seam.body_lines(page, alike, width, height, look))
        beside = self.panel(other)
        if self._writing == "score":
            beside.show(lambda width, height: drawn.rubric_lines(page.scores, width, height, look))
        else:
            beside.show(lambda width, height: review_seam.side_lines(page, width, height, look))

    # Pictures and measures.

    def _want_pictures(self) -> None:
        """Frames, and their measures. None of the shot before: a verdict is given by what is seen."""
        page = self._shown if self._seams or self._here() else None
        rooms = [name for name in PICTURES if name in self._places]
        frames = drawn.pictured(page.frames, len(rooms)) if page else ()
        room = min((self._places[name].width for name in rooms), default=0)
        wanted = [Choice(one.shot, one.take, one.end, drawn.caption_of(one, room)) for one in frames]
        # A place that has no frame keeps those of the contact sheet in their own places.
        more = self._sheet() if page and len(wanted) == len(rooms) else ()
        self.wish([*wanted, *more], more=self._unmeasured())

    def _sheet(self) -> tuple[Choice, ...]:
        """What stands on the contact sheet, where there is room for one."""
        page = self._here()
        if self._seams or page is None or not self.shared.pictures or self.glance is None:
            return ()
        index = index_of(self.glance)
        chain = index.chain_of(self.cursor.shot)
        rows = [index.shot(ident) for ident in chain.shots] if chain else []
        return review_sheet.sheet(page, [row for row in rows if row is not None], len(SHEET))

    def _unmeasured(self) -> bool:
        pairs = pairs_of(self._shown)
        return bool(pairs) and pairs != tuple((one.left, one.right) for one in self._measured.pairs)

    def rested(self) -> None:
        super().rested()
        if self._unmeasured():
            self.post_message(Post(Want(self.NAME, partial(seam.measured, pairs=pairs_of(self._shown)))))

    # Which keys do something.

    def possible(self) -> tuple[str, ...]:
        if self._seams:
            return ("approve", "reject", "hold", "review_seams", "review_score")
        page = self._here()
        more = ["review_seams"]
        if page and page.take is not None:
            more += ["review_note", "review_watch"]
            more += ["review_older"] if len(page.takes) > 1 else []
            more += ["review_done"] if page.open_notes else []
            more += ["review_edit", "review_score", "review_before"]
        acts = super().possible()
        last = tuple(act for act in acts if act in WHOLE_FILM)
        return (*(act for act in acts if act not in last), *more, *last)

    def words(self) -> Mapping[str, str]:
        if self._seams:
            return {"approve": "good", "reject": "needs a fix", "review_seams": "back to the take"}
        return {}

    def kept(self) -> dict[str, str]:
        return {"view": "seam" if self._seams else "take"}

    def restore(self, kept: dict[str, str]) -> None:
        self._seams = kept.get("view") == "seam"

    # Moving.

    def step(self, by: int) -> None:
        """Up and down go over the shots of the film, whatever list the cursor came from."""
        if self.glance:
            self.move(moves.step(self.glance, replace(self.cursor, in_waiting=False), by))

    def move(self, to: Cursor) -> None:
        self._ways = None
        super().move(to)

    def sideways(self, by: int) -> None:
        """Left is the take before or the seam before, right the one after."""
        if self._seams:
            self._walk_seams(by)
            return
        page = self._here()
        if page is None or page.take is None:
            return
        numbers = sorted(line.n for line in page.takes)
        shown = self.cursor.take if self.cursor.take in numbers else page.take
        at = numbers.index(shown) if shown in numbers else 0
        self.move(replace(self.cursor, take=numbers[max(0, min(len(numbers) - 1, at + by))]))

    def action_next_waiting(self) -> None:
        """On the seam view, the next seam nobody has judged."""
        if not self._seams:
            super().action_next_waiting()
        elif self._join and self._join.open_after:
            self._go_to_seam(self._join.open_after[0])
        else:
            self.say("no other seam waits to be judged", "quiet")

    def _walk_seams(self, by: int) -> None:
        to = beside(self.glance, self._standing_seam(), by) if self.glance else ""
        if to:
            self._go_to_seam(to)

    def _standing_seam(self) -> str:
        """The seam the keys are about: that of the selected shot."""
        return seam_at(self.glance, self.cursor.shot) if self.glance else ""

    def _go_to_seam(self, ident: str) -> None:
        """The cursor goes along: the seam is that after the selected shot."""
        self.move(Cursor(ident.partition("/")[0], self.cursor.waiting))

    def shut(self) -> bool:
        if self._ways is not None:
            self._ways = None
            self.redraw()
            return True
        if self._seams:
            self.action_review_seams()
            return True
        return False

    def action_area(self) -> None:
        self.action_review_seams()

    def action_review_seams(self) -> None:
        self._seams, self._judged = not self._seams, frozenset()
        self.move(self.cursor)

    def action_review_older(self) -> None:
        self.sideways(-self.shared.times())

    def action_review_newer(self) -> None:
        self.sideways(self.shared.times())
