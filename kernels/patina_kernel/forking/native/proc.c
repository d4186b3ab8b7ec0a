/* Reading /proc without a lock, an allocation or stdio. See forkall.h. */
#define _GNU_SOURCE
#include "forkall.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int64_t patina_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int patina_has(const int *numbers, int n, int number)
{
    for (int i = 0; i < n; i++)
        if (numbers[i] == number)
            return 1;
    return 0;
}

/* The number at `text`, after blanks; it ends at the first character that is no digit. */
unsigned long patina_number(const char *text, int base)
{
    unsigned long value = 0;
    for (; *text == ' ' || *text == '\t'; text++)
        ;
    for (;; text++) {
        int digit = *text >= '0' && *text <= '9'   ? *text - '0'
                    : *text >= 'a' && *text <= 'f' ? *text - 'a' + 10
                                                   : 99;
        if (digit >= base)
            return value;
        value = value * (unsigned long)base + (unsigned long)digit;
    }
}

/* What follows `name` in a text of lines "name: value", or NULL. */
const char *patina_field(const char *text, const char *name)
{
    const char *found = strstr(text, name);
    return found ? found + strlen(name) : NULL;
}

char *patina_path(char *at, const char *before, int number, const char *after)
{
    char digits[12];
    int n = 0;
    char *start = at;
    while (*before)
        *at++ = *before++;
    do
        digits[n++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (n > 0)
        *at++ = digits[--n];
    while (*after)
        *at++ = *after++;
    *at = 0;
    return start;
}

/* Read the whole file, cut at `bytes` - 1; returns its length or -errno. */
int patina_read(const char *path, char *text, int bytes)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC), length = 0;
    if (fd < 0)
        return -errno;
    for (long got; length < bytes - 1; length += (int)got) {
        got = syscall(SYS_read, fd, text + length, bytes - 1 - length);
        if (got <= 0)
            break;
    }
    text[length] = 0;
    syscall(SYS_close, fd);
    return length;
}

struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t bytes;
    uint8_t type;
    char name[];
};

/* The numbers that are names in a directory; how many, or -errno (-E2BIG: more than max). */
int patina_list(const char *directory, int *numbers, int max)
{
    static char buffer[32768] __attribute__((aligned(16)));
    int fd = (int)syscall(SYS_openat, AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int n = 0;
    if (fd < 0)
        return -errno;
    for (long got; n >= 0 && (got = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0;)
        for (long at = 0; at < got; at += ((struct entry *)(void *)(buffer + at))->bytes) {
            const char *name = ((struct entry *)(void *)(buffer + at))->name;
            if (*name < '0' || *name > '9')
                continue;
            int number = (int)patina_number(name, 10);
            if (number == fd && strcmp(directory, "/proc/self/fd") == 0)
                continue;
            if (n == max) {
                n = -E2BIG;
                break;
            }
            numbers[n++] = number;
        }
    syscall(SYS_close, fd);
    return n;
}

static const char *status(int tid)
{
    static char text[4096];
    char path[64];
    int length = patina_read(patina_path(path, "/proc/self/task/", tid, "/status"), text, sizeof text);
    return length > 0 ? text : NULL;
}

/* Does the thread block this signal? 1 or 0; -1 for a thread that is gone. */
int patina_blocks(int tid, int signal)
{
    const char *text = status(tid), *mask = text ? patina_field(text, "SigBlk:") : NULL;
    return mask ? (int)(patina_number(mask, 16) >> (signal - 1)) & 1 : -1;
}

static void copy_name(char *name, const char *text)
{
    int n = 0;
    for (; *text == '\t'; text++)
        ;
    for (; n < PATINA_NAME_BYTES - 1 && text[n] && text[n] != '\n'; n++)
        name[n] = text[n];
    name[n] = 0;
}

int patina_threads(int *tids, uint64_t *blocked, char (*names)[PATINA_NAME_BYTES], int max)
{
    int found = patina_list("/proc/self/task", tids, max), kept = 0;
    for (int i = 0; i < found; i++) {
        const char *text = status(tids[i]), *name = text ? patina_field(text, "Name:") : NULL;
        const char *mask = text ? patina_field(text, "SigBlk:") : NULL;
        if (!name || !mask)
            continue;
        tids[kept] = tids[i];
        copy_name(names[kept], name);
        blocked[kept++] = patina_number(mask, 16);
    }
    return found < 0 ? found : kept;
}
