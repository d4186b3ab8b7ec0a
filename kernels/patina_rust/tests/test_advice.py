"""What people are told to do about errors whose cause is not their code."""

from __future__ import annotations

import pytest
from patina_rust.advice import KEPT, advice


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("error: no matching package named `nope` found", "crates.io"),
        ('failed to select a version for the requirement `serde = "^99"`', "the newest"),
        ("[6] Could not resolve hostname (Could not resolve host: index.crates.io)", "network"),
        ("no matching package named `x` ... you're using offline mode (--offline)", ":offline 0"),
        ("failed to write /x: No space left on device (os error 28)", "PATINA_TARGET_DIR"),
        ("rustc 1.80.0 is not supported by the following package: new@1.0.0", "rustup update"),
        ("package `new v2.0` cannot be built because it requires rustc 1.99 or newer", "rustup"),
        ("error: could not compile `openssl` (lib) due to 3 previous errors", "another version"),
        ("error: failed to run custom build command for `openssl-sys`", "C library"),
        ("error: linker `cc` not found", "build-essential"),
        ("failed to load source for dependency `mine`", "relative to the notebook"),
    ],
)
def test_each_cause_has_its_advice(said: str, told: str) -> None:
    assert told in advice(said)
    assert advice(said).endswith(KEPT)


def test_an_error_of_the_code_itself_needs_none() -> None:
    assert advice("mismatched types: expected `i32`, found `&str`") == ""
    assert advice("error: could not compile `ctx` (lib) due to 1 previous error") == ""


def test_a_value_that_is_not_debug_is_told_by_its_type() -> None:
    assert advice("`P` doesn't implement `Debug`").startswith("P cannot be shown")
    told = advice("trait bound `({integer}, P): Debug` was not satisfied")
    assert told.startswith("({integer}, P) cannot be shown")
    assert "#[derive(Debug)]" in told
