"""The methods of the Web API, by name."""

from demo.methods import chat, conversations, files, users, views
from demo.methods.call import Method

METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **users.METHODS,
    **views.METHODS,
}
