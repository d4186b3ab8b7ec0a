/* The engine as its host sees it: quickjs-ng and a few exports, one translation unit, so that the
 * global scope of let, const and class (`ctx->global_var_obj`) can be read.
 *
 * Two realms share one heap. `prelude` runs our JavaScript; `cells` runs the user's. All state is in
 * linear memory and in the stack pointer, so a copy of these two is a copy of the session. */
#include "quickjs.c"

/* The values we own, as arguments of a call. */
#define vc(values) ((JSValueConst *)(values))
#define EXPORT(name) __attribute__((export_name(#name), used)) name
#define IMPORT(name) __attribute__((import_module("patina"), import_name(#name))) name

/* A reply, in a block of its own that whoever asked frees: `status` 0 is a value, 1 an error; then
 * follow a JSON text and bytes. */
typedef struct {
    uint32_t status, json_length, byte_count;
    char data[];
} Reply;

/* A host call: an operation's name, a JSON text (or none) and bytes. A null reply means undefined. */
Reply *IMPORT(host_call)(const char *op, uint32_t op_length, const char *json, uint32_t json_length,
                         const void *bytes, uint32_t byte_count);
/* What Date.prototype.getTimezoneOffset is at a time (milliseconds since 1970, UTC). */
int32_t IMPORT(host_timezone_offset)(double ms);

int patina_timezone_offset(int64_t ms) { return host_timezone_offset((double)ms); }

static JSRuntime *runtime;
static JSContext *prelude, *cells;
static JSValue hooks = JS_UNDEFINED;

/* The host writes here from another thread: `wanted`, and 0 into the counters of both realms, so
 * that the very next back edge or call looks. */
static volatile int32_t interrupt_wanted;
static JSValue interrupted_at = JS_UNDEFINED;

#include "patina_interrupt.h"
#include "patina_host.h"
#include "patina_scope.h"
#include "patina_modules.h"

static void on_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, bool handled,
                         void *opaque)
{
    JSValueConst arguments[] = { promise, reason, JS_NewBool(prelude, handled) };
    JS_FreeValue(prelude, call_hook("rejection", 3, arguments));
}

static JSContext *new_realm(void)
{
    JSContext *ctx = JS_NewContext(runtime);
    JS_AddIntrinsicDOMException(ctx);
    return ctx;
}

/* Both limits in bytes; the stack is the one in linear memory. */
void EXPORT(patina_init)(uint32_t memory_limit, uint32_t stack_limit)
{
    runtime = JS_NewRuntime();
    JS_SetMemoryLimit(runtime, memory_limit);
    JS_SetMaxStackSize(runtime, stack_limit);
    prelude = new_realm();
    cells = new_realm();
    JS_SetInterruptHandler(runtime, on_interrupt, NULL);
    JS_SetModuleLoaderFunc(runtime, resolve_module, load_module, NULL);
    JS_SetHostPromiseRejectionTracker(runtime, on_rejection, NULL);
}

/* Run the prelude: a script that finds the host's functions as `patinaHost`, and whose value is the
 * hooks. */
Reply *EXPORT(patina_boot)(const char *source, uint32_t length)
{
    JSValue global = JS_GetGlobalObject(prelude);
    JS_SetPropertyStr(prelude, global, "patinaHost", make_host());
    JS_FreeValue(prelude, global);
    hooks = JS_Eval(prelude, source, length, "patina", JS_EVAL_TYPE_GLOBAL);
    if (!JS_IsException(hooks))
        return NULL;
    hooks = JS_UNDEFINED;
    return reply_error(prelude);
}

/* Call a hook with a JSON text and, where there are any, bytes; its answer is a JSON text. */
Reply *EXPORT(patina_call)(const char *name, const char *json, uint32_t json_length,
                           const uint8_t *bytes, uint32_t byte_count)
{
    JS_UpdateStackTop(runtime);
    JSValue arguments[] = {
        JS_NewStringLen(prelude, json, json_length),
        bytes ? JS_NewArrayBufferCopy(cells, bytes, byte_count) : JS_UNDEFINED,
    };
    JSValue answer = call_hook(name, 2, vc(arguments));
    JS_FreeValue(prelude, arguments[0]);
    JS_FreeValue(prelude, arguments[1]);
    return JS_IsException(answer) ? reply_error(prelude) : reply_text(prelude, answer);
}

