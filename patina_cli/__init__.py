"""`patina` on the command line: a client of the server, and what works on files without one.

What every command imports is kept small: `patina status` answers at once (bench/cli.py).
"""
