"""What a packet is about."""

from enum import IntEnum


class Op(IntEnum):
    """The first byte of a packet. Frames of a Jupyter message are as on the ZMQ wire, unsigned."""

    # From the executor.
    HELLO = 1  # attached: {pid, kernel_info, language, engine, report}
    IOPUB = 2  # a Jupyter message for everybody
    SHELL = 3  # a reply on the shell channel
    CONTROL = 4  # a reply on the control channel
    STDIN = 5  # a request for input
    STREAM = 6  # name, JSON of the parent header, text
    DONE = 7  # the shell message given last is dealt with: JSON of the globals delta, or empty
    ABORT = 8  # drop the queued execute requests
    PARKED = 9  # outcome of PARK; the copy's socket travels along
    ANSWER = 10  # outcome of ASK or JOB: {id, content}
    INTERRUPTED = 11  # the language has seen the interrupt
    SUBSHELL_NEW = 12  # its id; its lane travels along
    SUBSHELL_GONE = 13
    GLOBALS = 14  # a late part of a globals delta

    # From the relay.
    REQUEST = 32  # a shell message
    CONTROL_REQUEST = 33
    INPUT = 34  # the reply to a request for input
    PARK = 35  # make a parked copy: {forced}
    ATTACH = 36  # to a parked copy: go live with these lanes
    DUPLICATE = 37  # to a parked copy: make another one
    EXIT = 38
    ASK = 39  # a question answered at any time, from another thread: {id, type, content}
    JOB = 40  # a task for the main thread, when idle: {id, type, content}
    CLAIM = 41  # to another kernel's relay: hand over the parked copy of this ticket
    START = 42  # to a nursery: start a kernel
    ACK = 43
    FREEZE = 45  # to a parked copy: write an image of itself: {path, where, folders, lines}
    GIVE = 46  # to a process out of an image: what goes on of who thawed it: {count, state, …}
    SETTINGS = 44  # what the executor is to know of the settings: {globals_ms}
