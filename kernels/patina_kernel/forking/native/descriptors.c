/* Kernel objects behind descriptors that parent and copy must not share: what one's thread is told
 * by an eventfd, an epoll, a pipe or a socketpair inside the process, the other's would miss. The
 * plan is made here, in the parent, while all threads are parked; renew.c carries it out. */
#define _GNU_SOURCE
#include "forkall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct end {
    unsigned long inode;
    int fd, flags, socket;
};

struct patina_renewal patina_renewals[PATINA_MAX_RENEWALS];
int patina_n_renewals;
static struct end ends[PATINA_MAX_RENEWALS];
static int n_ends;
static char info[65536];

static int add(enum patina_kind kind, int fd, int other, int flags, uint64_t a, uint64_t b)
{
    if (patina_n_renewals == PATINA_MAX_RENEWALS)
        return -E2BIG;
    patina_renewals[patina_n_renewals++] = (struct patina_renewal){kind, fd, other, flags, 0, a, b};
    return 0;
}

static unsigned long value(const char *name, int base)
{
    const char *text = patina_field(info, name);
    return text ? patina_number(text, base) : 0;
}

static int add_watches(int epoll)
{
    for (const char *at = info; (at = patina_field(at, "tfd:"));) {
        const char *events = patina_field(at, "events:"), *data = patina_field(at, "data:");
        if (!events || !data)
            break;
        if (add(WATCH, epoll, (int)patina_number(at, 10), (int)patina_number(events, 16),
                patina_number(data, 16), 0))
            return -E2BIG;
    }
    return 0;
}

static int add_anonymous(int fd, const char *name)
{
    char path[64];
    if (patina_read(patina_path(path, "/proc/self/fdinfo/", fd, ""), info, sizeof info) <= 0)
        return 0;
    int flags = (int)value("flags:", 8);
    if (strncmp(name, "[eventfd", 8) == 0)
        return add(EVENTFD, fd, -1, flags, value("eventfd-count:", 16),
                   value("eventfd-semaphore:", 10));
    if (strncmp(name, "[timerfd", 8) == 0)
        return add(TIMER, fd, -1, flags, value("clockid:", 10), 0);
    if (strncmp(name, "[eventpoll", 10) == 0)
        return add(EPOLL, fd, -1, flags, 0, 0) || add_watches(fd) ? -E2BIG : 0;
    return 0;
}

static int add_end(int fd, unsigned long inode, int socket)
{
    if (n_ends == PATINA_MAX_RENEWALS)
        return -E2BIG;
    int flags = fcntl(fd, F_GETFL) | (fcntl(fd, F_GETFD) & FD_CLOEXEC ? O_CLOEXEC : 0);
    ends[n_ends++] = (struct end){inode, fd, flags, socket};
    return 0;
}

/* A file's offset belongs to its opening; standard input and output stay as they are. */
static int add_file(int fd)
{
    struct stat status;
    if (fd <= STDERR_FILENO || fstat(fd, &status) || !S_ISREG(status.st_mode))
        return 0;
    int flags = fcntl(fd, F_GETFL) | (fcntl(fd, F_GETFD) & FD_CLOEXEC ? O_CLOEXEC : 0);
    return add(REGULAR, fd, -1, flags, (uint64_t)lseek(fd, 0, SEEK_CUR), 0);
}

static int look_at(int fd)
{
    char path[64], target[128];
    long length = syscall(SYS_readlinkat, AT_FDCWD, patina_path(path, "/proc/self/fd/", fd, ""),
                          target, sizeof target - 1);
    if (length <= 0)
        return 0;
    target[length] = 0;
    if (strncmp(target, "anon_inode:", 11) == 0)
        return add_anonymous(fd, target + 11);
    if (strncmp(target, "pipe:[", 6) == 0)
        return add_end(fd, patina_number(target + 6, 10), 0);
    if (strncmp(target, "socket:[", 8) == 0)
        return add_end(fd, patina_number(target + 8, 10), 1);
    return target[0] == '/' ? add_file(fd) : 0;
}

