"""Build hook: what is compiled, for patina_kernel.forking, patina_javascript and patina_rust.

A wheel gets what is in C where a C compiler is; an editable install has it built into the user's
cache. Without one the package is complete, forks are plain, healed or refused, and saved states of
Rust have no images. The engine of JavaScript needs no compiler of the machine's: see
`patina_javascript/engine/build.py`. The compiler of the Rust kernel is in wheels that are built
where cargo is; without it, the first cell of Rust builds it.
"""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FORKING = Path("kernels/patina_kernel/forking")
INSTALLED = "patina_kernel/forking/native"
BUILT = "kernels/patina_javascript/built"


def load_builder(root: Path) -> ModuleType:
    """Load the module that compiles it; it needs nothing that is not yet installed."""
    return _load("forking_build", root / FORKING / "build.py")


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look for it there
    spec.loader.exec_module(module)
    return module


class PatinaHook(BuildHookInterface[Any]):
    """Adds what is built to a wheel; the library makes the wheel one for this platform."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build them, or say why not."""
        if self.target_name == "sdist":
            self._add_prelude(build_data)
            self._add_notices(with_crates=False)
        if self.target_name != "wheel":
            return
        self._add_engine(version, build_data)
        self._add_rust(version, build_data)
        builder = load_builder(Path(self.root))
        try:
            library, thaw = builder.ensure(), builder.ensure(builder.thaw())
        except builder.BuildError as error:
            self.app.display_warning(f"Forks will not carry threads, nor states images: {error}")
            return
        if version != "editable":
            build_data["force_include"][str(library)] = f"{INSTALLED}/{library.name}"
            build_data["force_include"][str(thaw)] = f"{INSTALLED}/thaw/{thaw.name}"
            self._mark_platform(build_data)

    @staticmethod
    def _mark_platform(build_data: dict[str, Any]) -> None:
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"

    def _add_notices(self, *, with_crates: bool) -> None:
        """Say under which licences what others have written is in it."""
        third_party = _load("third_party", Path(self.root) / "scripts" / "third_party.py")
        third_party.complete(third_party.NOTICES, with_crates=with_crates)

    def _add_rust(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # the set-up builds it, and says what it does meanwhile
        sys.path.insert(0, str(Path(self.root) / "kernels"))
        from patina_rust import artifacts, build  # noqa: PLC0415 - not before it can be found

        try:
            binary = build.ensure()
        except build.BuildError as error:
            self.app.display_warning(f"The wheel is without the compiler of Rust: {error}")
            self._add_notices(with_crates=False)
            return
        self._add_notices(with_crates=True)
        where = f"patina_rust/built/{artifacts.BINARY}"
        build_data["force_include"][str(binary)] = where
        self._mark_platform(build_data)

    def _add_prelude(self, build_data: dict[str, Any]) -> None:
        """Bundle the prelude for who has the sources alone: its packages come from node_modules."""
        build = self._engine_builder()
        try:
            bundle = build.ensure_one(build.PRELUDE)
        except build.BuildError as error:
            self.app.display_warning(f"A wheel of this sdist will have no JavaScript: {error}")
            return
        build_data["force_include"][str(bundle)] = f"{BUILT}/{build.PRELUDE}"

    def _add_engine(self, version: str, build_data: dict[str, Any]) -> None:
        build = self._engine_builder()
        try:
            made = build.ensure()
        except build.BuildError as error:
            self.app.display_warning(f"The JavaScript kernel will not work: {error}")
            return
        here = Path(self.root) / BUILT
        if version != "editable":
            for name, path in made.items():
                if path.parent != here:  # what an sdist has is in the package already
                    build_data["force_include"][str(path)] = f"patina_javascript/built/{name}"

    def _engine_builder(self) -> ModuleType:
        kernels = str(Path(self.root) / "kernels")
        if kernels not in sys.path:
            sys.path.insert(0, kernels)
        from patina_javascript.engine import build  # noqa: PLC0415 - not before it can be found

        return build
