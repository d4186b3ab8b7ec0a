/* What each thread does: park in the signal handler, and go on from it in the copy. See forkall.h.
 */
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

extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));
enum { RSEQ_BYTES = 32, RSEQ_SIGNATURE = 0x53053053, RSEQ_FAILED = -2 };

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
    unsigned long word = (unsigned long)g[REG_RDI]; /* of a futex */
    if (word >= patina_freeze.interpreter && word < patina_freeze.interpreter_end)
        return 0;
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

void patina_register_rseq(unsigned long fs)
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
    patina_register_rseq(slot->fs);
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
int patina_take_signal(void)
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
