"""How to fork, decided from what was found; no process is touched."""

from __future__ import annotations

from patina_kernel.forking import (
    OLDER_CHECKPOINT,
    SAVE_AND_LOAD,
    Audit,
    Capabilities,
    CarryThreads,
    Child,
    Claim,
    Descriptor,
    Heal,
    Own,
    Plain,
    Refuse,
    Thread,
    plan,
)
from patina_kernel.language import ReportLine

NOBODY = Own()
CARRYING = Capabilities(fork=True, carry=True)
PLAIN_ONLY = Capabilities(fork=True, carry=False)
WORKER = Thread(11, "worker", masked=False)
LINE = ReportLine("thread pool", "pool", "new threads", "Submit again.")


def test_one_thread_is_forked_plainly() -> None:
    assert plan(Audit(), NOBODY, CARRYING) == Plain(())


def test_threads_of_the_machine_itself_do_not_count() -> None:
    found = Audit(threads=(WORKER, Thread(12, "masked", masked=True)))
    assert plan(found, Own(threads=frozenset({11, 12})), CARRYING) == Plain(())


def test_threads_are_carried_over_where_that_can_be_done() -> None:
    decided = plan(Audit(threads=(WORKER,)), NOBODY, CARRYING)
    assert isinstance(decided, CarryThreads)
    assert isinstance(decided.otherwise, Refuse)


def test_a_harmless_thread_that_blocks_signals_is_left_behind() -> None:
    found = Audit(threads=(WORKER, Thread(12, "jemalloc_bg_thd", masked=True)))
    decided = plan(found, NOBODY, CARRYING)
    assert isinstance(decided, CarryThreads)
    assert decided.leave == {12}


def test_it_alone_needs_nothing() -> None:
    found = Audit(threads=(Thread(12, "jemalloc_bg_thd", masked=True),))
    assert plan(found, NOBODY, CARRYING) == Plain(())


def test_threads_that_block_signals_are_refused_with_a_choice() -> None:
    found = Audit(threads=(Thread(12, "ZMQbg/IO/0", masked=True),), libraries=frozenset({"libzmq"}))
    decided = plan(found, NOBODY, CARRYING)
    assert isinstance(decided, Refuse)
    assert "ZMQbg/IO/0" in decided.reason
    assert decided.alternatives == (SAVE_AND_LOAD, OLDER_CHECKPOINT)
    assert "context.term()" in decided.advice


def test_a_gpu_context_is_refused_with_a_choice() -> None:
    found = Audit(descriptors=(Descriptor(9, "gpu", "/dev/nvidia0"),))
    decided = plan(found, NOBODY, CARRYING)
    assert isinstance(decided, Refuse)
    assert "/dev/nvidia0" in decided.reason
    assert SAVE_AND_LOAD in decided.alternatives


def test_an_io_uring_is_refused() -> None:
    found = Audit(descriptors=(Descriptor(9, "io_uring", "anon_inode:[io_uring]"),))
    assert isinstance(plan(found, NOBODY, CARRYING), Refuse)


def test_a_system_without_fork_refuses_and_offers_to_save_and_load() -> None:
    decided = plan(Audit(complete=False), NOBODY, Capabilities(fork=False, carry=False))
    assert isinstance(decided, Refuse)
    assert decided.always
    assert decided.alternatives == (SAVE_AND_LOAD,)


def test_a_system_that_does_not_tell_of_threads_says_so_and_names_those_it_knows() -> None:
    can = Capabilities(fork=True, carry=False, names={11: "my counter"})
    decided = plan(Audit(complete=False), NOBODY, can)
    assert isinstance(decided, Plain)
    assert {line.name for line in decided.report} == {"native", "my counter"}


def test_workers_that_nobody_claims_are_refused() -> None:
    found = Audit(children=(Child(70, "python", forked=True),))
    decided = plan(found, NOBODY, CARRYING)
    assert isinstance(decided, Refuse)
    assert "70" in decided.reason


def test_parked_copies_of_the_machine_are_no_workers() -> None:
    found = Audit(children=(Child(70, "python", forked=True),))
    assert plan(found, Own(children=frozenset({70})), CARRYING) == Plain(())


def test_claimed_workers_are_healed_even_where_threads_could_be_carried() -> None:
    claim = Claim("pools", LINE, threads=frozenset({11}), children=frozenset({70}))
    found = Audit(threads=(WORKER,), children=(Child(70, "python", forked=True),))
    can = Capabilities(fork=True, carry=True, claims=(claim,))
    assert plan(found, NOBODY, can) == Heal(("pools",), (LINE,))


def test_claimed_workers_and_threads_that_must_be_carried_are_refused() -> None:
    claim = Claim("pools", LINE, children=frozenset({70}))
    can = Capabilities(fork=True, carry=True, claims=(claim,))
    decided = plan(Audit(threads=(WORKER,)), NOBODY, can)
    assert isinstance(decided, Refuse)
    assert "pool" in decided.reason


def test_claimed_threads_are_healed_where_none_can_be_carried() -> None:
    claim = Claim("pools", LINE, threads=frozenset({11}))
    can = Capabilities(fork=True, carry=False, claims=(claim,))
    assert plan(Audit(threads=(WORKER,)), NOBODY, can) == Heal(("pools",), (LINE,))


def test_a_thread_that_stays_behind_is_named() -> None:
    can = Capabilities(fork=True, carry=False, names={11: "my counter"})
    decided = plan(Audit(threads=(WORKER,)), NOBODY, can)
    assert isinstance(decided, Plain)
    assert [(line.kind, line.name) for line in decided.report] == [("thread", "my counter")]


def test_unknown_native_threads_that_cannot_be_carried_are_refused_with_a_choice() -> None:
    found = Audit(threads=(WORKER,), libraries=frozenset({"polars", "openblas"}))
    decided = plan(found, NOBODY, PLAIN_ONLY)
    assert isinstance(decided, Refuse)
    assert "threads of polars (worker)" in decided.reason
    assert OLDER_CHECKPOINT in decided.alternatives


def test_libraries_that_see_to_forks_themselves_need_nothing() -> None:
    threads = (Thread(11, "python", masked=False), Thread(12, "python", masked=False))
    found = Audit(threads=threads, libraries=frozenset({"openblas", "libarrow"}))
    assert plan(found, NOBODY, PLAIN_ONLY) == Plain(())


def test_what_both_kernels_go_on_sharing_is_named() -> None:
    found = Audit(
        descriptors=(
            Descriptor(5, "socket", "network 127.0.0.1:80"),
            Descriptor(6, "socket", "unix /relay"),
            Descriptor(7, "sqlite", "/data.db"),
            Descriptor(8, "shared-memory", "/dev/shm/x"),
        ),
        children=(Child(71, "sleep", forked=False),),
    )
    decided = plan(found, Own(descriptors=frozenset({6})), CARRYING)
    assert [(line.kind, line.name) for line in decided.report] == [
        ("socket", "network 127.0.0.1:80"),
        ("sqlite", "/data.db"),
        ("shared memory", "/dev/shm/x"),
        ("process", "sleep (71)"),
    ]
