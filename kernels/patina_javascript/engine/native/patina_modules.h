/* Modules: the prelude says what a specifier means and what its source is. */

/* The text that a hook answers, and its length: there may be a NUL in it. */
static const char *hook_text(size_t *length, const char *hook, const char *first, const char *second)
{
    JSValue arguments[] = { JS_NewString(prelude, first), JS_NewString(prelude, second) };
    JSValue answer = call_hook(hook, 2, vc(arguments));
    JS_FreeValue(prelude, arguments[0]);
    JS_FreeValue(prelude, arguments[1]);
    const char *text = JS_IsException(answer) ? NULL : JS_ToCStringLen(prelude, length, answer);
    JS_FreeValue(prelude, answer);
    return text; /* NULL: an exception is pending, in the runtime, hence in any realm */
}

static char *resolve_module(JSContext *ctx, const char *base, const char *name, void *opaque)
{
    size_t length;
    const char *text = hook_text(&length, "resolveModule", base, name);
    char *found = text ? js_strdup(ctx, text) : NULL;
    JS_FreeCString(prelude, text);
    return found;
}

static void name_module(JSContext *ctx, JSModuleDef *module, const char *name)
{
    JSValue meta = JS_GetImportMeta(ctx, module);
    JSValue argument = JS_NewString(prelude, name);
    JSValue url = call_hook("moduleUrl", 1, vc(&argument));
    JS_FreeValue(prelude, argument);
    if (!JS_IsException(url))
        JS_DefinePropertyValueStr(ctx, meta, "url", url, JS_PROP_C_W_E);
    JS_FreeValue(ctx, meta);
}

static JSModuleDef *load_module(JSContext *ctx, const char *name, void *opaque)
{
    size_t length;
    const char *source = hook_text(&length, "loadModule", name, "");
    if (!source)
        return NULL;
    /* What the prelude imports is the cells'; a realm of its own keeps its modules. */
    JSContext *owner = ctx == prelude ? cells : ctx;
    JSValue function = JS_Eval(owner, source, length, name,
                               JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
    JS_FreeCString(prelude, source);
    if (JS_IsException(function))
        return NULL;
    JSModuleDef *module = JS_VALUE_GET_PTR(function);
    name_module(owner, module, name);
    JS_FreeValue(owner, function);
    return module;
}
