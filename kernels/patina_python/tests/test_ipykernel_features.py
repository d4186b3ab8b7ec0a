"""What ipykernel 7 does, still works."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.languages import PYTHON, Language
from conformance.live import Live


@pytest.fixture
def language() -> Language:
    return PYTHON


async def _text(kernel: Live, code: str, **how: Any) -> str:
    ran = await kernel.run(code, **how)
    assert ran.status == "ok", ran.text
    return ran.text


def _send(kernel: Live, kind: str, content: dict[str, Any], **how: Any) -> str:
    message = kernel.client.session.msg(kind, content)
    message["header"].update(how.pop("header", {}))
    kernel.client.session.send(kernel.client.shell_channel.socket, message, **how)
    return str(message["header"]["msg_id"])


async def test_top_level_await_and_a_loop_that_goes_on(kernel: Live) -> None:
    await _text(kernel, "import asyncio; t = asyncio.create_task(asyncio.sleep(.05, 'done'))")
    assert await _text(kernel, "await t") == "'done'"


async def test_an_awaiting_cell_is_interrupted(kernel: Live) -> None:
    request = kernel.send("import asyncio; print('on', flush=True); await asyncio.sleep(60)")
    await kernel.said("stream", request)
    await kernel.manager.interrupt_kernel()
    assert (await kernel.outcome(request)).status == "error"


async def test_getpass(kernel: Live) -> None:
    request = kernel.send("import getpass; print(getpass.getpass())", allow_stdin=True)
    question = await kernel.client.get_stdin_msg(timeout=20)
    assert question["content"]["password"] is True
    kernel.client.input("secret")
    assert (await kernel.outcome(request)).text == "secret\n"


async def test_output_of_programs_and_of_c(kernel: Live) -> None:
    code = (
        "import os, ctypes, subprocess; os.write(1, b'raw\\n'); ctypes.CDLL(None).puts(b'puts')\n"
        "ctypes.CDLL(None).fflush(None); subprocess.run('echo out; echo err >&2', shell=True)\n"
        "!echo shell"
    )
    text = await _text(kernel, code)
    assert all(word in text for word in ("raw", "puts", "out", "err", "shell"))


async def test_a_widget_takes_what_the_page_sends(kernel: Live) -> None:
    pytest.importorskip("ipywidgets")
    ran = await kernel.run("import ipywidgets as w; s = w.IntSlider(3); display(s); s.comm.comm_id")
    data = ran.of("display_data")[0]["data"]
    assert "application/vnd.jupyter.widget-view+json" in data
    content = {"method": "update", "state": {"value": 42}, "buffer_paths": []}
    comm = ran.of("execute_result")[0]["data"]["text/plain"].strip("'")
    _send(kernel, "comm_msg", {"comm_id": comm, "data": content})
    assert await _text(kernel, "s.value") == "42"
    waiting = kernel.send("import asyncio\nwhile s.value != 7: await asyncio.sleep(.01)\ns.value")
    await kernel.running(waiting)
    _send(kernel, "comm_msg", {"comm_id": comm, "data": {**content, "state": {"value": 7}}})
    assert (await kernel.outcome(waiting)).text == "7"


async def test_buffers_of_comms_are_carried_both_ways(kernel: Live) -> None:
    code = """
import comm
got = []
def target(c, message):
    c.on_msg(lambda m: got.append([len(b) for b in m['buffers']]))
    c.send({}, buffers=[b'x' * 300_000])
