"""What each message says when it is sent: the state of that moment, handed to a view.

One renderer per kind of message, found by the same noun as its handlers and views. A renderer reads and
writes nothing; it gives a message, or the reason why there is nothing to say any more.
"""
