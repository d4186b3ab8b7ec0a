"""The server's log has what went wrong, and no secrets."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from patina_lab import serverlog
from patina_lab.serverlog import HIDDEN, JsonLines, log_file
from patina_lab.tests.user import User
from tests.promises.mounts import fill, small_disk

TOKEN = "0123456789abcdef" * 3


@pytest.mark.parametrize(
    "said",
    [
        f"GET /api/patina?token={TOKEN}&x=1",
        f"Authorization: token {TOKEN}",
        f"authorization: Bearer {TOKEN}",
        f'{{"password": "{TOKEN}", "x": 1}}',
        f"_xsrf={TOKEN}; other=1",
        f"only the value itself {TOKEN}",
    ],
)
def test_secrets_are_hidden_wherever_they_stand(said: str) -> None:
    hidden = JsonLines(TOKEN if said.startswith("only") else "").hidden(said)
    assert TOKEN not in hidden
    assert HIDDEN in hidden


def test_what_is_no_secret_is_told_as_it_is() -> None:
    said = "Run 3: its kernel had no room for 12 messages (keyboard, tokens)"
    assert JsonLines(TOKEN).hidden(said) == said


def test_a_line_that_a_full_disk_does_not_take_is_left_out_without_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    log = logging.getLogger("patina_lab")
    with small_disk(tmp_path, "1m"):
        handler = serverlog.begin("/somewhere")
        log.warning("before")
        filler = fill(tmp_path)
        for _ in range(200):
            log.warning("left out %s", "x" * 1_000)
        filler.unlink()
        log.warning("after")
        told = log_file("/somewhere").read_text()
        serverlog.end(handler)
    assert "before" in told
    assert "after" in told
    assert "Traceback" not in capsys.readouterr().err


async def test_a_workspace_has_a_log_that_only_its_user_may_read(user: User) -> None:
    token = user.serverapp.identity_provider.token
    try:
        int(f"about {token}")
    except ValueError:
        logging.getLogger("patina_lab.rooms").exception("It failed with %s", token)
    path = log_file(user.serverapp.root_dir)
    lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
    (told,) = (line for line in lines if line["message"].startswith("It failed"))
    assert (told["level"], told["logger"]) == ("error", "patina_lab.rooms")
    assert "ValueError" in told["error"]
    assert token not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_log_is_rotated(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(serverlog, "MOST_BYTES", 1_000)
    handler = serverlog.begin("/somewhere")
    try:
        for _ in range(100):
            logging.getLogger("patina_lab.test").error("x" * 100)
    finally:
        serverlog.end(handler)
    logs = list(log_file("/somewhere").parent.iterdir())
    assert len(logs) == serverlog.FILES
    assert all(path.stat().st_size <= 1_000 for path in logs)
