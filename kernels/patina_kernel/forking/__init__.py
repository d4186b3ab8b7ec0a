"""Forking a process that has threads, so that no fork ever hangs.

    language.before_fork()
    decided = plan(audit(), own, capabilities)
    result = fork(decided, own)          # or fork_parked: then release() when it goes live
    if result.pid == 0: own_offsets(own) unless result.carried; language.after_fork(...)

A copy with its threads has offsets, pipes, eventfds and epolls of its own from the start, so that
no thread of it meets a shared one. The plan is to carry the threads over (Linux, x86-64, glibc),
else to heal in the copy, else to refuse with a choice.
"""

from patina_kernel.forking.audit import Audit, Child, Descriptor, Thread, audit, libraries_like
from patina_kernel.forking.offsets import own_offsets, reopen
from patina_kernel.forking.perform import (
    ForkRefusedError,
    ForkResult,
    NewThreadError,
    NoCheckpointError,
    NoForkError,
    fork,
    fork_again,
    fork_parked,
    release,
    renumbered,
)
from patina_kernel.forking.plan import (
    OLDER_CHECKPOINT,
    SAVE_AND_LOAD,
    Capabilities,
    CarryThreads,
    Claim,
    Heal,
    Own,
    Plain,
    Plan,
    Refuse,
    plan,
)
from patina_kernel.forking.system import capabilities

__all__ = [
    "OLDER_CHECKPOINT",
    "SAVE_AND_LOAD",
    "Audit",
    "Capabilities",
    "CarryThreads",
    "Child",
    "Claim",
    "Descriptor",
    "ForkRefusedError",
    "ForkResult",
    "Heal",
    "NewThreadError",
    "NoCheckpointError",
    "NoForkError",
    "Own",
    "Plain",
    "Plan",
    "Refuse",
    "Thread",
    "audit",
    "capabilities",
    "fork",
    "fork_again",
    "fork_parked",
    "libraries_like",
    "own_offsets",
    "plan",
    "release",
    "renumbered",
    "reopen",
]
