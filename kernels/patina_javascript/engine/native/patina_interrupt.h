/* Interrupts: an error that no cell can catch, and where it was. */

static int on_interrupt(JSRuntime *rt, void *opaque)
{
    if (!interrupt_wanted)
        return 0;
    interrupt_wanted = 0;
    JS_FreeValue(cells, interrupted_at);
    interrupted_at = JS_UNDEFINED;
    JSValue error = JS_NewError(cells);
    if (!JS_IsException(error))
        build_backtrace(cells, error, JS_UNDEFINED, NULL, 0, 0, 0);
    interrupted_at = error;
    return 1;
}

/* The error that knows where the last interrupt was; undefined when there was none. */
static JSValue take_interrupted(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    JSValue error = interrupted_at;
    interrupted_at = JS_UNDEFINED;
    return JS_IsException(error) ? JS_UNDEFINED : error;
}
