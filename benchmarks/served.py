"""`coach serve --no-worker` for requests in few names: they are counted, and never slowed down."""

from bot.throttle import Allowance, Limits, Throttle
from service import root
from service.settings import read_settings

ANY = Allowance(at_once=1e9, a_second=1)

if __name__ == "__main__":
    root.serve(read_settings(), worker=False, limits=Limits(Throttle(ANY), Throttle(ANY)))
