"""Putting right in a copy of a Python process what fork(2) leaves wrong, and its random state.

before_fork()                                   in the parent, before the audit
capabilities(claims(found), thread_names())     what the plan may count on
heal()                                          in the copy
reseed(namespace) / fresh_randomness()          where randomness must differ
"""

from __future__ import annotations

from patina_kernel.forking import Audit, Claim
from patina_kernel.language import ReportLine

from patina_python.healing import loops, openmp, pools, randomness, threads, workers
from patina_python.healing.randomness import fresh_randomness, reseed
from patina_python.healing.threads import names as thread_names

__all__ = ["before_fork", "claims", "fresh_randomness", "heal", "reseed", "thread_names"]


def before_fork() -> None:
    """Note what the copy must be given back, and end OpenMP's idle threads: they start again."""
    randomness.remember()
    openmp.pause()


def claims(found: Audit) -> tuple[Claim, ...]:
    """Return what `heal` can put right of what the audit found."""
    return (*workers.claims(), *pools.claims(), *loops.claims(), *openmp.claims(found))


def heal() -> tuple[ReportLine, ...]:
    """In the copy: mend it, and return a line for what is not as it was.

    A copy that came with its threads needs only their new numbers; a plain one needs its pools,
    loops and random state. Nothing is done twice.
    """
    if not threads.are_gone():
        loops.announce()
        threads.renumber()
        return ()
    randomness.restore()
    return (*workers.heal(), *pools.heal(), *loops.heal(), *openmp.heal())
