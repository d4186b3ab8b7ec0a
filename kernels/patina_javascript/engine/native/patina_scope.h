/* What the prelude can ask of the engine: to run a cell, and to look without running user code. */

static JSValue evaluate(JSValueConst source, JSValueConst name, int flags)
{
    size_t length;
    const char *text = JS_ToCStringLen(cells, &length, source);
    const char *filename = JS_ToCString(cells, name);
    JSEvalOptions options = { .version = JS_EVAL_OPTIONS_VERSION, .eval_flags = flags,
                              .filename = filename, .line_num = 1 };
    JSValue value = text && filename ? JS_Eval2(cells, text, length, &options) : JS_EXCEPTION;
    JS_FreeCString(cells, text);
    JS_FreeCString(cells, filename);
    return value;
}

/* evalCell(source, name): the promise of { value }. The barrier marks what may declare again. */
static JSValue eval_cell(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    return evaluate(argv[0], argv[1],
                    JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_ASYNC | JS_EVAL_FLAG_BACKTRACE_BARRIER);
}

/* evalScript(source, name): its value. */
static JSValue eval_script(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    return evaluate(argv[0], argv[1], JS_EVAL_TYPE_GLOBAL);
}

/* compiles(source, name): undefined, or throws the SyntaxError. */
static JSValue compiles(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    JSValue made = evaluate(argv[0], argv[1],
                            JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_ASYNC | JS_EVAL_FLAG_COMPILE_ONLY);
    if (JS_IsException(made))
        return made;
    JS_FreeValue(cells, made);
    return JS_UNDEFINED;
}

static JSValue describe_binding(JSContext *ctx, JSShapeProperty *shape, JSProperty *property)
{
    bool ready = !JS_IsUninitialized(property->u.value);
    JSValue row = JS_NewArray(ctx);
    JS_SetPropertyUint32(ctx, row, 0, JS_AtomToString(ctx, shape->atom));
    JS_SetPropertyUint32(ctx, row, 1, JS_NewBool(ctx, (shape->flags & JS_PROP_WRITABLE) != 0));
    JS_SetPropertyUint32(ctx, row, 2, JS_NewBool(ctx, ready));
    JS_SetPropertyUint32(ctx, row, 3, ready ? js_dup(property->u.value) : JS_UNDEFINED);
    return row;
}

/* lexicals(): [name, writable, initialized, value] of each let, const and class of the cells. */
static JSValue lexicals(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    JSObject *scope = JS_VALUE_GET_OBJ(cells->global_var_obj);
    JSShapeProperty *shape = get_shape_prop(scope->shape);
    JSValue rows = JS_NewArray(ctx);
    uint32_t count = 0;
    for (int at = 0; at < scope->shape->prop_count; at++)
        if (shape[at].atom != JS_ATOM_NULL)
            JS_SetPropertyUint32(ctx, rows, count++, describe_binding(ctx, &shape[at], &scope->prop[at]));
    return rows;
}

/* promiseState(value): 0 pending, 1 fulfilled, 2 rejected; undefined when it is no promise. */
static JSValue promise_state(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    int state = JS_PromiseState(ctx, argv[0]);
    return state < 0 ? JS_UNDEFINED : JS_NewInt32(ctx, state);
}

static JSValue promise_result(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    return JS_PromiseResult(ctx, argv[0]);
}

static JSValue is_proxy(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    return JS_NewBool(ctx, JS_IsProxy(argv[0]));
}

static JSValue collect(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    JS_RunGC(runtime);
    return JS_UNDEFINED;
}

/* className(value): the engine's own class of an object, whatever its prototype says. */
static JSValue class_name(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    if (!JS_IsObject(argv[0]))
        return JS_UNDEFINED;
    JSClassID id = JS_VALUE_GET_OBJ(argv[0])->class_id;
    return JS_AtomToString(ctx, runtime->class_array[id].class_name);
}

static JSValue heap_used(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    return JS_NewInt64(ctx, runtime->malloc_state.malloc_size);
}

static JSValue make_host(void)
{
    static const JSCFunctionListEntry functions[] = {
        JS_CFUNC_DEF("hostCall", 3, js_host_call),
        JS_CFUNC_DEF("evalCell", 2, eval_cell),
        JS_CFUNC_DEF("evalScript", 2, eval_script),
        JS_CFUNC_DEF("compiles", 2, compiles),
        JS_CFUNC_DEF("lexicals", 0, lexicals),
        JS_CFUNC_DEF("promiseState", 1, promise_state),
        JS_CFUNC_DEF("promiseResult", 1, promise_result),
        JS_CFUNC_DEF("isProxy", 1, is_proxy),
        JS_CFUNC_DEF("className", 1, class_name),
        JS_CFUNC_DEF("collect", 0, collect),
        JS_CFUNC_DEF("heapUsed", 0, heap_used),
        JS_CFUNC_DEF("takeInterrupted", 0, take_interrupted),
    };
    JSValue host = JS_NewObject(prelude);
    JS_SetPropertyFunctionList(prelude, host, functions, countof(functions));
    JS_SetPropertyStr(prelude, host, "global", JS_GetGlobalObject(cells));
    return host;
}
