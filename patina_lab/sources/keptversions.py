"""Versions of a notebook that its file will not have: kept beside it, and said to be."""

from __future__ import annotations

import errno
from pathlib import PurePosixPath

from patina_lab.sources import sourcenotices as words
from patina_lab.sources.backups import Backups, Kind
from patina_lab.sources.notices import Notices, NotSavedError
from patina_lab.sources.place import Place
from patina_lab.text import Text, verbatim
from patina_lab.text import gettext as _


class KeptVersions:
    """Those of one notebook."""

    def __init__(self, place: Place, notices: Notices) -> None:
        self._place, self._notices = place, notices
        self._backups = Backups()

    async def keep(self, text: str, kind: Kind) -> str:
        """Keep a version; return where, below the server's root. Raises OSError."""
        place = self._place
        if place.is_elsewhere:
            raise OSError(errno.EROFS, "Another server has the notebook", place.path)
        name = await self._backups.keep(place.file, text, kind)
        return PurePosixPath(place.path).with_name(name).as_posix()

    async def back_up(self, text: str, why: Text) -> None:
        """Keep what cannot be merged. Raises NotSavedError; both is said in a notice."""
        try:
            kept = await self.keep(text, "unsynced")
        except OSError as error:
            self._notices.note(words.no_backup(self._place.path, error))
            raise NotSavedError(verbatim(error)) from error
        self._notices.retract("backup")
        self._notices.note(words.backup(self._place.path, kept, why))

    async def keep_theirs(self) -> None:
        """Keep what the file has, before it is written over. Raises NotSavedError."""
        try:
            await self._backups.copy(self._place.file)
        except OSError as error:
            reason = _("What is there could not be kept in a file beside it: %1", error)
            raise NotSavedError(reason) from error
