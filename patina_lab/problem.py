"""A request that cannot be done, explained: what happened, why, and what to do."""

from __future__ import annotations

import errno
from http import HTTPStatus

from patina_lab.model.undoing import NoWay
from patina_lab.text import Text, said_by
from patina_lab.text import gettext as _


class PatinaProblem(Exception):  # noqa: N818 (as on the wire)
    """What becomes the error reply {"message", "reason", "hint", "wording"} with a status."""

    def __init__(self, status: HTTPStatus, message: Text, reason: Text, hint: Text) -> None:
        super().__init__(f"{message}: {reason}")
        self.status, self.message, self.reason, self.hint = status, message, reason, hint


def bad_request(message: Text, reason: Text, hint: Text) -> PatinaProblem:
    """Return a problem with the request itself."""
    return PatinaProblem(HTTPStatus.BAD_REQUEST, message, reason, hint)


def forbidden(message: Text, reason: Text, hint: Text) -> PatinaProblem:
    """Return something that is not done before a person has agreed."""
    return PatinaProblem(HTTPStatus.FORBIDDEN, message, reason, hint)


def not_found(message: Text, reason: Text, hint: Text) -> PatinaProblem:
    """Return the absence of what the request names."""
    return PatinaProblem(HTTPStatus.NOT_FOUND, message, reason, hint)


def conflict(message: Text, reason: Text, hint: Text) -> PatinaProblem:
    """Return a state in which the request cannot be done."""
    return PatinaProblem(HTTPStatus.CONFLICT, message, reason, hint)


def impossible(no: NoWay) -> PatinaProblem:
    """Return what the model says cannot be done now."""
    return conflict(no.message, no.reason, no.hint)


def of_disk(error: OSError) -> PatinaProblem:
    """Return what the disk refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PatinaProblem(
            HTTPStatus.INSUFFICIENT_STORAGE,
            _("The disk is full"),
            said_by(error),
            _("Free space on it."),
        )
    if error.errno == errno.ENAMETOOLONG:
        reason = _("The disk takes no such name")
        return bad_request(_("That name is too long"), reason, _("Shorten it."))
    return PatinaProblem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("The disk refused what was asked"),
        said_by(error),
        _("Is the folder writable for the server?"),
    )
