/* What of a process's memory an image has, and writing it. See image.h. */
#define _GNU_SOURCE
#include "image.h"
#include "forkall.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAPS_BYTES = 1 << 22, LINES = 512, PIECE_BYTES = 1 << 16 };
enum { PRESENT_OR_SWAPPED = 3 }; /* bits 63 and 62 of an entry of pagemap; bit 61: of a file */

static char maps[MAPS_BYTES];
static uint64_t pages[LINES];

/* A line of /proc/self/maps. */
struct line {
    uint64_t start, end, offset, inode;
    int prot, shared;
    const char *path;
};

/* Take a line apart; it ends with the byte 0. */
static struct line parsed(const char *at)
{
    struct line one = {0};
    one.start = patina_image_number(&at, 16);
    one.end = patina_image_number(&at, 16);
    one.prot = (at[0] == 'r' ? PROT_READ : 0) | (at[1] == 'w' ? PROT_WRITE : 0) |
               (at[2] == 'x' ? PROT_EXEC : 0);
    one.shared = at[3] == 's';
    at += 5;
    one.offset = patina_image_number(&at, 16);
    at += strcspn(at, " ") + 1; /* the device */
    one.inode = patina_image_number(&at, 10);
    one.path = at + strspn(at, " ");
    return one;
}

static int starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Is it below one of the folders, which are told one a line, each with a slash at its end? */
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

/* Is the file that is mapped still there under its name, and all of what is mapped in it? Then note
 * what it has. A name that /proc cannot tell exactly leads to no file. */
static int is_still_there(const struct line *one, struct image_region *region)
{
    struct stat file;
    if (stat(one->path, &file) != 0 || file.st_ino != one->inode ||
        one->offset + (one->end - one->start) >= (uint64_t)file.st_size + IMAGE_PAGE)
        return 0;
    region->path = patina_image_text(one->path);
    if (region->path && !one->shared)
        region->sum = image_sum(one->start, one->end);
    return region->path != 0;
}

static int plan_special(const struct line *one)
{
    struct image_special *special = &patina_image.specials[patina_image.n_specials];
    if (patina_image.n_specials == IMAGE_SPECIALS || strlen(one->path) >= sizeof special->name)
        return patina_image_fail(E2BIG, one->path);
    patina_image.n_specials++;
    special->start = one->start;
    special->bytes = one->end - one->start;
    strcpy(special->name, one->path);
    return 0;
}

static enum image_content content_of(const struct line *one, int pagemap, const char *folders,
                                     struct image_region *region)
{
    if (strcmp(one->path, "[stack]") == 0)
        return CONTENT_STACK;
    int own = has_own_pages(pagemap, one);
    if (one->path[0] != '/' || !(one->prot & PROT_READ))
        return own ? CONTENT_KEPT : CONTENT_EMPTY;
    if (own || is_below(one->path, folders) || !is_still_there(one, region))
        return CONTENT_KEPT;
    return CONTENT_FILE;
}

static int plan_region(const struct line *one, int pagemap, const char *folders)
{
    if (one->shared && (one->prot & PROT_WRITE || one->path[0] != '/'))
        return patina_image_fail(EOPNOTSUPP, one->path);
    if (patina_image.n_regions == IMAGE_REGIONS)
        return patina_image_fail(E2BIG, "mappings");
    struct image_region *region = &patina_image.regions[patina_image.n_regions++];
    region->start = one->start;
    region->end = one->end;
    region->prot = (uint16_t)one->prot;
    region->offset = one->offset;
    region->shared = (uint8_t)one->shared;
    region->of_file = one->path[0] == '/';
    region->content = (uint8_t)content_of(one, pagemap, folders, region);
    if (one->shared && region->content != CONTENT_FILE)
        return patina_image_fail(EOPNOTSUPP, one->path);
    return 0;
}

static int plan_line(const char *text, int pagemap, const char *folders)
{
    struct line one = parsed(text);
    if (strcmp(one.path, "[vsyscall]") == 0)
        return 0;
    if (starts(one.path, "[vdso") || starts(one.path, "[vvar"))
        return plan_special(&one);
    return plan_region(&one, pagemap, folders);
}

/* Take lines that end with the byte 0 one after the other. */
static char *next_line(char *at)
{
    char *end = at + strcspn(at, "\n"), *next = end + (*end != 0);
    *end = 0;
    return next;
}

