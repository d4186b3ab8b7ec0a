"""Huge pages for what is large: a fork copies page tables, and 1 GB has 262,144 pages of 4 KB.

numpy asks the system for huge pages itself. For what Rust and other libraries allocate glibc's
malloc does (2.35 and newer, where the system gives them to who asks), if its environment says so
when the program is started. A copy that writes gets pages of 4 KB all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

VARIABLE = "GLIBC_TUNABLES"
TUNABLE = "glibc.malloc.hugetlb"
# Written so that it is known from what a person has set.
OURS = f"{TUNABLE}=01"


def asked_for(env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for a program that allocates so, unless this one has a word on it."""
    given = env.get(VARIABLE, "")
    # glibc 2.39 and newer take no colon that nothing follows, and then none of the tunables.
    ours = f"{OURS}:{given}" if given else OURS
    return dict(env) if TUNABLE in given else {**env, VARIABLE: ours}


def forget(env: MutableMapping[str, str]) -> None:
    """Once started, be as without: what the program itself starts was not asked about."""
    ours, _colon, given = env.get(VARIABLE, "").partition(":")
    if ours == OURS:
        env[VARIABLE] = given
        if not given:
            del env[VARIABLE]
