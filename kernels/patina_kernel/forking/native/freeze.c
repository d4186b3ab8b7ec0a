/* Stopping all other threads where they are, and starting them in the copy. See forkall.h. */
#define _GNU_SOURCE
#include "forkall.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

struct freeze patina_freeze;

extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));
enum { RSEQ_BYTES = 32, RSEQ_SIGNATURE = 0x53053053, RSEQ_FAILED = -2 };

int patina_save(unsigned long *registers) __attribute__((returns_twice));
long patina_clone_into(unsigned long flags, void *stack, int *ptid, int *ctid, unsigned long tls,
                       unsigned long *registers);

/* patina_save: 0 at the call, 1 when a new thread arrives with these registers. */
__asm__(".text\n.globl patina_save\n.hidden patina_save\n.type patina_save,@function\npatina_save:\n"
        "mov %rbx,0(%rdi)\nmov %rbp,8(%rdi)\nmov %r12,16(%rdi)\nmov %r13,24(%rdi)\n"
        "mov %r14,32(%rdi)\nmov %r15,40(%rdi)\nlea 8(%rsp),%rdx\nmov %rdx,48(%rdi)\n"
        "mov (%rsp),%rdx\nmov %rdx,56(%rdi)\nxor %eax,%eax\nret\n"
        ".size patina_save,.-patina_save\n");
/* The new thread never touches its stack before it has the saved stack pointer. */
__asm__(".globl patina_clone_into\n.hidden patina_clone_into\n"
        ".type patina_clone_into,@function\npatina_clone_into:\n"
        "mov %rcx,%r10\nmov $56,%eax\nsyscall\ntest %rax,%rax\njnz 1f\n"
        "mov 0(%r9),%rbx\nmov 8(%r9),%rbp\nmov 16(%r9),%r12\nmov 24(%r9),%r13\n"
        "mov 32(%r9),%r14\nmov 40(%r9),%r15\nmov 48(%r9),%rsp\nmov $1,%eax\njmp *56(%r9)\n"
        "1: ret\n.size patina_clone_into,.-patina_clone_into\n");

void patina_wait(volatile int *word, int value, int ms)
{
    struct timespec time = {ms / 1000, (ms % 1000) * 1000000L};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, ms < 0 ? NULL : &time, NULL, 0);
}

void patina_wake(volatile int *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1 << 30, NULL, NULL, 0);
}

static int waits(long number, long second_argument)
{
    switch (number) {
    case SYS_futex: {
        int op = (int)second_argument & FUTEX_CMD_MASK;
        return op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET || op == FUTEX_LOCK_PI ||
               op == FUTEX_WAIT_REQUEUE_PI;
    }
    case SYS_epoll_wait: case SYS_epoll_pwait: case SYS_poll: case SYS_ppoll: case SYS_select:
    case SYS_pselect6: case SYS_nanosleep: case SYS_clock_nanosleep: case SYS_read:
    case SYS_recvfrom: case SYS_recvmsg: case SYS_accept: case SYS_accept4: case SYS_wait4:
    case SYS_waitid: case SYS_rt_sigtimedwait:
        return 1;
    default:
        return 0;
    }
}

/* Was the thread waiting in the kernel? Then it runs no user code and, as the calls that wait are
 * not those of the allocator, holds no lock of it. Before a call that will be restarted the
 * instruction pointer is at `syscall`; EINTR is said only by a call that did wait. */
static int was_waiting(const ucontext_t *context)
{
    const greg_t *g = context->uc_mcontext.gregs;
    const unsigned char *at = (const unsigned char *)g[REG_RIP];
    if (at[0] == 0x0f && at[1] == 0x05)
        return waits(g[REG_RAX], g[REG_RSI]);
    return at[-2] == 0x0f && at[-1] == 0x05 && g[REG_RAX] == -EINTR;
}

static void note(struct patina_slot *slot, const ucontext_t *context)
{
    slot->waiting = was_waiting(context);
    syscall(SYS_arch_prctl, 0x1003 /* ARCH_GET_FS */, &slot->fs);
    syscall(SYS_get_robust_list, 0, &slot->robust, &slot->robust_bytes);
    syscall(SYS_prctl, PR_GET_NAME, slot->name, 0, 0, 0);
    if (syscall(SYS_prctl, PR_GET_TID_ADDRESS, &slot->tid_address, 0, 0, 0) != 0)
        slot->tid_address = NULL;
}

