"""The executor: a kernel of ipykernel's making whose sockets lead to the relay; it can be forked.

At rest it has one thread of ours beside the main one, which ends before each fork, and no ZMQ
context.
"""
