"""`python -m tests.protections`: take every protection out, one at a time; exit code 1 when a machine noticed nothing.

--list            what is taken out
--only WORDS      only those whose name has these words
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.protections.mutation import Mutation, Noticed, copied, notices
from tests.protections.removed import EVERY


def run(mutations: Sequence[Mutation]) -> list[Noticed]:
    """One after the other in one copy of the source; said while it goes on."""
    done: list[Noticed] = []
    with tempfile.TemporaryDirectory(prefix="protections-") as folder:
        place = copied(Path(folder))
        for mutation in mutations:
            began = time.monotonic()
            noticed = notices(mutation, place)
            done.append(noticed)
            _say(f"{'noticed' if noticed.caught else 'MISSED '}  {mutation.name} ({time.monotonic() - began:.0f} s)")
            if not noticed.caught:
                _say(f"  exit code {noticed.code}: {noticed.said[-600:]}")
    return done


def main() -> int:
    """Take them out; 1 when any was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.protections", description=__doc__)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only", default="")
    wishes = parser.parse_args()
    chosen = [mutation for mutation in EVERY if wishes.only in mutation.name]
    if wishes.list:
        _say(*(mutation.name for mutation in chosen))
        return 0
    done = run(chosen)
    _say(f"protections taken out: {len(done)}, noticed: {sum(one.caught for one in done)}")
    return 0 if all(one.caught for one in done) else 1


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
