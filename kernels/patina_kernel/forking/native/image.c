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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAPS_BYTES = 1 << 20, LINES = 512, SIGNAL_SET_BYTES = 8, WHY_BYTES = 4096, REVIVE_MS = 5000 };
enum { PRESENT_OR_SWAPPED = 3 }; /* bits 63 and 62 of an entry of pagemap; bit 61: of a file */

static struct patina_image image;
static char maps[MAPS_BYTES];
static uint64_t pages[LINES];
static char why[WHY_BYTES];

/* A line of /proc/self/maps. */
struct line {
    uint64_t start, end, offset, inode;
    int prot, shared;
    const char *path;
};

static int fail(int error, const char *what)
{
    strncpy(why, what, sizeof why - 1);
    return -error;
}

const char *patina_image_why(void)
{
    return why;
}

static uint32_t keep_text(const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (image.text_bytes + bytes > sizeof image.text)
        return 0; /* the empty text, which is no path */
    memcpy(image.text + image.text_bytes, text, bytes);
    image.text_bytes += (uint32_t)bytes;
    return image.text_bytes - (uint32_t)bytes;
}

static uint64_t take_number(const char **at, int base)
{
    char *end;
    uint64_t number = strtoull(*at, &end, base);
    *at = *end ? end + 1 : end;
    return number;
}

/* Take a line apart; it ends with the byte 0. */
static struct line parsed(const char *at)
{
    struct line one = {0};
    one.start = take_number(&at, 16);
    one.end = take_number(&at, 16);
    one.prot = (at[0] == 'r' ? PROT_READ : 0) | (at[1] == 'w' ? PROT_WRITE : 0) |
               (at[2] == 'x' ? PROT_EXEC : 0);
    one.shared = at[3] == 's';
    at += 5;
    one.offset = take_number(&at, 16);
    at += strcspn(at, " ") + 1; /* the device */
    one.inode = take_number(&at, 10);
    one.path = at + strspn(at, " ");
    return one;
}

static int starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Is it below one of the folders, which are told one a line? */
static int is_below(const char *path, const char *folders)
{
    while (*folders) {
        size_t bytes = strcspn(folders, "\n");
        if (bytes && strncmp(path, folders, bytes) == 0)
            return 1;
        folders += bytes + (folders[bytes] == '\n');
    }
    return 0;
}

static int look_at_pages(int pagemap, uint64_t first, uint64_t count)
{
    ssize_t bytes = (ssize_t)(count * sizeof *pages);
    return pread(pagemap, pages, (size_t)bytes, (off_t)(first * sizeof *pages)) == bytes;
}

static int is_there(uint64_t page)
{
    return (page >> 62) & PRESENT_OR_SWAPPED ? 1 : 0;
}

static int is_own(uint64_t page)
{
    return is_there(page) && !((page >> 61) & 1);
}

/* Was anything written there? */
static int has_own_pages(int pagemap, const struct line *one)
{
    for (uint64_t at = one->start / IMAGE_PAGE; at < one->end / IMAGE_PAGE; at += LINES) {
        uint64_t left = one->end / IMAGE_PAGE - at, count = left < LINES ? left : LINES;
        if (!look_at_pages(pagemap, at, count))
            return 1;
        for (uint64_t i = 0; i < count; i++)
            if (is_own(pages[i]))
                return 1;
    }
    return 0;
}

/* Is the file that was mapped still there under its name? Then note what it is like. */
static int is_still_there(const struct line *one, struct image_region *region)
{
    struct stat file;
    if (stat(one->path, &file) != 0 || file.st_ino != one->inode)
        return 0;
    region->size = (uint64_t)file.st_size;
    region->changed = file.st_mtim.tv_sec * 1000000000L + file.st_mtim.tv_nsec;
    region->path = keep_text(one->path);
    return region->path != 0;
}

static int plan_special(const struct line *one)
{
    if (image.n_specials == IMAGE_SPECIALS || strlen(one->path) >= sizeof image.specials[0].name)
        return fail(E2BIG, one->path);
    struct image_special *special = &image.specials[image.n_specials++];
    special->start = one->start;
    special->bytes = one->end - one->start;
    strcpy(special->name, one->path);
    return 0;
}

