"""auth.test, team.info and users.*: who is here."""

from demo.methods.call import READ, Call, Method, Refused
from demo.objects import channel_json, user_json
from demo.records import ChannelKind, Json

KINDS = {
    "public_channel": ChannelKind.PUBLIC,
    "private_channel": ChannelKind.PRIVATE,
    "mpim": ChannelKind.GROUP_DM,
    "im": ChannelKind.DM,
}


def auth_test(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"{call.base_url}/",
        "team": workspace.team.name,
        "team_id": workspace.team.id,
        "user": workspace.people[workspace.bot.user_id].name,
        "user_id": workspace.bot.user_id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


def team_info(call: Call) -> Json:
    call.need_scope("team:read")
    team = call.workspace.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}}}


def users_info(call: Call) -> Json:
    call.need_scope("users:read")
    person = call.person(call.required("user"))
    return {"user": user_json(call.workspace, person, call.now, locale=call.flag("include_locale"))}


def users_list(call: Call) -> Json:
    call.need_scope("users:read")
    locale = call.flag("include_locale")
    people = [user_json(call.workspace, p, call.now, locale=locale) for p in call.workspace.people.values()]
    members, metadata = call.page(people, default=1000)
    return {"members": members, "cache_ts": int(call.now.timestamp()), "response_metadata": metadata}


def users_conversations(call: Call) -> Json:
    """The channels a person is in, as far as the bot may know; the bot's own without `user`."""
    kinds = [_kind(word.strip()) for word in (call.text("types") or "public_channel").split(",")]
    for kind in kinds:
        call.need_scope(READ[kind])
    bot = call.workspace.bot.user_id
    user = call.text("user") or bot
    call.person(user)
    mine = [
        channel_json(call.workspace, channel)
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and user in channel.members
        and (channel.kind is ChannelKind.PUBLIC or bot in channel.members)
        and not (channel.archived and call.flag("exclude_archived"))
    ]
    channels, metadata = call.page(mine, default=100)
    return {"channels": channels, "response_metadata": metadata}


def _kind(word: str) -> ChannelKind:
    if word not in KINDS:
        raise Refused("invalid_types")
    return KINDS[word]


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "team.info": team_info,
    "users.info": users_info,
    "users.list": users_list,
    "users.conversations": users_conversations,
}
