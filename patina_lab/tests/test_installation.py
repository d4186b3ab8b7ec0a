"""What the installation tells Jupyter: our extension is on, and Jupytext's only when asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jupyter_server.serverapp import ServerApp
from jupyterlab_server.config import get_page_config

ROOT = Path(__file__).parents[2]
OURS, THEIRS, THEIR_PAGE = "patina_lab", "jupyterlab_jupytext", "jupyterlab-jupytext"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Jupyter's folders: of an environment with both packages in it, and of its user, empty."""
    servers = tmp_path / "etc" / "jupyter" / "jupyter_server_config.d"
    servers.mkdir(parents=True)
    enabled = {"ServerApp": {"jpserver_extensions": {THEIRS: True}}}
    (servers / f"{THEIRS}.json").write_text(json.dumps(enabled))
    ours = ROOT / "jupyter-config" / "server-config" / "patina_lab.json"
    (servers / ours.name).write_text(ours.read_text())
    pages = tmp_path / "share" / "jupyter" / "labextensions"
    build = {"_build": {"load": "x.js"}}
    lab = json.loads((ROOT / "package.json").read_text())["jupyterlab"]
    for name, told in ((THEIR_PAGE, build), ("patina-lab", lab | build)):
        (pages / name).mkdir(parents=True)
        (pages / name / "package.json").write_text(
            json.dumps({"name": name, "version": "1.0.0", "jupyterlab": told})
        )
    monkeypatch.setattr("jupyter_core.paths.ENV_CONFIG_PATH", [str(tmp_path / "etc" / "jupyter")])
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "user"))
    return tmp_path


def servers_of(**told: bool) -> dict[str, bool]:
    app = ServerApp()
    app.jpserver_extensions = told
    app.find_server_extensions()
    ServerApp.clear_instance()
    return dict(app.jpserver_extensions)


def disabled_in(folder: Path) -> list[str]:
    page = get_page_config([str(folder / "share" / "jupyter" / "labextensions")])
    return list(page["disabledExtensions"])


def test_jupytexts_extension_is_off_in_server_and_page(installed: Path) -> None:
    found = servers_of()
    assert found[OURS]
    assert found[THEIRS] is False
    assert THEIR_PAGE in disabled_in(installed)


def test_whoever_wants_it_turns_it_on(installed: Path) -> None:
    assert servers_of(**{THEIRS: True}) == {OURS: True, THEIRS: True}
    config = installed / "user" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"disabledExtensions": {THEIR_PAGE: False}}))
    assert THEIR_PAGE not in disabled_in(installed)


@pytest.mark.parametrize("language", ["python", "rust", "javascript"])
def test_a_kernel_has_a_sign_of_its_own_wherever_kernels_are_chosen(language: str) -> None:
    folders = (ROOT / "kernels" / "specs").iterdir()
    logos = {folder.name: logos_of(folder) for folder in folders}
    ours = logos.pop(f"patina-{language}")
    assert sorted(ours) == ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"]
    assert all(ours[name] not in (other[name] for other in logos.values()) for name in ours)


def logos_of(folder: Path) -> dict[str, bytes]:
    """Return the pictures of a kernelspec by their names."""
    return {path.name: path.read_bytes() for path in folder.glob("logo-*")}


def packed_for_npm() -> set[Path]:
    """Return the files that `npm pack` takes, of those that are there before anything is built."""
    found = set[Path]()
    for pattern in json.loads((ROOT / "package.json").read_text())["files"]:
        name, _brace, endings = pattern.partition("{")
        for ending in endings.rstrip("}").split(","):
            found.update(ROOT.glob(name + ending))
    return found


def test_the_npm_package_has_the_pictures_that_its_modules_import() -> None:
    imported = {
        (module.parent / path).resolve()
        for module in (ROOT / "src").rglob("*.ts")
        for path in re.findall(r"from '(\.[^']*\.svg)'", module.read_text())
    }
    assert imported
    assert imported <= packed_for_npm()
