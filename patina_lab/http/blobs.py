"""The front door of output bytes."""

from __future__ import annotations

from patina_lab.http.operation import PatinaHandler, operation


class BlobHandler(PatinaHandler):
    """`api/patina/notebooks/{id}/blobs/{hash}`."""

    @operation("read", reply=bytes)
    async def get(self, notebook: str, name: str) -> bytes:
        """Return the bytes of an output. They never change: clients may keep them."""
        data = await self.service.notebooks.blob(notebook, name)
        # Opened as a page, output of strangers must be neither run nor guessed to be HTML.
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        # Also where the whole server is open to pages of any origin.
        self.clear_header("Access-Control-Allow-Origin")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        return data
