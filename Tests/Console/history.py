# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Past executions for a server that is stopped: written into its SQLite file, with their runs and the hourly sums that reports are made of."""

import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HOUR_MS = 3_600_000
SUCCEEDED, FAILED, TIMED_OUT = 3, 4, 5


@dataclass
class Past:
    """One execution that has ended. Times and durations are in milliseconds."""

    job: tuple[int, bytes, str]
    nominal: int
    duration: int
    status: int = SUCCEEDED
    late: int = 12


class History:
    """The database of a stopped server. Columns that a later version adds are filled with nothing."""

    def __init__(self, database: Path) -> None:
        self.db = sqlite3.connect(database)
        self.db.execute("PRAGMA synchronous = OFF")
        self.jobs = {row[2]: row for row in self.db.execute("SELECT id, uid, name FROM job")}
        self.agent = self.db.execute("SELECT id FROM agent").fetchone()[0]
        self.written = 0

    def write(self, made: Iterable[Past]) -> int:
        """Writes them all, then the sums; returns how many there were."""
        runs, executions = self.statement("run", self.run_of), self.statement("execution", self.execution_of)
        batch: list[Past] = []
        for past in made:
            batch.append(past)
            if len(batch) == 10_000:
                self.flush(batch, runs, executions)
                batch = []
        self.flush(batch, runs, executions)
        for job in ("job_id", "0"):
            self.db.execute(
                f"INSERT OR REPLACE INTO execution_rollup (job_id, hour, status, count, duration_ms, timed_count) "
                f"SELECT {job}, nominal / {HOUR_MS}, status, count(*), sum(finished_at - started_at), count(*) "
                f"FROM execution WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3"
            )
        self.db.commit()
        self.db.close()
        return self.written

    def flush(self, batch: list[Past], runs, executions) -> None:
        keyed = [(self.key(past, self.written + number), self.written + number, past) for number, past in enumerate(batch)]
        for sql, row in (runs, executions):
            self.db.executemany(sql, (row(*one) for one in keyed))
        self.db.commit()
        self.written += len(batch)

    def key(self, past: Past, number: int) -> bytes:
        """A UUID of version 7, as the server makes them."""
        rest = os.urandom(8)
        return past.nominal.to_bytes(6, "big") + bytes([0x70 | number % 16, number // 16 % 256, 0x80 | rest[0] % 64]) + rest[1:]

    def run_of(self, key: bytes, number: int, past: Past) -> dict:
        job, uid, name = past.job
        shared = {"id": key, "job_id": job, "job_uid": uid, "job_name": name, "job_version": 1, "nominal": past.nominal}
        return shared | {"type": 0, "source": "", "created_at": past.nominal, "settled_at": past.nominal + past.duration}

    def execution_of(self, key: bytes, number: int, past: Past) -> dict:
        started = past.nominal + past.late
        ended = started + past.duration
        return self.run_of(key, number, past) | {
            "run_id": key, "agent": self.agent, "kind": 0, "status": past.status, "attempt": 1, "agent_seq": number + 1, "decided_by": 1,
            "started_at": started, "finished_at": ended, "exit_code": {SUCCEEDED: 0, FAILED: 2}.get(past.status), "cancel_requested": 0,
            "updated_at": ended,
        }  # fmt: skip

    def statement(self, table: str, row_of):
        """The INSERT, and what makes its values of one execution."""
        columns = self.db.execute(f"PRAGMA table_info({table})").fetchall()
        first = next(iter(self.jobs.values()))
        known = row_of(b"\0" * 16, 0, Past(first, 0, 0))
        # Of what is not said, only what may not be left out: a number is 0, a text is empty.
        needed = [column for column in columns if column[1] in known or (column[3] and column[4] is None)]
        names = [column[1] for column in needed]
        fillers = [0 if column[2].upper() == "INTEGER" else "" for column in needed]
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"

        def values(key: bytes, number: int, past: Past) -> list:
            row = row_of(key, number, past)
            return [row.get(name, filler) for name, filler in zip(names, fillers, strict=True)]

        return sql, values
