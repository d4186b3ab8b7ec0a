"""The Jupyter project's own kernel tests, where the kernel is to do as stock kernels do."""

from __future__ import annotations

import os

import jupyter_kernel_test

from conformance.languages import PYTHON


class TestPython(jupyter_kernel_test.KernelTests):
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

    @classmethod
    def setUpClass(cls) -> None:
        # These tests validate every message against the protocol, which knows no others.
        os.environ["PATINA_GLOBALS"] = "off"
        super().setUpClass()

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        cls.km.cleanup_resources()
        del os.environ["PATINA_GLOBALS"]
