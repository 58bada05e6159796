"""files.*: an upload in three steps, as Slack has it."""

import mimetypes
import secrets

from demo import posting
from demo.methods.call import Call, Method, Refused, refuse_with
from demo.objects import file_json
from demo.records import Channel, File, Json

LONGEST_ALT_TEXT = 1000


def get_upload_url(call: Call) -> Json:
    """First step: a place to send the bytes to."""
    call.need_scope("files:write")
    name = call.required("filename")
    if call.number("length", 0) < 1:
        raise refuse_with("invalid_arguments", ["length must be at least 1"])
    alt_txt = call.text("alt_txt") or ""
    if len(alt_txt) > LONGEST_ALT_TEXT:
        raise Refused("alt_txt_too_large")
    file = File(
        id=call.workspace.next_id("F"),
        name=name,
        title=name,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        created=int(call.now.timestamp()),
        key=secrets.token_urlsafe(18),
        alt_txt=alt_txt,
    )
    call.workspace.files[file.id] = file
    return {"upload_url": f"{call.base_url}/upload/v1/{file.id}/{file.key}", "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """Last step: the files get their titles and are shown in a channel or thread."""
    call.need_scope("files:write")
    wanted = call.args.get("files")
    if not isinstance(wanted, list) or not wanted:
        raise refuse_with("invalid_arguments", ["missing required field: files"])
    files = [_uploaded(call, item) for item in wanted]
    if call.text("channel_id"):
        _share(call, call.channel_to_write_in("channel_id"), files)
    return {"files": [file_json(call.workspace, file) for file in files]}


def _uploaded(call: Call, item: Json) -> File:
    file = call.workspace.files.get(str(item.get("id")))
    if file is None or file.content is None:
        raise Refused("file_not_found")
    file.title = item.get("title") or file.name
    return file


def _share(call: Call, channel: Channel, files: list[File]) -> None:
    thread_ts = call.text("thread_ts")
    if thread_ts and posting.find_message(call.workspace, channel.id, thread_ts) is None:
        raise Refused("thread_not_found")
    for file in files:
        file.shares.append(channel.id)
    posting.post(
        call.workspace,
        channel.id,
        call.now,
        user=call.workspace.bot.user_id,
        text=call.text("initial_comment") or "",
        thread_ts=thread_ts,
        files=[file.id for file in files],
    )


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
}