/* What is wiped in forks is told by smaps only, whose lines of a region follow its line of maps. */
static void note_wiped(const char *text)
{
    static struct image_region *region;
    if (*text >= '0' && (*text <= '9' || (*text >= 'a' && *text <= 'f'))) {
        uint64_t start = strtoull(text, NULL, 16);
        region = NULL;
        for (uint32_t i = 0; i < patina_image.n_regions && !region; i++)
            if (patina_image.regions[i].start == start)
                region = &patina_image.regions[i];
    } else if (region && starts(text, "VmFlags:") && strstr(text, " wf")) {
        region->wiped_in_forks = 1;
    }
}

static void plan_wiped(void)
{
    if (patina_image_read("/proc/self/smaps", maps, sizeof maps) < 0)
        return;
    for (char *at = maps, *next; *at; at = next) {
        next = next_line(at);
        note_wiped(at);
    }
}

int patina_image_plan_memory(const char *folders)
{
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    int error = patina_image_read("/proc/self/maps", maps, sizeof maps);
    if (error < 0 || pagemap < 0)
        return patina_image_fail(pagemap < 0 ? errno : -error, "/proc/self/maps");
    error = 0;
    for (char *at = maps, *next; *at && !error; at = next) {
        next = next_line(at);
        error = plan_line(at, pagemap, folders);
    }
    close(pagemap);
    plan_wiped();
    return error;
}

/* Write as much of some pages as can be read, and before it that it is these; those of a file that
 * lie behind its end cannot be, and are left out. */
static int write_run(int fd, uint64_t from, uint64_t bytes)
{
    while (bytes) {
        off_t at = lseek(fd, 0, SEEK_CUR);
        struct image_run run = {from, 0};
        ssize_t done = pwrite(fd, (const void *)from, bytes, at + (off_t)sizeof run);
        if (done < 0 && errno == EFAULT) {
            done = IMAGE_PAGE;
        } else if (done <= 0) {
            return patina_image_fail(done ? errno : ENOSPC, "the image");
        } else {
            run.bytes = (uint64_t)done;
            if (write(fd, &run, sizeof run) != sizeof run || lseek(fd, done, SEEK_CUR) < 0)
                return patina_image_fail(ENOSPC, "the image");
        }
        from += (uint64_t)done;
        bytes -= (uint64_t)done < bytes ? (uint64_t)done : bytes;
    }
    return 0;
}

/* Write the pages that are there; those of a file are, whether somebody has looked or not. */
static int write_pages(int fd, uint64_t first, uint64_t count, int all)
{
    for (uint64_t i = 0, n; i < count; i += n) {
        int there = all || is_there(pages[i]);
        for (n = 1; i + n < count && (all || is_there(pages[i + n])) == there; n++)
            ;
        int error = there ? write_run(fd, (first + i) * IMAGE_PAGE, n * IMAGE_PAGE) : 0;
        if (error)
            return error;
    }
    return 0;
}

static int write_region(int fd, int pagemap, const struct image_region *region)
{
    uint64_t end = region->end / IMAGE_PAGE;
    int error = 0, all = region->of_file;
    for (uint64_t at = region->start / IMAGE_PAGE; at < end && !error; at += LINES) {
        uint64_t count = end - at < LINES ? end - at : LINES;
        error = look_at_pages(pagemap, at, count)
                    ? write_pages(fd, at, count, all)
                    : patina_image_fail(EIO, "/proc/self/pagemap");
    }
    return error;
}

/* What may not be read is made readable here: this process is a copy, and ends when it is done. */
static int write_kept(int fd, int pagemap, const struct image_region *region)
{
    uint64_t bytes = region->end - region->start;
    int hidden = !(region->prot & PROT_READ);
    if (hidden && mprotect((void *)region->start, bytes, region->prot | PROT_READ) != 0)
        return patina_image_fail(errno, "memory that may not be read");
    int error = write_region(fd, pagemap, region);
    if (hidden)
        mprotect((void *)region->start, bytes, region->prot);
    return error;
}

int patina_image_write_memory(int fd)
{
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), error = 0;
    struct image_run end = {0, 0};
    lseek(fd, IMAGE_HEAD_BYTES, SEEK_SET);
    for (uint32_t i = 0; i < patina_image.n_regions && !error; i++) {
        const struct image_region *region = &patina_image.regions[i];
        if (region->content == CONTENT_KEPT || region->content == CONTENT_STACK)
            error = write_kept(fd, pagemap, region);
    }
    close(pagemap);
    if (!error && write(fd, &end, sizeof end) != sizeof end)
        error = patina_image_fail(ENOSPC, "the image");
    return error;
}
