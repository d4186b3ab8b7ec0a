/* forkall: copy a process with all its threads (Linux, x86-64, glibc).
 *
 * fork(2) copies one thread. A library whose worker threads are gone waits for them for ever.
 * Here every other thread is first interrupted by a signal and parks inside the handler, so that
 * all its state is in memory: the signal frame that the kernel built on its stack, the registers
 * saved by `patina_save`, its TLS block. clone(2) copies that memory. The copy then makes one
 * thread for each of them, which jumps into the handler's frame and returns from the signal:
 * it goes on exactly where it was.
 *
 * Why each unsafe step is sound:
 *  - No lock is taken while a thread is parked: it may be parked holding it. From the first
 *    signal to the release there are only system calls and stores to static memory; no malloc, no
 *    stdio, no lazy binding (linked with -z now).
 *  - A thread touches only its own slot, and only while `phase` is odd. `inside` counts the
 *    handlers that run; no attempt starts while it is not 0, so that a late signal of an attempt
 *    that was given up can never write into the slots of the next one. The handler stays
 *    installed for the same reason: the default action of a late signal would end the process.
 *  - pthread_create, thread exit and posix_spawn block all signals for an instant. Therefore a
 *    thread that blocks ours is looked at again until the time is up, and the list of threads
 *    is read again until it holds nobody new: a thread's creator is parked before the list is.
 *  - The address of a thread's id is what the kernel itself holds (PR_GET_TID_ADDRESS), not a guess
 *    of where glibc keeps it; it is written only if it held the old id. pthread_join works on.
 *  - rt_sigreturn restores the signal mask, alternate stack and vector registers of each thread.
 *    Robust list, rseq area and name are set again. With a user shadow stack a jump cannot work, so
 *    it is refused. A restarted system call is one that SA_RESTART restarts, or says EINTR.
 *  - Everything that waits has a deadline. On any failure the copy is killed, the threads are
 *    released, and the parent is as it was. The parent's threads stay parked until the copy says
 *    that it is complete, so that nobody reads what the copy has still to look at.
 *
 *  - Held threads are held only when each waited in the kernel, and not for the interpreter's lock:
 *    one that wants it has asked its holder to hand it over, and the holder, giving it up in the
 *    copy, would wait until it was taken, by a thread that stands still.
 *
 * Known limits: recursive, error-checking and PI mutexes hold the id of their owner, which is
 * another in the copy; processor affinity and nice value of a thread become the caller's.
 */
#ifndef PATINA_FORKALL_H
#define PATINA_FORKALL_H

#include <features.h>

#if !defined(__linux__) || !defined(__x86_64__) || !defined(__GLIBC__)
#error "forkall is for Linux, x86-64 and glibc; without it forks are plain, healed or refused"
#endif

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PATINA_MAX_THREADS = 1024, PATINA_MAX_RENEWALS = 4096 };

/* What `patina_forkall` is asked for. `hold`: the copy's threads stay parked until
 * patina_release(), which is only done when each was inside a waiting system call. */
struct patina_request {
    int timeout_ms;
    int hold;
    int n_leave; /* threads that may stay behind: they block signals and are known harmless */
    const int *leave;
    int n_keep; /* descriptors that the copy shall share with the parent */
    const int *keep;
    int fail_at; /* for tests: fail at this stage */
};

enum patina_stage {
    STAGE_NONE,
    STAGE_PREPARE,
    STAGE_PARK,
    STAGE_MASKED, /* a thread blocks the signal: tid says which */
    STAGE_BUSY,   /* `hold`, and a thread was computing: tid says which */
    STAGE_RENEW,
    STAGE_CLONE,
    STAGE_REVIVE
};

struct patina_outcome {
    int stage;
    int tid;
    int carried;
};

#define PATINA_API __attribute__((visibility("default")))

/* Return the copy's pid, 0 in the copy, or -errno with the outcome filled in. */
PATINA_API long patina_forkall(const struct patina_request *request, struct patina_outcome *outcome);
/* Copy a process whose threads are held, threads held in the copy too. Same results. */
PATINA_API long patina_forkall_again(const struct patina_request *request, struct patina_outcome *outcome);
/* Let the held threads of a copy go on. */
PATINA_API void patina_release(void);
PATINA_API int patina_held(void);
/* In a copy: the ids that its threads had in the parent, and have now. Returns how many. */
PATINA_API int patina_renumbered(int *was, int *is, int max);
/* 0, or -errno where this machine cannot: a user shadow stack, a kernel without the means. */
PATINA_API int patina_supported(void);
/* The threads of this process: ids, masks of blocked signals, names. Returns how many, or -errno. */
enum { PATINA_NAME_BYTES = 16 };
PATINA_API int patina_threads(int *tids, uint64_t *blocked, char (*names)[PATINA_NAME_BYTES],
                              int max);
/* Names of the loaded libraries, one a line, cut at `bytes`. Returns the length needed. */
PATINA_API int patina_libraries(char *text, int bytes);
/* Changes when a library was loaded or unloaded. */
PATINA_API long patina_loads(void);

/* See image.h. */
PATINA_API int patina_image_write(int fd, int channel, const char *where, const char *embed);
PATINA_API const char *patina_image_why(void);

/* Between the files of this library. */
struct patina_slot {
    unsigned long registers[8]; /* rbx rbp r12 r13 r14 r15 rsp rip */
    volatile int tid;
    int was; /* its id in the parent */
    volatile int arrived;
    int waiting; /* interrupted inside a system call that waits */
    unsigned long fs;
    int *tid_address;
    void *robust;
    size_t robust_bytes;
    char name[16];
};

struct freeze {
    struct patina_slot slots[PATINA_MAX_THREADS];
    volatile int n;
    volatile int phase; /* odd: threads park; even: they go on */
    volatile int inside;
    volatile int revived;
    int signal;
    int held;
    unsigned long interpreter, interpreter_end; /* where the interpreter keeps its locks */
    int pid; /* whose handlers `inside` counts: those of a plain fork's parent stayed there */
};
extern struct freeze patina_freeze;

int patina_take_signal(void);
void patina_find_interpreter(void);
long patina_gather(const struct patina_request *request, struct patina_outcome *outcome);
int patina_list(const char *directory, int *numbers, int max);
int patina_blocks(int tid, int signal);
int patina_read(const char *path, char *text, int bytes);
char *patina_path(char *at, const char *before, int number, const char *after);
const char *patina_field(const char *text, const char *name);
unsigned long patina_number(const char *text, int base);
int patina_has(const int *numbers, int n, int number);
int64_t patina_now_ms(void);
void patina_wait(volatile int *word, int value, int ms);
void patina_wake(volatile int *word);
int patina_save(unsigned long *registers) __attribute__((returns_twice));
void patina_register_rseq(unsigned long fs);

enum patina_kind { EVENTFD, EPOLL, WATCH, PIPE, PAIR, TIMER, REGULAR };
struct patina_renewal {
    enum patina_kind kind;
    int fd, other, flags, other_flags;
    uint64_t a, b; /* count and semaphore; data; socket type; clock; offset */
};
extern struct patina_renewal patina_renewals[PATINA_MAX_RENEWALS];
extern int patina_n_renewals;
int patina_netlink(void);
unsigned long patina_peer(int netlink, unsigned long inode);
int patina_plan_renewals(const int *keep, int n_keep);
int patina_renew(void);
long patina_revive(int deadline_ms);

#endif
