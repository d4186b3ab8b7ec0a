"""Outputs as text: what a terminal shows of manifests (docs/reference/api.md, `Manifest`)."""

from __future__ import annotations

from typing import Any

from patina_cli.client import PREFIX, Client
from patina_cli.texts import size

TEXTS = ("text/plain", "text/markdown", "application/json")
Manifest = dict[str, Any]


class Blobs:
    """The bytes of outputs of one notebook; each is fetched once."""

    def __init__(self, client: Client, notebook: str) -> None:
        self._client, self._notebook = client, notebook
        self._fetched: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return the text of a blob."""
        if name not in self._fetched:
            path = f"{PREFIX}/notebooks/{self._notebook}/blobs/{name}"
            data = self._client.fetch("GET", path)
            self._fetched[name] = data.decode(errors="replace")
        return self._fetched[name]


def text_of(output: Manifest, blobs: Blobs) -> str:
    """Return an output as text; of what is none, its type and size."""
    match output["type"]:
        case "stream":
            return stream_text(output, blobs)
        case "error":
            lines = output.get("traceback") or [f"{output.get('ename')}: {output.get('evalue')}"]
            return "\n".join(lines) + "\n"
        case _:
            return _displayed(output.get("data") or {}, blobs) + "\n"


def stream_text(output: Manifest, blobs: Blobs, first: int = 0) -> str:
    """Return a stream's text, from its chunk number `first` on."""
    sealed = (output.get("sealed") or [])[first:]
    return "".join(blobs.text(chunk["blob"]) for chunk in sealed) + (output.get("tail") or "")


def _displayed(data: dict[str, Any], blobs: Blobs) -> str:
    others = [
        f"[{mime}{', ' + size(value['bytes']) if 'bytes' in value else ''}]"
        for mime, value in data.items()
        if mime not in TEXTS
    ]
    found = next((data[mime] for mime in TEXTS if mime in data), None)
    if found is None:
        return " ".join(others)
    text = blobs.text(found["blob"]) if "blob" in found else found.get("inline", "")
    pictures = [other for other in others if other.startswith("[image/")]
    return "\n".join([text if isinstance(text, str) else str(text), *pictures])
