"""Large allocations of kernels are in huge pages, so that copying them is quick."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conformance.languages import PYTHON
from conformance.live import started
from patina_kernel.provisioner import SWITCH as NURSERY
from patina_kernel.runtime import pages

HUGE = Path("/sys/kernel/mm/transparent_hugepage/enabled")
GIVEN = HUGE.exists() and "[madvise]" in HUGE.read_text() and sys.platform == "linux"
ALLOCATES = """
large = bytearray(64 << 20)
print(open("/proc/self/smaps_rollup").read().partition("AnonHugePages:")[2].split()[0])
"""


def test_who_starts_a_program_has_a_word_on_pages_of_their_own() -> None:
    assert pages.asked_for({"A": "b"}) == {"A": "b", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=01"}
    more = pages.asked_for({"GLIBC_TUNABLES": "glibc.malloc.check=1"})
    assert more == {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=01:glibc.malloc.check=1"}
    off = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}
    assert pages.asked_for(off) == off


@pytest.mark.parametrize("given", [{}, {"GLIBC_TUNABLES": "glibc.malloc.check=1"}])
def test_a_program_that_was_started_so_has_the_environment_it_would_have_had(
    given: dict[str, str],
) -> None:
    env = pages.asked_for(given)
    pages.forget(env)
    assert env == given


def test_who_wants_huge_pages_for_all_their_programs_has_them_there() -> None:
    env = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    pages.forget(env)
    assert env == {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


@pytest.mark.skipif(not GIVEN, reason="this system gives huge pages to all, or to nobody")
def test_what_is_large_has_huge_pages() -> None:
    env = pages.asked_for(os.environ)
    kilobytes = subprocess.check_output([sys.executable, "-c", ALLOCATES], env=env, text=True)
    assert int(kilobytes) > 32 << 10


@pytest.mark.parametrize("nursery", ["on", "off"])
async def test_what_a_kernel_starts_is_as_its_starter_had_it(
    monkeypatch: pytest.MonkeyPatch, nursery: str
) -> None:
    monkeypatch.setenv(NURSERY, nursery)
    async with started(PYTHON.kernel) as kernel:
        ran = await kernel.run("import subprocess; 'GLIBC' in subprocess.getoutput('env')")
        assert ran.text == "False"
