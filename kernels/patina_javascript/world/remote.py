"""Modules by URL: fetched once, kept in the user's cache, and the same from then on (lock.py)."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patina_javascript.engine.artifacts import cache
from patina_javascript.host import Host, HostError
from patina_javascript.world import lock

if TYPE_CHECKING:
    import httpx

SECONDS = 30.0
LARGEST = 64 << 20
POLL = 0.05


def locate(host: Host, value: Any, _: bytes) -> str:
    """Return where {url} leads after redirects; its module is then in the cache, and locked."""
    url: str = value["url"]
    known = lock.read(host.directory)
    final = known.redirects.get(url, url)
    if final in known.modules and _cached(final, known) is not None:
        return final
    final, data = _download(host, url)
    lock.check(known, final, data)
    _keep(final, data)
    if final != url:
        known.redirects[url] = final
    known.modules[final] = lock.integrity(data)
    lock.write(host.directory, known)
    return final


def fetched(host: Host, url: str) -> tuple[str, str | None]:
    """Return a module's source and its kind: module, or json. Raises HostError."""
    known = lock.read(host.directory)
    data = _cached(url, known)
    if data is None:
        final = locate(host, {"url": url}, b"")
        data = _cached(final, lock.read(host.directory))
    if data is None:
        raise HostError(f"the cache of modules ({_folder()}) does not keep {url}")
    is_json = url.partition("?")[0].endswith(".json")
    return data.decode("utf-8", "replace"), "json" if is_json else "module"


def _folder() -> Path:
    return cache() / "modules"


def _place(url: str) -> Path:
    return _folder() / hashlib.sha256(url.encode()).hexdigest()


def _cached(url: str, known: lock.Lock) -> bytes | None:
    """Return the kept bytes of a URL where they are those that the lock has."""
    try:
        data = _place(url).read_bytes()
    except FileNotFoundError:
        return None
    return data if lock.integrity(data) == known.modules.get(url) else None


def _keep(url: str, data: bytes) -> None:
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=_folder(), prefix=".new-", delete=False) as file:
        file.write(data)
    Path(file.name).replace(_place(url))


def _download(host: Host, url: str) -> tuple[str, bytes]:
    """Return where a URL leads and what is there. Ends when the person stops the cell."""
    outcome: list[tuple[str, bytes] | BaseException] = []

    def get() -> None:
        try:
            outcome.append(_get(url))
        except BaseException as error:  # noqa: BLE001 - it is raised where it was asked for
            outcome.append(error)

    thread = threading.Thread(target=get, name="patina-import", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(POLL)
        if host.interrupted():
            raise KeyboardInterrupt
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _get(url: str) -> tuple[str, bytes]:
    import httpx  # noqa: PLC0415 - only who imports by URL pays for it

    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=True) as client,
            client.stream("GET", url) as got,
        ):
            return str(got.url), _body(got, url)
    except httpx.HTTPError as error:
        raise HostError(
            f"cannot fetch {url}: {error or type(error).__name__}", "ImportError"
        ) from error


def _body(response: httpx.Response, url: str) -> bytes:
    if response.status_code != 200:
        raise HostError(
            f"cannot fetch {url}: the server answered "
            f"{response.status_code} {response.reason_phrase}",
            "ImportError",
        )
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise HostError(
                f"{url} has more than {LARGEST >> 20} MiB: that is no module", "RangeError"
            )
    return b"".join(parts)
