#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Disturbs several servers on one PostgreSQL, the database and the agents while jobs run every second, then counts.

Usage: cluster_chaos.py --bin DIR [--seeds 1-20] [--seconds 30] [--servers 3] [--agents 3] [--jobs 12] [--partitions] [--lengths 1-5]

With --partitions (as root) each server has a network of its own, and one of the faults cuts it off from the database, the hosts and
people, silently. With --lengths 1-5 jobs take 1 to 5 seconds, each second anew, side by side.

What is counted is what chaos.py counts: one record for each second, every record ended, nothing twice. Each seed is an
installation of its own. The same seed makes the same faults at the same moments; what they hit depends on the machine.
"""

import argparse
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from chaos import MISFIRE  # noqa: E402
from cluster import Cluster  # noqa: E402
from dev_server import kill  # noqa: E402
from judgement import clock, conclude, reason_code  # noqa: E402
from network_space import is_possible  # noqa: E402

FAULTS = {
    "kill -9 server": 4,
    "kill -9 agent": 3,
    "stop and go on, server": 3,
    "stop and go on, agent": 2,
    "cut from the database": 3,
    "silence of the database": 2,
    "COMMIT without an answer": 3,
    "connections ended": 2,
    "database crash": 1,
}


class ClusterChaos:
    """As :class:`chaos.Chaos`: what ``judge`` looks at has the same names."""

    def __init__(self, cluster: Cluster, seconds: float, seed: int, jobs: int, lengths: tuple[int, int] | None = None, period: int = 1):
        self.cluster = cluster
        self.lengths = lengths
        self.period = period
        self.faults = dict(FAULTS)
        if all(server.space for server in cluster.servers):
            self.faults["partition of server"] = 3
        self.seconds = seconds
        self.random = random.Random(seed)
        self.count = jobs
        self.jobs = {}
        self.kills = Counter()
        self.lines = cluster.directory / "lines"
        self.lines.mkdir()
        self.disabled_at = 0

    def period_of(self, name: str) -> int:
        return 1000 * self.period

    def file_of(self, name: str) -> Path:
        return self.lines / f"{name}.txt"

    def create_jobs(self) -> None:
        groups = list(self.cluster.groups.values())
        for number in range(self.count):
            name = f"chaos-{number:02}"
            least, most = self.lengths or (0, 0)
            wait = f" && sleep {least + number % (most - least + 1)}" if self.lengths else ""
            body = {
                "name": name,
                "executor_type": 1,
                "executor_config": {
                    "command": f'echo "$QF_EXECUTION_ID $QF_ATTEMPT $QF_SCHEDULED_TIME" >> {self.file_of(name)}{wait}'
                },
                "schedule_type": "cron",
                "cron_expr": "* * * * * *" if self.period == 1 else f"{number % self.period}/{self.period} * * * * *",
                "misfire": MISFIRE[number % len(MISFIRE)],
                **({"overlap": "allow", "concurrency": 100} if self.lengths else {}),
                # One host each, so that a second of a job is one record.
                "group_ids": [groups[number % len(groups)]],
                "timeout": 60,
            }
            self.jobs[name] = self.cluster.call("POST", "/tasks", body)

    def strike(self) -> None:
        fault = self.random.choices(list(self.faults), list(self.faults.values()))[0]
        server = self.random.choice(self.cluster.servers)
        agent = self.random.choice(list(self.cluster.agents))
        pause = self.random.uniform(0.2, 12 if "server" in fault or "database" in fault else 4)
        self.kills[fault] += 1
        victim = agent if "agent" in fault else "" if fault == "database crash" else server.name
        print(f"  {clock(int(time.time() * 1000))} {fault} {victim} {pause:.1f} s", flush=True)
        if fault == "kill -9 server":
            if server.is_running:
                server.process.kill()
                server.process.wait()
            time.sleep(min(pause, 3))
            if not server.is_running:
                server.start()
        elif fault == "kill -9 agent":
            self.cluster.agents[agent].kill()
            self.cluster.agents[agent].wait()
            time.sleep(pause)
            self.cluster.start_agent(agent)
        elif fault.startswith("stop and go on"):
            pid = server.process.pid if "server" in fault else self.cluster.agents[agent].pid
            kill(pid, signal.SIGSTOP)
            time.sleep(pause)
            kill(pid, signal.SIGCONT)
        elif fault == "partition of server":
            server.space.cut()
            time.sleep(pause)
            server.space.heal()
        elif fault in ("cut from the database", "silence of the database"):
            server.door.mode = "shut" if fault.startswith("cut") else "silent"
            time.sleep(pause)
            server.door.mode = "open"
        elif fault == "COMMIT without an answer":
            server.door.lost_commits = self.random.randint(1, 5)
            time.sleep(pause)
            server.door.lost_commits = 0
        elif fault == "connections ended":
            try:
                self.cluster.postgres.sql(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'chaos' AND random() < 0.7"
                )
            except subprocess.CalledProcessError:
                self.kills["database not there"] += 1
            time.sleep(min(pause, 1))
        else:
            self.cluster.postgres.crash()
            time.sleep(min(pause, 6))
            self.cluster.postgres.start()
        # As a service manager would.
        for one in self.cluster.servers:
            if not one.is_running:
                one.start()

    def run(self) -> None:
        self.create_jobs()
        time.sleep(3)
        end = time.monotonic() + self.seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, self.random.uniform(0.2, 3)))
            if time.monotonic() < end:
                self.strike()
        self.kills["COMMIT answers lost"] = sum(server.door.dropped for server in self.cluster.servers)
        self.cluster.heal()
        # Shares and hosts find their places, so that the last fires are those of a healthy system.
        time.sleep(12)
        self.disabled_at = int(time.time() * 1000)
        for job in self.jobs.values():
            self.cluster.call("POST", f"/tasks/{job['id']}/disable")

    def settle(self, seconds: float = 120) -> int:
        deadline = time.monotonic() + seconds
        while True:
            left = self.cluster.call("GET", "/executions", status="1,2", page_size=1)["total"]
            if left == 0 or time.monotonic() > deadline:
                return left
            time.sleep(0.5)

    def records(self, job: dict) -> list[dict]:
        found = {}
        page = 1
        while True:
            answer = self.cluster.call("GET", "/executions", task_id=job["id"], page=page, page_size=500)
            found.update({item["id"]: item for item in answer["items"]})
            if not answer["has_next"]:
                break
            page += 1
        for item in found.values():
            if reason_code(item) == "MISFIRE_COALESCED":
                item["error"] = self.cluster.call("GET", f"/executions/{item['id']}").get("error")
        return list(found.values())


def one(arguments, seed: int) -> bool:
    print(f"\nseed {seed}: {arguments.servers} servers, {arguments.agents} agents, {arguments.seconds:g} s", flush=True)
    with Cluster(arguments.bin, arguments.servers, arguments.agents, is_spaced=arguments.partitions) as cluster:
        cluster.start()
        chaos = ClusterChaos(cluster, arguments.seconds, seed, arguments.jobs, arguments.lengths, arguments.period)
        chaos.run()
        return conclude(chaos, cluster.logs)


def span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--seeds", type=seeds, default=[1], help="one, or the first and the last: 1-20")
    parser.add_argument("--seconds", type=float, default=30, help="of disturbance, for each seed")
    parser.add_argument("--servers", type=int, default=3)
    parser.add_argument("--agents", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=12)
    parser.add_argument("--period", type=int, default=1, help="seconds between two fires of a job")
    parser.add_argument("--partitions", action="store_true", help="cut servers' networks off, too; needs root")
    parser.add_argument("--lengths", type=span, help="jobs take from so many to so many seconds, side by side: 1-5")
    arguments = parser.parse_args()
    if arguments.partitions and not is_possible():
        parser.error("--partitions makes network namespaces: run it as root, with ip and iptables")
    failed = [seed for seed in arguments.seeds if not one(arguments, seed)]
    print(f"\n{len(arguments.seeds) - len(failed)} of {len(arguments.seeds)} seeds passed" + (f"; failed: {failed}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
