"""On which databases a test runs: on each, unless it is about what people read rather than what is kept."""

import pytest

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