/* A socket that knows who is connected to whom. */
int patina_netlink(void)
{
    return (int)syscall(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

/* The inode of the other end of a Unix socket, or 0. */
unsigned long patina_peer(int netlink, unsigned long inode)
{
    struct {
        struct nlmsghdr head;
        struct unix_diag_req body;
    } ask = {{sizeof ask, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0},
             {AF_UNIX, 0, 0, ~0U, (unsigned)inode, UDIAG_SHOW_PEER, {~0U, ~0U}}};
    union {
        struct nlmsghdr head;
        char bytes[1024];
    } answer;
    if (syscall(SYS_sendto, netlink, &ask, sizeof ask, MSG_DONTWAIT, NULL, 0) < 0)
        return 0;
    long got = syscall(SYS_recvfrom, netlink, &answer, sizeof answer, MSG_DONTWAIT, NULL, NULL);
    if (got < (long)sizeof(struct nlmsghdr) || answer.head.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return 0;
    long at = (long)NLMSG_HDRLEN + (long)NLMSG_ALIGN(sizeof(struct unix_diag_msg));
    while (at + (long)sizeof(struct nlattr) <= got) {
        const struct nlattr *attribute = (const void *)(answer.bytes + at);
        if (attribute->nla_len < sizeof *attribute)
            break;
        if (attribute->nla_type == UNIX_DIAG_PEER)
            return *(const uint32_t *)(const void *)(attribute + 1);
        at += NLA_ALIGN(attribute->nla_len);
    }
    return 0;
}

static int add_pair(const struct end *first, const struct end *second)
{
    int type = SOCK_STREAM;
    socklen_t bytes = sizeof type;
    if (first->socket)
        getsockopt(first->fd, SOL_SOCKET, SO_TYPE, &type, &bytes);
    int error = add(first->socket ? PAIR : PIPE, first->fd, second->fd, first->flags,
                    (uint64_t)type, 0);
    if (!error)
        patina_renewals[patina_n_renewals - 1].other_flags = second->flags;
    return error;
}

/* How many ends have this inode: a descriptor that was duplicated is left alone. */
static int holders(unsigned long inode, int socket, int *found)
{
    int n = 0;
    for (int i = 0; i < n_ends; i++)
        if (ends[i].inode == inode && ends[i].socket == socket) {
            *found = i;
            n++;
        }
    return n;
}

/* A pipe has one inode for both ends. */
static int pair_pipe(int i)
{
    for (int j = 0, only; j < n_ends; j++)
        if (j != i && !ends[j].socket && ends[j].inode == ends[i].inode &&
            (ends[i].flags & O_ACCMODE) == O_RDONLY && (ends[j].flags & O_ACCMODE) == O_WRONLY &&
            holders(ends[i].inode, 0, &only) == 2)
            return add_pair(&ends[i], &ends[j]);
    return 0;
}

static int pair_socket(int netlink, int i)
{
    int family = 0, j = 0;
    socklen_t bytes = sizeof family;
    if (getsockopt(ends[i].fd, SOL_SOCKET, SO_DOMAIN, &family, &bytes) || family != AF_UNIX)
        return 0;
    unsigned long other = patina_peer(netlink, ends[i].inode);
    if (!other || holders(other, 1, &j) != 1 || holders(ends[i].inode, 1, &i) != 1)
        return 0;
    return i < j ? add_pair(&ends[i], &ends[j]) : 0;
}

static int pair_ends(void)
{
    int netlink = patina_netlink(), error = 0;
    for (int i = 0; i < n_ends && !error; i++)
        error = ends[i].socket ? pair_socket(netlink, i) : pair_pipe(i);
    if (netlink >= 0)
        syscall(SYS_close, netlink);
    return error;
}

/* In the parent, threads parked: note what the copy must have of its own. 0 or -errno. */
int patina_plan_renewals(const int *keep, int n_keep)
{
    static int fds[PATINA_MAX_RENEWALS];
    patina_n_renewals = n_ends = 0;
    int n = patina_list("/proc/self/fd", fds, PATINA_MAX_RENEWALS);
    int error = n < 0 ? n : 0;
    for (int i = 0; i < n && !error; i++)
        if (!patina_has(keep, n_keep, fds[i]))
            error = look_at(fds[i]);
    return error ? error : pair_ends();
}
