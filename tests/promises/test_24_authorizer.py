"""24: the authorizer is asked for each operation: to read, to write, to execute."""

from __future__ import annotations

import pytest

from patina_lab.tests.http.test_authorization import Recording
from patina_lab.tests.user import User
from tests.promises.routes import OPERATIONS, filled

ALL = {"read", "write", "execute"}


@pytest.mark.parametrize(("method", "path", "right"), OPERATIONS)
async def test_an_operation_asks_for_its_right_and_no_other_will_do(
    user: User, recorded: Recording, method: str, path: str, right: str
) -> None:
    options = {"body": "{}"} if method in ("POST", "PATCH") else {}
    recorded.allowed = ALL - {right}
    reply = await user.get(*filled(path).split("/"), method=method, **options)
    assert reply.code == 403
    assert recorded.asked == [("patina", right)]
    recorded.allowed = {right}
    reply = await user.get(*filled(path).split("/"), method=method, **options)
    assert reply.code != 403
    assert {right} == {action for _, action in recorded.asked}