static enum image_content content_of(const struct line *one, int pagemap, const char *embed,
                                     struct image_region *region)
{
    if (one->prot == PROT_NONE)
        return CONTENT_EMPTY;
    if (strcmp(one->path, "[stack]") == 0)
        return CONTENT_STACK;
    int own = has_own_pages(pagemap, one);
    if (one->path[0] != '/')
        return own ? CONTENT_KEPT : CONTENT_EMPTY;
    if (own || is_below(one->path, embed) || !is_still_there(one, region))
        return CONTENT_KEPT;
    return CONTENT_FILE;
}

static int plan_region(const struct line *one, int pagemap, const char *embed, uint64_t *offset)
{
    if (one->shared && (one->prot & PROT_WRITE || one->path[0] != '/'))
        return fail(EOPNOTSUPP, one->path);
    if (image.n_regions == IMAGE_REGIONS)
        return fail(E2BIG, "mappings");
    struct image_region *region = &image.regions[image.n_regions++];
    region->start = one->start;
    region->end = one->end;
    region->prot = (uint16_t)one->prot;
    region->content = (uint16_t)content_of(one, pagemap, embed, region);
    region->offset = one->offset;
    if (region->content == CONTENT_KEPT || region->content == CONTENT_STACK) {
        region->offset = *offset;
        *offset += one->end - one->start;
    }
    return 0;
}

static int plan_line(const char *text, int pagemap, const char *embed, uint64_t *offset)
{
    struct line one = parsed(text);
    if (strcmp(one.path, "[vsyscall]") == 0)
        return 0;
    if (starts(one.path, "[vdso") || starts(one.path, "[vvar"))
        return plan_special(&one);
    return plan_region(&one, pagemap, embed, offset);
}

static int read_all(const char *path, char *text, int bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), had = 0;
    ssize_t got = 1;
    while (fd >= 0 && had < bytes - 1 && (got = read(fd, text + had, (size_t)(bytes - 1 - had))) > 0)
        had += (int)got;
    if (fd >= 0)
        close(fd);
    text[had] = 0;
    return fd < 0 || got < 0 ? -errno : had == bytes - 1 ? -E2BIG : had;
}

static int plan_memory(const char *embed, uint64_t *offset)
{
    int error = read_all("/proc/self/maps", maps, sizeof maps);
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (error < 0 || pagemap < 0)
        return fail(pagemap < 0 ? errno : -error, "/proc/self/maps");
    error = 0;
    for (char *at = maps; *at && !error;) {
        char *end = at + strcspn(at, "\n"), *next = end + (*end != 0);
        *end = 0;
        error = plan_line(at, pagemap, embed, offset);
        at = next;
    }
    close(pagemap);
    return error;
}

static void plan_end(struct image_descriptor *one, uint64_t inode, int is_socket)
{
    int type = SOCK_STREAM;
    socklen_t bytes = sizeof type;
    if (is_socket)
        getsockopt(one->fd, SOL_SOCKET, SO_TYPE, &type, &bytes);
    one->kind = is_socket ? LEADS_TO_SOCKET : LEADS_TO_PIPE;
    one->inode = inode;
    one->position = type;
}

static int is_end(const struct image_descriptor *one)
{
    return one->kind == LEADS_TO_SOCKET || one->kind == LEADS_TO_PIPE;
}

/* Do both lead to one thing? The ends of a pipe have one inode. */
static int are_same(const struct image_descriptor *a, const struct image_descriptor *b)
{
    return is_end(a) && is_end(b) && a->inode == b->inode &&
           (a->flags & O_ACCMODE) == (b->flags & O_ACCMODE);
}

static int is_peer(int netlink, const struct image_descriptor *a, const struct image_descriptor *b)
{
    if (a->kind != b->kind || !is_end(a))
        return 0;
    if (a->kind == LEADS_TO_PIPE)
        return a->inode == b->inode && (a->flags & O_ACCMODE) != (b->flags & O_ACCMODE);
    return patina_peer(netlink, a->inode) == b->inode;
}

