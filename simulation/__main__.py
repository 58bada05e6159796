"""A simulated year of five circles, and the table of what came of it. Run it with `make simulate`."""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from service.demo import Demo
from service.logs import set_up_logs
from simulation.people import town
from simulation.year import Year

START = datetime(2027, 1, 4, 15, 0, tzinfo=UTC)
SIZES = (2, 3, 4, 7, 12)
PEOPLE = 20


def main() -> int:
    """Prints the table; how many problems were found."""
    wanted = argparse.ArgumentParser(prog="make simulate")
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--days", type=int, default=365)
    wanted.add_argument("--refusals", action="store_true", help="say what was refused")
    asked = wanted.parse_args()
    set_up_logs("ERROR")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'coach.db'}"
        with Demo(town(START, PEOPLE), url, START) as demo:
            year = Year(demo, Random(asked.seed), SIZES)
            year.live(timedelta(days=asked.days))
            for line in year.table():
                print(line)
            problems = year.problems()
            refused = year.life.refused
    if asked.refusals:
        for sentence, count in refused.most_common():
            print(f"{count:4} x {sentence}")
    for problem in problems:
        print(f"PROBLEM: {problem}")
    took = time.perf_counter() - began
    print(f"{asked.days} days, seed {asked.seed}, {len(problems)} problems, {took:.0f} s")
    return len(problems)


if __name__ == "__main__":
    sys.exit(bool(main()))
