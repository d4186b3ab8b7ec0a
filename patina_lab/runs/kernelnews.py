"""What becomes of a run's kernel, as the server's log says it. Pure."""

from __future__ import annotations

from patina_lab.model.events import (
    Crashed,
    Event,
    KernelDied,
    KernelLost,
    KernelReady,
    Reattached,
    StartFailed,
    Undone,
)


def kernel_news(event: Event) -> str | None:
    """Return an event in words; None for one that is no news of the kernel."""
    match event:
        case KernelReady(kernel):
            return f"its kernel {kernel} has started"
        case Reattached(kernel):
            return f"its kernel {kernel} was found again"
        case StartFailed(message, reason):
            return f"{message}: {reason}"
        case KernelDied(cause) | Crashed(cause):
            return f"its kernel died: {cause}"
        case KernelLost():
            return "its kernel is lost"
        case _:
            return "what ran last was undone" if isinstance(event, Undone) else None
