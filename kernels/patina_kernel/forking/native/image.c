/* Writing the image of a process. See image.h. */
#define _GNU_SOURCE
#include "image.h"
#include "forkall.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIGNAL_SET_BYTES = 8, WHY_BYTES = 4096, REVIVE_MS = 5000 };

struct patina_image patina_image;
static char why[WHY_BYTES];

int patina_image_fail(int error, const char *what)
{
    strncpy(why, what, sizeof why - 1);
    return -error;
}

const char *patina_image_why(void)
{
    return why;
}

/* Where in `text` it is; 0, the empty text, when there is no room. */
uint32_t patina_image_text(const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (patina_image.text_bytes + bytes > sizeof patina_image.text)
        return 0;
    memcpy(patina_image.text + patina_image.text_bytes, text, bytes);
    patina_image.text_bytes += (uint32_t)bytes;
    return patina_image.text_bytes - (uint32_t)bytes;
}

uint64_t patina_image_number(const char **at, int base)
{
    char *end;
    uint64_t number = strtoull(*at, &end, base);
    *at = *end ? end + 1 : end;
    return number;
}

/* All of a file of /proc, or -errno. */
int patina_image_read(const char *path, char *text, int bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), had = 0;
    ssize_t got = 1;
    if (fd < 0)
        return -errno;
    while (had < bytes - 1 && (got = read(fd, text + had, (size_t)(bytes - 1 - had))) > 0)
        had += (int)got;
    close(fd);
    text[had] = 0;
    return got < 0 ? -EIO : had == bytes - 1 ? -E2BIG : had;
}

static void plan_signals(void)
{
    for (int i = 1; i <= IMAGE_SIGNALS; i++)
        syscall(SYS_rt_sigaction, i, NULL, &patina_image.actions[i], SIGNAL_SET_BYTES);
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &patina_image.mask, SIGNAL_SET_BYTES);
    syscall(SYS_sigaltstack, NULL, &patina_image.signal_stack);
}

/* What the kernel knows of where things are; the numbers of the fields are proc(5)'s. */
static int plan_bounds(void)
{
    static char text[4096];
    uint64_t fields[53] = {0};
    if (patina_image_read("/proc/self/stat", text, sizeof text) < 0)
        return patina_image_fail(EIO, "/proc/self/stat");
    const char *at = strrchr(text, ')') + 4; /* the third is a letter */
    for (int i = 4; i <= 52; i++)
        fields[i] = patina_image_number(&at, 10);
    patina_image.memory = (struct prctl_mm_map){
        .start_code = fields[26], .end_code = fields[27], .start_stack = fields[28],
        .start_data = fields[45], .end_data = fields[46], .start_brk = fields[47],
        .arg_start = fields[48], .arg_end = fields[49], .env_start = fields[50],
        .env_end = fields[51], .brk = (uint64_t)syscall(SYS_brk, 0), .exe_fd = (uint32_t)-1};
    return 0;
}

static void plan_thread(void)
{
    unsigned mask = umask(0);
    umask(mask);
    patina_image.umask = (uint16_t)mask;
    syscall(SYS_arch_prctl, 0x1003 /* ARCH_GET_FS */, &patina_image.fs);
    syscall(SYS_get_robust_list, 0, &patina_image.robust, &patina_image.robust_bytes);
    syscall(SYS_prctl, PR_GET_TID_ADDRESS, &patina_image.tid_address, 0, 0, 0);
    syscall(SYS_prctl, PR_GET_NAME, patina_image.name, 0, 0, 0);
    __asm__ volatile("stmxcsr %0" : "=m"(patina_image.vector_control));
    __asm__ volatile("fnstcw %0" : "=m"(patina_image.float_control));
}

/* Threads can be in an image where they are held, as those of a parked copy are: all that they are
 * is then in memory, and they are made again as in a copy of it. */
static int plan_threads(int fd, int channel)
{
    int keep[] = {fd, channel}, tids[2];
    if (patina_freeze.held)
        return patina_plan_renewals(keep, 2) ? patina_image_fail(E2BIG, "open files") : 0;
    return patina_list("/proc/self/task", tids, 2) == 1 ? 0 : patina_image_fail(EBUSY, "threads");
}

static int plan(int fd, int channel, const char *where, const char *folders)
{
    static char folder[4096];
    memset(&patina_image, 0, sizeof patina_image);
    memcpy(patina_image.magic, PATINA_IMAGE_MAGIC, sizeof patina_image.magic);
    strncpy(patina_image.where, where, sizeof patina_image.where - 1);
    patina_image.text_bytes = 1;
    if (getcwd(folder, sizeof folder))
        patina_image.folder = patina_image_text(folder);
    plan_signals();
    plan_thread();
    int error = plan_bounds();
    if (!error)
        error = plan_threads(fd, channel);
    if (!error)
        error = patina_image_plan_descriptors(fd, channel);
    return error ? error : patina_image_plan_memory(folders);
}

static int write_image(int fd)
{
    if (ftruncate(fd, IMAGE_HEAD_BYTES) != 0)
        return patina_image_fail(errno, "the image");
    int error = patina_image_write_memory(fd);
    if (!error && pwrite(fd, &patina_image, sizeof patina_image, 0) != sizeof patina_image)
        error = patina_image_fail(ENOSPC, "the image");
    return error;
}

static void revive_threads(void)
{
    uint64_t all = ~(uint64_t)0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, SIGNAL_SET_BYTES);
    patina_freeze.pid = getpid();
    if (patina_renew() != 0 || patina_revive(REVIVE_MS) != 0)
        syscall(SYS_exit_group, 1); /* whoever thaws it sees that it has ended */
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &patina_image.mask, NULL, SIGNAL_SET_BYTES);
}

/* After a thaw: be a thread of the new process, without the program that made it. */
static int arrive(void)
{
    int *tid = (int *)patina_image.tid_address;
    syscall(SYS_set_tid_address, tid);
    if (tid)
        *tid = (int)syscall(SYS_gettid);
    if (patina_image.robust)
        syscall(SYS_set_robust_list, patina_image.robust, patina_image.robust_bytes);
    patina_register_rseq(patina_image.fs);
    munmap((void *)IMAGE_THAW_START, IMAGE_THAW_END - IMAGE_THAW_START);
    if (patina_freeze.held)
        revive_threads();
    return 1;
}

/* Write an image of this process, whose other threads are held, to a file. `channel`: the descriptor
 * that will lead to whoever thaws it. `where`: on what machine. `folders`, one a line: whose files
 * may be gone by then. Returns 0 when it is written, 1 when it has been thawed, or -errno (`why`). */
int patina_image_write(int fd, int channel, const char *where, const char *folders)
{
    int error = plan(fd, channel, where, folders);
    if (error)
        return error;
    if (patina_save((unsigned long *)patina_image.registers))
        return arrive();
    return write_image(fd);
}
