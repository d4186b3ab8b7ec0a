"""20: bytes of outputs belong to a notebook; to know a hash is not to have access."""

from __future__ import annotations

from typing import Any

import pytest

from patina_lab.tests.user import User

LARGE = "from IPython.display import HTML\nHTML('<script>canary()</script>' + 'x' * 10_000)"


async def _blob(user: User, path: str) -> tuple[str, str, str]:
    """Make a notebook with a blob; return its id, its run, and the hash."""
    notebook = await user.create(path)
    (cell,) = await user.write(LARGE, path=path)
    run = await user.start(notebook["id"])
    cells = await user.ran(run, cell)
    return notebook["id"], run, cells[0]["outputs"][0]["data"]["text/html"]["blob"]


async def _get(user: User, notebook: str, name: str, **options: Any) -> Any:
    return await user.get("api", "patina", "notebooks", notebook, "blobs", name, **options)


async def test_a_hash_opens_nothing_in_another_notebook_and_nothing_to_strangers(
    user: User,
) -> None:
    one, run, name = await _blob(user, "one.tsnb")
    other = (await user.create("other.tsnb"))["id"]
    assert (await _get(user, one, name)).code == 200
    assert (await _get(user, one, name, headers={"Authorization": ""})).code == 403
    for notebook in (other, "x", "..", "%2e%2e", one.upper()):
        reply = await _get(user, notebook, name)
        assert reply.code == 404
        assert b"canary" not in reply.body
    await user.ask("DELETE", f"runs/{run}")
    assert (await _get(user, one, name)).code == 404


async def test_only_a_hash_names_a_blob(user: User) -> None:
    notebook, _, name = await _blob(user, "one.tsnb")
    secret = user.folder("one.tsnb") / "blobs" / name[:2] / "secret"
    secret.write_bytes(b"secret")
    names = (name[:-1], f"{name}0", name.upper(), f"{name}\n", f" {name}", "secret", name[:2], "..")
    for bad in names:
        reply = await _get(user, notebook, bad)
        assert reply.code == 404, bad
        assert b"secret" not in reply.body.replace(b"'secret'", b"")


async def test_bytes_that_are_not_what_their_name_says_are_not_served(user: User) -> None:
    notebook, _, name = await _blob(user, "one.tsnb")
    (file,) = user.folder("one.tsnb").glob(f"blobs/*/{name}")
    file.write_bytes(b"<script>other()</script>")
    reply = await _get(user, notebook, name)
    assert reply.code >= 400
    assert b"other" not in reply.body


@pytest.mark.parametrize("is_open_to_all", [False, True])
async def test_a_blob_that_is_opened_as_a_page_can_do_nothing(
    user: User, is_open_to_all: bool
) -> None:
    notebook, _, name = await _blob(user, "one.tsnb")
    if is_open_to_all:
        user.serverapp.web_app.settings["allow_origin"] = "*"
    headers = (await _get(user, notebook, name)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "application/octet-stream"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;")
    assert "allow-" not in policy
    assert "Access-Control-Allow-Origin" not in headers
    assert "Access-Control-Allow-Credentials" not in headers
