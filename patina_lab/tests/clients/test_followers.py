"""The Y room of the runs document, by itself."""

import asyncio

from patina_lab.clients.followers import Followers
from patina_lab.document.runs import RunsDocument
from patina_lab.tasks import Tasks


async def test_a_room_that_is_closed_leaves_nothing_open() -> None:
    document, tasks = RunsDocument("n", "e"), Tasks()
    followers = Followers(document.ydoc, tasks)
    await followers.start()
    document.set_saved(b"x")
    sending = followers._room._update_send_stream
    await followers.stop()
    await tasks.close()
    assert sending.statistics().open_send_streams == 0
    document.set_saved(b"y")
    await asyncio.sleep(0)
