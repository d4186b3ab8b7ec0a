/* Between the files of `thaw`. See ../image.h. */
#ifndef PATINA_THAW_H
#define PATINA_THAW_H

#include "../image.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>

enum { AT_FOLDER = -100 };

extern struct patina_image image;
extern int fd_of_image, fd_of_channel;

/* A system call; its result is negative when it fails. */
static inline long call(long number, long a, long b, long c, long d, long e, long f)
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

_Noreturn void fail(const char *word, const char *what);
size_t length(const char *text);
int same(const char *a, const char *b, size_t n);
const char *text_at(uint32_t place);
void read_at(void *to, uint64_t bytes, uint64_t offset);

void take_memory(void);
void make_room(void);
void place_all(void);

#endif
