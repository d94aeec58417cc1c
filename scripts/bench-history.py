#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Fills a PostgreSQL with a long history, and asks a server what its console asks.

Usage: scripts/bench-history.py --bin DIR [--millions 10] [--jobs 100000] [--rounds 40] [--wait]

Jobs are made by `flow-bench fill-jobs` and moved over as an installation would be; their history is written by the database itself,
some 0.9 GB for each million of executions. Each question is asked a few times to warm up and then `--rounds` times, one after the other;
p50 and p99 are said, and what takes longer than 50 ms is said again at the end, with exit code 1. Then nobody asks for a minute
anything, and it is said what server and database need for that all the same. Everything is gone afterwards.
"""

import argparse
import math
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests" / "Support"))
from cluster import Cluster  # noqa: E402
from dev_server import Refused  # noqa: E402

BOUND = 50.0
# Of the database; milliseconds.
STATEMENT = 20
DAYS = 30
HOSTS = 20
DAY = 86_400_000

# Executions of each job at even distances, one run each; a two-hundredth failed, and a thousandth was skipped.
FILL = """
CREATE TEMP TABLE fire AS
    SELECT id AS job_id, uid, name, version, nominal,
        'agt_' || lpad(to_hex((id * 7 + n) % {hosts} + 1), 16, '0') AS agent,
        CASE WHEN (id * 31 + n * 17) % 200 = 0 THEN 4 WHEN (id * 13 + n * 7) % 1000 = 1 THEN 7 ELSE 3 END AS status,
        decode(lpad(to_hex(nominal), 12, '0') || '8' || substr(md5(id || '/' || nominal), 1, 3) || '8'
            || substr(md5(id || '/' || nominal), 4, 15), 'hex') AS execution_id,
        decode(lpad(to_hex(nominal), 12, '0') || '8' || substr(md5(id || '-' || nominal), 1, 3) || '9'
            || substr(md5(id || '-' || nominal), 4, 15), 'hex') AS run_id
    FROM (SELECT job.id, uid, name, version, n, ({from_ms} + (n::bigint * {step}) + (job.id * 7919) % {step}) / 1000 * 1000 AS nominal
          FROM job CROSS JOIN generate_series({first}, {last}) AS n) AS fires;
INSERT INTO run (id, job_id, job_uid, job_name, job_version, type, nominal, source, created_at, settled_at)
    SELECT run_id, job_id, uid, name, version, 0, nominal, 'schedule', nominal, nominal + 1500 FROM fire;
INSERT INTO execution (id, run_id, job_id, job_uid, job_name, job_version, agent, kind, nominal, status, reason, attempt, agent_seq,
        decided_by, started_at, finished_at, exit_code, cancel_requested, updated_at, revision)
    SELECT execution_id, run_id, job_id, uid, name, version, agent, 0, nominal, status, CASE status WHEN 7 THEN 'OVERLAP' END, 1, 1, 1,
        CASE WHEN status <> 7 THEN nominal + 10 END, nominal + 1200, CASE status WHEN 3 THEN 0 WHEN 4 THEN 1 END, 0, nominal + 1300, 3
    FROM fire;
INSERT INTO execution_rollup (job_id, hour, status, count, duration_ms, timed_count)
    SELECT job_id, nominal / 3600000, status, count(*), count(*) * 1190, count(*) FROM fire GROUP BY 1, 2, 3
    ON CONFLICT (job_id, hour, status) DO UPDATE SET count = execution_rollup.count + excluded.count;
INSERT INTO execution_rollup (job_id, hour, status, count, duration_ms, timed_count)
    SELECT 0, nominal / 3600000, status, count(*), count(*) * 1190, count(*) FROM fire GROUP BY 1, 2, 3
    ON CONFLICT (job_id, hour, status) DO UPDATE SET count = execution_rollup.count + excluded.count;
