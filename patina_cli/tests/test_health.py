"""What is missing is told with what to type; an archive for others holds no secret."""

from __future__ import annotations

import json
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from patina_cli.health import checks
from patina_cli.health.checks import Finding, all_findings
from patina_cli.main import main
from patina_cli.tests.conftest import Patina
from patina_cli.tests.notebooks import cell, notebook, put
from patina_lab.tests.server import TOKEN

SECRET = "canary-in-the-environment"
CONTENT = "canary-in-the-notebook"


def test_every_finding_of_this_installation_has_a_state_and_advice_where_needed() -> None:
    findings = all_findings()
    names = {one.name for one in findings}
    assert {"python", "packages", "server", "page", "patina-python", "forks", "disk"} <= names
    for one in findings:
        assert (one.state == "ok") == (one.hint == ""), one
    found = {one.name: one.state for one in findings}
    assert found["packages"] == found["server"] == found["patina-python"] == "ok"


def test_what_is_missing_is_told_and_ends_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = Finding("engine", "missing", "it is not built", "make setup")
    monkeypatch.setattr(checks, "CHECKS", (checks.python, lambda: missing))
    with pytest.raises(SystemExit) as ended:
        main(["doctor"])
    assert ended.value.code == 1
    assert "missing  engine: it is not built\n         make setup\n" in capsys.readouterr().out
    monkeypatch.setattr(checks, "CHECKS", (checks.python,))
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--json"])
    assert ended.value.code == 0


def test_a_package_of_another_version_and_a_disabled_extension_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = metadata.version

    def version(name: str) -> str:
        return "1.0" if name == "jupyterlab" else real(name)

    monkeypatch.setattr(metadata, "version", version)
    found = checks.packages()
    assert (found.state, "jupyterlab is 1.0" in found.what) == ("missing", True)
    monkeypatch.setattr(checks, "jupyter_config_path", list)
    assert checks.server_extensions().state == "missing"
    assert "jupyter server extension enable patina_lab" in checks.server_extensions().hint
    monkeypatch.setattr(checks, "jupyter_path", lambda *_: [])
    assert checks.page().state == "missing"
    assert next(one.hint for one in checks.kernels()) == "patina kernel install patina-python"


def test_a_check_that_fails_itself_is_told_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> Finding:
        raise ImportError("no such module")

    monkeypatch.setattr(checks, "CHECKS", (broken, checks.python))
    first, second = all_findings()
    assert (first.state, "no such module" in first.what) == ("missing", True)
    assert second.state == "ok"


def test_diagnostics_hold_no_secret_and_no_content(patina: Patina) -> None:
    name = f"{CONTENT}-name.tsnb"
    put(patina.place, notebook(cell(f"print('{CONTENT}')\n{CONTENT.replace('-', '_')} = 1")), name)
    config = patina.place / ".." / "config"
    config.mkdir(exist_ok=True)
    (config / "jupyter_server_config.json").write_text(
        json.dumps({"IdentityProvider": {"token": SECRET}, "ServerApp": {"cookie_secret": SECRET}})
    )
    try:
        assert patina.ok("run", name, "--keep", "--title", f"{CONTENT}-title")["ok"]
        env = {"MY_API_KEY": SECRET, "PATINA_TOKEN": ""}
        made = patina.ok("diagnostics", "-o", "made.zip", env=env)
        patina.ok("stop", name)
    finally:
        (config / "jupyter_server_config.json").unlink()
    with zipfile.ZipFile(patina.place / made["path"]) as archive:
        parts = {part: archive.read(part).decode() for part in archive.namelist()}
    for part, text in parts.items():
        for canary in (SECRET, CONTENT, CONTENT.replace("-", "_"), TOKEN, str(Path.home())):
            assert canary not in text, (part, canary)
    assert "IdentityProvider.token" in parts["config.json"], "that it is set is told"
    run = json.loads(parts["server.json"])[-1]["runs"][-1]
    assert (run["status"], run["kernel_name"]) == ("idle", "patina-python")
    assert any("opened" in log["records"] for log in json.loads(parts["logs.json"]))
    assert json.loads(parts["versions.json"])["packages"]["jupyterlab"]
    again = patina("diagnostics", "-o", "made.zip")
    assert (again.status, "exists already" in again.err) == (4, True)


def test_diagnostics_are_made_also_where_no_server_answers(alone: Patina) -> None:
    refused = alone("diagnostics", "-o", "nowhere/made.zip")
    assert (refused.status, "cannot be written" in refused.err) == (4, True)
    made = alone.ok("diagnostics", "-o", "made.zip")
    with zipfile.ZipFile(alone.place / made["path"]) as archive:
        assert json.loads(archive.read("server.json")) is None
