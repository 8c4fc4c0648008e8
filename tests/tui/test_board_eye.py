"""What the eye needs on every screen: where it is, what the keys act on, nothing cut in two."""

from __future__ import annotations

from core.studio.index import index_of
from tests.tui.desk_pages import money_page
from tests.tui.films import salt_road, short_film
from tests.tui.stage import Stage, play
from tui import keymap
from tui.screens.layout import below_card
from tui.theme import Look
from tui.widgets.chains import now_in_words
from tui.widgets.foot import screens_line
from tui.widgets.legend import foot_line
from tui.widgets.lines import Line, Span, lit, title
from tui.widgets.money_page import budget_lines
from tui.widgets.palette import palette_lines
from tui.widgets.region import Region
from tui.widgets.waiting import waiting_lines

LOOK = Look()


def words(line: Line) -> str:
    return "".join(span.text for span in line.spans)


def text(lines: list[Line]) -> str:
    return "\n".join(words(line) for line in lines)


def test_every_screen_is_named_with_its_key_and_the_one_in_front_is_bright() -> None:
    line = screens_line("money", 80, LOOK)
    for name in keymap.screens():
        assert f"{keymap.key_of(name)} {name}" in words(line)
    assert [span.text.strip() for span in line.spans if span.ink == "bright"] == ["$", "money"]


def test_in_a_narrow_window_the_screen_in_front_alone_is_named() -> None:
    for width in (60, 40, 20, 6):
        line = screens_line("matrix", width, LOOK)
        assert line.width <= width + 2
        assert "review" not in words(line)
    assert "M matrix" in words(screens_line("matrix", 60, LOOK))


def test_the_line_of_screens_gives_way_to_what_is_said() -> None:
    async def scene(stage: Stage) -> None:
        assert "M matrix" in stage.text()
        stage.board.say("the sun is too high")
        await stage.quiet()
        assert "M matrix" not in stage.text()
        assert "the sun is too high" in stage.text()

    play(scene)


def test_a_list_the_keys_act_on_has_a_bright_title_and_says_how_to_leave_it() -> None:
    lines = lit([title("GATES", Span("  3", "quiet")), Line((Span("a gate"),))], 20, "tab")
    assert lines[0].spans[0].ink == "bright"
    assert words(lines[0]) == " GATES  3  tab"
    assert words(lit(lines, 12, "tab")[0]) == " GATES  3  tab"
    assert lit([], 12) == []


def test_what_a_card_would_cut_in_two_begins_below_it_or_is_off() -> None:
    card = Region(0, 2, 80, 10)
    places = {
        "chains": Region(0, 2, 40, 5),
        "takes": Region(0, 8, 40, 8),
        "waits": Region(41, 2, 39, 12),
        "first": Region(0, 8, 20, 12),
        "says": Region(0, 18, 40, 2),
        "wall": Region(40, 2, 1, 20),
    }
    kept = below_card(places, card)
    assert set(kept) == {"takes", "says", "wall"}
    assert kept["takes"] == Region(0, 12, 40, 4)
    assert kept["wall"] == Region(40, 12, 1, 10)


def test_a_long_chain_name_is_whole_where_other_columns_say_nothing() -> None:
    name = "The late boat comes home"
    page = money_page()
    chain = page.budgets[3]._replace(name=name, held=0, in_doubt=0)
    lines = budget_lines(page._replace(budgets=(chain,)), None, 71, 10, LOOK)
    assert name in text(lines)
    assert "held" not in text(lines)


def test_without_a_limit_no_groove_claims_that_nothing_is_spent() -> None:
    page = money_page()
    free = page.budgets[4]
    lines = budget_lines(page._replace(budgets=(free,)), None, 120, 10, LOOK)
    assert "▁" not in text(lines)
    assert "▁" in text(budget_lines(page, None, 120, 10, LOOK))


def test_a_chain_whose_takes_went_stale_says_so() -> None:
    film = salt_road()
    shots = tuple(
        row._replace(state="stale") if row.state in {"review", "running", "planned"} else row
        for row in film.shots
    )
    film = film._replace(shots=shots)
    chain = film.chains[0]._replace(current="", state="idle")
    (said, *_), _ink = now_in_words(chain, index_of(film))
    assert said.endswith("stale")


def test_a_new_film_says_which_key_begins_it() -> None:
    film = short_film()
    new = film._replace(chains=tuple(row._replace(made=0, current="") for row in film.chains))
    assert "nothing yet: g starts the chain" in text(waiting_lines(new, None, 60, 3, LOOK))
    assert "starts" not in text(waiting_lines(film, None, 60, 3, LOOK))


def test_help_says_where_its_page_stands_and_what_moves_it() -> None:
    assert words(foot_line(0, 20, 74)).endswith("1 to 20 of 74")
    assert "pgdn" in words(foot_line(0, 20, 74))
    assert "pgdn" not in words(foot_line(0, 80, 74))
    assert "esc" in words(foot_line(0, 80, 74))


def test_a_palette_longer_than_the_window_says_how_much_is_shown() -> None:
    class Entry:
        key, label, help = "g", "go", "Start."

    assert words(palette_lines([Entry()] * 30, 0, 80, 11, LOOK)[0]) == " DO  1 to 10 of 30"
    assert words(palette_lines([Entry()] * 3, 0, 80, 11, LOOK)[0]) == " DO  3"