DROP TABLE fire;
"""


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * part) - 1)]


class History(Cluster):
    """One server, no hosts."""

    def __init__(self, arguments):
        super().__init__(arguments.bin, 1, 0)
        self.arguments = arguments

    def command(self, program: str, *words: str) -> None:
        environment = dict(os.environ, QUARTZFLOW_SECRET_KEY=self.key, HOME=str(self.directory))
        subprocess.run([str(self.bin / program), *words], check=True, env=environment, stdout=subprocess.DEVNULL)

    @property
    def url(self) -> str:
        return f"postgres://flow@127.0.0.1:{self.postgres.port}/chaos"

    def make_jobs(self) -> None:
        """In SQLite first: `flow-bench` fills that; then they go the way of an installation that outgrew it."""
        server = self.servers[0]
        config = server.config.read_text()
        server.config.write_text("\n".join(line for line in config.splitlines() if "database.url" not in line) + "\n")
        server.start()
        server.wait()
        server.process.terminate()
        server.process.wait()
        data = self.directory / server.name
        self.command("flow-bench", "fill-jobs", "--database", str(data / "quartzflow.db"), "--count", str(self.arguments.jobs))
        self.command("quicflow-server", "migrate", "--to", self.url, "--data-dir", str(data))
        server.config.write_text(config)

    def fill(self) -> None:
        jobs = int(self.postgres.sql("SELECT count(*) FROM job", "chaos"))
        each = max(1, round(self.arguments.millions * 1_000_000 / jobs))
        step = DAYS * DAY // each
        begin = int(time.time() * 1000) - DAYS * DAY
        # Trees are made once all rows are there; what is unique keeps its tree.
        indexes = self.postgres.sql(
            "SELECT indexdef FROM pg_indexes JOIN pg_class ON relname = indexname JOIN pg_index ON indexrelid = pg_class.oid "
            "WHERE tablename IN ('execution', 'run') AND NOT indisunique",
            "chaos",
        ).splitlines()
        for name in [text.split()[2] for text in indexes]:
            self.postgres.sql(f"DROP INDEX {name}", "chaos")
        block = max(1, round(each / max(1, self.arguments.millions)))
        for first in range(0, each, block):
            last = min(first + block, each) - 1
            began = time.monotonic()
            words = {"hosts": HOSTS, "from_ms": begin, "step": step, "first": first, "last": last}
            self.postgres.sql("SET synchronous_commit = off; SET work_mem = '256MB'; " + FILL.format(**words), "chaos")
            print(f"  {(last + 1) * jobs:>10} executions; the last {(last - first + 1) * jobs} in {time.monotonic() - began:.0f} s", flush=True)
        for text in indexes:
            self.postgres.sql(f"SET maintenance_work_mem = '512MB'; {text}", "chaos")
        self.postgres.sql("VACUUM (ANALYZE, FREEZE OFF)", "chaos")
        size = self.postgres.sql("SELECT pg_size_pretty(pg_database_size('chaos'))")
        print(f"{self.postgres.sql('SELECT count(*) FROM execution', 'chaos')} executions of {jobs} jobs, {size}", flush=True)

    def start_server(self) -> None:
        server = self.servers[0]
        began = time.monotonic()
        words = ["serve", "--config", str(server.config), "--log-level", "info"]
        server.process = self.spawn("quicflow-server", words, server.log)
        server.wait()
        print(f"the server is ready after {time.monotonic() - began:.2f} s", flush=True)
        self.log_in((self.directory / "password").read_text().strip())

    def longest(self) -> list[str]:
        """From the database's log, one line for each statement, the slowest first."""
        found = {}
        for text in (self.postgres.directory / "log").read_text(errors="replace").splitlines():
            match = re.search(r"duration: ([0-9.]+) ms\s+execute [^:]*: (.*)", text)
            if match:
                found.setdefault(match[2][:600], []).append(float(match[1]))
        longest = sorted(found.items(), key=lambda pair: -max(pair[1]))[:12]
        return [f"{max(took):.0f} ms, {len(took)} times over {STATEMENT} ms: {text}" for text, took in longest]

    def memory(self) -> str:
        text = Path(f"/proc/{self.servers[0].process.pid}/status").read_text()
        return next(line.split(":")[1].strip() for line in text.splitlines() if line.startswith("VmRSS"))


def processor(pids: list[int]) -> float:
    """Seconds these processes have had so far."""
    ticks = 0
    for pid in pids:
        try:
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def idle(history: History, seconds: int = 60) -> None:
    """What it costs that the server is there: nobody asks, and no task is due."""
    server = [history.servers[0].process.pid]
    # Each connection has a process of its own, a child of the one that stands in this file.
    postmaster = int((history.postgres.directory / "data/postmaster.pid").read_text().split()[0])
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=False)
    database = [postmaster, *map(int, children.stdout.split())]
    before = processor(server), processor(database)
    time.sleep(seconds)
    for name, pids, spent in (("server", server, before[0]), ("database", database, before[1])):
        print(f"idle: {(processor(pids) - spent) / seconds * 100:.2f} % of a core, {name}", flush=True)