/* Run at most so many microtasks; return how many ran, or -1 when one was interrupted. */
int32_t EXPORT(patina_jobs)(int32_t most)
{
    JSContext *ctx;
    int32_t count = 0;
    JS_UpdateStackTop(runtime);
    while (count < most) {
        int ran = JS_ExecutePendingJob(runtime, &ctx);
        if (ran == 0)
            return count;
        count++;
        if (ran < 0) {
            JS_FreeValue(ctx, JS_GetException(ctx));
            return -1;
        }
    }
    return count;
}

int32_t EXPORT(patina_has_jobs)(void) { return JS_IsJobPending(runtime); }

/* The bare engine, for comparisons: a realm that neither cells nor the prelude know of. */
JSContext *EXPORT(patina_bare_open)(void) { return new_realm(); }
void EXPORT(patina_bare_close)(JSContext *bare) { JS_FreeContext(bare); }

/* Run a script, or a module, and all microtasks. The value of a module is undefined. */
Reply *EXPORT(patina_bare_run)(JSContext *bare, const char *name, const char *source, uint32_t length,
                               int32_t is_module)
{
    JSContext *ctx;
    JS_UpdateStackTop(runtime);
    JSValue value = JS_Eval(bare, source, length, name,
                            is_module ? JS_EVAL_TYPE_MODULE : JS_EVAL_TYPE_GLOBAL);
    for (int ran; (ran = JS_ExecutePendingJob(runtime, &ctx)) != 0;)
        if (ran < 0)
            JS_FreeValue(ctx, JS_GetException(ctx));
    if (is_module && !JS_IsException(value)) {
        bool failed = JS_PromiseState(bare, value) == JS_PROMISE_REJECTED;
        if (failed)
            JS_Throw(bare, JS_PromiseResult(bare, value));
        JS_FreeValue(bare, value);
        value = failed ? JS_EXCEPTION : JS_UNDEFINED;
    }
    return JS_IsException(value) ? reply_error(bare) : reply_text(bare, value);
}

void *EXPORT(patina_allocate)(uint32_t size) { return malloc(size); }
void EXPORT(patina_free)(void *block) { free(block); }
void EXPORT(patina_collect)(void) { JS_RunGC(runtime); }
void EXPORT(patina_limit_memory)(uint32_t bytes) { JS_SetMemoryLimit(runtime, bytes); }
uint32_t EXPORT(patina_used)(void) { return runtime->malloc_state.malloc_size; }

void EXPORT(patina_seed)(uint64_t seed)
{
    cells->random_state = seed ? seed : 1;
    prelude->random_state = ~seed ? ~seed : 1;
}

/* The addresses that an interrupt writes to, for as long as the session lives. */
void EXPORT(patina_interrupt_addresses)(uint32_t *addresses)
{
    addresses[0] = (uint32_t)(uintptr_t)&interrupt_wanted;
    addresses[1] = (uint32_t)(uintptr_t)&cells->interrupt_counter;
    addresses[2] = (uint32_t)(uintptr_t)&prelude->interrupt_counter;
}

/* List the free ranges of the heap of 64 KiB and more, as (start, size), and return how many. They
 * are allocated and freed again; the host has forbidden growth, or that would never end. */
int32_t EXPORT(patina_free_ranges)(uint32_t *ranges, int32_t most)
{
    int32_t count = 0;
    for (uint32_t size = 1u << 28; size >= 1u << 16; size >>= 1) {
        void *block;
        while (count < most && (block = malloc(size)) != NULL) {
            ranges[2 * count] = (uint32_t)(uintptr_t)block;
            ranges[2 * count++ + 1] = size;
        }
    }
    for (int32_t at = 0; at < count; at++)
        free((void *)(uintptr_t)ranges[2 * at]);
    return count;
}
