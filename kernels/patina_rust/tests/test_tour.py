"""evcxr's own tour of features, without its crates: what its cells show in evcxr's own kernel.

`python -m bench rust-tour` runs all of it in both kernels, beside each other.
"""

from __future__ import annotations

from pathlib import Path

from conformance.live import Ran, started
from conformance.missing import needs_rust

from bench.rust_tour import Said, outputs, told_by_both

FIB = "pub fn fib(x: i32) -> i32 {{\n    if x <= 2 {{{first}}} else {{fib(x - 2) + fib(x - 1)}}\n}}"
MATRIX = """use std::fmt::Debug;
pub struct Matrix<T> {pub values: Vec<T>, pub row_size: usize}
impl<T: Debug> Matrix<T> {
    pub fn evcxr_display(&self) {
        let mut html = String::new();
        for row in self.values.chunks(self.row_size) {
            html.push_str(&format!("<tr>{:?}</tr>", row));
        }
        println!("EVCXR_BEGIN_CONTENT text/html\\n{}\\nEVCXR_END_CONTENT", html);
    }
}"""


def _results(ran: Ran) -> list[dict[str, str]]:
    return [shown["data"] for shown in ran.of("execute_result")]


@needs_rust
async def test_the_tour_shows_what_it_shows_in_evcxrs_own_kernel() -> None:
    async with started("patina-rust") as kernel:
        hello = 'println!("Hello world");\neprintln!("Hello error");\nformat!("Hello {}", "world")'
        ran = await kernel.run(hello)
        streams = {stream["name"]: stream["text"] for stream in ran.of("stream")}
        assert streams == {"stdout": "Hello world\n", "stderr": "Hello error\n"}
        assert _results(ran) == [{"text/plain": '"Hello world"'}]

        await kernel.run('let mut message = "Hello ".to_owned();\n' + FIB.format(first=0))
        ran = await kernel.run('message.push_str("world!");\n(1..5).map(fib).collect::<Vec<i32>>()')
        assert _results(ran) == [{"text/plain": "[0, 0, 0, 0]"}]
        # A function is defined again.
        ran = await kernel.run(FIB.format(first=1) + "\n(message, fib(12))")
        assert _results(ran) == [{"text/plain": '("Hello world!", 144)'}]

        await kernel.run(f"{MATRIX}\nlet m = Matrix {{values: vec![1,2,3,4], row_size: 2}};")
        assert _results(await kernel.run("m")) == [{"text/html": "<tr>[1, 2]</tr><tr>[3, 4]</tr>"}]
        ran = await kernel.run('let mut s = String::new();\ns.push_str(format!("foo {}", 42));')
        assert "mismatched types" in ran.reply["evalue"]
        assert "m: " in (await kernel.run(":vars")).of("execute_result")[0]["data"]["text/plain"]


def _pictures(folder: Path) -> str:
    """Make a crate as evcxr_image is one: it shows, by a trait of its own, what is Debug, too."""
    (folder / "src").mkdir(parents=True)
    manifest = '[package]\nname = "pictures"\nversion = "0.1.0"\nedition = "2024"\n'
    (folder / "Cargo.toml").write_text(manifest)
    (folder / "src" / "lib.rs").write_text(
        """pub trait Show { fn evcxr_display(&self); }
#[derive(Debug)] pub struct Picture<T>(pub Vec<T>);
impl Show for Picture<u8> {
    fn evcxr_display(&self) {
        println!("EVCXR_BEGIN_CONTENT image/png\\n{}\\nEVCXR_END_CONTENT", self.0.len())
    }
}
"""
    )
    return f':dep pictures = {{ path = "{folder}" }}'


@needs_rust
async def test_what_a_crate_shows_by_its_own_trait_is_shown_so_and_the_rest_by_debug(
    tmp_path: Path,
) -> None:
    async with started("patina-rust") as kernel:
        code = "use pictures::{Picture, Show};\nPicture((1..4).map(|x| 80 * x).collect())"
        ran = await kernel.run(f"{_pictures(tmp_path / 'pictures')}\n{code}")
        assert _results(ran) == [{"image/png": "3"}]
        assert _results(await kernel.run("Picture(vec![1i32])")) == [{"text/plain": "Picture([1])"}]
        wrong = await kernel.run("let two = 2; (Picture(vec![1u8]), two.nothing)")
        assert "doesn't have fields" in wrong.reply["evalue"]


def test_what_only_our_kernel_says_is_no_difference_and_an_error_of_both_is_none() -> None:
    ours: Said = [
        ("error", {"ename": "CompilationError", "evalue": "mismatched types", "traceback": []}),
        ("stream", {"name": "stderr", "text": "[Patina] a hint"}),
        ("error", {"ename": "Error", "evalue": "the cell returned an error", "traceback": []}),
    ]
    theirs: Said = [("error", {"ename": "Error", "evalue": "mismatched types", "traceback": []})]
    assert outputs(told_by_both(ours), "f()") == outputs(theirs, "f()")
    assert outputs(told_by_both(ours), "f()") != outputs([], "f()")