/* Find what leads to the process itself: the other ends, and duplicates of them. */
static void plan_ends(void)
{
    int netlink = patina_netlink();
    for (uint32_t i = 0; i < image.n_descriptors; i++) {
        struct image_descriptor *one = &image.descriptors[i];
        for (uint32_t j = 0; j < i; j++)
            if (are_same(one, &image.descriptors[j])) {
                one->kind = LEADS_TO_SAME;
                one->peer = image.descriptors[j].fd;
            }
        for (uint32_t j = 0; j < i && one->peer < 0; j++)
            if (is_peer(netlink, one, &image.descriptors[j])) {
                one->peer = image.descriptors[j].fd;
                image.descriptors[j].peer = one->fd;
            }
    }
    if (netlink >= 0)
        close(netlink);
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
    if (fd == channel)
        one->kind = LEADS_TO_CHANNEL;
    else if (fstat(fd, &file) != 0)
        return;
    else if (S_ISSOCK(file.st_mode) || S_ISFIFO(file.st_mode))
        plan_end(one, file.st_ino, S_ISSOCK(file.st_mode));
    else if (strcmp(path, "anon_inode:[eventpoll]") == 0)
        one->kind = LEADS_TO_EPOLL;
    else if ((S_ISREG(file.st_mode) || S_ISDIR(file.st_mode)) && (one->path = keep_text(path))) {
        one->kind = LEADS_TO_FILE;
        one->position = lseek(fd, 0, SEEK_CUR);
    }
}

static int plan_descriptors(int fd, int channel)
{
    static int numbers[IMAGE_DESCRIPTORS];
    int n = patina_list("/proc/self/fd", numbers, IMAGE_DESCRIPTORS);
    if (n < 0 || n == IMAGE_DESCRIPTORS)
        return fail(n < 0 ? -n : E2BIG, "open files");
    for (int i = 0; i < n; i++)
        if (numbers[i] != fd && fcntl(numbers[i], F_GETFD) >= 0) /* the list's own is closed again */
            plan_descriptor(&image.descriptors[image.n_descriptors++], numbers[i], channel);
    plan_ends();
    return 0;
}

static void plan_signals(void)
{
    for (int i = 1; i <= IMAGE_SIGNALS; i++)
        syscall(SYS_rt_sigaction, i, NULL, &image.actions[i], SIGNAL_SET_BYTES);
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &image.mask, SIGNAL_SET_BYTES);
    syscall(SYS_sigaltstack, NULL, &image.signal_stack);
}

