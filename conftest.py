"""Fixtures of every test: a Jupyter server of its own for each test that asks for one."""

pytest_plugins = ["pytest_jupyter.jupyter_server"]
