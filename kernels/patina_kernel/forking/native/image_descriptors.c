/* What the descriptors of a process lead to, as an image has it. See image.h. */
#define _GNU_SOURCE
#include "image.h"
#include "forkall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void plan_end(struct image_descriptor *one, int is_socket)
{
    int type = SOCK_STREAM;
    socklen_t bytes = sizeof type;
    if (is_socket)
        getsockopt(one->fd, SOL_SOCKET, SO_TYPE, &type, &bytes);
    one->kind = is_socket ? LEADS_TO_SOCKET : LEADS_TO_PIPE;
    one->position = type;
}

static void plan_descriptor(struct image_descriptor *one, int fd, int channel)
{
    struct stat file;
    char link[64], path[4096];
    ssize_t bytes = readlink(patina_path(link, "/proc/self/fd/", fd, ""), path, sizeof path - 1);
    path[bytes < 0 ? 0 : bytes] = 0;
    one->fd = fd;
    one->peer = -1;
    one->flags = fcntl(fd, F_GETFL) | (fcntl(fd, F_GETFD) & FD_CLOEXEC ? O_CLOEXEC : 0);
    if (fstat(fd, &file) != 0)
        return;
    one->inode = S_ISCHR(file.st_mode) ? 0 : file.st_ino; /* a device has another after a restart */
    if (fd == channel)
        one->kind = LEADS_TO_CHANNEL;
    else if (S_ISSOCK(file.st_mode) || S_ISFIFO(file.st_mode))
        plan_end(one, S_ISSOCK(file.st_mode));
    else if (strcmp(path, "anon_inode:[eventpoll]") == 0)
        one->kind = LEADS_TO_EPOLL;
    else if (strcmp(path, "anon_inode:[eventfd]") == 0)
        one->kind = LEADS_TO_EVENTFD;
    else if (path[0] == '/' && !S_ISBLK(file.st_mode) && (one->path = patina_image_text(path)))
        one->kind = LEADS_TO_FILE;
    if (one->kind == LEADS_TO_FILE && S_ISREG(file.st_mode))
        one->position = lseek(fd, 0, SEEK_CUR);
}

/* Do both lead to one opening, as after dup(2)? */
static int are_same(const struct image_descriptor *a, const struct image_descriptor *b)
{
    return a->inode == b->inode && a->kind == b->kind && a->kind != LEADS_TO_CHANNEL &&
           syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, a->fd, b->fd) == 0;
}

/* The ends of a pipe have one inode. */
static int is_peer(int netlink, const struct image_descriptor *a, const struct image_descriptor *b)
{
    if (a->kind != b->kind || (a->kind != LEADS_TO_PIPE && a->kind != LEADS_TO_SOCKET))
        return 0;
    if (a->kind == LEADS_TO_PIPE)
        return a->inode == b->inode && (a->flags & O_ACCMODE) != (b->flags & O_ACCMODE);
    return patina_peer(netlink, a->inode) == b->inode;
}

/* Find the descriptor among those before that this one is a duplicate, or the other end, of. */
static void relate(int netlink, struct image_descriptor *one)
{
    struct image_descriptor *all = patina_image.descriptors, *other;
    for (other = all; other < one; other++)
        if (are_same(one, other)) {
            one->kind = LEADS_TO_SAME;
            one->peer = other->fd;
            return;
        }
    for (other = all; other < one; other++)
        if (other->peer < 0 && is_peer(netlink, one, other)) {
            one->peer = other->fd;
            other->peer = one->fd;
            return;
        }
}

int patina_image_plan_descriptors(int fd, int channel)
{
    static int numbers[IMAGE_DESCRIPTORS];
    int n = patina_list("/proc/self/fd", numbers, IMAGE_DESCRIPTORS), netlink;
    if (n < 0)
        return patina_image_fail(-n, "open files");
    for (int i = 0; i < n; i++)
        if (numbers[i] != fd)
            plan_descriptor(&patina_image.descriptors[patina_image.n_descriptors++], numbers[i],
                            channel);
    netlink = patina_netlink();
    for (uint32_t i = 0; i < patina_image.n_descriptors; i++)
        relate(netlink, &patina_image.descriptors[i]);
    if (netlink >= 0)
        close(netlink);
    return 0;
}
