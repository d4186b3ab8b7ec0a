"""Huge pages for what is large: a fork copies page tables, and 1 GB has 262,144 pages of 4 KB.

numpy asks the system for huge pages itself. For what Rust and other libraries allocate glibc's
malloc does (2.35 and newer, where the system gives them to who asks), if its environment says so
when the program is started. A copy that writes gets pages of 4 KB all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

VARIABLE = "GLIBC_TUNABLES"
TUNABLE = "glibc.malloc.hugetlb"
OURS = f"{TUNABLE}=1:"


def asked_for(env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for a program that allocates so, unless this one has a word on it."""
    given = env.get(VARIABLE, "")
    return dict(env) if TUNABLE in given else {**env, VARIABLE: OURS + given}


def forget(env: MutableMapping[str, str]) -> None:
    """Once started, be as without: what the program itself starts was not asked about."""
    given = env.get(VARIABLE, "")
    if given.startswith(OURS):
        env[VARIABLE] = given.removeprefix(OURS)
        if not env[VARIABLE]:
            del env[VARIABLE]
