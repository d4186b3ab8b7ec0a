/* Brings a process back from its image: `thaw IMAGE CHANNEL`, two numbers of open descriptors.
 *
 * It is linked to stand where nothing of the image does (IMAGE_THAW_START), and needs no library: on
 * the way it unmaps everything else. What goes wrong is told on descriptor 2 in a line, a word and
 * what it is about, and its exit status is 1. See ../image.h. */
#include "../image.h"

#include <fcntl.h>
#include <linux/mman.h>
#include <linux/stat.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define SEEK_DATA 3
#define SEEK_HOLE 4
enum { LARGE_BYTES = 1 << 25, STACK_BYTES = 1 << 16, MAPS_BYTES = 1 << 16, AT_FOLDER = -100, ARCH_SET_FS = 0x1002 };
#define PROT_READ_WRITE 3
#define ASIDE (IMAGE_THAW_START + 0x8000000UL)
#define ASIDE_STEP 0x100000UL
#define HIGHEST 0x7ffffffff000UL

static struct patina_image image;
static char maps[MAPS_BYTES];
static int fd_of_image, fd_of_channel, above = 3;
__attribute__((used)) static char stack[STACK_BYTES] __attribute__((aligned(64)));

/* The kernel's first stack is unmapped on the way: go on with our own, and the old one's address. */
__asm__(".text\n.globl _start\n_start:\n"
        "mov %rsp,%rdi\nlea stack+65536(%rip),%rsp\nxor %ebp,%ebp\ncall begin\nhlt\n");
/* Be the process: its registers, and 1 as what `patina_save` returns. */
__asm__(".globl resume\nresume:\n"
        "mov 0(%rdi),%rbx\nmov 8(%rdi),%rbp\nmov 16(%rdi),%r12\nmov 24(%rdi),%r13\n"
        "mov 32(%rdi),%r14\nmov 40(%rdi),%r15\nmov 48(%rdi),%rsp\nmov 56(%rdi),%rdx\n"
        "mov $1,%eax\njmp *%rdx\n");
_Noreturn void resume(const uint64_t *registers);
_Noreturn void begin(const uint64_t *arguments);

static long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#define CALL(number, a, b, c) call(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)

/* Compilers want these. */
void *memcpy(void *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((volatile char *)to)[i] = ((const char *)from)[i];
    return to;
}

void *memset(void *to, int value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((volatile char *)to)[i] = (char)value;
    return to;
}

