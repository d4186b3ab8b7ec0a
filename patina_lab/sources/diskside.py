"""A document and its file, kept together: either may change, and neither is lost."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from patina_lab.document.errors import TsnbError
from patina_lab.document.ytsnb import YTsnb
from patina_lab.sources import sourcenotices as words
from patina_lab.sources.history import History, Taken
from patina_lab.sources.keptversions import KeptVersions
from patina_lab.sources.notices import Notices, NotSavedError
from patina_lab.sources.place import Place
from patina_lab.sources.reconciling import (
    Become,
    OtherNotebook,
    Outcome,
    Same,
    Unreadable,
    nearest,
    reconcile,
)
from patina_lab.sources.remembering import Remembering
from patina_lab.sources.sourcefile import ChangedError, SourceFile, Stamp, is_read_only
from patina_lab.text import Text
from patina_lab.text import gettext as _

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.5
"""How often the file is looked at. Twice the same, and it is at rest."""
RETRY_SECONDS = 3.0
"""How long until what the disk refused is tried again."""
_ATTEMPTS = 5
_AWAY = _("The file was changed while the server was away, and what it was before is not known")


class DiskSide:
    """Keeps one document and its file together.

    `agreed` is the text that both last had in common: what differs from it on either side was
    changed there, and what is remembered over a crash.
    """

    def __init__(
        self,
        place: Place,
        document: YTsnb,
        notices: Notices,
        history: History,
    ) -> None:
        self.place, self.notices = place, notices
        self.on_moved: Callable[[str, str], None] = lambda _old, _new: None
        self._document = document
        self._agreed: str | None = None
        self._tried: str | None = None
        """What is being written, or was, as long as it is not known how that ended."""
        self._seen: Stamp | None = None
        self._glimpsed: Stamp | None = None
        self._edits = 0
        self._retry_at: float | None = None
        self._turn = asyncio.Lock()
        self._kept = KeptVersions(place, notices)
        self.remembering = Remembering(history, lambda: place.file, lambda: not place.is_elsewhere)

    @property
    def _path(self) -> str:
        return self.place.path

    @property
    def _file(self) -> SourceFile:
        return self.place.file

    @property
    def is_waiting(self) -> bool:
        """Whether the file is to be saved as soon as its disk takes it.

        Where it is read-only, that may be never; the history has the edits then.
        """
        is_kept = self.remembering.history is not None and "read-only" in self.notices
        return self._retry_at is not None and not is_kept

    def edited(self) -> None:
        """Take note that the document has changed."""
        self._edits += 1

    # What the file says.

    async def look_first(self) -> None:
        """Remember the state of the file, before it is read for the first time. Raises OSError."""
        self._seen = await asyncio.to_thread(self._file.stamp)

    async def begin(self, text: str) -> None:
        """Take the document for what the file says: it was made of it."""
        self._agreed = text
        await self.remembering.begin()
        await self._remember()
        await self.place.look_at_permissions()

    async def go_on(self, text: str) -> None:
        """Bring a document of before a restart, and what the file says now, together."""
        self._agreed = nearest(await self.remembering.agreed(), text)
        try:
            await self._take(await self._reconciled(text), text)
        except (NotSavedError, OSError) as error:
            # What the file says has not been met: that is tried again, and nothing is written.
            log.warning("What %s says is not taken yet: %s", self._path, error)
            self._seen = None
        await self._remember()
        await self.place.look_at_permissions()

    async def differs(self) -> bool:
        """Whether the document says what the file does not."""
        return await self._document.aget() != self._agreed

    async def watch(self) -> None:
        """Look at the file again and again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except Exception:
                log.exception("Looking at %s failed", self._path)

    async def _look(self) -> None:
        """Take what has changed on disk, once it is at rest; try again what was refused."""
        async with self._turn:
            await self.remembering.tidy()
            stamp = await asyncio.to_thread(self._file.stamp)
            if stamp != self._seen:
                if stamp == self._glimpsed:
                    with suppress(NotSavedError), self._saying_why():
                        await self._meet(stamp)
                self._glimpsed = stamp
                return
            self.notices.retract("gone")
        time = asyncio.get_running_loop().time()
        if self._retry_at is not None and time >= self._retry_at:
            self._retry_at = None
            await self._try_again()

    async def _meet(self, stamp: Stamp | None) -> None:
        """Bring document and file together, after the file has changed. Raises NotSavedError."""
        if stamp is None:
            await self._missed()
            return
        try:
            text = await asyncio.to_thread(self._file.read)
        except TsnbError as error:
            self.notices.note(words.unreadable(self._path, error))
        except OSError as error:
            log.warning("%s cannot be read: %s", self._path, error)
            return
        else:
            if text == self._tried:
                # Ours: of a save that failed at its end, or was given up.
                self._agreed = text
            # Where that fails, the file stays one that has not been met, and is never written over.
            await self._take(await self._reconciled(text), text)
            await self._remember()
        self._seen = stamp
        self.notices.retract("gone")

    async def _meet_at_rest(self) -> None:
        stamp = await asyncio.to_thread(self._file.stamp)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            again = await asyncio.to_thread(self._file.stamp)
            if stamp == again:
                break
            stamp = again
        await self._meet(stamp)

    async def _reconciled(self, text: str) -> Outcome:
        """Say what becomes of the document; nothing was edited since when this returns."""
        for _attempt in range(_ATTEMPTS):
            edits = self._edits
            ours = await self._document.aget()
            outcome = await asyncio.to_thread(reconcile, self._agreed, ours, text)
            if edits == self._edits:
                return outcome
        return reconcile(self._agreed, self._document.get(), text)

    async def _take(self, outcome: Outcome, text: str) -> None:
        """Do what was decided about a text that the file has.

        Raises NotSavedError, and does nothing, where what would be lost cannot be kept; OSError
        where what the document becomes cannot be.
        """
        match outcome:
            case Unreadable(error) if not self._document.problem:
                self.notices.note(words.unreadable(self._path, error))
                return
            case OtherNotebook():
                await self._meet_other_notebook()
                return
            case Unreadable():
                # It could not be read before, either: the document only says so.
                await self._become(text, text)
            case Become(become, conflicts, lost):
                if lost:
                    await self._keep_ours(_AWAY)
                await self._become(become, text)
                self._note_conflicts(conflicts)
            case Same():
                pass
        self._agreed, self._tried = text, None
        self.notices.retract("unreadable", "other notebook")

    async def _meet_other_notebook(self) -> None:
        try:
            kept = await self._kept.keep(await self._document.aget(), "kept")
        except OSError as error:
            log.warning("%s is kept in the page only: %s", self._path, error)
            kept = None
        self.notices.note(words.other_notebook(self._path, kept))

    async def _become(self, become: str, text: str) -> None:
        """Have the document say something, since that is the file's text. Raises OSError.

        Not before it is kept: the next server would do it once more by an edit of its own, and who
        has seen this one would bring it back.
        """
        taken = Taken(text, await self._document.edit_to(become))
        await self.remembering.take(taken)
        self._document.ydoc.apply_update(taken.edit)

    def _note_conflicts(self, cells: tuple[str, ...]) -> None:
        if cells:
            before = self.notices.get("conflict")
            known = (before.cells if before else None) or []
            self.notices.note(words.conflict(self._path, [*dict.fromkeys([*known, *cells])]))

    async def _missed(self) -> None:
        """Go along with the file where it got another name; never write it anew by ourselves."""
        moved = None
        if self._seen is not None:
            moved = await self.place.moved_to(self._seen, self._document.id or "")
        if moved is None:
            self.notices.note(words.gone(self._path))
            return
        old = self.place.move(moved)
        self._document.path = moved
        self.on_moved(old, moved)

    # Saving.

    async def save(self) -> None:
        """Bring what the document says onto disk. Raises NotSavedError."""
        async with self._turn:
            with self._saying_why():
                await self._save()

    async def _save(self) -> None:
        for _attempt in range(_ATTEMPTS):
            self._refuse_where_blocked()
            text = await self._document.aget()
            if text == self._agreed or await self._written(text):
                self._is_saved(text)
                return
            await self._meet_at_rest()
        raise NotSavedError(_("%1 changes all the time", self._path))

    @contextmanager
    def _saying_why(self) -> Iterator[None]:
        """Say what keeps the file from being saved, whatever it is. Raises NotSavedError."""
        try:
            yield
        except NotSavedError:
            raise
        except Exception as error:
            if not isinstance(error, OSError):
                # A hook of the server's, or a text that cannot be a file.
                log.warning("%s is not saved", self._path, exc_info=error)
            self._refused(error)
            raise NotSavedError(words.reason_of(error)) from error

    def _refuse_where_blocked(self) -> None:
        for notice in self.notices.all:
            if notice.kind in words.BLOCKING:
                raise NotSavedError(notice.text("message"))

    async def _written(self, text: str) -> bool:
        """Write the file; False when it has changed since. Raises NotSavedError."""
        self.place.ask_hooks(text)
        try:
            await self.remembering.intend(text)
            data, self._tried = text.encode(), text
            self._seen = await asyncio.to_thread(self._file.write, data, self._seen)
        except ChangedError:
            return False
        self._agreed, self._tried = text, None
        self.notices.retract("read-only")
        await self._remember()
        await self.place.tell_of_save()
        return True

    def _refused(self, error: Exception) -> None:
        if isinstance(error, OSError) and is_read_only(error):
            self.notices.note(words.read_only(self._path))
        else:
            self.notices.note(words.not_saved(self._path, error))
        self._retry_soon()

    def _retry_soon(self) -> None:
        self._retry_at = asyncio.get_running_loop().time() + RETRY_SECONDS

    async def _try_again(self) -> None:
        await self.place.look_at_permissions()
        if "read-only" in self.notices:
            self._retry_soon()
            return
        with suppress(NotSavedError):
            await self.save()

    def _is_saved(self, text: str) -> None:
        self._retry_at = None
        self.notices.retract("not saved")
        with self._document.ydoc.transaction():
            self._document.dirty = False
            self._document.hash = hashlib.sha256(text.encode()).hexdigest()

    async def write_over(self) -> None:
        """Write the file whatever is there now: a person wants it. Raises NotSavedError.

        What is there is kept in a file beside.
        """
        async with self._turn:
            if (elsewhere := self.notices.get("other server")) is not None:
                raise NotSavedError(elsewhere.text("reason"))
            seen = await asyncio.to_thread(self._file.stamp)
            if seen is not None:
                await self._kept.keep_theirs()
            self._seen, self._agreed = seen, None
            self.notices.retract(*words.BLOCKING)
        await self.save()

    async def _remember(self) -> None:
        if self._agreed is not None:
            await self.remembering.agree(self._agreed)

    # What neither has.

    async def back_up(self, text: str, why: Text) -> bool:
        """Keep a version that cannot be merged in a file; tell whether there is one now.

        There is none of what is here anyway. Raises NotSavedError where the disk does not take it;
        both is said in a notice.
        """
        if text in ("", self._agreed, await self._document.aget()):
            return False
        await self._kept.back_up(text, why)
        return True

    async def _keep_ours(self, why: Text) -> None:
        """Keep what the document says, before it says something else. Raises NotSavedError."""
        edits = -1
        while edits != self._edits:
            edits = self._edits
            await self._kept.back_up(await self._document.aget(), why)
