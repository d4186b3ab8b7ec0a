"""The relay: owns the five ZMQ sockets of a kernel and never runs user code.

It needs zmq and the standard library only.
"""
