/* Values between the host and JavaScript: JSON texts and bytes. */

static Reply *reply_of(uint32_t status, const char *text, size_t length)
{
    Reply *reply = malloc(sizeof(Reply) + length);
    if (!reply)
        return NULL;
    reply->status = status;
    reply->json_length = length;
    reply->byte_count = 0;
    memcpy(reply->data, text, length);
    return reply;
}

/* Consumes `value`. */
static Reply *reply_text(JSContext *ctx, JSValue value)
{
    size_t length = 0;
    const char *text = JS_ToCStringLen(ctx, &length, value);
    if (!text)
        JS_FreeValue(ctx, JS_GetException(ctx));
    Reply *reply = reply_of(text ? 0 : 1, text ? text : "", length);
    JS_FreeCString(ctx, text);
    JS_FreeValue(ctx, value);
    return reply;
}

static Reply *reply_error(JSContext *ctx)
{
    Reply *reply = reply_text(ctx, JS_GetException(ctx));
    if (reply)
        reply->status = 1;
    return reply;
}

static JSValue call_hook(const char *name, int argc, JSValueConst *argv)
{
    if (JS_IsUndefined(hooks))
        return JS_UNDEFINED;
    JSValue hook = JS_GetPropertyStr(prelude, hooks, name);
    JSValue answer = JS_Call(prelude, hook, hooks, argc, argv);
    JS_FreeValue(prelude, hook);
    return answer;
}

static void throw_host_error(JSContext *ctx, const char *json, size_t length)
{
    JSValue details = JS_ParseJSON(ctx, json, length, "host");
    JSValue error = JS_NewError(ctx);
    for (int at = 0; at < 3; at++) {
        static const char *const names[] = { "name", "message", "code" };
        JSValue detail = JS_GetPropertyStr(ctx, details, names[at]);
        if (JS_IsUndefined(detail))
            continue;
        JS_DefinePropertyValueStr(ctx, error, names[at], detail, JS_PROP_C_W_E);
    }
    JS_FreeValue(ctx, details);
    JS_Throw(ctx, error);
}

/* [JSON text or undefined, ArrayBuffer of the cells' realm or undefined]; frees the reply. */
static JSValue value_of_reply(JSContext *ctx, Reply *reply)
{
    const char *bytes = reply->data + reply->json_length;
    JSValue pair = JS_NewArray(ctx);
    JS_SetPropertyUint32(ctx, pair, 0, JS_NewStringLen(ctx, reply->data, reply->json_length));
    if (reply->byte_count)
        JS_SetPropertyUint32(ctx, pair, 1,
                             JS_NewArrayBufferCopy(cells, (const uint8_t *)bytes, reply->byte_count - 1));
    free(reply);
    return pair;
}

/* hostCall(op, json, bytes): undefined or a pair; throws what the host says went wrong. */
static JSValue js_host_call(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    size_t op_length, json_length = 0, byte_count = 0;
    const char *json = NULL;
    const uint8_t *bytes = NULL;
    const char *op = JS_ToCStringLen(ctx, &op_length, argv[0]);
    if (op && argc > 1 && JS_IsString(argv[1]))
        json = JS_ToCStringLen(ctx, &json_length, argv[1]);
    if (op && argc > 2 && JS_IsObject(argv[2]) && !(bytes = JS_GetUint8Array(ctx, &byte_count, argv[2]))) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        bytes = JS_GetArrayBuffer(ctx, &byte_count, argv[2]);
    }
    if (!op)
        return JS_EXCEPTION;
    Reply *reply = host_call(op, op_length, json, json_length, bytes, byte_count);
    JS_FreeCString(ctx, op);
    JS_FreeCString(ctx, json);
    if (!reply)
        return JS_UNDEFINED;
    if (!reply->status)
        return value_of_reply(ctx, reply);
    throw_host_error(ctx, reply->data, reply->json_length);
    free(reply);
    return JS_EXCEPTION;
}
