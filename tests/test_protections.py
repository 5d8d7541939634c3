"""The machines can fail: with any one protection taken out of a copy of the source, its machine notices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.protections.mutation import Mutation, copied, notices
from tests.protections.removed import HOSTILE


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One copy of the source, put back after each."""
    yield copied(tmp_path_factory.mktemp("source"))


@pytest.mark.parametrize("mutation", HOSTILE, ids=lambda mutation: mutation.name)
def test_a_machine_notices_when(mutation: Mutation, place: Path) -> None:
    noticed = notices(mutation, place)
    assert noticed.caught, f"exit code {noticed.code}: {noticed.said[-1500:]}"
