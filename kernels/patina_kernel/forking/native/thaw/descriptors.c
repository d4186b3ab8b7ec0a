/* What the descriptors of the process lead to. See ../image.h. */
#include "thaw.h"

#include <linux/stat.h>
#include <sys/socket.h>

static int above = 3;

/* Out of the way of those of the image. */
static int moved_up(long fd)
{
    long moved = fd < 0 ? fd : CALL(SYS_fcntl, fd, F_DUPFD_CLOEXEC, above);
    if (moved < 0)
        fail("descriptors", "there is no room for them");
    CALL(SYS_close, fd, 0, 0);
    return (int)moved;
}

static const struct image_descriptor *numbered(int fd)
{
    for (uint32_t i = 0; i < image.n_descriptors; i++)
        if (image.descriptors[i].fd == fd)
            return &image.descriptors[i];
    return NULL;
}

/* Besides the image and the channel there is then nothing that was somebody else's. */
void make_room(void)
{
    for (uint32_t i = 0; i < image.n_descriptors; i++)
        if (image.descriptors[i].fd >= above)
            above = image.descriptors[i].fd + 1;
    fd_of_image = moved_up(fd_of_image);
    fd_of_channel = moved_up(fd_of_channel);
    for (int fd = 3; fd < above; fd++)
        CALL(SYS_close, fd, 0, 0);
    int low = fd_of_image < fd_of_channel ? fd_of_image : fd_of_channel;
    int high = fd_of_image < fd_of_channel ? fd_of_channel : fd_of_image;
    if (low > above)
        CALL(SYS_close_range, above, low - 1, 0);
    if (high > low + 1)
        CALL(SYS_close_range, low + 1, high - 1, 0);
    CALL(SYS_close_range, high + 1, ~0U, 0);
}

/* Have a descriptor in its place; `fd` is up, and is closed. */
static void put(int fd, const struct image_descriptor *one)
{
    CALL(SYS_dup3, fd, one->fd, one->flags & O_CLOEXEC);
    CALL(SYS_close, fd, 0, 0);
    if (one->kind != LEADS_TO_CHANNEL)
        CALL(SYS_fcntl, one->fd, F_SETFL, one->flags);
}

/* Both ends of what leads from the process to itself. */
static void put_pair(const struct image_descriptor *one)
{
    const struct image_descriptor *other = numbered(one->peer);
    int ends[2], is_pipe = one->kind == LEADS_TO_PIPE;
    int first = is_pipe && (one->flags & O_ACCMODE) != O_RDONLY;
    long error = is_pipe ? CALL(SYS_pipe2, ends, 0, 0)
                         : call(SYS_socketpair, AF_UNIX, one->position, 0, (long)ends, 0, 0);
    if (error || !other)
        fail("descriptors", "there is no room for them");
    ends[0] = moved_up(ends[0]);
    ends[1] = moved_up(ends[1]);
    put(ends[first], one);
    put(ends[!first], other);
}

/* The file of that name, if it still is that file. */
static long open_file(const struct image_descriptor *one)
{
    struct statx now;
    long fd = CALL(SYS_openat, AT_FOLDER, text_at(one->path),
                   (one->flags & ~(O_CREAT | O_EXCL | O_TRUNC)) | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fd;
    if (call(SYS_statx, fd, (long)"", 0x1000 /* AT_EMPTY_PATH */, STATX_INO, (long)&now, 0) ||
        (one->inode && now.stx_ino != one->inode)) {
        CALL(SYS_close, fd, 0, 0);
        return -1;
    }
    CALL(SYS_lseek, fd, one->position, 0);
    return fd;
}

static long opened(const struct image_descriptor *one)
{
    switch (one->kind) {
    case LEADS_TO_FILE:
        return open_file(one);
    case LEADS_TO_SOCKET:
        return CALL(SYS_socket, AF_UNIX, one->position, 0);
    case LEADS_TO_EPOLL:
        return CALL(SYS_epoll_create1, 0, 0, 0);
    case LEADS_TO_EVENTFD:
        return CALL(SYS_eventfd2, 0, 0, 0);
    default:
        return -1;
    }
}

static void place(const struct image_descriptor *one)
{
    if (one->kind == LEADS_TO_SAME || (one->peer >= 0 && one->peer < one->fd))
        return; /* with the other */
    if (one->peer >= 0) {
        put_pair(one);
    } else if (one->kind == LEADS_TO_CHANNEL) {
        put(fd_of_channel, one);
    } else {
        long fd = opened(one);
        put(moved_up(fd >= 0 ? fd : CALL(SYS_openat, AT_FOLDER, "/dev/null", O_RDWR)), one);
    }
}

/* The first three last: on one of them it is told what goes wrong. */
void place_all(void)
{
    for (int first = 0; first < 2; first++)
        for (uint32_t i = 0; i < image.n_descriptors; i++)
            if ((image.descriptors[i].fd <= 2) == first)
                place(&image.descriptors[i]);
    for (uint32_t i = 0; i < image.n_descriptors; i++) {
        const struct image_descriptor *one = &image.descriptors[i];
        if (one->kind == LEADS_TO_SAME)
            CALL(SYS_dup3, one->peer, one->fd, one->flags & O_CLOEXEC);
    }
    CALL(SYS_close, fd_of_image, 0, 0);
}