static size_t length(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

static int same(const char *a, const char *b, size_t n)
{
    while (n && *a == *b) {
        a++;
        b++;
        n--;
    }
    return n == 0;
}

static _Noreturn void fail(const char *word, const char *what)
{
    CALL(SYS_write, 2, word, length(word));
    CALL(SYS_write, 2, "\t", 1);
    CALL(SYS_write, 2, what, length(what));
    for (;;)
        CALL(SYS_exit_group, 1, 0, 0);
}

static const char *text_at(uint32_t place)
{
    return place < sizeof image.text ? image.text + place : "";
}

static long map(uint64_t start, uint64_t bytes, int prot, int flags, int fd, uint64_t offset)
{
    return call(SYS_mmap, (long)start, (long)bytes, prot, MAP_PRIVATE | MAP_FIXED | flags, fd,
                (long)offset);
}

static void read_image(void)
{
    char *at = (char *)&image;
    for (size_t had = 0; had < sizeof image;) {
        long got = call(SYS_pread64, fd_of_image, (long)(at + had), (long)(sizeof image - had),
                        (long)had, 0, 0);
        if (got <= 0)
            fail("image", "it ends too early");
        had += (size_t)got;
    }
    if (!same(image.magic, PATINA_IMAGE_MAGIC, sizeof image.magic) ||
        image.n_regions > IMAGE_REGIONS || image.n_descriptors > IMAGE_DESCRIPTORS ||
        image.n_specials > IMAGE_SPECIALS || image.text_bytes > IMAGE_TEXT_BYTES)
        fail("image", "it is none");
    image.text[IMAGE_TEXT_BYTES - 1] = 0;
}

/* Files */

static int open_as_it_was(const struct image_region *region)
{
    const char *path = text_at(region->path);
    struct statx now;
    long fd = CALL(SYS_openat, AT_FOLDER, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || call(SYS_statx, fd, (long)"", 0x1000 /* AT_EMPTY_PATH */,
                       STATX_SIZE | STATX_MTIME, (long)&now, 0) != 0)
        fail("file", path);
    int64_t changed = now.stx_mtime.tv_sec * 1000000000L + now.stx_mtime.tv_nsec;
    if (now.stx_size != region->size || changed != region->changed)
        fail("file", path);
    return (int)fd;
}

static void check_files(void)
{
    for (uint32_t i = 0; i < image.n_regions; i++)
        if (image.regions[i].content == CONTENT_FILE)
            CALL(SYS_close, open_as_it_was(&image.regions[i]), 0, 0);
}

/* Mappings */

static uint64_t hexadecimal(const char **at)
{
    uint64_t number = 0;
    for (;; (*at)++) {
        char c = **at;
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return number;
        number = number * 16 + (uint64_t)digit;
    }
}

static void read_maps(void)
{
    long fd = CALL(SYS_openat, AT_FOLDER, "/proc/self/maps", O_RDONLY), got = 1;
    for (size_t had = 0; got > 0 && had < sizeof maps - 1; had += (size_t)got)
        if ((got = CALL(SYS_read, fd, maps + had, sizeof maps - 1 - had)) < 0)
            fail("system", "/proc/self/maps");
    CALL(SYS_close, fd, 0, 0);
}

/* Where this process has the mapping of that name; 0 when it has none, or of another size. */
static uint64_t find_special(const struct image_special *special)
{
    size_t bytes = length(special->name);
    for (const char *at = maps; *at;) {
        const char *end = at;
        while (*end && *end != '\n')
            end++;
        if ((size_t)(end - at) > bytes && same(end - bytes, special->name, bytes)) {
            uint64_t start = hexadecimal(&at);
            at++;
            return hexadecimal(&at) - start == special->bytes ? start : 0;
        }
        at = end + (*end != 0);
    }
    return 0;
}

static void move_special(const struct image_special *special, uint64_t from, uint64_t to)
{
    long done = call(SYS_mremap, (long)from, (long)special->bytes, (long)special->bytes,
                     MREMAP_MAYMOVE | MREMAP_FIXED, (long)to, 0);
    if ((uint64_t)done != to)
        fail("kernel", special->name);
}

static uint64_t aside(uint32_t i)
{
    return ASIDE + i * ASIDE_STEP;
}

static void unmap_the_rest(void)
{
    read_maps();
    for (uint32_t i = 0; i < image.n_specials; i++) {
        uint64_t here = find_special(&image.specials[i]);
        if (!here)
            fail("kernel", image.specials[i].name);
        move_special(&image.specials[i], here, aside(i));
    }
    CALL(SYS_munmap, 0, IMAGE_THAW_START, 0);
    CALL(SYS_munmap, IMAGE_THAW_END, HIGHEST - IMAGE_THAW_END, 0);
}

/* Read what the image has between two offsets to where the first is `to`; 0, or -1. */
static int read_to(uint64_t to, uint64_t offset, uint64_t end)
{
    while (offset < end) {
        long got = call(SYS_pread64, fd_of_image, (long)to, (long)(end - offset), (long)offset, 0, 0);
        if (got <= 0)
            return -1;
        to += (uint64_t)got;
        offset += (uint64_t)got;
    }
    return 0;
}

/* Read a region, and leave out what was never written, which would need memory. 0, or -1. */
static int read_region(const struct image_region *region)
{
    uint64_t end = region->offset + (region->end - region->start), at = region->offset;
    while (at < end) {
        long data = CALL(SYS_lseek, fd_of_image, at, SEEK_DATA);
        if (data < 0 || (uint64_t)data >= end)
            return 0;
        long hole = CALL(SYS_lseek, fd_of_image, data, SEEK_HOLE);
        uint64_t stop = hole > data && (uint64_t)hole < end ? (uint64_t)hole : end;
        if (read_to(region->start + ((uint64_t)data - region->offset), (uint64_t)data, stop))
            return -1;
        at = stop;
    }
    return 0;
}

/* Memory that is read, and not mapped from the image: nobody can take that away from under it. */
static long map_kept(const struct image_region *region, uint64_t bytes, int flags)
{
    long at = map(region->start, bytes, PROT_READ_WRITE, MAP_ANONYMOUS | flags, -1, 0);
    if (bytes >= LARGE_BYTES) /* as it was, see runtime/pages.py; a fork of it is then quick */
        CALL(SYS_madvise, at, bytes, MADV_HUGEPAGE);
    if ((uint64_t)at != region->start || read_region(region) ||
        (region->prot != PROT_READ_WRITE && CALL(SYS_mprotect, at, bytes, region->prot)))
        return -1;
    return at;
}

static long map_file(const struct image_region *region, uint64_t bytes)
{
    int fd = open_as_it_was(region);
    long at = map(region->start, bytes, region->prot, 0, fd, region->offset);
    CALL(SYS_close, fd, 0, 0);
    return at;
}

static long map_region(const struct image_region *region)
{
    uint64_t bytes = region->end - region->start;
    switch (region->content) {
    case CONTENT_EMPTY:
        return map(region->start, bytes, region->prot, MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    case CONTENT_KEPT:
        return map_kept(region, bytes, 0);
    case CONTENT_FILE:
        return map_file(region, bytes);
    default:
        return map_kept(region, bytes, MAP_GROWSDOWN);
    }
}

static void map_all(void)
{
    for (uint32_t i = 0; i < image.n_regions; i++) {
        const struct image_region *region = &image.regions[i];
        if (region->end > IMAGE_THAW_START && region->start < IMAGE_THAW_END)
            fail("memory", "where the program that thaws it is");
        if ((uint64_t)map_region(region) != region->start)
            fail("memory", text_at(region->path));
    }
    for (uint32_t i = 0; i < image.n_specials; i++)
        move_special(&image.specials[i], aside(i), image.specials[i].start);
}

/* Descriptors */

/* Out of the way of those of the image. */
static int moved_up(long fd)
{
    long moved = fd < 0 ? fd : CALL(SYS_fcntl, fd, F_DUPFD_CLOEXEC, above);
    if (moved < 0)
        fail("descriptors", "there is no room for them");
    CALL(SYS_close, fd, 0, 0);
    return (int)moved;
}

static void make_room(void)
{
    for (uint32_t i = 0; i < image.n_descriptors; i++)
        if (image.descriptors[i].fd >= above)
            above = image.descriptors[i].fd + 1;
    fd_of_image = moved_up(fd_of_image);
    fd_of_channel = moved_up(fd_of_channel);
}

/* Have a descriptor in its place; `fd` is up, and is closed. */
static void put(int fd, const struct image_descriptor *one)
{
    CALL(SYS_dup3, fd, one->fd, one->flags & O_CLOEXEC);
    CALL(SYS_close, fd, 0, 0);
    if (one->kind != LEADS_TO_CHANNEL)
        CALL(SYS_fcntl, one->fd, F_SETFL, one->flags);
}

static const struct image_descriptor *numbered(int fd)
{
    for (uint32_t i = 0; i < image.n_descriptors; i++)
        if (image.descriptors[i].fd == fd)
            return &image.descriptors[i];
    fail("image", "a descriptor is missing");
}

/* Both ends of what leads from the process to itself. */
static void put_pair(const struct image_descriptor *one)
{
    const struct image_descriptor *other = numbered(one->peer);
    int ends[2], reads = (one->flags & O_ACCMODE) == O_RDONLY;
    long error = one->kind == LEADS_TO_PIPE
                     ? CALL(SYS_pipe2, ends, 0, 0)
                     : call(SYS_socketpair, AF_UNIX, one->position, 0, (long)ends, 0, 0);
    if (error)
        fail("descriptors", "there is no room for them");
    ends[0] = moved_up(ends[0]);
    ends[1] = moved_up(ends[1]);
    put(ends[one->kind == LEADS_TO_PIPE && !reads], one);
    put(ends[!(one->kind == LEADS_TO_PIPE && !reads)], other);
}

static long opened(const struct image_descriptor *one)
{
    long fd = -1;
    if (one->kind == LEADS_TO_FILE)
        fd = CALL(SYS_openat, AT_FOLDER, text_at(one->path),
                  one->flags & ~(O_CREAT | O_EXCL | O_TRUNC));
    else if (one->kind == LEADS_TO_SOCKET)
        fd = CALL(SYS_socket, AF_UNIX, one->position, 0);
    else if (one->kind == LEADS_TO_EPOLL)
        fd = CALL(SYS_epoll_create1, 0, 0, 0);
    if (fd >= 0 && one->kind == LEADS_TO_FILE)
        CALL(SYS_lseek, fd, one->position, 0);
    return fd >= 0 ? fd : CALL(SYS_openat, AT_FOLDER, "/dev/null", O_RDWR);
}

static void place(const struct image_descriptor *one)
{
    if (one->kind == LEADS_TO_CHANNEL)
        put(fd_of_channel, one);
    else if (one->kind == LEADS_TO_SAME || (one->peer >= 0 && one->peer < one->fd))
        return; /* with the other */
    else if (one->peer >= 0)
        put_pair(one);
    else
        put(moved_up(opened(one)), one);
}

/* The first three last: on one of them it is told what goes wrong. */
static void place_all(void)
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

/* The rest */

static void tell_bounds(void)
{
    if (call(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP, (long)&image.memory, sizeof image.memory, 0, 0))
        fail("kernel", "where the heap is cannot be set");
}

static void take_signals(void)
{
    for (int i = 1; i <= IMAGE_SIGNALS; i++)
        call(SYS_rt_sigaction, i, (long)&image.actions[i], 0, sizeof image.mask, 0, 0);
    CALL(SYS_sigaltstack, &image.signal_stack, 0, 0);
    call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&image.mask, 0, sizeof image.mask, 0, 0);
}

static void be_the_thread(void)
{
    CALL(SYS_umask, image.umask, 0, 0);
    CALL(SYS_prctl, PR_SET_NAME, image.name, 0);
    CALL(SYS_chdir, text_at(image.folder), 0, 0);
    CALL(SYS_arch_prctl, ARCH_SET_FS, image.fs, 0);
    __asm__ volatile("ldmxcsr %0" ::"m"(image.vector_control));
    __asm__ volatile("fldcw %0" ::"m"(image.float_control));
}

static int number(const char *text)
{
    int value = 0;
    while (*text >= '0' && *text <= '9')
        value = value * 10 + (*text++ - '0');
    return value;
}

/* `arguments`: their count, and their addresses. */
_Noreturn void begin(const uint64_t *arguments)
{
    if (arguments[0] != 3)
        fail("usage", "thaw IMAGE CHANNEL");
    fd_of_image = number((const char *)arguments[2]);
    fd_of_channel = number((const char *)arguments[3]);
    read_image();
    check_files();
    make_room();
    unmap_the_rest();
    map_all();
    tell_bounds();
    place_all();
    take_signals();
    be_the_thread();
    resume(image.registers);
}
