/* Which libraries are loaded: what the dynamic linker knows, a hundred times faster than maps. */
#define _GNU_SOURCE
#include "forkall.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

struct listing {
    char *text;
    int bytes, length;
};

static int add_library(struct dl_phdr_info *info, size_t size, void *into)
{
    struct listing *listing = into;
    (void)size;
    int n = (int)strlen(info->dlpi_name);
    if (listing->length + n + 1 < listing->bytes) {
        memcpy(listing->text + listing->length, info->dlpi_name, (size_t)n);
        listing->text[listing->length + n] = '\n';
        listing->text[listing->length + n + 1] = 0;
    }
    listing->length += n + 1;
    return 0;
}

static int read_loads(struct dl_phdr_info *info, size_t size, void *into)
{
    (void)size;
    *(long *)into = (long)(info->dlpi_adds + info->dlpi_subs);
    return 1;
}

int patina_libraries(char *text, int bytes)
{
    struct listing listing = {text, bytes, 0};
    if (bytes > 0)
        *text = 0;
    dl_iterate_phdr(add_library, &listing);
    return listing.length + 1;
}

long patina_loads(void)
{
    long loads = 0;
    dl_iterate_phdr(read_loads, &loads);
    return loads;
}

/* CPython keeps its locks in the static `_PyRuntime`. Takes the linker's lock: not while parking. */
void patina_find_interpreter(void)
{
    void *at = dlsym(RTLD_DEFAULT, "_PyRuntime");
    const ElfW(Sym) *symbol = NULL;
    Dl_info info;
    if (!at || !dladdr1(at, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol)
        return;
    patina_freeze.interpreter = (unsigned long)at;
    patina_freeze.interpreter_end = (unsigned long)at + symbol->st_size;
}
