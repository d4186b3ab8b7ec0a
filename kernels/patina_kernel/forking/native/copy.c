/* The copy itself: clone, and what parent and copy do until both are sure of it. See forkall.h. */
#define _GNU_SOURCE
#include "forkall.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIGNAL_SET_BYTES = 8, COPY_MS = 2000 };

static void block_signals(uint64_t *before)
{
    uint64_t all = ~(uint64_t)0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, before, SIGNAL_SET_BYTES);
}

static void restore_signals(const uint64_t *before)
{
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, SIGNAL_SET_BYTES);
}

/* In the copy: complete it and say so, or end. */
static void complete(const struct patina_request *request, int said, void *robust, size_t bytes)
{
    char yes = 'y';
    if (robust)
        syscall(SYS_set_robust_list, robust, bytes);
    patina_freeze.pid = getpid();
    if (request->fail_at == STAGE_REVIVE || patina_renew() != 0 || patina_revive(COPY_MS) != 0 ||
        syscall(SYS_write, said, &yes, 1) != 1)
        syscall(SYS_exit_group, 1);
    syscall(SYS_close, said);
}

/* In the parent: has the copy said in time that it is complete? */
static int is_complete(int heard)
{
    char answer = 0;
    struct pollfd one = {heard, POLLIN, 0};
    struct timespec bound = {COPY_MS / 1000 + 1, 0};
    return syscall(SYS_ppoll, &one, 1, &bound, NULL, 0) == 1 &&
           syscall(SYS_read, heard, &answer, 1) == 1 && answer == 'y';
}

static long clone_process(int *tid_address)
{
    return syscall(SYS_clone, SIGCHLD | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, 0, 0,
                   tid_address, 0);
}

static long end_copy(long pid, struct patina_outcome *outcome)
{
    syscall(SYS_kill, pid, SIGKILL);
    syscall(SYS_wait4, pid, NULL, 0, NULL);
    outcome->stage = STAGE_REVIVE;
    return -ECHILD;
}

static long clone_and_wait(const struct patina_request *request, const int *ends,
                           struct patina_outcome *outcome)
{
    void *robust = NULL;
    size_t bytes = 0;
    int *tid_address = NULL;
    syscall(SYS_get_robust_list, 0, &robust, &bytes);
    syscall(SYS_prctl, PR_GET_TID_ADDRESS, &tid_address, 0, 0, 0);
    outcome->stage = STAGE_CLONE;
    long pid = request->fail_at == STAGE_CLONE ? -1 : clone_process(tid_address);
    int error = request->fail_at == STAGE_CLONE ? EAGAIN : errno;
    if (pid == 0)
        complete(request, ends[1], robust, bytes);
    else
        syscall(SYS_close, ends[1]);
    if (pid > 0 && !is_complete(ends[0]))
        pid = end_copy(pid, outcome);
    else if (pid < 0)
        pid = -error;
    syscall(SYS_close, ends[0]);
    return pid;
}

/* All other threads are parked. The pipe is opened after the plan: both sides need it. */
static long copy_process(const struct patina_request *request, struct patina_outcome *outcome)
{
    int ends[2];
    outcome->stage = STAGE_RENEW;
    if (request->fail_at == STAGE_RENEW)
        return -EIO;
    int error = patina_plan_renewals(request->keep, request->n_keep);
    if (error)
        return error;
    if (syscall(SYS_pipe2, ends, O_CLOEXEC) != 0)
        return -errno;
    long pid = clone_and_wait(request, ends, outcome);
    if (pid >= 0)
        outcome->stage = STAGE_NONE;
    return pid;
}

/* `gather`: park the threads first, and let them go on afterwards, where they shall. */
static long forkall(const struct patina_request *request, struct patina_outcome *outcome, int gather)
{
    uint64_t before;
    memset(outcome, 0, sizeof *outcome);
    outcome->stage = STAGE_PREPARE;
    int error = patina_supported();
    if (error)
        return error;
    if (!gather && !patina_freeze.held)
        return -EINVAL;
    patina_find_interpreter();
    if (request->hold && !patina_freeze.interpreter_end)
        return -ENOTSUP;
    block_signals(&before);
    long result = gather ? patina_gather(request, outcome) : 0;
    if (result == 0) {
        patina_freeze.held = request->hold || !gather; /* as the copy shall find it */
        result = copy_process(request, outcome);
        int in_copy = result == 0;
        if (gather && !(in_copy && request->hold))
            patina_release();
    }
    restore_signals(&before);
    return result;
}

long patina_forkall(const struct patina_request *request, struct patina_outcome *outcome)
{
    return forkall(request, outcome, 1);
}

long patina_forkall_again(const struct patina_request *request, struct patina_outcome *outcome)
{
    return forkall(request, outcome, 0);
}
