"""What the tests of this folder share."""

import pytest

from service.demo import Demo
from tests.support.signed import Forger


@pytest.fixture
def forger(demo: Demo) -> Forger:
    return Forger(demo)
