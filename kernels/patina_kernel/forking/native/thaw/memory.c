/* The memory of the process, at its addresses. See ../image.h. */
#include "thaw.h"

#include <linux/mman.h>
#include <linux/stat.h>

enum { MAPS_BYTES = 1 << 16, HUGE_BYTES = 1 << 21 };
#define PROT_READ_WRITE 3
#define ASIDE (IMAGE_THAW_START + 0x8000000UL)
#define ASIDE_STEP 0x100000UL
#define HIGHEST 0x7ffffffff000UL

static char maps[MAPS_BYTES];

static long map(uint64_t start, uint64_t bytes, int prot, int flags, int fd, uint64_t offset)
{
    return call(SYS_mmap, (long)start, (long)bytes, prot, MAP_FIXED | flags, fd, (long)offset);
}

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

static int open_file(const struct image_region *region)
{
    struct statx now;
    const char *path = text_at(region->path);
    long fd = CALL(SYS_openat, AT_FOLDER, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    uint64_t end = region->offset + (region->end - region->start);
    if (fd < 0 || call(SYS_statx, fd, (long)"", 0x1000 /* AT_EMPTY_PATH */, STATX_SIZE, (long)&now, 0))
        fail("file", path);
    if (end >= now.stx_size + IMAGE_PAGE) /* it could not be looked at */
        fail("file", path);
    return (int)fd;
}

static long map_file(const struct image_region *region, uint64_t bytes)
{
    int fd = open_file(region);
    long at = map(region->start, bytes, region->prot, region->shared ? MAP_SHARED : MAP_PRIVATE, fd,
                  region->offset);
    CALL(SYS_close, fd, 0, 0);
    if (at > 0 && region->sum && image_sum(region->start, region->end) != region->sum)
        fail("file", text_at(region->path));
    return at;
}

/* What is kept can be written to until it is read. */
static long map_region(const struct image_region *region)
{
    uint64_t bytes = region->end - region->start;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    if (region->content == CONTENT_FILE)
        return map_file(region, bytes);
    if (region->content == CONTENT_EMPTY)
        return map(region->start, bytes, region->prot, flags, -1, 0);
    flags |= region->content == CONTENT_STACK ? MAP_GROWSDOWN : 0;
    return map(region->start, bytes, PROT_READ_WRITE, flags, -1, 0);
}

static void map_all(void)
{
    for (uint32_t i = 0; i < image.n_regions; i++) {
        const struct image_region *region = &image.regions[i];
        if (region->end > IMAGE_THAW_START && region->start < IMAGE_THAW_END)
            fail("memory", "it is where the program that thaws it is");
        if ((uint64_t)map_region(region) != region->start)
            fail("memory", "it cannot be mapped");
    }
}

/* What fills huge pages is put into such: a fork of it is then quick. */
static void advise(const struct image_run *run)
{
    uint64_t first = (run->start + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
    uint64_t end = (run->start + run->bytes) / HUGE_BYTES * HUGE_BYTES;
    if (end > first)
        CALL(SYS_madvise, first, end - first, MADV_HUGEPAGE);
}

static void read_all(void)
{
    struct image_run run;
    uint64_t at = IMAGE_HEAD_BYTES;
    for (read_at(&run, sizeof run, at); run.bytes; read_at(&run, sizeof run, at)) {
        if (run.start + run.bytes > HIGHEST ||
            (run.start + run.bytes > IMAGE_THAW_START && run.start < IMAGE_THAW_END))
            fail("image", "its memory is somewhere else");
        advise(&run);
        read_at((void *)run.start, run.bytes, at + sizeof run);
        at += sizeof run + run.bytes;
    }
}

static void protect_all(void)
{
    for (uint32_t i = 0; i < image.n_regions; i++) {
        const struct image_region *region = &image.regions[i];
        uint64_t bytes = region->end - region->start;
        if (region->content != CONTENT_FILE && region->prot != PROT_READ_WRITE &&
            CALL(SYS_mprotect, region->start, bytes, region->prot) != 0)
            fail("memory", "it cannot be protected");
        if (region->wiped_in_forks)
            CALL(SYS_madvise, region->start, bytes, MADV_WIPEONFORK);
    }
}

void take_memory(void)
{
    unmap_the_rest();
    map_all();
    read_all();
    protect_all();
    for (uint32_t i = 0; i < image.n_specials; i++)
        move_special(&image.specials[i], aside(i), image.specials[i].start);
}
