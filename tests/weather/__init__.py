"""Bad weather for the write path: the real executor and database against the sandbox's Xero, judged by its books.

`python -m tests.weather --help`. One integer draws a run: who proposes and decides, which faults the provider commits,
where processes die, who races whom, how the clock jumps. Then the weather clears, the house sweeps as it does in
production, and the judge compares what Xero recorded with the database and the audit trail.

Half of the runs have tight rules, which two bills reach, and people who stop all writes, lose their role or change the
payee while payments are under way.

What it assumes of the world, and what is therefore not shown: a request is handled within 280 s of being sent or never
(`LATEST`), and reads lag at most 300 s behind writes (`STALEST`). The executor waits 600 s before it sends again
without the protection of the key, which is more than both together.
"""

LATEST = 280
"""Seconds: the longest that a request may be under way in the weather."""
STALEST = 300
"""Seconds: the longest that reads may lag behind writes."""
