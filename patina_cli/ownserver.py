"""A server for one command: it answers at a socket's file, and ends with the command.

`python -m patina_cli.ownserver` is started by `headless.py` with its settings as a line of JSON on
standard input. When that closes, the command is gone, however it ended; then the server ends, too.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading

from jupyter_server.serverapp import ServerApp
from traitlets.config import Config

EXTENSIONS = ("jupyter_server_fileid", "jupyter_server_ydoc", "patina_lab")


def main() -> None:
    """Be the server."""
    settings = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_command, daemon=True).start()
    config = Config()
    config.ServerApp.sock = settings["sock"]
    config.ServerApp.root_dir = settings["root"]
    config.ServerApp.open_browser = False
    config.ServerApp.allow_root = True
    config.ServerApp.jpserver_extensions = dict.fromkeys(EXTENSIONS, True)
    # What a command starts ends with it.
    config.PatinaLab.on_server_stop = "stop"
    # Not in the environment, which kernels get from their server.
    config.IdentityProvider.token = settings["token"]
    ServerApp.launch_instance(argv=[], config=config)


def _end_with_command() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