static void register_rseq(unsigned long fs)
{
    if (!&__rseq_size || !&__rseq_offset || __rseq_size == 0)
        return;
    int *area = (int *)(fs + (unsigned long)__rseq_offset); /* cpu_id_start, cpu_id, rseq_cs ... */
    if (syscall(SYS_rseq, area, RSEQ_BYTES, 0, RSEQ_SIGNATURE) != 0)
        area[1] = RSEQ_FAILED; /* sched_getcpu then asks the kernel instead of a stale number */
}

static void arrive_in_copy(struct patina_slot *slot)
{
    if (slot->robust)
        syscall(SYS_set_robust_list, slot->robust, slot->robust_bytes);
    register_rseq(slot->fs);
    syscall(SYS_prctl, PR_SET_NAME, slot->name, 0, 0, 0);
    slot->was = slot->tid;
    slot->tid = (int)syscall(SYS_gettid);
    __atomic_add_fetch(&patina_freeze.revived, 1, __ATOMIC_SEQ_CST);
    patina_wake(&patina_freeze.revived);
}

static struct patina_slot *my_slot(void)
{
    int tid = (int)syscall(SYS_gettid);
    for (int i = 0; i < patina_freeze.n; i++)
        if (patina_freeze.slots[i].tid == tid)
            return &patina_freeze.slots[i];
    return NULL;
}

static void park(int phase, const ucontext_t *context)
{
    struct patina_slot *slot = my_slot();
    if (!slot || slot->arrived)
        return;
    note(slot, context);
    if (patina_save(slot->registers) == 0) {
        __atomic_store_n(&slot->arrived, 1, __ATOMIC_SEQ_CST);
        patina_wake(&slot->arrived);
    } else {
        arrive_in_copy(slot);
    }
    while (__atomic_load_n(&patina_freeze.phase, __ATOMIC_SEQ_CST) == phase)
        patina_wait(&patina_freeze.phase, phase, -1);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    int saved = errno;
    __atomic_add_fetch(&patina_freeze.inside, 1, __ATOMIC_SEQ_CST);
    int phase = __atomic_load_n(&patina_freeze.phase, __ATOMIC_SEQ_CST);
    if (phase & 1)
        park(phase, context);
    __atomic_sub_fetch(&patina_freeze.inside, 1, __ATOMIC_SEQ_CST);
    errno = saved;
}

/* Take the highest real-time signal that nobody else handles; keep it. */
static int take_signal(void)
{
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    for (int number = SIGRTMAX - 1; number > SIGRTMIN; number--) {
        if (sigaction(number, NULL, &old) != 0)
            continue;
        int ours = (old.sa_flags & SA_SIGINFO) && old.sa_sigaction == on_signal;
        int unused = !(old.sa_flags & SA_SIGINFO) && old.sa_handler == SIG_DFL;
        if (ours || (unused && sigaction(number, &action, NULL) == 0))
            return patina_freeze.signal = number;
    }
    return -EBUSY;
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
    if (take_signal() < 0)
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

static long revive_one(struct patina_slot *slot)
{
    int ignored, *address = slot->tid_address;
    unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                          CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    int *written = *address == slot->tid ? address : &ignored;
    void *stack = (void *)(slot->registers[6] & ~15UL);
    return patina_clone_into(flags, stack, written, address, slot->fs, slot->registers);
}

/* In the copy: make every thread again, and wait until each is back in its handler. */
long patina_revive(int timeout_ms)
{
    int64_t deadline = patina_now_ms() + timeout_ms;
    int made = 0;
    patina_freeze.revived = 0;
    for (int i = 0; i < patina_freeze.n; i++) {
        if (patina_freeze.slots[i].tid < 0)
            continue;
        if (revive_one(&patina_freeze.slots[i]) < 0)
            return -EAGAIN;
        made++;
    }
    for (int seen; (seen = patina_freeze.revived) < made;) {
        if (patina_now_ms() >= deadline)
            return -ETIMEDOUT;
        patina_wait(&patina_freeze.revived, seen, 1);
    }
    return 0;
}
