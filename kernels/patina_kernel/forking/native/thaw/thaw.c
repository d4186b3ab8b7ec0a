/* Brings a process back from its image: `thaw IMAGE CHANNEL`, two numbers of open descriptors.
 *
 * It is linked to stand where nothing of the image does (IMAGE_THAW_START), and needs no library: on
 * the way it unmaps everything else. What goes wrong is told on descriptor 2 in a line, a word and
 * what it is about, and its exit status is 1. See ../image.h. */
#include "thaw.h"

enum { STACK_BYTES = 1 << 16, ARCH_SET_FS = 0x1002 };

struct patina_image image;
int fd_of_image, fd_of_channel;
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

size_t length(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

int same(const char *a, const char *b, size_t n)
{
    while (n && *a == *b) {
        a++;
        b++;
        n--;
    }
    return n == 0;
}

_Noreturn void fail(const char *word, const char *what)
{
    CALL(SYS_write, 2, word, length(word));
    CALL(SYS_write, 2, "\t", 1);
    CALL(SYS_write, 2, what, length(what));
    for (;;)
        CALL(SYS_exit_group, 1, 0, 0);
}

const char *text_at(uint32_t place)
{
    return place < sizeof image.text ? image.text + place : "";
}

void read_at(void *to, uint64_t bytes, uint64_t offset)
{
    while (bytes) {
        long got = call(SYS_pread64, fd_of_image, (long)to, (long)bytes, (long)offset, 0, 0);
        if (got <= 0)
            fail("image", "it ends too early, or cannot be read");
        to = (char *)to + got;
        bytes -= (uint64_t)got;
        offset += (uint64_t)got;
    }
}

static void read_head(void)
{
    read_at(&image, sizeof image, 0);
    if (!same(image.magic, PATINA_IMAGE_MAGIC, sizeof image.magic) ||
        image.n_regions > IMAGE_REGIONS || image.n_descriptors > IMAGE_DESCRIPTORS ||
        image.n_specials > IMAGE_SPECIALS || image.text_bytes > IMAGE_TEXT_BYTES)
        fail("image", "it is none");
    image.text[IMAGE_TEXT_BYTES - 1] = 0;
}

static void tell_bounds(void)
{
    if (call(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP, (long)&image.memory, sizeof image.memory, 0, 0))
        fail("kernel", "where the heap is cannot be set");
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

/* Last: from then on a handler may run, as the process's own. */
static void take_signals(void)
{
    CALL(SYS_sigaltstack, &image.signal_stack, 0, 0);
    for (int i = 1; i <= IMAGE_SIGNALS; i++)
        call(SYS_rt_sigaction, i, (long)&image.actions[i], 0, sizeof image.mask, 0, 0);
    call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&image.mask, 0, sizeof image.mask, 0, 0);
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
    read_head();
    make_room();
    take_memory();
    tell_bounds();
    place_all();
    be_the_thread();
    take_signals();
    resume(image.registers);
}
