"""A year of several circles: what people do is drawn at random, what the bot does is real."""
