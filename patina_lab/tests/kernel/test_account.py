"""The account of what a kernel says: once, in order, and on, whatever cannot be had."""

from __future__ import annotations

import pytest

from patina_lab.kernel.account import POSITION, Account, Kept, Message


class Kernel:
    """What a kernel has kept, and whether it tells."""

    def __init__(self) -> None:
        self.kept: list[Message] = []
        self.refuses = False
        self.dealt: list[int] = []
        self.account = Account(self._ask, self._deal)
        self.account.begin(0)

    async def _ask(self, position: int) -> Kept:
        if self.refuses:
            raise OSError("the disk is full")
        later = [message for message in self.kept if message["position"] > position]
        return Kept(later, len(self.kept), more=False)

    def _deal(self, message: Message) -> None:
        self.dealt.append(message.get("position") or message["metadata"][POSITION])

    def says(self, *positions: int) -> None:
        for at in positions:
            self.account.take({"metadata": {POSITION: at}})

    def has_kept(self, *positions: int) -> None:
        self.kept = [{"position": at, "metadata": {}} for at in positions]


async def test_what_cannot_be_asked_for_is_missing_and_what_follows_is_heard() -> None:
    kernel = Kernel()
    kernel.refuses = True
    with pytest.raises(OSError, match="full"):
        await kernel.account.catch_up()
    kernel.says(1, 2)
    kernel.account.give_up(5)
    kernel.says(4, 6)
    assert kernel.dealt == [1, 2, 6]
    assert kernel.account.missed() == 3


async def test_what_could_not_be_asked_for_is_asked_for_again_by_the_next_message() -> None:
    kernel = Kernel()
    kernel.refuses = True
    with pytest.raises(OSError, match="full"):
        await kernel.account.catch_up()
    kernel.refuses = False
    kernel.has_kept(1, 2, 3)
    kernel.says(3)
    await kernel.account.heard(3)
    assert kernel.dealt == [1, 2, 3]
    assert kernel.account.missed() == 0


async def test_after_the_end_nothing_is_dealt_with_or_counted_as_heard() -> None:
    kernel = Kernel()
    kernel.says(1)
    kernel.account.close()
    kernel.says(2, 5)
    assert kernel.dealt == [1]
    assert kernel.account.position == 1
