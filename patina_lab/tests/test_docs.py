"""The project as a whole: links lead somewhere, paths are there, examples are canonical."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from patina_lab.document import format as tsnb
from patina_lab.tests.documentation import ROOT, doc, section


@cache
def tracked() -> tuple[Path, ...]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("This is no clone")
    listed = subprocess.run(
        [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return tuple(path for path in paths if path.is_file())


def markdown() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def anchors(path: Path) -> set[str]:
    """Return the anchors that headings get: GitHub's rule."""
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_relative_link_leads_somewhere() -> None:
    lost = []
    for path in markdown():
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.exists() or (anchor and anchor not in anchors(target)):
                lost.append(f"{path.relative_to(ROOT)}: {link}")
    assert not lost


def test_every_page_of_the_documentation_is_reached_from_the_readme() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = re.findall(r"\]\(([^)\s#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link).resolve() for link in links]
    assert {path for path in markdown() if (ROOT / "docs") in path.parents} <= seen


def is_there(name: str, folder: str) -> bool:
    """Whether a file or folder of this name is in git, somewhere below the folder."""
    paths = (f"/{path.relative_to(ROOT)}" for path in tracked())
    return any(path.startswith(f"/{folder}") and f"/{name}" in path for path in paths)


def test_every_path_that_the_architecture_names_is_there() -> None:
    text = doc("ARCHITECTURE.md")
    places = {
        "## The server": "patina_lab",
        "## The kernels": "kernels",
        "## The browser": "src",
        "## The folders": "",
    }
    for heading, folder in places.items():
        names = re.findall(r"^ {4}(?: {2}){0,2}([\w./-]+)  ", section(text, heading), re.MULTILINE)
        assert names, heading
        missing = [name for name in names if not is_there(name, folder)]
        assert not missing, heading


def test_every_package_and_module_of_the_server_is_in_the_architecture() -> None:
    told = section(doc("ARCHITECTURE.md"), "## The server")
    for path in tracked():
        if path.suffix != ".py" or path.parts[len(ROOT.parts)] != "patina_lab":
            continue
        if "tests" not in path.parts and path.name not in ("__init__.py", "_version.py"):
            assert re.search(rf"\b{re.escape(path.name)}", told), path.relative_to(ROOT)


def test_every_folder_of_the_kernels_and_of_the_page_is_in_the_architecture() -> None:
    text = doc("ARCHITECTURE.md")
    for heading, folder in {"## The kernels": "kernels", "## The browser": "src"}.items():
        told = section(text, heading)
        names = {path.parent.name for path in tracked() if (ROOT / folder) in path.parents}
        specs = {path.name for path in ROOT.glob("kernels/specs/*")}
        for name in names - specs - {folder, "tests"}:
            assert re.search(rf"\b{name}/", told), f"{folder}: {name}"


def test_the_prose_of_the_documentation_fits_into_a_hundred_characters() -> None:
    for path in markdown():
        if path.parent.name == "benchmarks":
            continue
        text = path.read_text(encoding="utf-8")
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL).splitlines()
        long = [line for line in prose if len(line) > 100]
        assert not [one for one in long if not one.startswith(("|", "    ", "!["))], path.name


def test_examples_are_written_as_the_writer_writes_them() -> None:
    paths = sorted((ROOT / "examples").glob("*.tsnb"))
    assert paths
    for path in paths:
        data = path.read_bytes()
        assert tsnb.write(tsnb.read(data.decode())).encode() == data, path.name


def test_examples_have_ids_of_their_own() -> None:
    ids = [tsnb.read(path.read_text()).id for path in (ROOT / "examples").glob("*.tsnb")]
    assert len(ids) == len(set(ids))


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        try:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_lock_files_name_no_host() -> None:
    locks = {name: text for name, text in texts() if name.endswith((".lock", "lock.txt"))}
    assert len(locks) >= 2
    for name, text in locks.items():
        # Cargo writes what its own registry is called, which is no address that it asks.
        told = text.replace('"registry+https://github.com/rust-lang/crates.io-index"', "")
        assert not re.search(r"https?://", told), name


def test_no_file_names_a_home_directory() -> None:
    home = re.compile(r"(?<![\w.])/(?:root|home/(?!ada\b|me\b)\w+|Users/\w+)/")
    found = [name for name, text in texts() if home.search(text)]
    assert not found


def test_the_make_targets_that_texts_name_are_there() -> None:
    makefile = doc("Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for name, text in texts():
        if name.endswith((".md", ".yml", "run")):
            named = set(re.findall(r"(?:`|^ {4})make ([a-z][a-z-]*)", text, re.MULTILINE))
            assert named <= targets, name
