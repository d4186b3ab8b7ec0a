/* Giving the copy kernel objects of its own, as planned by descriptors.c. */
#define _GNU_SOURCE
#include "forkall.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { ONLY_AT_OPENING = O_CREAT | O_EXCL | O_TRUNC | O_TMPFILE | O_NOFOLLOW };
static char waiting[65536];

/* Put `fresh` in the place of `fd`. 0, or -1. */
static int replace(int fresh, int fd, int flags)
{
    if (fresh < 0)
        return -1;
    long done = syscall(SYS_dup3, fresh, fd, flags & O_CLOEXEC);
    if (flags & O_NONBLOCK)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    syscall(SYS_close, fresh);
    return done == fd ? 0 : -1;
}

static int renew_timer(const struct patina_renewal *one)
{
    struct itimerspec left;
    int got = timerfd_gettime(one->fd, &left);
    if (replace(timerfd_create((int)one->a, 0), one->fd, one->flags))
        return -1;
    return got ? 0 : timerfd_settime(one->fd, 0, &left, NULL);
}

/* One that may not be opened again stays shared. */
static int renew_file(const struct patina_renewal *one)
{
    char path[64];
    int flags = one->flags & ~ONLY_AT_OPENING;
    int fresh = (int)syscall(SYS_openat, AT_FDCWD, patina_path(path, "/proc/self/fd/", one->fd, ""),
                             flags | O_CLOEXEC);
    if (fresh < 0)
        return 0;
    lseek(fresh, (off_t)one->a, SEEK_SET);
    return replace(fresh, one->fd, one->flags);
}

/* What waits to be read in `from` waits in the copy too, in `into`'s other end. */
static void copy_waiting(int from, int into)
{
    long got = recv(from, waiting, sizeof waiting, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0)
        send(into, waiting, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int renew_pair(const struct patina_renewal *one)
{
    int fresh[2];
    if (one->kind == PIPE ? pipe(fresh) : socketpair(AF_UNIX, (int)one->a, 0, fresh))
        return -1;
    if (one->kind == PIPE) {
        tee(one->fd, fresh[1], sizeof waiting, SPLICE_F_NONBLOCK);
    } else {
        copy_waiting(one->fd, fresh[1]);
        copy_waiting(one->other, fresh[0]);
    }
    int first = replace(fresh[0], one->fd, one->flags);
    return replace(fresh[1], one->other, one->other_flags) || first ? -1 : 0;
}

static int renew_one(const struct patina_renewal *one)
{
    switch (one->kind) {
    case EVENTFD:
        return replace(eventfd((unsigned)one->a, one->b ? EFD_SEMAPHORE : 0), one->fd, one->flags);
    case EPOLL:
        return replace(epoll_create1(0), one->fd, one->flags);
    case TIMER:
        return renew_timer(one);
    case PIPE:
    case PAIR:
        return renew_pair(one);
    case REGULAR:
        return renew_file(one);
    case WATCH:
        return 0;
    }
    return -1;
}

/* In the copy: carry it out. Watches come last, when what they watch is in place. 0 or -1. */
int patina_renew(void)
{
    for (int i = 0; i < patina_n_renewals; i++)
        if (renew_one(&patina_renewals[i]))
            return -1;
    for (int i = 0; i < patina_n_renewals; i++) {
        const struct patina_renewal *one = &patina_renewals[i];
        struct epoll_event event = {.events = (uint32_t)one->flags, .data.u64 = one->a};
        if (one->kind == WATCH) /* what was closed since is no longer watched */
            epoll_ctl(one->fd, EPOLL_CTL_ADD, one->other, &event);
    }
    return 0;
}