def questions(api) -> list[tuple[str, str, dict]]:
    """What the console asks on its pages, with the filters that people set there."""
    def stamp(milliseconds: float) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(milliseconds / 1000))

    now = time.time() * 1000
    middle = api.get("/executions", page_size=1, end_time=stamp(now - 15 * DAY))["items"][0]
    task, host, run = middle["task_id"], middle["client_id"], middle["run_id"]
    week = {"start_time": stamp(now - 7 * DAY), "end_time": stamp(now)}
    day = {"start_time": stamp(now - 10 * DAY), "end_time": stamp(now - 9 * DAY)}
    name = middle["task_name"]
    rare, common = name, name[:5]
    return [
        ("executions, newest", "/executions", {"page_size": 50}),
        ("executions, page 100", "/executions", {"page_size": 50, "page": 100}),
        ("executions, before one of 15 days ago", "/executions", {"page_size": 50, "before": middle["id"]}),
        ("executions, failed", "/executions", {"page_size": 50, "status": "4"}),
        ("executions, failed, of a day", "/executions", {"page_size": 50, "status": "4", **day}),
        ("executions, succeeded, of a week", "/executions", {"page_size": 50, "status": "3", **week}),
        ("executions, open", "/executions", {"page_size": 50, "status": "1,2"}),
        ("executions of a task", "/executions", {"page_size": 50, "task_id": task}),
        ("executions of a task, failed", "/executions", {"page_size": 50, "task_id": task, "status": "4"}),
        ("executions of a host", "/executions", {"page_size": 50, "client_id": host}),
        ("executions of a host, failed", "/executions", {"page_size": 50, "client_id": host, "status": "4"}),
        ("executions of a host, of a day", "/executions", {"page_size": 50, "client_id": host, **day}),
        ("executions of a run", "/executions", {"page_size": 50, "run_id": run}),
        ("executions, part of a name that all have", "/executions", {"page_size": 50, "keyword": common}),
        ("executions, part of a name that one task has", "/executions", {"page_size": 50, "keyword": rare}),
        ("executions, part of a name that nobody has", "/executions", {"page_size": 50, "keyword": "no such name"}),
        ("an execution", f"/executions/{middle['id']}", {}),
        ("runs, newest", "/runs", {"page_size": 50}),
        ("runs, by hand", "/runs", {"page_size": 50, "type": "manual"}),
        ("runs of a task", "/runs", {"page_size": 50, "task_id": task}),
        ("runs that failed", "/runs", {"page_size": 50, "status": "failed"}),
        ("runs of a day", "/runs", {"page_size": 50, **day}),
        ("runs, part of a name that one task has", "/runs", {"page_size": 50, "keyword": rare}),
        ("a run", f"/runs/{run}", {}),
        ("statistics, 7 days", "/executions/stats", {"date_range": "7d"}),
        ("statistics, 30 days", "/executions/stats", {"date_range": "30d"}),
        ("statistics of a task, 30 days", "/executions/stats", {"date_range": "30d", "task_id": task}),
        ("trend, 24 hours", "/executions/trend", {}),
        ("recent ends of a task", "/executions/recent", {"task_ids": task}),
        ("punctuality", "/executions/punctuality", {}),
        ("report of runs", "/reports/runs", {}),
        ("tasks, first page", "/tasks", {"page_size": 50}),
        ("tasks, page 1000", "/tasks", {"page_size": 50, "page": 1000}),
        ("tasks, part of a name", "/tasks", {"page_size": 50, "keyword": name}),
        ("tasks, part of a name that nobody has", "/tasks", {"page_size": 50, "keyword": "no such name"}),
        ("a task", f"/tasks/{task}", {}),
    ]


def answer(api, path: str, query: dict) -> float:
    """How long it took, milliseconds; where the server asks for patience, it is asked again after that."""
    while True:
        began = time.perf_counter()
        try:
            api.get(path, **query)
            return (time.perf_counter() - began) * 1000
        except Refused as refusal:
            if refusal.status != 429:
                raise
            time.sleep(1)


def ask(api, rounds: int) -> list[str]:
    slow = []
    for name, path, query in questions(api):
        try:
            for _ in range(5):
                answer(api, path, query)
        except Exception as error:  # noqa: BLE001
            print(f"  {name:48} {path}: {error}", flush=True)
            slow.append(f"{name}: no answer")
            continue
        took = [answer(api, path, query) for _ in range(rounds)]
        p50, p99 = percentile(took, 0.5), percentile(took, 0.99)
        print(f"  {name:48} p50 {p50:7.1f}  p99 {p99:7.1f} ms", flush=True)
        if p99 > BOUND:
            slow.append(f"{name}: p50 {p50:.1f}, p99 {p99:.1f} ms")
    return slow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables, flow-bench among them")
    parser.add_argument("--millions", type=float, default=10)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--wait", action="store_true", help="leave everything there until Enter, and say where")
    arguments = parser.parse_args()
    with History(arguments) as history:
        conf = history.postgres.directory / "data/postgresql.conf"
        # Filling is not what is measured.
        with conf.open("a") as file:
            file.write("fsync = off\nfull_page_writes = off\nmax_wal_size = 4GB\nwal_level = minimal\nmax_wal_senders = 0\nshared_buffers = 512MB\n")
            file.write(f"log_min_duration_statement = {STATEMENT}\n")
        history.postgres.start()
        history.postgres.sql("CREATE DATABASE chaos")
        began = time.monotonic()
        history.make_jobs()
        print(f"{arguments.jobs} jobs are there after {time.monotonic() - began:.0f} s", flush=True)
        history.fill()
        history.start_server()
        api = history.servers[0].api
        time.sleep(5)
        print(f"memory of the server: {history.memory()}", flush=True)
        slow = ask(api, arguments.rounds)
        print(f"memory of the server: {history.memory()}", flush=True)
        idle(history)
        for text in history.servers[0].log.read_text().splitlines():
            if "planning" in text or "Listening" in text:
                print(text)
        if slow:
            print(f"\nlonger than {BOUND:.0f} ms (p99):\n  " + "\n  ".join(slow))
        print("\nstatements that took the database longest:\n  " + "\n  ".join(history.longest()))
        if arguments.wait:
            print(f"{history.url}  {history.servers[0].api.base}", flush=True)
            input()
        return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
