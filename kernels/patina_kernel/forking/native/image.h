/* Images: a process, written to a file and brought back from it, at another time. Its threads, but
 * for the caller, are held as in a parked copy (forkall.h), and are again when it comes back.
 *
 * `patina_image_write` describes the process that calls it and writes what of its memory is its
 * own; what is as in a file is only named. `thaw` (thaw/thaw.c), a program that stands where nothing
 * else does, maps all of that at the same addresses, sets up what the kernel knows of a process, and
 * jumps to where the write was called, which then returns a second time.
 *
 * Why each unsafe step is sound:
 *  - Between the plan and the end nothing allocates: only system calls and stores to static memory.
 *    What changes in these while they are written is not looked at after a thaw.
 *  - Memory is read from the image, not mapped: whatever becomes of the file, a process that came
 *    out of it has its own. What was never written to is not in it, and takes no memory.
 *  - Code of libraries is mapped from their files again, and must have the same sum: a file with
 *    other bytes is another library, and then there is no thaw.
 *  - The vDSO is moved to where libc remembers it; its code is the kernel's, so that an image is
 *    for one build of the kernel. What libc has chosen for a processor is for that processor.
 *  - glibc may give memory back that it took by brk: the kernel is told where that was.
 *  - Whatever fails, fails in the new process, of which nothing is used before it has said that it
 *    is there.
 *
 * Not carried: sockets and pipes to others than itself (their numbers lead nowhere), and what waits
 * in others; memory that is shared with others (refused); locks of files; advice about memory, but
 * for what is wiped in forks; guards that are laid by advice; timers, limits, priorities, affinity.
 */
#ifndef PATINA_IMAGE_H
#define PATINA_IMAGE_H

#include <linux/prctl.h>
#include <signal.h>
#include <stdint.h>

#define PATINA_IMAGE_MAGIC "PATINA image 2\n"
enum {
    IMAGE_WHERE_BYTES = 1008,
    IMAGE_REGIONS = 8192,
    IMAGE_DESCRIPTORS = 1024,
    IMAGE_SPECIALS = 8,
    IMAGE_TEXT_BYTES = 1 << 19,
    IMAGE_PAGE = 4096,
    IMAGE_SIGNALS = 64,
    IMAGE_HEAD_BYTES = 1 << 20 /* the memory follows: see `struct image_run` */
};

/* EMPTY: nothing was ever written there. KEPT: in the image. FILE: as in a file. STACK: kept, and
 * grows. */
enum image_content { CONTENT_EMPTY, CONTENT_KEPT, CONTENT_FILE, CONTENT_STACK };

struct image_region {
    uint64_t start, end;
    uint64_t offset, sum; /* in the file, and of its bytes there; 0: it is shared, and may change */
    uint32_t path;        /* where in `text` */
    uint16_t prot;
    uint8_t content, shared, of_file, wiped_in_forks;
};

/* Before the bytes of some pages that follow each other; the last has none. */
struct image_run {
    uint64_t start, bytes;
};

/* What a descriptor leads to after a thaw. NOWHERE: it is taken, so that who has its number cannot
 * close another's. SOCKET and PIPE: to `peer`, which is the process's own, or to nobody. SAME: to
 * what `peer`, another descriptor, leads to. */
enum image_descriptor_kind {
    LEADS_NOWHERE,
    LEADS_TO_FILE,
    LEADS_TO_EPOLL,
    LEADS_TO_EVENTFD,
    LEADS_TO_SOCKET,
    LEADS_TO_PIPE,
    LEADS_TO_SAME,
    LEADS_TO_CHANNEL
};

struct image_descriptor {
    int32_t fd, kind, flags;
    uint32_t path;
    int64_t position; /* in a file; of a socket: its type */
    uint64_t inode;
    int32_t peer; /* -1: none */
};

/* A mapping of the kernel's own: the vDSO and its data. */
struct image_special {
    uint64_t start, bytes;
    char name[16];
};

/* As rt_sigaction has it. */
struct image_action {
    uint64_t handler, flags, restorer, mask;
};

struct patina_image {
    char magic[16];
    char where[IMAGE_WHERE_BYTES]; /* on which machine: compared before a thaw */
    uint64_t registers[8];         /* as `patina_save` has them */
    uint64_t fs, mask;
    uint32_t vector_control;
    uint16_t float_control, umask;
    uint64_t robust, robust_bytes, tid_address;
    struct prctl_mm_map memory;
    stack_t signal_stack;
    struct image_action actions[IMAGE_SIGNALS + 1];
    char name[16];
    uint32_t n_regions, n_descriptors, n_specials, text_bytes, folder;
    struct image_special specials[IMAGE_SPECIALS];
    struct image_descriptor descriptors[IMAGE_DESCRIPTORS];
    struct image_region regions[IMAGE_REGIONS];
    char text[IMAGE_TEXT_BYTES];
};
_Static_assert(sizeof(struct patina_image) <= IMAGE_HEAD_BYTES, "the head of an image is too large");

/* Where `thaw` stands, and where it lays the vDSO aside: unused by programs, heaps and libraries. */
#define IMAGE_THAW_START 0x200000000000UL
#define IMAGE_THAW_END 0x200010000000UL

/* The sum of bytes that tells files apart (as FNV-1a, by words). */
static inline uint64_t image_sum(uint64_t start, uint64_t end)
{
    uint64_t sum = 0xcbf29ce484222325UL;
    for (const uint64_t *at = (const uint64_t *)start; at < (const uint64_t *)end; at++)
        sum = (sum ^ *at) * 0x100000001b3UL;
    return sum | 1;
}

/* Between the files that write images. A failure is -errno, and noted by `patina_image_fail`. */
extern struct patina_image patina_image;
int patina_image_fail(int error, const char *what);
uint32_t patina_image_text(const char *text);
int patina_image_read(const char *path, char *text, int bytes);
uint64_t patina_image_number(const char **at, int base);
int patina_image_plan_memory(const char *folders);
int patina_image_plan_descriptors(int fd, int channel);
int patina_image_write_memory(int fd);

#endif
