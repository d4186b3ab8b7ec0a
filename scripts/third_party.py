"""The licences of what a wheel has in it that others have written, where JupyterLab looks for them.

The production build of the page lists its own packages in `static/third-party-licenses.json`, which
*Help → Licenses* shows. `complete` adds what the kernels bundle: the engine of JavaScript, the npm
packages of its prelude, and the crates of the Rust kernel's compiler. The build hook calls it.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KERNELS = ROOT / "kernels"
NOTICES = ROOT / "patina_lab" / "labextension" / "static" / "third-party-licenses.json"
Package = dict[str, str]
"""`name`, `versionInfo`, `licenseId`, `extractedText`, as JupyterLab has them."""

ENGINE = {"quickjs-ng": "MIT AND Unicode-3.0", "wasi-libc": "MIT AND BSD-2-Clause", "zig": "MIT"}
"""What is compiled into the engine; zig's part is what its compiler adds to every program."""
_TEXTS = re.compile(r"(licen[cs]e|copying|notice|unlicense)", re.IGNORECASE)
_NPM = re.compile(r"^(.*\bnode_modules/(?:@[^/]+/)?[^/]+)/")


def complete(notices: Path, *, with_crates: bool) -> None:
    """Add what the kernels bundle to the notices of the page, in place of what was added before.

    What cannot be told here, an sdist has told: the packages of the prelude, without node_modules.
    """
    told = json.loads(notices.read_text())["packages"] if notices.exists() else []
    parts = {"engine": of_engine(), "prelude": of_prelude()}
    if with_crates:
        parts["crates"] = of_crates()
    kept = [one for one in told if not parts.get(one.get("part"))]
    added = [{**one, "part": part} for part, packages in parts.items() for one in packages]
    notices.parent.mkdir(parents=True, exist_ok=True)
    notices.write_text(json.dumps({"packages": [*kept, *added]}, indent=1))


def of_engine() -> list[Package]:
    """Return what is compiled to WebAssembly. The texts are those of the releases we pin."""
    folder = KERNELS / "patina_javascript" / "engine"
    pinned = "".join(path.read_text() for path in folder.glob("*.txt"))
    versions = dict(re.findall(r"^([\w-]+)==([\w.]+)", pinned, re.MULTILINE))
    versions["zig"] = versions["wasi-libc"] = versions["ziglang"]
    return [
        _package(name, versions[name], spdx, (folder / "licenses" / f"{name}.txt").read_text())
        for name, spdx in ENGINE.items()
    ]


def of_prelude() -> list[Package]:
    """Return the npm packages in the prelude. None without node_modules: an sdist has told them."""
    if not (ROOT / "node_modules" / "esbuild").exists():
        return []
    return [_of_npm(ROOT / folder) for folder in sorted(_prelude_packages())]


def _prelude_packages() -> set[str]:
    """Return the folders of the packages of which something is in the prelude."""
    from patina_javascript.engine import build  # noqa: PLC0415 - needs `kernels` on the path

    with tempfile.TemporaryDirectory() as folder:
        inputs = build.bundled(Path(folder))
    return {found[1] for path in inputs if (found := _NPM.match(path))}


def _of_npm(folder: Path) -> Package:
    told = json.loads((folder / "package.json").read_text())
    spdx = told.get("license") or " OR ".join(one["type"] for one in told["licenses"])
    return _package(told["name"], told["version"], spdx, _texts(folder))


def of_crates() -> list[Package]:
    """Return the crates in the compiler of the Rust kernel, and Rust's own library."""
    sources = KERNELS / "patina_rust" / "compiler"
    target = re.search(r"^host: (.*)$", _said("rustc", "-vV", at=sources), re.MULTILINE)
    assert target, "rustc says for which platform it compiles"
    told = json.loads(
        _said("cargo", "metadata", "--locked", "--format-version", "1",
              "--filter-platform", target[1], at=sources)
    )  # fmt: skip
    used = _compiled_in(told["resolve"])
    crates = [one for one in told["packages"] if one["id"] in used and one["source"]]
    texts = {one["id"]: _texts(Path(one["manifest_path"]).parent, one["license"]) for one in crates}
    # Crates that leave the text out mean that of the names that they give.
    apache = next(text for text in texts.values() if "Apache License" in text)
    made = [
        _package(
            one["name"], one["version"], one["license"],
            texts[one["id"]] or (apache if "Apache-2.0" in one["license"] else ""),
        )
        for one in crates
    ]  # fmt: skip
    version = _said("rustc", "--version", at=sources).split()[1]
    return [*made, _package("rust-std", version, "MIT OR Apache-2.0", apache)]


def _compiled_in(resolve: dict[str, Any]) -> set[str]:
    """Return the ids of what the binary has in it: not what builds or tests it."""
    nodes = {node["id"]: node for node in resolve["nodes"]}
    found: set[str] = set()
    waiting = [resolve["root"]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [
                one["pkg"]
                for one in nodes[name]["deps"]
                if any(kind["kind"] is None for kind in one["dep_kinds"])
            ]
    return found


def _texts(folder: Path, spdx: str | None = None) -> str:
    """Return the licence texts of a package; where one may choose, the MIT licence's."""
    files = [
        path for path in sorted(folder.iterdir()) if path.is_file() and _TEXTS.match(path.name)
    ]
    may_choose = spdx is not None and "AND" not in spdx
    chosen = [path for path in files if may_choose and "MIT" in path.name.upper()] or files
    return "\n\n".join(path.read_text(errors="replace").strip() for path in chosen)


def _package(name: str, version: str, spdx: str, text: str) -> Package:
    return {"name": name, "versionInfo": version, "licenseId": spdx, "extractedText": text}


def _said(*command: str, at: Path) -> str:
    return subprocess.run(command, cwd=at, capture_output=True, text=True, check=True).stdout