/* What the kernel knows of where things are; the numbers of the fields are proc(5)'s. */
static int plan_bounds(void)
{
    static char text[4096];
    uint64_t fields[53] = {0};
    if (read_all("/proc/self/stat", text, sizeof text) < 0)
        return fail(errno, "/proc/self/stat");
    const char *at = strrchr(text, ')') + 4; /* the third is a letter */
    for (int i = 4; i <= 52; i++)
        fields[i] = take_number(&at, 10);
    image.memory = (struct prctl_mm_map){
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
    image.umask = (uint16_t)mask;
    syscall(SYS_arch_prctl, 0x1003 /* ARCH_GET_FS */, &image.fs);
    syscall(SYS_get_robust_list, 0, &image.robust, &image.robust_bytes);
    syscall(SYS_prctl, PR_GET_TID_ADDRESS, &image.tid_address, 0, 0, 0);
    syscall(SYS_prctl, PR_GET_NAME, image.name, 0, 0, 0);
    __asm__ volatile("stmxcsr %0" : "=m"(image.vector_control));
    __asm__ volatile("fnstcw %0" : "=m"(image.float_control));
}

/* Threads can be in an image where they are held, as those of a parked copy are: all that they are
 * is then in memory, and they are made again as in a copy of it. */
static int plan_threads(int fd, int channel)
{
    int keep[] = {fd, channel}, tids[2];
    if (patina_freeze.held)
        return patina_plan_renewals(keep, 2) ? fail(E2BIG, "open files") : 0;
    return patina_list("/proc/self/task", tids, 2) == 1 ? 0 : fail(EBUSY, "threads");
}

static int plan(int fd, int channel, const char *where, const char *embed, uint64_t *offset)
{
    static char folder[4096];
    memset(&image, 0, sizeof image);
    memcpy(image.magic, PATINA_IMAGE_MAGIC, sizeof image.magic);
    strncpy(image.where, where, sizeof image.where - 1);
    image.text_bytes = 1;
    if (getcwd(folder, sizeof folder))
        image.folder = keep_text(folder);
    plan_signals();
    plan_thread();
    int error = plan_bounds();
    if (!error)
        error = plan_threads(fd, channel);
    if (!error)
        error = plan_descriptors(fd, channel);
    return error ? error : plan_memory(embed, offset);
}

/* Pages of a file that lie behind its end cannot be read, and are left out. */
static int write_some(int fd, uint64_t from, uint64_t bytes, uint64_t to)
{
    while (bytes) {
        ssize_t done = pwrite(fd, (const void *)from, bytes, (off_t)to);
        if (done < 0 && errno == EFAULT)
            done = bytes < IMAGE_PAGE ? (ssize_t)bytes : IMAGE_PAGE;
        else if (done <= 0)
            return fail(done ? errno : ENOSPC, "the image");
        from += (uint64_t)done;
        to += (uint64_t)done;
        bytes -= (uint64_t)done;
    }
    return 0;
}

/* Write the pages that are there, those that follow each other at once. */
static int write_pages(int fd, const struct image_region *region, uint64_t first, uint64_t count)
{
    for (uint64_t i = 0, n; i < count; i += n) {
        int there = is_there(pages[i]);
        for (n = 1; i + n < count && is_there(pages[i + n]) == there; n++)
            ;
        uint64_t from = (first + i) * IMAGE_PAGE;
        int error = there ? write_some(fd, from, n * IMAGE_PAGE, region->offset + from - region->start) : 0;
        if (error)
            return error;
    }
    return 0;
}

static int write_region(int fd, int pagemap, const struct image_region *region)
{
    uint64_t end = region->end / IMAGE_PAGE, at = region->start / IMAGE_PAGE;
    int error = 0;
    for (; at < end && !error; at += LINES) {
        uint64_t count = end - at < LINES ? end - at : LINES;
        error = look_at_pages(pagemap, at, count)
                    ? write_pages(fd, region, at, count)
                    : fail(EIO, "/proc/self/pagemap");
    }
    return error;
}

/* Of a file it has all, whether it was looked at yet or not. */
static int write_kept(int fd, int pagemap, const struct image_region *region, int of_file)
{
    if (of_file)
        return write_some(fd, region->start, region->end - region->start, region->offset);
    return write_region(fd, pagemap, region);
}

static int write_memory(int fd)
{
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), error = 0;
    const char *at = maps;
    for (uint32_t i = 0; i < image.n_regions && !error; i++) {
        const struct image_region *region = &image.regions[i];
        while (parsed(at).start != region->start) /* their paths are still there */
            at += strlen(at) + 1;
        if (region->content == CONTENT_KEPT || region->content == CONTENT_STACK)
            error = write_kept(fd, pagemap, region, parsed(at).path[0] == '/');
    }
    close(pagemap);
    return error;
}

static int write_image(int fd, uint64_t end)
{
    if (ftruncate(fd, 0) != 0 || ftruncate(fd, (off_t)end) != 0)
        return fail(errno, "the image");
    int error = write_memory(fd);
    return error ? error : write_some(fd, (uint64_t)&image, sizeof image, 0);
}

static void revive_threads(void)
{
    uint64_t all = ~(uint64_t)0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, SIGNAL_SET_BYTES);
    patina_freeze.pid = getpid();
    if (patina_renew() != 0 || patina_revive(REVIVE_MS) != 0)
        syscall(SYS_exit_group, 1); /* whoever thaws it sees that it has ended */
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &image.mask, NULL, SIGNAL_SET_BYTES);
}

/* After a thaw: be a thread of the new process, without the program that made it. */
static int arrive(void)
{
    int *tid = (int *)image.tid_address;
    syscall(SYS_set_tid_address, tid);
    if (tid)
        *tid = (int)syscall(SYS_gettid);
    if (image.robust)
        syscall(SYS_set_robust_list, image.robust, image.robust_bytes);
    patina_register_rseq(image.fs);
    munmap((void *)IMAGE_THAW_START, IMAGE_THAW_END - IMAGE_THAW_START);
    if (patina_freeze.held)
        revive_threads();
    return 1;
}

/* Write an image of this process, whose other threads are held, to a file. `channel`: the descriptor that will lead
 * to whoever thaws it. `where`: on what machine. `embed`: folders, one a line, whose files may be
 * gone by then. Returns 0 when it is written, 1 when it has been thawed, or -errno (see `why`). */
int patina_image_write(int fd, int channel, const char *where, const char *embed)
{
    uint64_t end = IMAGE_HEAD_BYTES;
    int error = plan(fd, channel, where, embed, &end);
    if (error)
        return error;
    if (patina_save((unsigned long *)image.registers))
        return arrive();
    return write_image(fd, end);
}
