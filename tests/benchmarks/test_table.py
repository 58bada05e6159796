import pytest

from benchmarks.table import Row, Target, median_at_most, p99_below, ratio_at_least, ratio_at_most, render

MANY = [float(value) for value in range(1, 101)]


@pytest.mark.parametrize(
    ("row", "target", "ok"),
    [
        (Row("a", "ms", [6.0], [2.0]), ratio_at_most(3), True),
        (Row("a", "ms", [6.2], [2.0]), ratio_at_most(3), False),
        (Row("a", "messages/s", [80.0], [100.0]), ratio_at_least(0.8), True),
        (Row("a", "messages/s", [79.0], [100.0]), ratio_at_least(0.8), False),
        (Row("a", "MB", [9.0, 10.0, 40.0]), median_at_most(10), True),
        (Row("a", "ms", MANY), p99_below(99), False),
        (Row("a", "ms", MANY), p99_below(100), True),
    ],
)
def test_a_target_is_met_or_not_by_medians_and_percentiles(row: Row, target: Target, ok: bool) -> None:
    assert target.met(row) is ok


def test_a_ratio_without_a_floor_meets_no_target() -> None:
    assert not ratio_at_least(0).met(Row("a", "ms", [1.0]))


def test_a_row_is_ok_when_all_its_targets_are_met() -> None:
    fast_enough, too_slow = median_at_most(2), median_at_most(0.5)
    assert Row("a", "ms", [1.0], targets=[fast_enough]).ok is True
    assert Row("a", "ms", [1.0], targets=[fast_enough, too_slow]).ok is False
    assert Row("a", "ms", [1.0]).ok is None


def test_the_table_names_what_is_missing_and_lines_up() -> None:
    rows = [
        Row("ticks : none", "ms", [1200.0, 1400.0], [1000.0], [ratio_at_most(1.2)]),
        Row("b", "MB", [7.0]),
    ]
    heading, _, compared, alone = render(rows).splitlines()
    assert len(heading) == len(compared) == len(alone)
    cells = [cell.strip() for cell in compared.strip("|").split("|")]
    assert cells == ["ticks : none", "ms", "1,300", "1,200 - 1,400", "1,000", "1.30x", "<= 1.2x", "NOT"]
    assert [cell.strip() for cell in alone.strip("|").split("|")] == ["b", "MB", "7.00", *["-"] * 5]


def test_of_many_values_the_spread_leaves_out_the_outermost() -> None:
    assert Row("a", "ms", [float(value) for value in range(101)]).cells()[3] == "p5 5.00 - p95 95.0"
