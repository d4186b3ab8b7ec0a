"""Forks of processes with threads. Every case has a process and a bound of its own, so that one
that hangs is a failure of its test.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile

import pytest
from patina_kernel import forking

SECONDS = 60
PRELUDE = """
import os, random, select, signal, socket, sys, tempfile, threading, time
from patina_kernel import forking
from patina_kernel.forking import native

count = [0]
def counter():
    while True:
        count[0] += 1
        time.sleep(0.001)

def counts(seconds=0.1):
    before = count[0]
    time.sleep(seconds)
    return count[0] > before

def decide(names=None):
    return forking.plan(forking.audit(), forking.Own(), forking.capabilities((), names))

def copied(check, fork=forking.fork, keep=()):
    "Fork, and return what `check` returned or raised in the copy."
    read, write = os.pipe()
    result = fork(decide(), forking.Own(descriptors=frozenset({read, write, *keep})))
    if result.pid == 0:
        try:
            said = repr(check())
        except BaseException as error:
            said = f"failed: {error!r}"
        os.write(write, said.encode())
        os._exit(0)
    ready, _, _ = select.select([read], [], [], 10)
    said = os.read(read, 1000).decode() if ready else "HANG"
    os.kill(result.pid, signal.SIGKILL)
    os.waitpid(result.pid, 0)
    os.close(read)
    os.close(write)
    return said

def start(target=counter):
    thread = threading.Thread(target=target, name="counter", daemon=True)
    thread.start()
    time.sleep(0.05)
    return thread

def state():
    "What a failed fork must not change."
    return sorted(os.listdir("/proc/self/fd")), sorted(os.listdir("/proc/self/task"))

def done():
    print("right", flush=True)
    os._exit(0)
"""

carrying = pytest.mark.skipif(
    not forking.capabilities().carry, reason="threads cannot be carried over on this machine"
)


def printed(program: str, seconds: float = SECONDS) -> str:
    """Return what the program prints; whatever it started ends with it."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + program],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):  # nobody is left
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        return output.read().decode()


def check(program: str) -> None:
    said = printed(program)
    assert said == "right\n", said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_an_audit_names_what_a_fork_would_not_carry_and_is_quick() -> None:
    check("""
import sqlite3, subprocess, statistics
start()
server = socket.create_server(("127.0.0.1", 0))
base = sqlite3.connect(os.path.join(tempfile.mkdtemp(), "t.db"))
base.execute("create table t(a)"); base.commit()
child = subprocess.Popen(["sleep", "30"])
memory = os.memfd_create("shared")
found = forking.audit()
assert found.complete and len(found.threads) == 1 and not found.threads[0].masked
kinds = {one.kind: one.target for one in found.descriptors}
assert kinds["socket"].startswith("network 127.0.0.1:"), kinds
assert kinds["sqlite"].endswith("t.db") and "shared" in kinds["shared-memory"], kinds
assert [(one.pid, one.forked) for one in found.children] == [(child.pid, False)], found
assert statistics.median(forking.audit().ms for _ in range(50)) < 2
done()
""")


@carrying
def test_a_copy_has_the_threads_and_the_parent_keeps_its_own() -> None:
    check("""
start()
def check():
    again = set(forking.renumbered().values())
    return counts() and len(again) == 1 and again < set(map(int, os.listdir("/proc/self/task")))
for _ in range(5):
    assert copied(check) == "True"
    assert counts()
done()
""")


@carrying
def test_a_copy_of_a_copy_has_the_threads_too() -> None:
    check("""
start()
assert copied(lambda: (counts(), copied(counts))) == "(True, 'True')"
done()
""")


@carrying
def test_a_thread_that_ended_can_be_joined_in_the_copy() -> None:
    check("""
go = threading.Event()
thread = start(go.wait)
def check():
    go.set()
    thread.join(5)
    return thread.is_alive()
assert copied(check) == "False"
assert thread.is_alive()
done()
""")


