"""A notebook gets the kernel that its kernelspec names, else one that speaks its language."""

from __future__ import annotations

import pytest

from patina_lab.conversion.kernelchoice import choose
from patina_lab.text import Text

HERE = {
    "patina-python": "python",
    "patina-javascript": "javascript",
    "python3": "python",
    "conda-py310": "python",
    "ir": "R",
    "xcpp": "C++",
}


def hint(kernel: str) -> Text:
    return Text(f"install {kernel}")


@pytest.mark.parametrize(
    ("spec", "language", "kernel"),
    [
        ("conda-py310", "python", "conda-py310"),  # its packages are others
        ("ir", "", "ir"),
        ("python3", "python", "patina-python"),  # the Python here, and it can be forked
        ("python3", "", "patina-python"),
        ("", "", "patina-python"),
        ("", "R", "ir"),
        ("", "javascript", "patina-javascript"),
        ("", "typescript", "patina-javascript"),
        ("xcpp", "rust", "xcpp"),  # the kernelspec comes first
    ],
)
def test_the_kernelspec_comes_first_and_then_the_language(
    spec: str, language: str, kernel: str
) -> None:
    choice = choose(spec, language, HERE, hint)
    assert choice.kernel == kernel
    assert choice.notes == ()


def test_a_kernelspec_that_is_missing_is_told_with_what_is_used_instead() -> None:
    choice = choose("py39", "python", HERE, hint)
    assert choice.kernel == "patina-python"
    assert "py39 is not installed: patina-python" in choice.notes[0]
    assert "install py39" in choice.notes[0]


def test_a_language_that_nothing_speaks_keeps_its_kernel_and_says_what_to_install() -> None:
    choice = choose("julia-1.10", "julia", HERE, hint)
    assert (choice.kernel, choice.language) == ("julia-1.10", "julia")
    assert choice.notes == (
        "The kernel julia-1.10 is not installed, so no run can be started. install julia-1.10",
    )


def test_where_patina_rust_is_missing_it_is_still_the_kernel_of_a_rust_notebook() -> None:
    choice = choose("rust", "rust", HERE, hint)
    assert choice.kernel == "patina-rust"
    assert "install patina-rust" in choice.notes[0]


def test_without_patina_python_a_python_notebook_keeps_pythons_own_kernel() -> None:
    installed = {"python3": "python", "apython": "python"}
    assert choose("python3", "python", installed, hint).kernel == "python3"
