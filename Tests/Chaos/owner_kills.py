#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Ends the server that owns the shards, again and again, and measures how long nobody fires.

Usage: owner_kills.py --bin DIR [--kills 10] [--stops 3] [--seed S] [--placed 8] [--each 4]

Two servers on one PostgreSQL; the one that has owned the shards for longer is killed (SIGKILL) or stopped (SIGTERM), the other
takes over, and the first comes back. Tasks of two kinds run every second meanwhile:
  * placed: the server chooses the host, so nothing is fired while nobody owns the task's shard;
  * each: hosts fire by themselves, with a server or without.

What has to hold:
  * placed tasks run again within 12 s of a SIGKILL (p99; with few kills the longest), and at a SIGTERM each second of each runs;
  * tasks of hosts start at most 1 s late while there is no owner;
  * each second of each task has one record, and none runs twice.
"""

import argparse
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from judgement import Verdict, clock, instant, judge, reason_code  # noqa: E402
from cluster import Cluster  # noqa: E402
from cluster_chaos import ClusterChaos  # noqa: E402

# Seconds. What a start takes on a machine that does other things too is no gap of a server.
RESUMES_WITHIN, LATE_BY, STOP_GAP = 12.0, 1.0, 3.0


def percentile(values: list[float], part: float) -> float:
    """Of no values: 0."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