@carrying
def test_a_copy_has_its_own_pipes_events_watches_timers_and_offsets() -> None:
    check("""
start()
event = os.eventfd(7, os.EFD_NONBLOCK) if hasattr(os, "eventfd") else None
read, write = os.pipe()
os.write(write, b"waiting")
one, two = socket.socketpair()
one.send(b"to two"); two.send(b"to one")
poll = select.epoll()
poll.register(read, select.EPOLLIN)
file = tempfile.TemporaryFile(buffering=0)
file.write(b"0123456789"); file.seek(3)
shared_read, shared_write = os.pipe()
def check():
    assert event is None or os.eventfd_read(event) == 7
    assert poll.poll(1) == [(read, select.EPOLLIN)]
    assert os.read(read, 100) == b"waiting"
    assert two.recv(100) == b"to two" and one.recv(100) == b"to one"
    one.send(b"again"); assert two.recv(100) == b"again"
    assert poll.poll(0.01) == []
    os.write(write, b"x"); assert poll.poll(1)
    assert file.read(2) == b"34"
    os.write(shared_write, b"kept")
    return counts()
assert copied(check, keep=(shared_read, shared_write)) == "True"
assert event is None or os.eventfd_read(event) == 7
assert os.read(read, 100) == b"waiting"
assert two.recv(100) == b"to two" and one.recv(100) == b"to one"
assert poll.poll(0.01) == []
assert file.read(2) == b"34"
assert os.read(shared_read, 100) == b"kept"
done()
""")


def test_a_plain_copy_gets_its_own_offsets_when_it_asks() -> None:
    check("""
file = tempfile.TemporaryFile(buffering=0)
file.write(b"0123456789"); file.seek(3)
def check():
    assert forking.own_offsets(forking.Own()) == ()
    return file.read(2)
assert copied(check) == "b'34'"
assert file.read(2) == b"34"
done()
""")


@carrying
def test_a_parked_copy_runs_no_thread_before_it_is_released() -> None:
    check("""
start()
def check():
    assert not counts(0.2)
    assert forking.NoCheckpointError
    before = count[0]
    forking.release()
    return counts()
def attempt(plan, own):
    for _ in range(50):
        try:
            return forking.fork_parked(plan, own)
        except forking.NoCheckpointError:
            time.sleep(0.003)
assert copied(check, attempt) == "True"
assert counts()
done()
""")


@carrying
def test_a_parked_copy_can_be_copied_and_stays_parked() -> None:
    check("""
start(threading.Event().wait)
def second():
    assert native.load().held()
    forking.release()
    return "live"
def check():
    said = copied(second, forking.fork_again)
    return said, native.load().held()
assert copied(check, forking.fork_parked) == '("\\'live\\'", True)', "x"
done()
""")


@carrying
def test_a_thread_that_waits_to_compute_is_not_held() -> None:
    check("""
def compute():
    while True:
        count[0] += 1
start(compute); start(compute)
sys.setswitchinterval(1e-6)  # so that they ask for the lock at once
for _ in range(15):
    try:
        result = native.load().fork_held((), ())
    except native.CarryError as error:
        assert error.stage is native.Stage.BUSY
        continue
    if result.pid == 0:
        time.sleep(0.01)
        os._exit(7)
    deadline = time.monotonic() + 10
    while (ended := os.waitpid(result.pid, os.WNOHANG)) == (0, 0):
        assert time.monotonic() < deadline, "the copy hangs"
        time.sleep(0.01)
    assert os.waitstatus_to_exitcode(ended[1]) == 7
done()
""")


@carrying
def test_a_parked_copy_that_came_without_threads_is_copied_without() -> None:
    check("""
thread = start(threading.Event().wait)
plan = decide({thread.native_id: "waiter"})
def without(plan, own):
    native.load().fail_at = native.Stage.RENEW
    return forking.fork_parked(plan, own)
def again(plan_now, own):
    native.load().fail_at = native.Stage.NONE
    return forking.fork_again(plan, own)
hooks = []
os.register_at_fork(after_in_child=lambda: hooks.append(os.getpid()))
globals()["decide"] = lambda: plan
def second():
    return len(hooks), native.load().held()
assert copied(lambda: copied(second, again), without) == "'(2, False)'"
done()
""")


@carrying
def test_while_a_thread_computes_there_is_no_checkpoint_and_it_is_said() -> None:
    check("""
def compute():
    import hashlib
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 10**9)
start(compute)
before = state()
try:
    forking.fork_parked(decide(), forking.Own())
except forking.NoCheckpointError as error:
    assert "computing" in str(error) and error.hint
    assert state() == before
    assert copied(lambda: 1) == "1"
    done()
""")


