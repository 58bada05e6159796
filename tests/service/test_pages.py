"""Pages for people: what stands in them is shown, and never run."""

from service import pages
from service.pages import Link, Page, Send


def test_pages_say_plain_words_whatever_stands_in_them() -> None:
    page = Page("<b>", ("a & `</code><script>`",), button=Link("Go", 'https://x/"onclick="'))
    html = bytes(pages.shown(page).body).decode()
    assert "<b>" not in html
    assert "<script>" not in html
    assert 'onclick="' not in html


def test_a_form_may_end_at_the_host_of_a_workspace_too() -> None:
    page = Page("Add", (), button=Send("Add", "https://slack.com/api/"))
    policy = pages.shown(page).headers["content-security-policy"]
    assert "form-action 'self' https://slack.com https://*.slack.com; " in policy
