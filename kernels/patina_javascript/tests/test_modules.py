"""Modules from files, from node_modules and by URL."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from patina_javascript.run import Bench
from patina_javascript.world import lock


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    inside = tmp_path / "work" / "notebook"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    return inside


def put(folder: Path, **files: str) -> None:
    """Files by their paths, '__' for '/'."""
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def package(folder: Path, name: str, manifest: dict[str, Any], **files: str) -> None:
    root = folder / "node_modules" / name
    root.mkdir(parents=True)
    (root / "package.json").write_text(json.dumps(manifest))
    for file, text in files.items():
        path = root / file.replace("__", "/").replace("_js", ".js").replace("_mjs", ".mjs")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def value(js: Bench, code: str) -> str | None:
    ran = js.run(code)
    assert ran.error is None, ran.error
    return ran.value


def error(js: Bench, code: str) -> str:
    ran = js.run(code)
    assert ran.error is not None
    return ran.error[1]


def test_files_of_each_kind(js: Bench, folder: Path) -> None:
    (folder / "esm.mjs").write_text("export const a = 1; export default 'd'")
    (folder / "typed.ts").write_text(
        "import { a } from './esm.mjs'; export const b: number = a + 1"
    )
    (folder / "common.cjs").write_text("exports.c = 3; exports.me = __filename")
    (folder / "data.json").write_text('{"e": [5]}')
    code = (
        "import d, { a } from './esm.mjs'; import { b } from './typed.ts'; import { c } from './common.cjs';"
        "import j from './data.json' with { type: 'json' }; [d, a, b, c, j, require('./data.json').e]"
    )
    assert value(js, code) == "[ 'd', 1, 2, 3, { e: [ 5 ] }, [ 5 ] ]"


def test_a_package_above_with_exports_and_conditions(js: Bench, folder: Path) -> None:
    exports = {
        ".": {"require": "./c.js", "import": "./m.mjs"},
        "./sub/*": "./lib/*.js",
        "./hidden": None,
    }
    package(
        folder.parent, "pack", {"exports": exports, "main": "c.js"},
        c_js="module.exports = 'cjs'", m_mjs="export default 'esm'", lib__x_js="exports.x = 9",
    )  # fmt: skip
    assert value(
        js, "import p from 'pack'; import { x } from 'pack/sub/x'; [p, require('pack'), x]"
    ) == ("[ 'esm', 'cjs', 9 ]")
    assert "its package.json does not export it" in error(js, "await import('pack/lib/x.js')")


def test_a_package_of_commonjs_gives_its_names(js: Bench, folder: Path) -> None:
    package(
        folder, "old", {"version": "1.0.0"},
        index_js="const h = require('./lib/help'); module.exports = { twice: x => h(x), v: 1, class: 2 }",
        lib__help_js="module.exports = x => 2 * x",
    )  # fmt: skip
    assert (
        value(js, "import old, { twice } from 'old'; [twice(4), old.v, old.class]") == "[ 8, 1, 2 ]"
    )


def test_commonjs_modules_that_need_each_other(js: Bench, folder: Path) -> None:
    (folder / "a.cjs").write_text("exports.early = 1; exports.b = require('./b.cjs').seen")
    (folder / "b.cjs").write_text("exports.seen = require('./a.cjs').early")
    assert value(js, "require('./a.cjs').b") == "1"


def test_imports_of_a_package_itself_and_modules_of_node(js: Bench, folder: Path) -> None:
    package(
        folder, "inner", {"type": "module", "imports": {"#dep": "./dep.js"}, "exports": "./index.js"},
        index_js="import { join } from 'node:path'; import d from '#dep'; export default join('a', d)",
        dep_js="export default 'dep'",
    )  # fmt: skip
    assert value(js, "(await import('inner')).default") == "'a/dep'"


def test_what_does_not_exist_says_what_to_do(js: Bench) -> None:
    assert "`npm install nope` in the notebook's directory" in error(js, "import 'nope'")
    assert "there is no such file" in error(js, "import './nope.js'")
    assert "this kernel is not Node" in error(js, "await import('node:net')")


def test_a_module_that_throws_can_be_mended(js: Bench, folder: Path) -> None:
    (folder / "bad.cjs").write_text("throw new RangeError('bad')")
    ran = js.run("require('./bad.cjs')")
    assert ran.error is not None
    assert ran.error[:2] == ("RangeError", "bad")
    assert "bad.cjs:1:" in ran.error[2]
    (folder / "bad.cjs").write_text("module.exports = 'good'")
    assert value(js, "require('./bad.cjs')") == "'good'"


def test_a_syntax_error_in_a_module_is_told_with_its_place(js: Bench, folder: Path) -> None:
    (folder / "syntax.mjs").write_text("export const a = 1;\nexport const = 2;")
    ran = js.run("import './syntax.mjs'")
    assert ran.error is not None
    assert ran.error[0] == "SyntaxError"
    assert "syntax.mjs:2" in ran.error[2]


def test_nothing_outside_is_imported(js: Bench, folder: Path) -> None:
    (folder.parent / "outside.json").write_text('{"secret": 1}')
    (folder / "link.json").symlink_to(folder.parent / "outside.json")
    for name in ("../outside.json", "./link.json", str(folder.parent / "outside.json")):
        assert "is outside of the notebook's directory" in error(js, f"await import('{name}')")


class Site(ThreadingHTTPServer):
    """A server whose files a test changes; it counts what is asked."""

    def __init__(self) -> None:
        self.files = {
            "/mod.js": "import { y } from './dep.js'; export const x = y + 1",
            "/dep.js": "export const y = 41",
        }
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/mod.js")
            self.end_headers()
            return
        body = self.server.files.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("patina_javascript.world.remote.cache", lambda: tmp_path / "cache")
    site = Site()
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    yield site
    site.shutdown()
    site.server_close()
    thread.join()


def again() -> Bench:
    """A new session on the same machine."""
    return Bench()


def test_a_module_by_url_is_fetched_once_and_locked(js: Bench, site: Site, folder: Path) -> None:
    assert value(js, f"import {{ x }} from '{site.url}/moved'; x") == "42"
    assert site.asked.count("/dep.js") == 1
    known = lock.read(folder)
    assert known.redirects == {f"{site.url}/moved": f"{site.url}/mod.js"}
    assert set(known.modules) == {f"{site.url}/mod.js", f"{site.url}/dep.js"}
    before, other = list(site.asked), again()
    assert value(other, f"import {{ x }} from '{site.url}/moved'; x") == "42"
    other.close()
    assert site.asked == before


def test_a_module_that_is_not_what_it_was_is_refused(
    js: Bench, site: Site, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert value(js, f"(await import('{site.url}/dep.js')).y") == "41"
    site.files["/dep.js"] = "export const y = 'evil'"
    monkeypatch.setattr("patina_javascript.world.remote.cache", lambda: tmp_path / "elsewhere")
    other = again()
    assert "is not what it was: patina-imports.lock.json has sha256-" in error(
        other, f"await import('{site.url}/dep.js')"
    )
    other.close()


def test_a_url_without_a_module_says_so(js: Bench, site: Site) -> None:
    assert "the server answered 404" in error(js, f"await import('{site.url}/none.js')")


def test_a_damaged_lock_is_told_and_kept(js: Bench, site: Site, folder: Path) -> None:
    (folder / lock.NAME).write_text("{")
    assert "mend it, or remove it" in error(js, f"await import('{site.url}/dep.js')")
    assert (folder / lock.NAME).read_text() == "{"


def test_nothing_of_a_module_is_left_out_behind_a_nul(
    js: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.mjs").write_bytes(b"export const a = 'x\0y'; export const b = 2;")
    assert js.run("import { a, b } from './text.mjs'; [a.length, b]").value == "[ 3, 2 ]"
    (tmp_path / "code.mjs").write_bytes(b"export const a = 1;\0 export const b = 2;")
    error = js.run("import { a } from './code.mjs'").error
    assert error is not None
    assert error[0] == "SyntaxError"


def test_modules_of_data_urls(js: Bench) -> None:
    ran = js.run(
        "import { a } from 'data:text/javascript,export const a = 40 + 2';"
        "const { default: b } = await import('data:text/javascript;base64,ZXhwb3J0IGRlZmF1bHQgJ8OpJw==');"
        "import c from 'data:application/json,{\"d\": [1]}';"
        "[a, b, c]"
    )
    assert (ran.error, ran.value) == (None, "[ 42, 'é', { d: [ 1 ] } ]")
    for url in ("data:text/plain,1", "data:text/javascript", "data:;base64,%%%"):
        error = js.run(f"await import({url!r})").error
        assert error is not None
    error = js.run("await import('data:text/javascript,import \"./a.js\"')").error
    assert error is not None
    assert "a data: URL" in error[1]
