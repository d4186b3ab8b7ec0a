/* Stopping all other threads where they are, and letting them go on. See forkall.h. */
#define _GNU_SOURCE
#include "forkall.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct freeze patina_freeze;

void patina_wait(volatile int *word, int value, int ms)
{
    struct timespec time = {ms / 1000, (ms % 1000) * 1000000L};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, ms < 0 ? NULL : &time, NULL, 0);
}

void patina_wake(volatile int *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1 << 30, NULL, NULL, 0);
}

void patina_release(void)
{
    patina_freeze.held = 0;
    if (patina_freeze.phase & 1)
        __atomic_add_fetch(&patina_freeze.phase, 1, __ATOMIC_SEQ_CST);
    patina_wake(&patina_freeze.phase);
}

int patina_held(void)
{
    return patina_freeze.held;
}

static int shadow_stack(void)
{
    unsigned long features = 0;
    return syscall(SYS_arch_prctl, 0x5005 /* ARCH_SHSTK_STATUS */, &features) == 0 && (features & 1);
}

int patina_supported(void)
{
    int *address = NULL;
    if (shadow_stack())
        return -ENOTSUP;
    if (syscall(SYS_prctl, PR_GET_TID_ADDRESS, &address, 0, 0, 0) != 0 || !address)
        return -ENOSYS;
    return patina_blocks((int)syscall(SYS_gettid), 1) < 0 ? -ENOSYS : 0;
}

int patina_renumbered(int *was, int *is, int max)
{
    int n = 0;
    for (int i = 0; i < patina_freeze.n && n < max; i++)
        if (patina_freeze.slots[i].tid > 0 && patina_freeze.slots[i].was) {
            was[n] = patina_freeze.slots[i].was;
            is[n++] = patina_freeze.slots[i].tid;
        }
    return n;
}

static long begin(int64_t deadline)
{
    if (patina_freeze.held)
        return -EBUSY;
    if (patina_freeze.pid != getpid()) {
        patina_freeze.pid = getpid();
        patina_freeze.inside = 0;
    }
    if (patina_take_signal() < 0)
        return -EBUSY;
    while (__atomic_load_n(&patina_freeze.inside, __ATOMIC_SEQ_CST) != 0) {
        int inside = patina_freeze.inside;
        if (patina_now_ms() >= deadline)
            return -ETIMEDOUT;
        if (inside)
            patina_wait(&patina_freeze.inside, inside, 1);
    }
    patina_freeze.n = 0;
    __atomic_add_fetch(&patina_freeze.phase, 1, __ATOMIC_SEQ_CST);
    return 0;
}

static void interrupt_thread(int tid)
{
    struct patina_slot *slot = &patina_freeze.slots[patina_freeze.n];
    memset(slot, 0, sizeof *slot);
    slot->tid = tid;
    __atomic_add_fetch(&patina_freeze.n, 1, __ATOMIC_SEQ_CST);
    if (syscall(SYS_tgkill, getpid(), tid, patina_freeze.signal) != 0)
        slot->tid = -1;
}

static int known(int tid)
{
    for (int i = 0; i < patina_freeze.n; i++)
        if (patina_freeze.slots[i].tid == tid)
            return 1;
    return 0;
}

/* Interrupt every thread not seen yet. Returns how many, or -errno; `masked` is one that cannot. */
static int interrupt_new(const struct patina_request *request, int *masked)
{
    static int tids[PATINA_MAX_THREADS];
    int self = (int)syscall(SYS_gettid), found = 0;
    int n = patina_list("/proc/self/task", tids, PATINA_MAX_THREADS);
    if (n < 0)
        return n;
    *masked = 0;
    for (int i = 0; i < n; i++) {
        if (tids[i] == self || known(tids[i]) ||
            patina_has(request->leave, request->n_leave, tids[i]))
            continue;
        if (patina_blocks(tids[i], patina_freeze.signal) == 1) {
            *masked = tids[i];
            continue;
        }
        if (patina_freeze.n >= PATINA_MAX_THREADS)
            return -E2BIG;
        interrupt_thread(tids[i]);
        found++;
    }
    return found;
}

static int arrived(struct patina_slot *slot, int64_t deadline)
{
    while (!__atomic_load_n(&slot->arrived, __ATOMIC_SEQ_CST)) {
        if (slot->tid < 0)
            return 1;
        if (patina_now_ms() >= deadline)
            return 0;
        patina_wait(&slot->arrived, 0, 1);
        if (!slot->arrived && syscall(SYS_tgkill, getpid(), slot->tid, 0) != 0)
            slot->tid = -1; /* it ended before the signal reached it */
    }
    return 1;
}

static long give_up(struct patina_outcome *outcome, int stage, int tid, long error)
{
    outcome->stage = stage;
    outcome->tid = tid;
    patina_release();
    return error;
}

/* Every thread that arrived must tell where its id is kept; to hold, every one must wait. */
static long inspect(const struct patina_request *request, struct patina_outcome *outcome)
{
    for (int i = 0; i < patina_freeze.n; i++) {
        const struct patina_slot *slot = &patina_freeze.slots[i];
        if (slot->tid < 0)
            continue;
        outcome->carried++;
        if (!slot->tid_address)
            return give_up(outcome, STAGE_PARK, slot->tid, -ENOTSUP);
        if (request->hold && !slot->waiting)
            return give_up(outcome, STAGE_BUSY, slot->tid, -EAGAIN);
    }
    return 0;
}

/* Park all other threads: 0, or -errno with all of them released again. */
long patina_gather(const struct patina_request *request, struct patina_outcome *outcome)
{
    int64_t deadline = patina_now_ms() + request->timeout_ms;
    int masked = 0, first = 0;
    long error = begin(deadline);
    if (error) {
        outcome->stage = STAGE_PREPARE;
        return error;
    }
    for (;;) {
        int found = interrupt_new(request, &masked);
        if (found < 0)
            return give_up(outcome, STAGE_PARK, 0, found);
        for (; first < patina_freeze.n; first++)
            if (!arrived(&patina_freeze.slots[first], deadline))
                return give_up(outcome, STAGE_PARK, patina_freeze.slots[first].tid, -ETIMEDOUT);
        if (found == 0 && !masked)
            return inspect(request, outcome);
        if (patina_now_ms() >= deadline)
            return masked ? give_up(outcome, STAGE_MASKED, masked, -EPERM)
                          : give_up(outcome, STAGE_PARK, 0, -ETIMEDOUT);
        if (masked)
            patina_wait(&patina_freeze.phase, patina_freeze.phase, 1);
    }
}
