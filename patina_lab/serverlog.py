"""What the server does, as a file of JSON lines: one a workspace, rotated, without secrets.

A line has `at` (UTC), `level`, `logger`, `message`; `error` with its traceback where there is one,
and `notebook` (its path) and `run` (its id) where it is about one (`about`). The file is in
Jupyter's data directory; only its user may read it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

MOST_BYTES, FILES = 2_000_000, 3
HIDDEN = "[hidden]"
ABOUT = ("notebook", "run")
# What names a secret, and what follows it: in a URL, a header, or JSON.
_SECRET = re.compile(
    r"""((?:token|password|secret|_xsrf|key|authorization|cookie)["']?\s*[=:]\s*["']?"""
    r"""(?:(?:token|bearer|basic)\s+)?)[^\s"'&;,)}]+""",
    re.IGNORECASE,
)


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; hides what is secret."""

    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.hidden(record.getMessage()),
        }
        told |= {name: getattr(record, name) for name in ABOUT if getattr(record, name, "")}
        if record.exc_info:
            told["error"] = self.hidden(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)

    def hidden(self, text: str) -> str:
        """Return text without the secrets that we know, and without what looks like one."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _SECRET.sub(rf"\g<1>{HIDDEN}", text)


class _LogFile(RotatingFileHandler):
    """Leaves out what the disk does not take: that it is full is said where people look."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Say of anything else, as logging does, that it could not be written."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def log_file(root: str) -> Path:
    """Return where the log of the workspace at `root` is."""
    name = hashlib.sha256(os.path.realpath(root).encode()).hexdigest()[:16]
    return Path(jupyter_data_dir()) / "patina_lab" / "logs" / f"{name}.jsonl"


def begin(root: str, *secrets: str) -> logging.Handler:
    """Begin to write the log of a workspace. Raises OSError."""
    path = log_file(root)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
    handler = _LogFile(path, maxBytes=MOST_BYTES, backupCount=FILES - 1, delay=True)
    handler.setFormatter(JsonLines(*secrets))
    logger = logging.getLogger("patina_lab")
    logger.addHandler(handler)
    if logger.getEffectiveLevel() > logging.INFO:
        logger.setLevel(logging.INFO)
    return handler


def end(handler: logging.Handler) -> None:
    """Write no more, and let the file go."""
    logging.getLogger("patina_lab").removeHandler(handler)
    handler.close()
