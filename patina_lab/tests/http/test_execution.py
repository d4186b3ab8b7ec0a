"""Running cells, over real sockets with a real kernel."""

from patina_lab.tests.user import User, hash_of, text_of


async def test_a_cell_runs_and_its_results_are_kept(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("print('hello')\n6 * 7")
    run = await user.start(notebook["id"])
    (ran,) = await user.ran(run, cell)
    assert ran["status"] == "succeeded"
    assert ran["source_hash"] == hash_of("print('hello')\n6 * 7")
    assert text_of(ran) == "hello\n42"
