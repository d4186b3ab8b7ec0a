"""Two people, two clones, and git itself."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from patina_cli.commands.git import ATTRIBUTES
from patina_cli.tests.conftest import Patina
from patina_cli.tests.notebooks import cell, notebook, put
from patina_cli.tests.versions.test_runlogs import BASE, LOST, RUN, ran, session
from patina_lab.document.format import TsnbDocument, read
from patina_lab.runlog.log import load
from patina_lab.runlog.records import Record, encode

START = notebook(
    cell("rate = 0.1\nyears = 10\nname = 'x'", "values"), cell("print(rate)", "show"),
    name="5a3c1a52-6a5c-4c0e-9c0b-0a2f5d2c7f11",
)  # fmt: skip


class Clone:
    """A working copy of one of two people."""

    def __init__(self, place: Path, environment: dict[str, str], who: str) -> None:
        self.place = place
        self.patina = Patina(place, environment)
        for name, value in (("user.name", who), ("user.email", f"{who}@example.org")):
            self.git("config", name, value)

    def git(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *arguments], cwd=self.place, check=check, capture_output=True, text=True
        )

    def save(self, document: TsnbDocument) -> None:
        put(self.place, document)
        self.commit()

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "work")

    def pull(self, other: Clone) -> subprocess.CompletedProcess[str]:
        """Merge what the other has committed."""
        self.git("fetch", "-q", str(other.place), "HEAD")
        return self.git("merge", "--no-edit", "FETCH_HEAD", check=False)

    @property
    def document(self) -> TsnbDocument:
        return read((self.place / "analysis.tsnb").read_text())


@pytest.fixture
def people(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Clone, Clone]:
    """Ada's repository, and Bob's clone of it; both have told git of notebooks."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    nowhere = environment | {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    (tmp_path / "ada").mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main", tmp_path / "ada"], check=True)
    ada = Clone(tmp_path / "ada", nowhere, "ada")
    put(ada.place, START)
    assert ada.patina("git", "install").status == 0
    ada.commit()
    subprocess.run(["git", "clone", "-q", tmp_path / "ada", tmp_path / "bob"], check=True)
    bob = Clone(tmp_path / "bob", nowhere, "bob")
    assert bob.patina.ok("git", "install")["added"] == [], "the attributes came with the clone"
    return ada, bob


def with_source(name: str, source: str, of: TsnbDocument = START) -> TsnbDocument:
    cells = tuple(replace(one, source=source) if one.id == name else one for one in of.cells)
    return replace(of, cells=cells)


def test_edits_next_to_each_other_merge_where_lines_alone_would_conflict(
    people: tuple[Clone, Clone],
) -> None:
    ada, bob = people
    ada.save(replace(START, cells=(*START.cells, cell("a", "a"))))
    bob.save(replace(START, kernel="other", cells=(*START.cells, cell("b", "b"))))
    assert ada.pull(bob).returncode == 0
    assert [one.id for one in ada.document.cells] == ["values", "show", "a", "b"]
    assert ada.document.kernel == "other"
    plain = ada.git("-c", "merge.tsnb.driver=false", "merge-tree", "HEAD^1", "HEAD^2", check=False)
    assert plain.returncode == 1, "without the driver the same two conflict"


def test_a_conflict_is_in_the_cell_and_the_notebook_opens_in_jupyterlab(
    people: tuple[Clone, Clone],
) -> None:
    ada, bob = people
    ada.save(with_source("show", "print(rate, 'ada')"))
    bob.save(with_source("show", "print(rate, 'bob')"))
    merged = ada.pull(bob)
    assert merged.returncode == 1
    assert "cell show: both changed the same lines" in merged.stdout + merged.stderr
    source = ada.document.cells[1].source
    assert source.splitlines()[0] == "<<<<<<< ours"
    assert {"print(rate, 'ada')", "print(rate, 'bob')"} <= set(source.splitlines())
    assert "UU analysis.tsnb" in ada.git("status", "--short").stdout
    ada.save(with_source("show", "print(rate)"))
    assert ada.git("status", "--short").stdout == ""


def test_a_file_that_is_no_notebook_is_merged_as_text(people: tuple[Clone, Clone]) -> None:
    ada, bob = people
    for one, text in ((ada, "ours"), (bob, "theirs")):
        (one.place / "analysis.tsnb").write_text(f"broken = {text}\n")
        one.commit()
    merged = ada.pull(bob)
    assert merged.returncode == 1
    assert "<<<<<<<" in (ada.place / "analysis.tsnb").read_text()


