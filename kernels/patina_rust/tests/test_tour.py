"""evcxr's own tour of features, without its crates: what its cells show in evcxr's own kernel.

`python -m bench rust-tour` runs all of it in both kernels, beside each other.
"""

from __future__ import annotations

from conformance.live import Ran, started
from conformance.missing import needs_rust

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
