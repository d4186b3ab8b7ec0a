"""What a test has instead of crates.io: no network is needed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

COUNTER = """
use std::sync::atomic::{AtomicU32, Ordering};
static CALLS: AtomicU32 = AtomicU32::new(0);
pub fn calls() -> u32 { CALLS.fetch_add(1, Ordering::SeqCst) + 1 }
"""


class Registry:
    """A folder that cargo takes for crates.io, and a home of cargo that says so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "registry"
        self._folder.mkdir()
        self.home = folder / "cargo"
        self.home.mkdir()
        self._replace(f'directory = "{self._folder}"')

    def cut_off(self) -> None:
        """Have cargo ask a server that is not there."""
        self._replace('registry = "sparse+http://127.0.0.1:9/"')

    def _replace(self, other: str) -> None:
        replaced = '[source.crates-io]\nreplace-with = "other"\n[net]\nretry = 0\n'
        (self.home / "config.toml").write_text(f"{replaced}[source.other]\n{other}\n")

    def publish(self, version: str) -> None:
        """Have a crate `mini` in this version, which it tells; and how often it was called."""
        place = self._folder / f"mini-{version}"
        (place / "src").mkdir(parents=True)
        manifest = f'[package]\nname = "mini"\nversion = "{version}"\nedition = "2024"\n'
        (place / "Cargo.toml").write_text(manifest)
        told = f'pub fn version() -> &\'static str {{ "{version}" }}\n'
        (place / "src" / "lib.rs").write_text(told + COUNTER)
        checksum = {"files": {}, "package": hashlib.sha256(version.encode()).hexdigest()}
        (place / ".cargo-checksum.json").write_text(json.dumps(checksum))
