"""18: a file that cannot be read is explained, and is never written over."""

from __future__ import annotations

import pytest

from patina_lab.document.errors import TsnbError
from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.document.ytsnb import YTsnb
from patina_lab.tests.user import Refused, User

WHOLE = write(
    TsnbDocument(
        "n",
        "python3",
        "python",
        (
            Cell("a", "code", "x = 'é😀'\n'''"),
            Cell("b", "markdown", "# T", {"tags": ["one", {"deep": None}], "n": 1.5}),
        ),
        {"title": "Ada"},
    )
)
HEAD = 'format = "patina-lab 1"\nid = "n"\nkernel = "k"\nlanguage = "l"\n'
DEEP = 100_000
NESTED = {
    "arrays": f"{HEAD}x = {'[' * DEEP}{']' * DEEP}\n",
    "tables": f"{HEAD}x = {'{a = ' * DEEP}1{'}' * DEEP}\n",
    "keys": f"{HEAD}{'.'.join('a' * DEEP)} = 1\n",
    "headers": f"{HEAD}[{'.'.join('a' * DEEP)}]\nb = 1\n",
    "metadata": f"{HEAD}[metadata.{'.'.join('a' * DEEP)}]\nb = 1\n",
    "json": f"{HEAD}x = {{'$json' = '{'[' * DEEP}{']' * DEEP}'}}\n",
    "few keys": f"{HEAD}{'.'.join('a' * 900)} = 1\n",
}


def _is_kept(text: str) -> bool:
    """Whether a document that is given this text is saved as this text, and says what is wrong."""
    document = YTsnb()
    document.set(text)
    try:
        read(text)
    except TsnbError:
        assert document.problem
    assert document.get() == text
    return True


def test_a_notebook_that_is_cut_off_anywhere_is_kept_as_it_is() -> None:
    assert all(_is_kept(WHOLE[:at]) for at in range(len(WHOLE)))


def test_a_notebook_with_any_character_changed_is_kept_as_it_is() -> None:
    for other in ("\x00", '"', "[", "'", "\n"):
        assert all(_is_kept(WHOLE[:at] + other + WHOLE[at + 1 :]) for at in range(len(WHOLE)))


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_what_is_nested_without_end_is_kept_as_it_is(text: str) -> None:
    assert _is_kept(text)


UNREADABLE = {name: text for name, text in NESTED.items() if name != "json"}
"""A JSON text that is nested too deep is kept as a text."""


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_is_nested_without_end_is_explained_by_the_server_which_lives(
    user: User, text: str
) -> None:
    good = await user.create("good.tsnb")
    with pytest.raises(Refused, match=r"40[09].*deep\.tsnb"):
        await user.open("deep.tsnb", text)
    assert user.file("deep.tsnb").read_text() == text
    assert await user.ask("GET", f"notebooks/{good['id']}/runs") == []


async def test_a_notebook_that_is_cut_within_a_character_is_kept_as_it_is(user: User) -> None:
    data = WHOLE.encode()
    at = data.index("😀".encode()) + 2
    with pytest.raises(Refused, match=r"40[09].*cut\.tsnb"):
        await user.open("cut.tsnb", data[:at])
    assert user.file("cut.tsnb").read_bytes() == data[:at]
