"""The sample workspace: Riverbend Family Services, its people and its channels."""

import secrets
from dataclasses import replace
from datetime import datetime

from demo.records import Bot, Channel, ChannelKind, Person, PersonKind, Team
from demo.workspace import Workspace

NEW_YORK = "America/New_York"
ANA, BO, CHIDI, DEE, ELI = "U0ANATORRES", "U0BOJENSEN", "U0CHIDIOKAF", "U0DEENOVAK", "U0ELISTERN"
FAY, GUS, HANA = "U0FAYMORGAN", "U0GUSPARK", "U0HANASATO"
COACH, SLACKBOT = "U0COACHBOT", "USLACKBOT"
GENERAL, PRACTICE_CIRCLE = "C0GENERAL", "C0PRACTICE"
ALL_COACHING, LEADS_LOUNGE = "C0ALLCOACH", "C0LEADLOUNGE"

REQUIRED_SCOPES = [
    "commands",
    "chat:write",
    "im:write",
    "mpim:write",
    "users:read",
    "channels:read",
    "groups:read",
    "files:write",
]
LOOK_UP_SCOPE = "im:history"
"""Optional: with it the bot can look whether a message of which it heard nothing has arrived."""


RIVERBEND = Team("T0RIVERBEND", "Riverbend Family Services", "riverbend")
HARBOUR = Team("T0HARBOUR", "Harbour Youth Work", "harbour")


def riverbend(now: datetime, *, look_up: bool = True, team: Team = RIVERBEND) -> Workspace:
    """The workspace with its people and channels, before anything was said. A new bot token each time.

    Another `team` has people of the same names and ids: nothing but the workspace tells them apart.
    """
    workspace = Workspace(
        team=replace(team),
        bot=Bot(
            user_id=COACH,
            bot_id="B0COACHBOT",
            app_id="A0COACHAPP",
            token=f"xoxb-{secrets.token_urlsafe(24)}",
            verification=secrets.token_urlsafe(18),
            commands=["/coach"],
            shortcuts={"add_to_notes": "Add to coaching notes"},
            scopes=[*REQUIRED_SCOPES, LOOK_UP_SCOPE] if look_up else list(REQUIRED_SCOPES),
        ),
    )
    for person in _people():
        workspace.add_person(person)
    for channel in _channels(int(now.timestamp())):
        workspace.add_channel(channel)
    for user in (ANA, BO, CHIDI, DEE, ELI, FAY, GUS, HANA):
        workspace.dm_of(user, now)
    return workspace


def _people() -> list[Person]:
    return [
        Person(
            ANA,
            "ana",
            "Ana Torres",
            NEW_YORK,
            owner=True,
            color="9f4f96",
            note="Supervisor; owns the workspace",
        ),
        Person(BO, "bo", "Bo Jensen", NEW_YORK, color="2f6f9f", note="Caseworker in the circle"),
        Person(
            CHIDI,
            "chidi",
            "Chidi Okafor",
            "America/Chicago",
            color="3f7f4f",
            note="An hour behind the others",
        ),
        Person(DEE, "dee", "Dee Novak", NEW_YORK, color="a0522d", note="Caseworker in the circle"),
        Person(
            ELI,
            "eli",
            "Eli Stern",
            "Europe/Berlin",
            color="4b5fa8",
            note="Works from Berlin, with other clocks",
        ),
        Person(FAY, "fay", "Fay Morgan", NEW_YORK, kind=PersonKind.GUEST, color="7a7a2e", note="A guest"),
        Person(
            GUS, "gus", "Gus Park", "America/Los_Angeles", color="6b4f3f", note="Works here, in no circle"
        ),
        Person(
            HANA, "hana", "Hana Sato", "Asia/Tokyo", color="b03a5b", note="Works from Tokyo, in no circle yet"
        ),
        Person(
            COACH,
            "coach",
            "Coach",
            "America/Los_Angeles",
            kind=PersonKind.BOT,
            color="1f7a5c",
            note="The bot",
        ),
        Person(SLACKBOT, "slackbot", "Slackbot", "America/Los_Angeles", kind=PersonKind.BOT, color="757575"),
    ]


def _channels(created: int) -> list[Channel]:
    def channel(channel_id: str, name: str, kind: ChannelKind, members: list[str]) -> Channel:
        return Channel(channel_id, name, kind, members, created=created, creator=ANA)

    everybody = [ANA, BO, CHIDI, DEE, ELI, GUS, HANA, COACH]
    return [
        channel(GENERAL, "general", ChannelKind.PUBLIC, everybody),
        channel(ALL_COACHING, "all-coaching", ChannelKind.PUBLIC, [ANA, BO, DEE, FAY, HANA, COACH]),
        channel(PRACTICE_CIRCLE, "practice-circle", ChannelKind.PRIVATE, [ANA, BO, CHIDI, DEE, ELI, COACH]),
        channel(LEADS_LOUNGE, "leads-lounge", ChannelKind.PRIVATE, [ANA, DEE]),
    ]