class OwnerKills(ClusterChaos):
    """``jobs`` are those of hosts, which ``judge`` looks at; ``placed`` are looked at here."""

    def __init__(self, cluster: Cluster, seed: int, placed: int, each: int):
        super().__init__(cluster, 0, seed, each)
        self.placed_count = placed
        self.placed = {}
        # (signal, when it was sent, when it was over), epoch milliseconds.
        self.windows = []

    def create_jobs(self) -> None:
        groups = list(self.cluster.groups.values())
        for kind, count in (("each", self.count), ("placed", self.placed_count)):
            for number in range(count):
                name = f"{kind}-{number:02}"
                line = '"$QF_EXECUTION_ID $QF_ATTEMPT $QF_SCHEDULED_TIME $(date +%s%3N)"'
                body = {
                    "name": name,
                    "executor_type": 1,
                    "executor_config": {"command": f"echo {line} >> {self.file_of(name)}"},
                    "schedule_type": "cron",
                    "cron_expr": "* * * * * *",
                    "misfire": "fire_all",
                    "overlap": "allow",
                    "concurrency": 60,
                    "group_ids": [groups[number % len(groups)]] if kind == "each" else groups,
                    "timeout": 60,
                }
                if kind == "placed":
                    body["placement"] = {"kind": "one_of", "strategy": "random"}
                (self.jobs if kind == "each" else self.placed)[name] = self.cluster.call("POST", "/tasks", body)

    def starts(self, name: str) -> list[tuple[int, int]]:
        """(nominal time, start) of each process, epoch milliseconds, by start."""
        path = self.file_of(name)
        lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        return sorted(((instant(line[2]), int(line[3])) for line in lines if len(line) == 4), key=lambda pair: pair[1])

    def all_fire_since(self, moment: int, seconds: float) -> bool:
        """Waits until each placed task has started a fire that nobody had made at `moment`: hosts are told two seconds ahead."""
        moment += 2500
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if all(any(nominal > moment for nominal, _ in self.starts(name)[-30:]) for name in self.placed):
                return True
            time.sleep(0.2)
        return False

    def end(self, server, number: int) -> None:
        began = int(time.time() * 1000)
        server.process.send_signal(number)
        if not self.all_fire_since(began, 60):
            print(f"  {clock(began)} not every task fired within 60 s", flush=True)
        # Until what was missed is made up for as well.
        time.sleep(2)
        if number == signal.SIGTERM:
            server.process.wait(60)
        else:
            server.process.wait()
        over = int(time.time() * 1000)
        self.windows.append((number, began, over))
        print(f"  {clock(began)} {server.name} {number.name}: resumed after {self.resumed(began, over):.2f} s", flush=True)

    def resumed(self, began: int, over: int) -> float:
        """Seconds from the signal to the end of the longest time in which a placed task did not start; the slowest task's."""
        longest = 0.0
        for name in self.placed:
            # The end counts as a start: a task that never came back was away until then.
            moments = [start for _, start in self.starts(name) if began - 2500 <= start <= over] + [over]
            pauses = [(after - before, after) for before, after in zip(moments, moments[1:]) if after > began]
            _, after = max(pauses, default=(0, over))
            longest = max(longest, (after - began) / 1000)
        return longest

    def pause(self, began: int, over: int) -> float:
        """The longest time in seconds between two starts of a placed task."""
        longest = 0
        for name in self.placed:
            moments = [start for _, start in self.starts(name) if began - 2500 <= start <= over + 2000]
            longest = max([longest, *(after - before for before, after in zip(moments, moments[1:]))])
        return longest / 1000

    def go(self, signals: list[signal.Signals]) -> None:
        self.create_jobs()
        time.sleep(5)
        if not self.all_fire_since(int(time.time() * 1000), 60):
            raise RuntimeError("placed tasks do not fire")
        for count, number in enumerate(signals):
            owner = self.cluster.servers[count % 2]
            # Any moment between two renewals of the leases is as good as another.
            time.sleep(self.random.uniform(0, 4))
            self.kills[number.name] += 1
            self.end(owner, number)
            owner.start()
            owner.wait()
        self.cluster.heal()
        time.sleep(8)
        self.disabled_at = int(time.time() * 1000)
        for job in [*self.jobs.values(), *self.placed.values()]:
            self.cluster.call("POST", f"/tasks/{job['id']}/disable")

    def judge_placed(self, verdict: Verdict) -> None:
        states = Counter()
        for name, job in self.placed.items():
            ran = Counter(nominal for nominal, _ in self.starts(name))
            records = self.records(job)
            states.update(f"{item['status_name']} {reason_code(item) or ''}".strip() for item in records)
            by_nominal = Counter(instant(item["scheduled_time"]) for item in records)
            done = {instant(item["scheduled_time"]) for item in records if item["status_name"] == "SUCCESS"}
            if not ran:
                verdict.fault("accounted", f"{name} never ran")
                continue
            # What nobody fired in time is SKIPPED(DEADLINE): an order is good until the next second.
            for nominal in range(min(ran), max(ran) + 1, 1000):
                if by_nominal[nominal] != 1:
                    verdict.fault("one-record", f"{name} {clock(nominal)} has {by_nominal[nominal]} records")
                if ran[nominal] > 1:
                    verdict.fault("ran-once", f"{name} {clock(nominal)} ran {ran[nominal]} times")
                if (ran[nominal] > 0) != (nominal in done):
                    verdict.fault("true-success", f"{name} {clock(nominal)} ran {ran[nominal]} times, SUCCESS: {nominal in done}")
            if max(ran) < self.disabled_at - 3000:
                verdict.fault("lively", f"{name} ended at {clock(max(ran))}, disabled {clock(self.disabled_at)}")
        print(f"{len(self.placed)} placed tasks: {dict(states)}")

    def judge_times(self, verdict: Verdict) -> None:
        resumed = [self.resumed(began, over) for number, began, over in self.windows if number == signal.SIGKILL]
        stops = [(began, over) for number, began, over in self.windows if number == signal.SIGTERM]
        pauses = [self.pause(began, over) for began, over in stops]
        missed = [
            f"{name} {clock(nominal)}"
            for began, over in stops
            for name in self.placed
            for ran in [{nominal for nominal, _ in self.starts(name)}]
            for nominal in range(began // 1000 * 1000 + 1000, over, 1000)
            if nominal not in ran
        ]
        late = []
        for name in self.jobs:
            for nominal, start in self.starts(name):
                if any(began <= nominal <= over for _, began, over in self.windows):
                    late.append((start - nominal) / 1000)
        if resumed:
            print(
                f"{len(resumed)} SIGKILL: placed tasks resumed after p50 {percentile(resumed, 0.5):.2f}, "
                f"p99 {percentile(resumed, 0.99):.2f}, at most {max(resumed):.2f} s"
            )
            if percentile(resumed, 0.99) > RESUMES_WITHIN:
                verdict.fault("lively", f"placed tasks resumed after {percentile(resumed, 0.99):.2f} s (p99)")
        if pauses:
            print(
                f"{len(pauses)} SIGTERM: longest time between two starts of a task p50 {percentile(pauses, 0.5):.2f}, "
                f"at most {max(pauses):.2f} s; {len(missed)} seconds of tasks did not run"
            )
            for one in missed:
                verdict.fault("lively", f"{one} was missed at a SIGTERM")
            if max(pauses) > STOP_GAP:
                verdict.fault("lively", f"a task stood still for {max(pauses):.2f} s at a SIGTERM")
        print(
            f"{len(late)} starts of hosts meanwhile: late by p50 {percentile(late, 0.5):.3f}, "
            f"p99 {percentile(late, 0.99):.3f}, at most {max(late, default=0):.3f} s"
        )
        if percentile(late, 0.99) > LATE_BY:
            verdict.fault("lively", f"hosts started {percentile(late, 0.99):.2f} s late (p99)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--stops", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--placed", type=int, default=8)
    parser.add_argument("--each", type=int, default=4)
    arguments = parser.parse_args()
    with Cluster(arguments.bin, 2, 2) as cluster:
        cluster.start()
        trial = OwnerKills(cluster, arguments.seed, arguments.placed, arguments.each)
        trial.go([signal.SIGKILL] * arguments.kills + [signal.SIGTERM] * arguments.stops)
        left = trial.settle()
        if left:
            print(f"{left} not ended")
        verdict = Verdict()
        judge(trial, verdict)
        trial.judge_placed(verdict)
        trial.judge_times(verdict)
        passed = verdict.report()
        if not passed:
            print(cluster.logs())
        return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
