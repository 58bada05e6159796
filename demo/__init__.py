"""A Slack-like workspace on this machine: the bot speaks to it over HTTP as to Slack, people use its page."""
