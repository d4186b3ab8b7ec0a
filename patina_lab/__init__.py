"""Patina Lab: notebooks whose live state can be forked (the JupyterLab server extension)."""

# jupyter_ydoc loads every `jupyter_ydoc` entry point when it is imported, ours among them:
# importing ours first would be a circular import.
import jupyter_ydoc  # noqa: F401


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "patina-lab"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    from patina_lab.extension import PatinaLab  # noqa: PLC0415 (the document class needs no server)

    return [{"module": "patina_lab", "app": PatinaLab}]
