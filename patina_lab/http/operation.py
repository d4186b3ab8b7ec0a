"""What every front door does: who may come in, what was said, what is answered.

`@operation` parses the body, asks Jupyter's authorizer, calls the method and writes its result;
what it is told is also what the OpenAPI document says.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from inspect import isawaitable
from typing import Any, Literal

import msgspec
from jupyter_server.auth.decorator import authorized
from jupyter_server.auth.identity import User
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from patina_lab import wire
from patina_lab.problem import PatinaProblem, bad_request, of_disk
from patina_lab.text import gettext as _
from patina_lab.text import verbatim
from patina_lab.usecases.service import Service

RESOURCE = "patina"
MAX_BODY_BYTES = 16 * 2**20
Action = Literal["read", "write", "execute"]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a method of a resource takes, returns, and asks of the authorizer."""

    action: Action
    body: Any = None
    reply: Any = None
    status: HTTPStatus = HTTPStatus.OK
    query: tuple[str, ...] = ()


class PatinaHandler(APIHandler):
    """A front door. Replies are JSON; so are errors: {"message", "reason", "hint"}."""

    auth_resource = RESOURCE

    def initialize(self, service: Service) -> None:
        """Receive what does the work."""
        self.service = service

    @property
    def user_name(self) -> str:
        """The name of who asks, as outputs show it."""
        return shown_name(self.current_user)

    def skip_check_origin(self) -> bool:
        """Refuse a page of another origin also when it has a token."""
        return False

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse other origins before anything else."""
        if not self.check_origin():
            raise HTTPError(403, "A page of another origin may not ask this")
        await super().prepare()

    def refuse(self, problem: PatinaProblem) -> None:
        """Answer that it cannot be done."""
        self.set_status(problem.status)
        self.write_error(problem.status, exc_info=(type(problem), problem, None))

    def write_error(self, status_code: int, **details: Any) -> None:
        """Answer with what happened, why, and what to do."""
        error = details.get("exc_info", (None, None, None))[1]
        self.finish(msgspec.json.encode(problem_of(status_code, error)))


def problem_of(status: int, error: BaseException | None) -> wire.Problem:
    """Return what a client is told of an error."""
    match error:
        case PatinaProblem():
            return wire.Problem(message=error.message, reason=error.reason, hint=error.hint)
        case HTTPError():  # in Jupyter's words
            phrase = HTTPStatus(status).phrase
            return wire.Problem(message=error.log_message or phrase, reason=error.reason or phrase)
        case _:
            return wire.Problem(
                message=_("Something went wrong in the server"),
                reason=verbatim(type(error).__name__),
                hint=_("The server's log has the details."),
            )


def shown_name(user: User) -> str:
    """Return the name of a person, as outputs show it."""
    return str(user.display_name or user.name or user.username)


def operation(
    action: Action,
    *,
    body: Any = None,
    reply: Any = None,
    status: HTTPStatus = HTTPStatus.OK,
    query: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Awaitable[None]]]:
    """Make a method answer requests: it gets the path's parts (and the body), returns the reply.

    `query` names what the method reads from the query itself; all of it may be left out.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Awaitable[None]]:
        @functools.wraps(method)
        async def answer(self: PatinaHandler, *parts: str) -> None:
            try:
                arguments = [*parts] if body is None else [*parts, _parsed(self, body)]
                result = method(self, *arguments)
                result = await result if isawaitable(result) else result
            except (PatinaProblem, OSError) as error:
                problem = of_disk(error) if isinstance(error, OSError) else error
                self.refuse(problem)
                return
            self.set_status(status)
            if isinstance(result, bytes):
                self.finish(result, set_content_type="application/octet-stream")
            else:
                self.finish(
                    None if result is None else msgspec.json.encode(result, enc_hook=wire.plainly)
                )

        guarded: Any = authorized(action, resource=RESOURCE)(answer)
        guarded.operation = Operation(action, body, reply, status, query)
        return guarded  # type: ignore[no-any-return]

    return decorate


def _parsed(handler: PatinaHandler, shape: Any) -> Any:
    data = handler.request.body
    if len(data) > MAX_BODY_BYTES:
        raise PatinaProblem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            _("The request is too large"),
            _("%1 bytes; at most %2", len(data), MAX_BODY_BYTES),
            _("Ask for less at once."),
        )
    try:
        return msgspec.json.decode(data or b"{}", type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(
            _("The request could not be understood"),
            verbatim(error),
            _("docs/reference/api.md has the shapes."),
        ) from error
