"""The same for the protections of execution; apart from the others, so that two workers share the time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.protections.execution import EXECUTION
from tests.protections.mutation import Mutation, copied, notices


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One copy of the source, put back after each."""
    yield copied(tmp_path_factory.mktemp("source"))


@pytest.mark.parametrize("mutation", EXECUTION, ids=lambda mutation: mutation.name)
def test_a_machine_notices_when(mutation: Mutation, place: Path) -> None:
    noticed = notices(mutation, place)
    assert noticed.caught, f"exit code {noticed.code}: {noticed.said[-1500:]}"