comm.get_comm_manager().register_target('t', target)"""
    await _text(kernel, code)
    _send(kernel, "comm_open", {"comm_id": "c", "target_name": "t", "data": {}})
    message = await kernel.iopub(lambda message: message["msg_type"] == "comm_msg")
    assert [len(bytes(buffer)) for buffer in message["buffers"]] == [300_000]
    _send(kernel, "comm_msg", {"comm_id": "c", "data": {}}, buffers=[b"z" * 200_000])
    assert await _text(kernel, "got") == "[[200000]]"


async def test_displays_are_updated_by_their_id(kernel: Live) -> None:
    ran = await kernel.run("h = display('a', display_id='d'); h.update('b')")
    assert ran.of("display_data")[0]["transient"] == {"display_id": "d"}
    assert ran.of("update_display_data")[0]["data"]["text/plain"] == "'b'"


async def test_twenty_megabytes_arrive(kernel: Live) -> None:
    ran = await kernel.run("display({'text/plain': 'x' * 20_000_000}, raw=True)")
    assert len(ran.text) == 20_000_000


async def test_payloads_and_user_expressions(kernel: Live) -> None:
    ran = await kernel.run("get_ipython().set_next_input('next')", user_expressions={"a": "1 + 1"})
    assert ran.reply["payload"][0]["source"] == "set_next_input"
    assert ran.reply["user_expressions"]["a"]["data"]["text/plain"] == "2"


async def test_threads_and_processes_print_into_their_cell(kernel: Live) -> None:
    request = kernel.send(
        "import threading, time, multiprocessing as mp\n"
        "p = mp.get_context('fork').Process(target=print, args=('from a process',))\n"
        "p.start(); p.join()\n"
        "threading.Thread(target=lambda: (time.sleep(.3), print('late'))).start()"
    )
    assert "from a process" in (await kernel.outcome(request)).text
    assert (await kernel.said("stream", request))["text"] == "late\n"


async def test_output_without_an_end_of_line_does_not_wait_for_the_cell(kernel: Live) -> None:
    request = kernel.send("import time; print('abc', end=''); time.sleep(60)")
    assert (await kernel.said("stream", request))["text"] == "abc"


async def test_magics(kernel: Live) -> None:
    assert "loop" in await _text(kernel, "%%timeit -n 1 -r 1\n1")
    assert "x" in await _text(kernel, "x = 1\n%who")


async def test_subshells_run_beside_a_cell_and_survive_a_fork(kernel: Live) -> None:
    shell = (await kernel.ask("create_subshell_request"))["subshell_id"]
    busy = kernel.send("import time\nwhile 'beside' not in globals(): time.sleep(0.01)")
    await kernel.running(busy)
    content = {"code": "beside = 5", "silent": False, "store_history": False, "allow_stdin": False}
    request = _send(kernel, "execute_request", content, header={"subshell_id": shell})
    assert (await kernel.shell_reply(request))["content"]["status"] == "ok"
    assert (await kernel.shell_reply(busy))["content"]["status"] == "ok"
    assert (await kernel.ask("fork"))["status"] == "ok"
    request = _send(kernel, "execute_request", content, header={"subshell_id": shell})
    assert (await kernel.shell_reply(request))["content"]["status"] == "ok"
    assert (await kernel.ask("list_subshell_request"))["subshell_id"] == [shell]
    assert (await kernel.ask("delete_subshell_request", subshell_id=shell))["status"] == "ok"
    assert await _text(kernel, "beside") == "5"


async def _debug(kernel: Live, number: int, command: str, **arguments: Any) -> dict[str, Any]:
    return await kernel.ask(
        "debug_request", type="request", seq=number, command=command, arguments=arguments
    )


async def test_the_debugger_stops_at_a_breakpoint(kernel: Live) -> None:
    pytest.importorskip("debugpy")
    adapter = {"clientID": "test", "adapterID": "", "linesStartAt1": True, "pathFormat": "path"}
    assert (await _debug(kernel, 1, "initialize", **adapter))["success"]
    assert (await _debug(kernel, 2, "attach"))["success"]
    code = "def f(n):\n    n += 1\n    return n\nf(41)"
    path = (await _debug(kernel, 3, "dumpCell", code=code))["body"]["sourcePath"]
    points = {"source": {"path": path}, "breakpoints": [{"line": 3}], "sourceModified": False}
    assert (await _debug(kernel, 4, "setBreakpoints", **points))["body"]["breakpoints"][0][
        "verified"
    ]
    assert (await _debug(kernel, 5, "configurationDone"))["success"]
    request = kernel.send(code)
    stopped = await kernel.iopub(lambda message: message["content"].get("event") == "stopped")
    thread = stopped["content"]["body"]["threadId"]
    frames = (await _debug(kernel, 6, "stackTrace", threadId=thread))["body"]["stackFrames"]
    assert frames[0]["line"] == 3
    await _debug(kernel, 7, "continue", threadId=thread)
    assert (await kernel.outcome(request)).text == "42"
    assert (await _debug(kernel, 8, "disconnect", restart=False))["success"]
    assert await _text(kernel, "1 + 1") == "2"
