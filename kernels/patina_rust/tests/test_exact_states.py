"""A saved state is the process itself, where that can be: nothing is compiled or run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conformance.live import Live, forked, started
from conformance.missing import needs_rust
from patina_kernel import images
from patina_kernel.executor import imaging

KERNEL = "patina-rust"
pytestmark = [
    needs_rust,
    pytest.mark.skipif(images.reason_not_here() is not None, reason="no images on this machine"),
]


def lines(reply: dict[str, Any]) -> dict[str, str]:
    """What is told of a state that was saved or loaded, by name."""
    assert reply["status"] == "ok", reply
    return {line["name"]: line["what"] for line in reply["report"]}


async def test_what_no_cell_could_make_again_comes_back(tmp_path: Path) -> None:
    """Pointers, closures, moments, positions in files; a cell with an effect has it once."""
    effects, data, path = tmp_path / "effects", tmp_path / "data", str(tmp_path / "state")
    data.write_text("abcdef")
    async with started(KERNEL) as kernel:
        await kernel.run(
            "use std::io::{Read, Write}; use std::rc::Rc;\n"
            "let shared = Rc::new(std::cell::Cell::new(1)); let other = Rc::clone(&shared);\n"
            "let before = std::time::Instant::now(); let by = 40;\n"
            "let add: Box<dyn Fn(i32) -> i32> = Box::new(move |x| x + by);\n"
            f'let mut file = std::fs::File::open("{data}")?;'
        )
        await kernel.run("let mut two = [0u8; 2]; file.read_exact(&mut two)?;")
        await kernel.run(
            "let mut log = std::fs::OpenOptions::new();\n"
            f'let mut log = log.append(true).create(true).open("{effects}")?; writeln!(log)?;'
        )
        saved = await kernel.ask("save", path=path)
        assert lines(saved)[imaging.NAME] == imaging.SAVED
        assert saved["bytes"] > images.WHERE_BYTES
        await kernel.run("shared.set(99);")
    async with started(KERNEL) as kernel:
        assert lines(await kernel.ask("load", path=path)) == {imaging.NAME: imaging.LOADED}
        assert effects.read_text() == "\n"
        # Who looks at the variables waits for no compiler, which would say what it does.
        looked = await kernel.run("", silent=True)
        assert looked.of("display_data") == []
        assert "shared" in [row["name"] for row in await kernel.globals()]
        assert (await kernel.run("other.set(other.get() + 1); shared.get()")).text == "2"
        assert (await kernel.run("add(2)")).text == "42"
        assert (await kernel.run("before.elapsed().as_nanos() > 0")).text == "true"
        assert (await kernel.run("file.read_exact(&mut two)?; two[0] as char")).text == "'c'"


async def test_it_takes_the_place_of_what_was_there_and_goes_on_as_any_kernel(
    tmp_path: Path,
) -> None:
    path = str(tmp_path / "state")
    async with started(KERNEL) as kernel:
        await kernel.run("let mut kept = vec![1];")
        await kernel.ask("save", path=path)
    async with started(KERNEL) as kernel:
        await kernel.run("let mine = 1;")
        await kernel.run("let more = 2;")
        loads = await kernel.ask("load", path=path)
        assert lines(loads) == {imaging.NAME: imaging.LOADED}
        ran = await kernel.run("kept.push(2); kept.len()")
        assert (ran.text, ran.reply["execution_count"]) == ("2", 3)
        assert [row["name"] for row in await kernel.globals()] == ["kept"]
        async with forked(kernel) as fork:
            assert (await fork.run("kept.len()")).text == "2"
        await kernel.ask("restore")
        assert (await kernel.run("mine")).status == "error"
        assert (await kernel.run("kept.len()")).text == "1"
        await kernel.ask("settings", on_crash="continue")
        await kernel.run("kept.push(3); std::process::abort();")
        assert (await kernel.run("kept.len()")).text == "1"
        # What it was before the state was loaded is a checkpoint still.
        first = (await kernel.checkpoints())[1]["checkpoint"]
        await kernel.ask("restore", checkpoint=first)
        assert (await kernel.run("mine")).text == "1"


async def test_what_does_not_come_back_is_named_when_it_is_saved_and_when_it_is_loaded(
    tmp_path: Path,
) -> None:
    path, data = str(tmp_path / "state"), tmp_path / "data"
    data.write_text("ab")
    async with started(KERNEL) as kernel:
        await kernel.run(
            'let port = std::net::TcpListener::bind("127.0.0.1:0")?;\n'
            f'let file = std::fs::File::open("{data}")?;'
        )
        saved = await kernel.ask("save", path=path)
        sockets = [line for line in saved["report"] if line["kind"] == "socket"]
        assert "closed" in sockets[0]["what"]
    data.unlink()
    async with started(KERNEL) as kernel:
        loaded = await kernel.ask("load", path=path)
        told = [(line["kind"], line["name"]) for line in loaded["report"]]
        assert told == [
            ("loaded", imaging.NAME),
            ("socket", sockets[0]["name"]),
            ("file", str(data)),
        ]
        assert loaded["report"][0]["what"] == imaging.BUT


async def test_one_that_came_out_of_a_file_is_saved_to_it_again(tmp_path: Path) -> None:
    path = str(tmp_path / "state")
    async with started(KERNEL) as kernel:
        await kernel.run("let mut kept = vec![1];")
        await kernel.ask("save", path=path)
        for length in range(2, 4):
            assert lines(await kernel.ask("load", path=path)) == {imaging.NAME: imaging.LOADED}
            await kernel.run("kept.push(0);")
            # Its libraries are still kept with it, for where the image cannot be used.
            kept = lines(await kernel.ask("save", path=path))
            assert "with their libraries" in kept[f"{length} cells"]
        assert (await kernel.run("kept.len()")).text == "3"


async def test_where_the_image_cannot_be_used_its_cells_run_again_and_that_is_said(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state"
    async with started(KERNEL) as kernel:
        await kernel.run("let x = 41;")
        await kernel.ask("save", path=str(path))
    _tell_another_kernel(path)
    async with started(KERNEL) as kernel:
        told = lines(await kernel.ask("load", path=str(path)))
        assert told[imaging.NAME].endswith("it is of another kernel of Linux")
        assert "were run again" in told["1 cell"]
        assert (await kernel.run("x + 1")).text == "42"


def _tell_another_kernel(path: Path) -> None:
    """Change what the image says it goes with, and nothing of its length."""
    state = path.read_bytes()
    key = state.index(b'"kernel": "') + len(b'"kernel": "')
    path.write_bytes(state[:key] + b"?" + state[key + 1 :])


WORKER = """
use std::io::{Read, Write}; use std::os::unix::net::UnixStream; use std::sync::mpsc;
let (given, taken) = mpsc::channel::<i32>(); let (answer, answers) = mpsc::channel::<i32>();
let worker = std::thread::spawn(move || { for x in taken { answer.send(x + 1).unwrap() } 7 });
let (mut here, mut there) = UnixStream::pair()?; let mut again = here.try_clone()?;
"""


async def test_threads_come_back_and_what_leads_from_the_process_to_itself(tmp_path: Path) -> None:
    path = str(tmp_path / "state")
    async with started(KERNEL) as kernel:
        assert (await kernel.run(WORKER)).status == "ok"
        assert (await kernel.run("given.send(1)?; answers.recv()?")).text == "2"
        assert lines(await kernel.ask("save", path=path))[imaging.NAME] == imaging.SAVED
    async with started(KERNEL) as kernel:
        assert lines(await kernel.ask("load", path=path)) == {imaging.NAME: imaging.LOADED}
        assert (await kernel.run("given.send(2)?; answers.recv()?")).text == "3"
        assert (await kernel.run("drop(given); worker.join().unwrap()")).text == "7"
        await kernel.run('again.write_all(b"ab")?; let mut two = [0u8; 2];')
        assert (await kernel.run("there.read_exact(&mut two)?; two[1]")).text == "98"
        await kernel.run('there.write_all(b"c")?;')
        assert (await kernel.run("here.read(&mut two)?; two[0]")).text == "99"


async def test_while_a_thread_computes_there_is_no_image_and_the_cells_are_kept(
    tmp_path: Path,
) -> None:
    async with started(KERNEL) as kernel:
        await kernel.run("let x = 41;")
        await kernel.run("std::thread::spawn(|| while std::hint::black_box(true) {});")
        told = lines(await kernel.ask("save", path=str(tmp_path / "state")))
        assert "a thread is computing" in told[imaging.NAME]
        assert "2 cells" in told
        await _still_answers(kernel)


async def test_a_folder_that_cannot_be_written_is_named_and_the_kernel_lives(
    tmp_path: Path,
) -> None:
    async with started(KERNEL) as kernel:
        await kernel.run("let x = 41;")
        reply = await kernel.ask("save", path=str(tmp_path / "missing" / "state"))
        assert (reply["status"], reply["ename"]) == ("error", "SnapshotError")
        assert "missing" in reply["evalue"]
        await _still_answers(kernel)


async def _still_answers(kernel: Live) -> None:
    assert (await kernel.run("x + 1")).text == "42"
