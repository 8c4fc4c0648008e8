"""A person's name and role in the settings: asked once, kept beside all that stands there."""

from __future__ import annotations

import pytest

from core.base import settings
from core.base.errors import BadInput


def write(text: str) -> None:
    path = settings.config_dir() / "settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_person_is_kept_where_nothing_stood() -> None:
    path = settings.keep_person(' Ada "the eye" ', "Director")
    assert (settings.load().name, settings.load().role) == ('Ada "the eye"', "director")
    assert path.read_text().splitlines()[1] == 'role = "director"'


def test_every_other_line_of_the_settings_stays() -> None:
    write('# mine\nname = "" # soon\nascii = true\n\n[keys.openrouter]\nlimit_usd = "5.00" # enough\n')
    path = settings.keep_person("Ada", "editor")
    assert path.read_text() == (
        'role = "editor"\n# mine\nname = "Ada" # soon\nascii = true\n\n'
        '[keys.openrouter]\nlimit_usd = "5.00" # enough\n'
    )
    assert settings.load().keys["openrouter"].limit is not None


def test_no_role_is_no_line() -> None:
    assert settings.keep_person("Ada", " ").read_text() == 'name = "Ada"\n'


@pytest.mark.parametrize(("role", "near"), [("directer", "director"), ("klient", "client")])
def test_an_unknown_role_is_refused_with_the_nearest(role: str, near: str) -> None:
    with pytest.raises(BadInput, match=near):
        settings.keep_person("Ada", role)
    assert not (settings.config_dir() / "settings.toml").exists()
    write(f'role = "{role}"\n')
    with pytest.raises(BadInput, match=near) as refused:
        settings.load()
    assert refused.value.where.endswith("settings.toml")


def test_settings_that_are_no_toml_are_left_as_they_are() -> None:
    write("name = \n")
    with pytest.raises(BadInput, match="not readable as TOML"):
        settings.keep_person("Ada", "")
    assert (settings.config_dir() / "settings.toml").read_text() == "name = \n"