def test_git_diff_tells_cells_and_patina_diff_versions(people: tuple[Clone, Clone]) -> None:
    ada, _ = people
    put(ada.place, with_source("values", "rate = 0.2\nyears = 10\nname = 'x'"))
    shown = ada.git("diff").stdout
    assert "cell 1 (values) changed" in shown
    assert "\n-rate = 0.1\n+rate = 0.2\n" in shown
    assert "[[cells]]" not in shown
    found = ada.patina("diff", "analysis.tsnb", "--exit-code", "--json")
    assert found.status == 1
    assert found.json["cells"][0]["lines"][1:3] == ["-rate = 0.1", "+rate = 0.2"]
    ada.commit()
    assert ada.patina("diff", "analysis.tsnb", "--exit-code").status == 0
    assert "changed" in ada.patina("diff", "HEAD~1:analysis.tsnb", "analysis.tsnb").out
    assert "values" in ada.git("log", "-p", "-1", "--ext-diff").stdout
    refused = ada.patina("diff", "HEAD~9:analysis.tsnb", "analysis.tsnb")
    assert (refused.status, "git has no" in refused.err) == (4, True)
    (ada.place / "new.tsnb").write_text("x = 1\n")
    ada.git("add", "-A")
    assert "+x = 1" in ada.git("diff", "--cached").stdout, "what is no notebook is shown as text"


def test_what_install_told_git_is_taken_back(people: tuple[Clone, Clone]) -> None:
    ada, _ = people
    attributes = (ada.place / ".gitattributes").read_text()
    assert attributes.splitlines() == list(ATTRIBUTES)
    assert sorted(ada.patina.ok("git", "uninstall")["removed"]) == [
        "diff.tsnb", "merge.tsnb", "merge.tsnb-run",
    ]  # fmt: skip
    assert "tsnb" not in ada.git("config", "--local", "--list").stdout
    everywhere = ada.patina.ok(
        "git", "install", "--global", env={"XDG_CONFIG_HOME": str(ada.place)}
    )
    assert Path(everywhere["attributes"]).read_text().splitlines() == list(ATTRIBUTES)
    outside = Patina(ada.place.parent, ada.patina.environment)("git", "install")
    assert (outside.status, "in no repository" in outside.err) == (4, True)


def test_runs_of_two_people_never_conflict(people: tuple[Clone, Clone]) -> None:
    ada, bob = people
    for one, value in ((ada, "1"), (bob, "2")):
        assert one.patina("run", "analysis.tsnb", "-p", f"rate={value}").status == 0
        one.commit()
    merged = ada.pull(bob)
    assert merged.returncode == 0, merged.stdout
    logs = sorted((ada.place / "analysis.tsnb.runs").glob("*.jsonl"))
    assert len(logs) == 2
    assert bob.pull(ada).returncode == 0


def test_one_run_that_two_go_on_with_has_what_both_did(people: tuple[Clone, Clone]) -> None:
    ada, bob = people
    log = Path("analysis.tsnb.runs", f"{RUN}.jsonl")
    write_log(ada.place / log, BASE)
    ada.commit()
    assert bob.pull(ada).returncode == 0
    for one, who in ((ada, "ada"), (bob, "bob")):
        write_log(one.place / log, [*BASE, LOST, session(2, who), *ran(2, who, 2)])
        one.commit()
    merged = ada.pull(bob)
    assert merged.returncode == 0, merged.stdout + merged.stderr
    cells = load(ada.place / log).folded.cells
    assert [cell.source for cell in cells.values()] == ["shared", "ada", "bob"]


def test_a_run_that_two_went_on_with_in_one_session_is_a_conflict(
    people: tuple[Clone, Clone],
) -> None:
    ada, bob = people
    log = Path("analysis.tsnb.runs", f"{RUN}.jsonl")
    write_log(ada.place / log, BASE)
    ada.commit()
    assert bob.pull(ada).returncode == 0
    for one, who in ((ada, "ada"), (bob, "bob")):
        write_log(one.place / log, [*BASE, *ran(2, who, 1)])
        one.commit()
    merged = ada.pull(bob)
    assert merged.returncode == 1
    assert "both sides went on in one session" in merged.stdout + merged.stderr
    assert "<<<<<<<" in (ada.place / log).read_text()


def write_log(file: Path, records: list[Record]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"".join(map(encode, records)))
