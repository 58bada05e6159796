"""files.*: uploaded in three steps, shown in a channel, downloaded by those who see it."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient

from demo import cast
from demo.person import Person, Refused
from demo.server import LocalWorkspace
from tests.demo.forms import home, refused


def test_a_file_is_sent_by_the_sdk(client: WebClient, ana: Person) -> None:
    answer = client.files_upload_v2(
        channel=ana.channel_id(),
        filename="session.ics",
        title="Session",
        content="BEGIN:VCALENDAR",
        initial_comment="Your calendar file",
    )
    assert answer["file"]["mimetype"] == "text/calendar"
    [message] = ana.dm()
    [file] = message["files"]
    assert (message["text"], file["title"], file["size"]) == ("Your calendar file", "Session", 15)
    assert ana.download(file) == b"BEGIN:VCALENDAR"


def test_a_file_may_stand_in_a_thread(client: WebClient, ana: Person) -> None:
    card = client.chat_postMessage(channel=cast.GENERAL, text="Card")["ts"]
    client.files_upload_v2(channel=cast.GENERAL, filename="a.png", content=b"picture", thread_ts=card)
    [line] = ana.thread("#general", card)
    assert line["files"][0]["mimetype"] == "image/png"


def test_a_picture_is_described_to_who_does_not_see_it(client: WebClient, ana: Person) -> None:
    promised = client.files_getUploadURLExternal(filename="a.png", length=7, alt_txt="Five bars")
    put(promised["upload_url"], b"picture")
    shared = client.files_completeUploadExternal(
        files=[{"id": promised["file_id"], "title": "Result"}], channel_id=cast.GENERAL
    )
    assert shared["files"][0]["alt_txt"] == "Five bars"
    assert ana.messages("#general")[-1]["files"][0]["alt"] == "Five bars"
    too_long = {"filename": "a.png", "length": 7, "alt_txt": "x" * 1001}
    refused("alt_txt_too_large", client.files_getUploadURLExternal, **too_long)


def test_who_cannot_see_the_channel_gets_no_file(
    client: WebClient, local: LocalWorkspace, ana: Person
) -> None:
    client.files_upload_v2(channel=cast.PRACTICE_CIRCLE, filename="a.png", content=b"picture")
    [message] = ana.messages("#practice-circle")
    gus = Person(local.url, cast.GUS)
    with pytest.raises(Refused, match="no such file"):
        gus.download(message["files"][0])


def uploaded(client: WebClient, content: bytes) -> str:
    """A file that is not shown anywhere yet."""
    promised = client.files_getUploadURLExternal(filename="result.png", length=len(content))
    put(promised["upload_url"], content)
    client.files_completeUploadExternal(files=[{"id": promised["file_id"], "title": "Result"}])
    return str(promised["file_id"])


def test_a_picture_is_for_those_who_are_shown_it(client: WebClient, ana: Person, bo: Person) -> None:
    file_id = uploaded(client, b"picture")
    picture = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "A bar for each statement"}
    file = {"url": f"/files/{file_id}/result.png"}
    client.views_publish(user_id=cast.ANA, view=home(picture))
    assert ana.download(file) == b"picture"
    with pytest.raises(Refused):
        bo.download(file)
    client.chat_postMessage(channel=cast.PRACTICE_CIRCLE, text="A result", blocks=[picture])
    assert bo.download(file) == b"picture"


def test_a_picture_must_have_been_uploaded(client: WebClient) -> None:
    picture = {"type": "image", "slack_file": {"id": "F0NOTHING"}, "alt_text": "Nothing"}
    refused("invalid_blocks", client.chat_postMessage, channel=cast.GENERAL, text="x", blocks=[picture])
    refused("invalid_arguments", client.views_publish, user_id=cast.ANA, view=home(picture))


def test_an_upload_is_refused(client: WebClient, local: LocalWorkspace) -> None:
    refused("file_not_found", client.files_completeUploadExternal, files=[{"id": "F0NOTHING", "title": "x"}])
    refused("invalid_arguments", client.files_getUploadURLExternal, filename="a.txt", length=0)
    promised = client.files_getUploadURLExternal(filename="a.txt", length=5)
    refused(
        "file_not_found",
        client.files_completeUploadExternal,
        files=[{"id": promised["file_id"], "title": "x"}],
    )
    put(promised["upload_url"], b"hello")
    refused(
        "channel_not_found",
        client.files_completeUploadExternal,
        files=[{"id": promised["file_id"], "title": "x"}],
        channel_id=cast.LEADS_LOUNGE,
    )
    local.workspace.bot.scopes.remove("files:write")
    refused("missing_scope", client.files_getUploadURLExternal, filename="a.txt", length=5)


def put(url: str, content: bytes) -> None:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc)
    connection.request("POST", parts.path, content)
    assert connection.getresponse().status == 200
    connection.close()
