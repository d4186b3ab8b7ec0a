"""The modules of Node that packages of npm import."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

from pathlib import Path

import pytest
from patina_javascript.run import Bench


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("Buffer.from('h\u00e9').toString('base64')", "'aMOp'"),
        ("Buffer.concat([Buffer.from([1]), Buffer.alloc(1)])", "<Buffer 01 00>"),
        ("Buffer.from('a') instanceof Uint8Array", "true"),
        ("require('buffer').Buffer === Buffer", "true"),
        ("import { Buffer as B } from 'node:buffer'; B === Buffer", "true"),
        ("new (require('string_decoder').StringDecoder)('utf8').write(Buffer.from([0xc3]))", "''"),
        ("require('querystring').parse('a=1&a=2')", "{ a: [ '1', '2' ] }"),
        ("require('os').EOL", "'\\n'"),
        (
            "util = require('util'); util.isDeepStrictEqual(new Map([[{a: 1}, 2]]), new Map([[{a: 1}, 2]]))",
            "true",
        ),
        ("util = require('util'); util.isDeepStrictEqual([1], ['1'])", "false"),
        ("require('util/types').isRegExp(/a/)", "true"),
        ("require('util').stripVTControlCharacters('\\x1b[31mred\\x1b[0m')", "'red'"),
        ("await require('util').promisify((a, done) => done(null, a + 1))(1)", "2"),
        ("require('path/posix').join('a', '..', 'b')", "'b'"),
        ("require('process') === process", "true"),
        ("process.cpuUsage().user > 0", "true"),
    ],
)
def test_what_modules_of_node_do(js: Bench, code: str, value: str) -> None:
    ran = js.run(code)
    assert (ran.error, ran.value) == (None, value)


def test_emitters_and_streams_work_with_each_other(js: Bench) -> None:
    ran = js.run(
        "import { EventEmitter, once } from 'events';"
        "import { Readable, Transform } from 'stream';"
        "import { pipeline } from 'stream/promises';"
        "const upper = new Transform({ transform(chunk, _, done) { done(null, String(chunk).toUpperCase()) } });"
        "const parts = []; upper.on('data', part => parts.push(String(part)));"
        "await pipeline(Readable.from(['a', 'b']), upper);"
        "[parts, upper instanceof EventEmitter]"
    )
    assert (ran.error, ran.value) == (None, "[ [ 'A', 'B' ], true ]")


def test_an_assertion_says_what_differs(js: Bench) -> None:
    error = js.run("const assert = require('assert'); assert.strictEqual(1 + 1, 3)").error
    assert error is not None
    assert error[0] == "AssertionError"
    assert "2 !== 3" in error[1]
    code = "import assert from 'assert/strict'; try { assert.equal(1, '1') } catch (e) { e.code }"
    assert js.run(code).value == "'ERR_ASSERTION'"


def test_files_are_read_as_buffers_in_any_encoding_and_with_a_callback(
    js: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f").write_bytes(b"\xc3\xa9")
    assert js.run("fs.readFileSync('f')").value == "<Buffer c3 a9>"
    assert js.run("fs.readFileSync('f').toString()").value == "'é'"
    assert js.run("fs.readFileSync('f', 'base64')").value == "'w6k='"
    assert (
        js.run("fs.writeFileSync('g', 'w6k=', 'base64'); fs.readFileSync('g', 'utf8')").value
        == "'é'"
    )
    ran = js.run(
        "await new Promise(done => fs.readFile('f', 'utf8', (error, text) => done([error, text])))"
    )
    assert ran.value == "[ null, 'é' ]"
    ran = js.run(
        "const parts = []; for await (const part of fs.createReadStream('f', {highWaterMark: 1})) parts.push(part);"
        "import { open } from 'fs/promises'; const file = await open('f');"
        "[parts, await file.readFile('utf8'), (await file.stat()).size]"
    )
    assert ran.value == "[ [ <Buffer c3>, <Buffer a9> ], 'é', 2 ]"
    error = js.run("for await (const part of fs.createReadStream('none')) parts.push(part)").error
    assert error is not None
    assert "ENOENT" in error[1]
    ran = js.run("await new Promise(done => fs.readFile('none', error => done(error.code)))")
    assert ran.value == "'ENOENT'"


def test_what_a_cell_has_broken_before_is_its_own(js: Bench) -> None:
    js.run("globalThis.Buffer = 5")
    assert js.run("Buffer").value == "5"
    assert js.run("require('buffer').Buffer.from('a')").value == "<Buffer 61>"


@pytest.mark.parametrize("name", ["http", "node:net", "zlib", "worker_threads"])
def test_a_module_of_node_that_is_not_here_says_so(js: Bench, name: str) -> None:
    error = js.run(f"require({name!r})").error
    assert error is not None
    assert "this kernel is not Node" in error[1]
