"""test262, ECMAScript's own conformance suite: where it comes from, its cases, a seeded sample.

No package registry has the cases by themselves. Debian's source package of SpiderMonkey has all of
them (`js/src/tests/test262`, exported in April 2024); it is fetched once a user with apt, checked
by its hash, and what is not test262 is thrown away. How a case says what it expects:
https://github.com/tc39/test262/blob/main/INTERPRETING.md
"""

from __future__ import annotations

import hashlib
import random
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from patina_javascript.engine import artifacts

PACKAGE, VERSION, SUITE = "mozjs128", "128.14.0", "trixie"
SHA256 = "41cca35149710ce45fbabc5fefcf86a01fdf833fdb783941964fca3a55fb72dd"
FOLDER = f"firefox-{VERSION}/js/src/tests/test262/"
FETCH_SECONDS = 300
# Intl is not the engine's; `staging` and `prs` are not the standard, `harness` tests the harness.
PARTS = ("annexB", "built-ins", "language")

_FRONTMATTER = re.compile(r"/\*---(.*?)---\*/", re.DOTALL)
_FLAGS = re.compile(r"^flags:\s*\[(.*?)\]", re.MULTILINE | re.DOTALL)
_NEGATIVE = re.compile(r"^negative:.*?^\s+type:\s*(\w+)", re.MULTILINE | re.DOTALL)

# In the one-line form, or in that of deb822.
_MIRROR = re.compile(r"^(?:deb\s+(?:\[.*?\]\s*)?|URIs:\s*)(\S+/debian/?)(?:\s|$)", re.MULTILINE)


class NotFetchedError(Exception):
    """The cases are not to be had here: why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One file. `negative`: the name of the error that it must end with."""

    name: str
    source: str
    flags: frozenset[str]
    negative: str | None

    @property
    def code(self) -> str:
        """The source as it is run."""
        return f'"use strict";\n{self.source}' if "onlyStrict" in self.flags else self.source


def parse(name: str, source: str) -> Case:
    """Return the case of a file, by its frontmatter."""
    found = _FRONTMATTER.search(source)
    about = found[1] if found else ""
    flags, negative = _FLAGS.search(about), _NEGATIVE.search(about)
    names = [one.strip() for one in flags[1].split(",")] if flags else []
    return Case(name, source, frozenset(names), negative[1] if negative else None)


def is_case(name: str) -> bool:
    """Tell cases from what they import and from SpiderMonkey's own files."""
    path = PurePosixPath(name)
    others = "_FIXTURE" in name or path.name in ("shell.js", "browser.js")
    return path.suffix == ".js" and path.parts[0] in PARTS and not others


class Suite:
    """All files, in a zip file by their names below `test262/`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = sorted(archive.namelist())
        self._known = frozenset(self.names)

    def sample(self, seed: int, count: int) -> Iterator[Case]:
        """Yield so many cases, always the same ones for a seed."""
        cases = [name for name in self.names if is_case(name)]
        for name in random.Random(seed).sample(cases, count):
            yield parse(name, self.read(name))

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return self._archive.read(name).decode("utf-8", "surrogatepass")

    def harness(self) -> str:
        """Return what every case finds defined.

        It is in SpiderMonkey's outermost shell.js; the last part, its host object, asks for
        functions of its own shell.
        """
        return self.read("shell.js").partition("// file: test262-host.js")[0]

    def includes(self, case: Case) -> str:
        """Return what a case finds defined besides: each folder above it may have some."""
        folders = [*reversed(PurePosixPath(case.name).parents)][1:]
        names = [f"{folder}/shell.js" for folder in folders]
        return "\n".join(self.read(name) for name in names if name in self._known)

    def extract_imports(self, folder: Path) -> None:
        """Write what cases import; every file there is an ES module."""
        folder.joinpath("package.json").write_text('{"type": "module"}')
        for name in self.names:
            if "_FIXTURE" in name:
                self._archive.extract(name, folder)


def fetch() -> Suite:
    """Return the suite, from the user's cache once it is there. Raises NotFetchedError."""
    place = artifacts.cache() / "test262" / f"{SHA256[:24]}.zip"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            _pack(_download(Path(folder)), Path(folder) / place.name).replace(place)
    return Suite(zipfile.ZipFile(place))


def _pack(tarball: Path, made: Path) -> Path:
    with (
        tarfile.open(tarball, "r:xz") as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source:
            name = member.name.removeprefix(FOLDER)
            file = source.extractfile(member) if name != member.name else None
            if file is not None and name.endswith(".js"):
                target.writestr(name, file.read())
    return made


def _download(folder: Path) -> Path:
    if shutil.which("apt-get") is None:
        raise NotFetchedError("there is no apt-get, which fetches the source of SpiderMonkey")
    options = _apt_options(folder)
    _apt(folder, *options, "update")
    _apt(folder, *options, "source", "--download-only", "--tar-only", PACKAGE)
    found = next(folder.glob(f"{PACKAGE}_*.orig.tar.xz"), None)
    if found is None:
        raise NotFetchedError(f"apt-get fetched no source of {PACKAGE}")
    with found.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        raise NotFetchedError(f"{found.name} has the SHA-256 {digest}, not {SHA256}")
    return found


def _apt_options(folder: Path) -> list[str]:
    """Return options that leave the system's own lists alone, and ask its mirror for sources."""
    parts, lists = folder / "parts", folder / "lists"
    parts.mkdir()
    (lists / "partial").mkdir(parents=True)
    (parts / "sources.list").write_text(f"deb-src {_mirror()} {SUITE} main\n")
    return [
        *("-q", "-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::Etc::sourceparts={parts}"),
        *("-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={folder}"),
        *("-o", "APT::Sandbox::User=root"),
    ]


def _mirror() -> str:
    """Return the mirror of Debian's main archive that this system uses."""
    places = (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*"))
    for place in places:
        text = place.read_text() if place.is_file() else ""
        found = _MIRROR.search(text)
        if found:
            return found[1]
    raise NotFetchedError("this system has no mirror of Debian")


def _apt(folder: Path, *arguments: str) -> None:
    try:
        subprocess.run(
            ("apt-get", *arguments),
            cwd=folder,
            capture_output=True,
            check=True,
            text=True,
            timeout=FETCH_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NotFetchedError(f"apt-get could not fetch it: {str(said).strip()[-300:]}") from error
