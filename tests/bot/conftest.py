"""What the tests of this folder share."""

import pytest

from service.demo import Demo
from tests.support.people import People
from tests.support.signed import Forger


@pytest.fixture
def forger(demo: Demo) -> Forger:
    return Forger(demo)


@pytest.fixture
def circle(people: People) -> None:
    """Ana, Bo, Chidi, Dee and Eli meet on the second Tuesday at ten in New York, first on 8 December 2026."""
    people.circle()
