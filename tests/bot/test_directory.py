"""What Slack says about people, in our words."""

import pytest

from bot.directory import profile


@pytest.mark.parametrize(
    ("said", "elsewhere"),
    [
        ({}, False),
        ({"team_id": "T1"}, False),
        ({"team_id": "T2"}, True),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T2", "T1"]}}, False),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T2"]}}, True),
        ({"team_id": "T1", "is_stranger": True}, True),
    ],
)
def test_people_belong_to_each_workspace_of_an_organisation_that_they_are_in(
    said: dict[str, object], elsewhere: bool
) -> None:
    assert profile({"id": "U1", "name": "ana", **said}, "T1").from_elsewhere is elsewhere
