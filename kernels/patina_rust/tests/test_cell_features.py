"""What cells of Rust can do besides computing: ask, warn, forget, complete names, use crates."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from conformance.live import forked, started
from conformance.missing import needs_rust

pytestmark = needs_rust


def _crate(folder: Path) -> str:
    """Make a crate; return what `:dep` is to be given. No network is needed for it."""
    (folder / "src").mkdir(parents=True)
    manifest = '[package]\nname = "mine"\nversion = "0.1.0"\nedition = "2024"\n'
    (folder / "Cargo.toml").write_text(manifest)
    (folder / "src" / "lib.rs").write_text("pub fn seven() -> i32 { 7 }\n")
    return f'mine = {{ path = "{folder}" }}'


async def test_a_cell_that_reads_stdin_asks_a_person() -> None:
    read = "let mut s = String::new(); std::io::stdin().read_line(&mut s).unwrap(); "
    async with started("patina-rust") as kernel:
        request = kernel.send(read + 'println!("<{}>", s.trim());', allow_stdin=True)
        assert (await kernel.client.get_stdin_msg(timeout=100))["content"]["prompt"] == ""
        kernel.client.input("Ada")
        assert (await kernel.outcome(request)).text == "<Ada>\n"
        # Where nobody can be asked, it finds the end at once.
        ran = await kernel.run(read + "s.len()", allow_stdin=False)
        assert ran.text == "0"


async def test_rustc_warns_of_what_is_in_the_cell_and_of_nothing_else() -> None:
    async with started("patina-rust") as kernel:
        warned = await kernel.run('let quiet = 1;\nstd::fs::remove_file("/nowhere/at/all");')
        assert warned.status == "ok"
        (said,) = warned.of("stream")
        assert said["name"] == "stderr"
        assert "unused `Result` that must be used" in said["text"]
        assert "cell:2:1" in said["text"]
        assert not (await kernel.run("let other = quiet + 1;")).of("stream")


async def test_clear_drops_what_was_there_and_the_names_are_free() -> None:
    loud = 'struct Loud; impl Drop for Loud { fn drop(&mut self) { println!("dropped"); } }'
    async with started("patina-rust") as kernel:
        await kernel.run(f"{loud}\nlet loud = Loud; let x = 1;")
        assert (await kernel.run(":type x")).text == "x: i32\n"
        assert "dropped" in (await kernel.run(":clear")).text
        assert (await kernel.run("x")).status == "error"
        assert (await kernel.run("struct Loud(i32); Loud(3).0")).text == "3"


async def test_fields_and_methods_are_completed_and_explained() -> None:
    code = "struct P { width: i32 } impl P { fn doubled(&self) -> i32 { 2 * self.width } }"
    async with started("patina-rust") as kernel:
        await kernel.run(f"{code}\nlet p = P {{ width: 3 }};")

        async def complete(text: str) -> tuple[list[str], int]:
            reply = await kernel.shell_reply(kernel.client.complete(text, len(text)))
            return reply["content"]["matches"], reply["content"]["cursor_start"]

        found, start = await complete("let é = p.")
        assert {"width", "doubled()"} <= set(found)
        assert start == 10  # characters, not bytes
        assert (await complete("p.wid"))[0] == ["width"]
        assert (await complete(":ty"))[0] == [":type"]
        text = "p.doubled()"
        reply = await kernel.shell_reply(kernel.client.inspect(text, 5))
        assert "fn doubled(&self) -> i32" in reply["content"]["data"]["text/plain"]


async def test_a_crate_is_there_in_a_fork_and_from_the_start_where_that_is_wanted(
    tmp_path: Path,
) -> None:
    mine = _crate(tmp_path / "mine")
    async with started("patina-rust") as kernel:
        assert (await kernel.run(f":dep {mine}\nmine::seven()")).text == "7"
        async with forked(kernel) as fork:
            assert (await fork.run("mine::seven() + 1")).text == "8"
        missing = await kernel.run(':dep not = { path = "/nowhere/at/all" }')
        assert missing.status == "error"
        assert "/nowhere/at/all" in missing.text
        assert (await kernel.run("mine::seven() + 2")).text == "9"
        # It is a folder, whose files may change.
        library = tmp_path / "mine" / "src" / "lib.rs"
        library.write_text(library.read_text().replace("{ 7 }", "{ 70 }"))
        assert (await kernel.run("mine::seven()")).text == "70"
        library.write_text(library.read_text().replace("{ 70 }", "{ 7 }"))
    async with started("patina-rust", env={**os.environ, "PATINA_BATTERIES": mine}) as kernel:
        assert (await kernel.run("mine::seven()")).text == "7"


def _without_image(path: str) -> None:
    """Leave of a state what is for other machines: the archive behind an image of the process."""
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)


async def test_a_saved_state_is_run_again_without_compiling_and_says_so(tmp_path: Path) -> None:
    path = str(tmp_path / "state")
    async with started("patina-rust") as kernel:
        await kernel.run("let mut v = vec![1]; fn double(x: i32) -> i32 { 2 * x }")
        await kernel.run("v.push(double(4));")
        report = (await kernel.ask("save", path=path))["report"]
        (line,) = [line for line in report if line["name"] == "2 cells"]
        assert line["kind"] == "saved"
        assert "with their libraries" in line["what"]
    _without_image(path)
    async with started("patina-rust") as other:
        (line,) = (await other.ask("load", path=path))["report"]
        assert "nothing was compiled" in line["what"]
        assert (await other.run("(v.clone(), double(v[1]))")).text == "([1, 8], 16)"
