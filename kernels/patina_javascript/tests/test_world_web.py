"""What the web has and JavaScript has not: URL, encodings, clones, random values, streams."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

import hashlib

import pytest
from patina_javascript.run import Bench

CASES = {
    "new URL('../b?x=1#y', 'https://exämple.org/a/c').href": "'https://xn--exmple-cua.org/b?x=1#y'",
    "try { new URL('no') } catch (e) { [e instanceof TypeError, URL.canParse('no')] }": "[ true, false ]",
    "[...new URLSearchParams('a=1&a=2&b=%20')]": "[ [ 'a', '1' ], [ 'a', '2' ], [ 'b', ' ' ] ]",
    "new TextDecoder('shift_jis').decode(new TextEncoder().encode('a'))": "'a'",
    "new TextDecoder('gbk').decode(new Uint8Array([0xc4, 0xe3]))": "'你'",
    "new TextEncoder().encode('é') instanceof Uint8Array": "true",
    "new TextDecoder().decode(new TextEncoder().encode('ü'.repeat(9000))) === 'ü'.repeat(9000)": "true",
    "try { new TextDecoder('utf-8', {fatal: true}).decode(new Uint8Array([255])) } catch (e) { e.name }": "'TypeError'",
    "[atob('aGk='), btoa('hi')]": "[ 'hi', 'aGk=' ]",
    "crypto.randomUUID().replace(/[0-9a-f]/g, 'x')": "'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx'",
    "crypto.getRandomValues(new Uint32Array(4)).some(n => n > 0)": "true",
    "try { crypto.getRandomValues(new Uint8Array(70000)) } catch (e) { e.name }": "'QuotaExceededError'",
    "const a = performance.now(); performance.now() >= a": "true",
    "Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 5000": "true",
    "const r = structuredClone({d: new Date(0), m: new Map([[1, {}]]), l: [1, , 2]}); "
    "[r.d instanceof Date, r.m instanceof Map, r.l.length, r.constructor === Object]": "[ true, true, 3, true ]",
    "const o = {}; o.o = o; structuredClone(o).o !== o": "true",
    "try { structuredClone(() => 1) } catch (e) { [e.name, e.code] }": "[ 'DataCloneError', 25 ]",
    "const b = new ArrayBuffer(8); [structuredClone(b, {transfer: [b]}).byteLength, b.detached]": "[ 8, true ]",
    "[...new Headers([['B', '1'], ['a', '2'], ['b', '3']])]": "[ [ 'a', '2' ], [ 'b', '1, 3' ] ]",
}


@pytest.mark.parametrize("code", CASES)
def test_of_the_web(js: Bench, code: str) -> None:
    ran = js.run(code)
    assert ran.error is None, ran.error
    assert ran.value == CASES[code]


def test_a_digest_is_that_of_the_host(js: Bench) -> None:
    ran = js.run(
        "new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('a'))).toHex()"
    )
    assert ran.value == f"'{hashlib.sha256(b'a').hexdigest()}'"


def test_streams_pass_through_each_other(js: Bench) -> None:
    ran = js.run(
        "const s = new ReadableStream({start(c) { c.enqueue(new Uint8Array([104, 195])); "
        "c.enqueue(new Uint8Array([169])); c.close() }}); const out = [];"
        "for await (const t of s.pipeThrough(new TextDecoderStream())) out.push(t); out.join('')"
    )
    assert ran.value == "'hé'"


def test_what_a_stream_gives_is_of_the_cells_realm(js: Bench) -> None:
    ran = js.run(
        "const r = new ReadableStream({start(c) { c.close() }}).getReader(); const p = r.read();"
        "[p instanceof Promise, (await p).constructor === Object, r.closed instanceof Promise]"
    )
    assert ran.value == "[ true, true, true ]"
