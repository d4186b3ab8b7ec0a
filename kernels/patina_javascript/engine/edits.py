"""What is changed in quickjs-ng's source, each change with its reason; anchors that must be found.

A cell may declare again what an earlier cell declared. The engine refuses that, as the language
does within one script, so three functions are told when the code that declares is a cell's: cells,
and nothing else, are compiled with JS_EVAL_FLAG_BACKTRACE_BARRIER.
"""

from __future__ import annotations

from dataclasses import dataclass


class EditError(Exception):
    """An anchor is not where it was: these edits are for another version of the engine."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `old`, which is there `times` times, by `new`."""

    why: str
    old: str
    new: str
    times: int = 1


_CHECK = """static int JS_CheckDefineGlobalVar(JSContext *ctx, JSAtom prop, int flags)
{
    JSObject *p;
    JSShapeProperty *prs;

    p = JS_VALUE_GET_OBJ(ctx->global_obj);
    prs = find_own_property1(p, prop);
"""
_DEFINE = """    JSProperty *pr;
    JSValue val;
    int flags;

    if (def_flags & DEFINE_GLOBAL_LEX_VAR) {
        p = JS_VALUE_GET_OBJ(ctx->global_var_obj);
"""
_DEFINED = """        val = JS_UNDEFINED;
    }
    prs = find_own_property1(p, prop);
    if (prs)
        return 0;
    if (!p->extensible)
        return 0;
    pr = add_property(ctx, p, prop, flags);
    if (unlikely(!pr))
        return -1;
"""
_FUNCTION = """    JSObject *p;
    JSShapeProperty *prs;
    int flags;

    p = JS_VALUE_GET_OBJ(ctx->global_obj);
    prs = find_own_property1(p, prop);
    flags = JS_PROP_HAS_VALUE | JS_PROP_THROW;
"""
_OPCODES = {
    "if (JS_CheckDefineGlobalVar(ctx, atom, flags))": 1,
    "if (JS_DefineGlobalVar(ctx, atom, flags))": 1,
    "if (JS_DefineGlobalFunction(ctx, atom, sp[-1], flags))": 1,
}
_RESULT = """                emit_op(s, OP_object);
                emit_op(s, OP_dup);
                emit_op(s, OP_get_loc);
                emit_u16(s, fd->eval_ret_idx);
"""
_POLL = "if (unlikely(js_poll_interrupts(ctx)))"
_PARSE = """    if (js_check_stack_overflow(ctx->rt, 0)) {
        return JS_ThrowStackOverflow(ctx);
    }

    if (pr) {
        pr->value = JS_UNDEFINED;
"""
_STRINGIFY = """        JS_ThrowStackOverflow(ctx);
        goto exception;
    }

    if (JS_IsObject(val)) {
        p = JS_VALUE_GET_OBJ(val);
        cl = p->class_id;
        if (cl == JS_CLASS_STRING) {
"""
_NO_MEMORY = """        rt->in_out_of_memory = true;
        JS_ThrowInternalError(ctx, "out of memory");
"""

EDITS = (
    Edit(
        "Any binding of an earlier cell may be declared again. What is neither writable nor "
        "configurable (undefined, NaN, Infinity) may not, but by `var` (flags 0), "
        "which changes nothing.",
        _CHECK,
        "static bool declares_again;\n"
        "static int delete_property(JSContext *ctx, JSObject *p, JSAtom atom);\n\n"
        + _CHECK
        + """    if (declares_again) {
        if (prs && !(prs->flags & (JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE)) && flags) {
            JS_ThrowSyntaxErrorVarRedeclaration(ctx, prop);
            return -1;
        }
        return 0;
    }
""",
    ),
    Edit(
        "The older let, const or class goes; a var in its place keeps its value.",
        _DEFINE,
        _DEFINE.replace(
            "    int flags;\n", "    int flags;\n    JSValue carried = JS_UNDEFINED;\n"
        ).replace(
            "\n    if (def_flags",
            """
    if (declares_again) {
        p = JS_VALUE_GET_OBJ(ctx->global_var_obj);
        prs = find_own_property(&pr, p, prop);
        if (prs) {
            if (!(def_flags & DEFINE_GLOBAL_LEX_VAR) && !JS_IsUninitialized(pr->u.value))
                carried = js_dup(pr->u.value);
            if (delete_property(ctx, p, prop) < 0) {
                JS_FreeValue(ctx, carried);
                return -1;
            }
        }
    }
    if (def_flags""",
            1,
        ),
    ),
    Edit(
        "The second half of the one before.",
        _DEFINED,
        _DEFINED.replace("val = JS_UNDEFINED", "val = carried").replace(
            "    if (prs)\n        return 0;\n",
            "    if (prs) {\n"
            "        if (JS_IsUndefined(carried))\n            return 0;\n"
            "        return JS_SetPropertyInternal(ctx, ctx->global_obj, prop, carried,\n"
            "                                      JS_PROP_THROW) < 0 ? -1 : 0;\n    }\n",
        ),
    ),
    Edit(
        "A function takes the place of an older let, const or class.",
        _FUNCTION,
        _FUNCTION.replace(
            "    int flags;\n\n",
            """    int flags;

    if (declares_again) {
        p = JS_VALUE_GET_OBJ(ctx->global_var_obj);
        if (find_own_property1(p, prop) && delete_property(ctx, p, prop) < 0)
            return -1;
    }
""",
        ),
    ),
    *(
        Edit(
            "Tell whether the code that declares is a cell's.",
            call,
            f"declares_again = b->backtrace_barrier;\n                {call}",
            times,
        )
        for call, times in _OPCODES.items()
    ),
    Edit(
        "An interrupt says at which line a loop was: the program counter is written before the "
        "rare slow path.",
        _POLL,
        "if (unlikely(--ctx->interrupt_counter <= 0) &&\n"
        "                (sf->cur_pc = pc, __js_poll_interrupts(ctx)))",
        7,
    ),
    Edit(
        "A cell's result is in an object that Object.prototype of the cells has no say in.",
        _RESULT,
        _RESULT.replace(
            "OP_object);\n",
            "OP_object);\n                emit_op(s, OP_null);\n"
            "                emit_op(s, OP_set_proto);\n",
        ),
        2,
    ),
    Edit(
        "JSON.parse can be interrupted.",
        _PARSE,
        "    if (js_poll_interrupts(ctx))\n        return JS_EXCEPTION;\n" + _PARSE,
    ),
    Edit(
        "JSON.stringify can be interrupted.",
        _STRINGIFY,
        _STRINGIFY.replace(
            "    }\n\n", "    }\n    if (js_poll_interrupts(ctx))\n        goto exception;\n", 1
        ),
    ),
    Edit(
        "Where small objects have filled the memory there is still room for the error.",
        _NO_MEMORY,
        "        size_t limit = rt->malloc_state.malloc_limit;\n"
        "        rt->malloc_state.malloc_limit = limit + (1 << 20);\n"
        + _NO_MEMORY
        + "        rt->malloc_state.malloc_limit = limit;\n",
    ),
    Edit(
        "Dates are in the host's time zone.",
        "static int getTimezoneOffset(int64_t time) {\n",
        "int patina_timezone_offset(int64_t ms);\n"
        "static int getTimezoneOffset(int64_t time) {\n"
        "    return patina_timezone_offset(time);\n",
    ),
)


def apply(source: str) -> str:
    """Return quickjs.c with the edits. Raises EditError."""
    for edit in EDITS:
        found = source.count(edit.old)
        if found != edit.times:
            raise EditError(f"{found} places in place of {edit.times} for: {edit.why}")
        source = source.replace(edit.old, edit.new)
    return source
