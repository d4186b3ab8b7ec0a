"""A request that cannot be done, explained: what happened, why, and what to do."""

from __future__ import annotations

import errno
from http import HTTPStatus

from patina_lab.model.undoing import NoWay


class PatinaProblem(Exception):  # noqa: N818 (as on the wire)
    """What becomes the error reply {"message", "reason", "hint"} with a status."""

    def __init__(self, status: HTTPStatus, message: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{message}: {reason}")
        self.status, self.message, self.reason, self.hint = status, message, reason, hint


def bad_request(message: str, reason: str, hint: str = "") -> PatinaProblem:
    """Return a problem with the request itself."""
    return PatinaProblem(HTTPStatus.BAD_REQUEST, message, reason, hint)


def forbidden(message: str, reason: str, hint: str = "") -> PatinaProblem:
    """Return something that is not done before a person has agreed."""
    return PatinaProblem(HTTPStatus.FORBIDDEN, message, reason, hint)


def not_found(message: str, reason: str, hint: str = "") -> PatinaProblem:
    """Return the absence of what the request names."""
    return PatinaProblem(HTTPStatus.NOT_FOUND, message, reason, hint)


def conflict(message: str, reason: str, hint: str = "") -> PatinaProblem:
    """Return a state in which the request cannot be done."""
    return PatinaProblem(HTTPStatus.CONFLICT, message, reason, hint)


def impossible(no: NoWay) -> PatinaProblem:
    """Return what the model says cannot be done now."""
    return conflict(no.message, no.reason, no.hint)


def of_disk(error: OSError) -> PatinaProblem:
    """Return what the disk refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PatinaProblem(
            HTTPStatus.INSUFFICIENT_STORAGE, "The disk is full", str(error), "Free space on it."
        )
    if error.errno == errno.ENAMETOOLONG:
        return bad_request("That name is too long", "The disk takes no such name", "Shorten it.")
    return PatinaProblem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The disk refused what was asked",
        str(error),
        "Is the folder writable for the server?",
    )