@carrying
def test_a_copy_that_goes_live_is_not_kept_waiting_by_a_thread_that_computes() -> None:
    check("""
from patina_kernel.executor.forker import Forker
from patina_kernel.forking import perform
def compute():
    import hashlib
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 10**9)
start(compute)
perform.time = None  # what would be waited with
result = Forker._fork(decide(), forking.Own(), parked=False)
if result.pid == 0:
    os._exit(0)
assert result.carried == 1 and not result.held
os.waitpid(result.pid, 0)
done()
""")


@carrying
@pytest.mark.parametrize("stage", ["RENEW", "CLONE", "REVIVE"])
def test_a_fork_that_fails_leaves_the_parent_as_it_was(stage: str) -> None:
    check(f"""
start()
library = native.load()
before = state()
library.fail_at = native.Stage.{stage}
try:
    library.fork((), ())
    print("no failure")
except native.CarryError as error:
    assert error.stage is native.Stage.{stage}, error
assert state() == before and counts()
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    pass
library.fail_at = native.Stage.NONE
assert copied(counts) == "True"
done()
""")


UNPRIVILEGED = """
import ctypes, resource
plan = decide()
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
resource.setrlimit(resource.RLIMIT_NPROC, (1, resource.getrlimit(resource.RLIMIT_NPROC)[1]))
before = state()
try:
    forking.fork(plan, forking.Own())
    os._exit(1)
except forking.ForkRefusedError as error:
    assert "could not be copied" in str(error) and error.hint, error
assert state() == before
"""


@carrying
def test_without_room_for_a_process_nothing_changes() -> None:
    check("start()\nstart()" + UNPRIVILEGED + "assert counts()\ndone()")


def test_without_room_for_a_plain_copy_nothing_changes() -> None:
    check(UNPRIVILEGED + "done()")


@carrying
def test_a_thread_that_cannot_be_stopped_is_left_behind_in_time_and_named() -> None:
    check("""
masked, go = threading.Event(), threading.Event()
def work():
    go.wait()
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    masked.set()
    counter()
thread = start(work)
plan = decide({thread.native_id: "counter"})
go.set(); masked.wait()
started = time.monotonic()
result = forking.fork(plan, forking.Own())
if result.pid == 0:
    os._exit(0)
os.waitpid(result.pid, 0)
assert time.monotonic() - started < 3 and result.carried == 0
names = [(line.kind, line.name) for line in result.report]
assert names == [("thread", "counter"), ("threads", "all")], names
assert counts()
done()
""")


@carrying
def test_threads_that_come_and_go_do_not_disturb_a_fork() -> None:
    check("""
def churn():
    while True:
        threads = [threading.Thread(target=lambda: None) for _ in range(5)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        count[0] += 1
start(churn)
for _ in range(20):
    assert copied(counts) == "True"
assert counts()
done()
""")


@carrying
def test_forks_of_busy_threads_never_hang() -> None:
    check("""
seed = random.Random(20240229)
from concurrent.futures import ThreadPoolExecutor
def allocate():
    own = random.Random(1)
    while True:
        blocks = [bytearray(own.randrange(10, 200000)) for _ in range(20)]
        text = {i: str(i) for i in range(200)}
        count[0] += 1
def digest():
    import hashlib
    while True:
        hashlib.sha256(bytes(300000)).digest()
pool = ThreadPoolExecutor(3)
work = lambda: sum(pool.map(abs, range(-50, 0)))
work()
for target in (allocate, allocate, digest): start(target)
def check():
    assert work() == 1275
    blocks = [bytearray(1000) for _ in range(100)]
    return counts(0.05)
for i in range(25):
    time.sleep(seed.random() * 0.02)
    said = copied(check)
    assert said == "True", (i, said)
    assert work() == 1275
done()
""")


@carrying
def test_when_a_library_begins_a_thread_meanwhile_the_fork_is_planned_anew() -> None:
    check("""
import ctypes
from patina_kernel.executor.forker import Forker

class Language:
    began = False
    def before_fork(self): pass
    def own_files(self): return frozenset()
    def thread_names(self): return {}
    def claims(self, found):
        if not self.began:  # after the audit
            Language.began = True
            start(masked)
        return ()

def masked():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    ctypes.CDLL(None).prctl(15, b"jemalloc_bg_thd", 0, 0, 0)
    threading.Event().wait()

start()
forked = Forker(Language).fork((), (), (), parked=False)
if forked.pid == 0:
    os._exit(0)
os.waitpid(forked.pid, 0)
assert forked.has_threads, forked
done()
""")
