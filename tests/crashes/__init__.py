"""Workers that are killed, at any moment and at every step, while they send: nothing may be lost or doubled.

`make crash-test` runs the whole; a small one is part of the tests.
"""
