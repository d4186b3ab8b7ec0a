"""The Jupyter project's own kernel tests, where the kernel is to do as stock kernels do."""

from __future__ import annotations

import os

import jupyter_kernel_test

from conformance.languages import JAVASCRIPT, PYTHON, RUST
from conformance.missing import needs_rust


class _Quiet(jupyter_kernel_test.KernelTests):
    """They validate every message against the protocol, which knows no others."""

    @classmethod
    def setUpClass(cls) -> None:
        os.environ["PATINA_GLOBALS"] = "off"
        super().setUpClass()

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        cls.km.cleanup_resources()
        del os.environ["PATINA_GLOBALS"]


class TestPython(_Quiet):
    """All but history by range: ipykernel itself fails that one, for the same reason."""

    kernel_name = PYTHON.kernel
    language_name = PYTHON.name
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples = [{"text": "zi"}]
    complete_code_samples = ["1", "print('hello, world')"]
    incomplete_code_samples = ["print('''hello", PYTHON.incomplete]
    invalid_code_samples = [PYTHON.invalid]
    code_page_something = "zip?"
    code_generate_error = "raise ValueError('x')"
    code_execute_result = [{"code": "1+2+3", "result": "6"}]
    code_display_data = [
        {"code": "from IPython.display import HTML, display; display(HTML('<b>t</b>'))",
         "mime": "text/html"},
    ]  # fmt: skip
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")  # type: ignore[assignment]
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"


class TestJavaScript(_Quiet):
    """There is no pager, and no history of earlier kernels."""

    kernel_name = JAVASCRIPT.kernel
    language_name = JAVASCRIPT.name
    file_extension = ".js"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [{"text": "parseI", "matches": {"parseInt"}}]
    complete_code_samples = ["1", "console.log('hello, world')"]
    incomplete_code_samples = ["console.log(`hello", JAVASCRIPT.incomplete]
    invalid_code_samples = [JAVASCRIPT.invalid]
    code_generate_error = "throw new RangeError('x')"
    code_execute_result = [{"code": "1+2+3", "result": "6"}]
    code_display_data = [{"code": "display(html`<b>t</b>`)", "mime": "text/html"}]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")  # type: ignore[assignment]
    code_inspect_sample = "parseInt"


@needs_rust
class TestRust(_Quiet):
    """There is no pager, and no history of earlier kernels."""

    kernel_name = RUST.kernel
    language_name = RUST.name
    file_extension = ".rs"
    code_hello_world = 'println!("hello, world")'
    code_stderr = 'eprintln!("test")'
    completion_samples = [{"text": "Ve", "matches": {"Vec"}}]
    complete_code_samples = ["1", 'println!("hello, world")']
    incomplete_code_samples = ['println!("hello', RUST.incomplete]
    invalid_code_samples = [RUST.invalid]
    code_generate_error = 'let x: i32 = "a";'
    code_execute_result = [{"code": "1+2+3", "result": "6"}]
    code_display_data = [
        {"code": 'patina_html("<b>t</b>"); println!();', "mime": "text/html"},
    ]  # fmt: skip
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")  # type: ignore[assignment]
    code_inspect_sample = "println"


del _Quiet  # it is no test of its own
