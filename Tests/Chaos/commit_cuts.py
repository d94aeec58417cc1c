#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Cuts the servers' connections to the database exactly at COMMIT, again and again, and counts.

Usage: commit_cuts.py --bin DIR [--cuts 60] [--every 20] [--clients 4]

Two servers on one PostgreSQL, and between each and the database a proxy that knows the messages. Of the connections it ends,
every other one ends before the database gets its COMMIT, and the others once it has committed, without the answer. Meanwhile
tasks run every second, and clients start runs with an Idempotency-Key each, which they repeat until it is answered.

What has to hold:
  * each key has started exactly one run, which ran once, and each answer names it;
  * each second of each task has one record, every record ended, and nothing ran twice.
"""

import argparse
import json
import sys
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from judgement import Verdict, judge, reason_code  # noqa: E402
from cluster import Cluster  # noqa: E402
from cluster_chaos import ClusterChaos  # noqa: E402

# Runs of the clients' task that may wait on its host.
AT_ONCE = 100


class CommitCuts(ClusterChaos):
    """``jobs`` are those of every second, which ``judge`` looks at."""

    def __init__(self, cluster: Cluster, jobs: int):
        super().__init__(cluster, 0, 1, jobs)
        # By key: the ids of the runs that answers named.
        self.answers = {}
        self.lock = threading.Lock()
        self.refusals = Counter()

    def create_triggered(self) -> None:
        self.triggered_file = self.cluster.directory / "triggered.txt"
        self.triggered = self.cluster.call(
            "POST",
            "/tasks",
            {
                "name": "triggered",
                "executor_type": 1,
                "executor_config": {"command": f'echo "$QF_PARAM_KEY $QF_EXECUTION_ID" >> {self.triggered_file}'},
                "schedule_type": "manual",
                # A host that is told of more at once than a task may have would skip the rest, as it should.
                "overlap": "queue",
                "queue_limit": AT_ONCE,
                "group_ids": [next(iter(self.cluster.groups.values()))],
                "timeout": 60,
            },
        )

    def trigger(self, key: str, server, deadline: float) -> None:
        """Until it is answered; then once more, which has to name the same run."""
        path = f"{server.api.base}/api/v1/tasks/{self.triggered['id']}/trigger"
        heard = 0
        while heard < 2:
            request = urllib.request.Request(path, method="POST", data=json.dumps({"params": {"KEY": key}}).encode())
            request.add_header("Content-Type", "application/json")
            request.add_header("Authorization", f"Bearer {server.api.token}")
            request.add_header("Idempotency-Key", key)
            try:
                with server.api.opener.open(request, timeout=30) as answer:
                    run = json.load(answer)["data"]["run_id"]
                with self.lock:
                    self.answers.setdefault(key, []).append(run)
                heard += 1
            except urllib.error.HTTPError as error:
                with self.lock:
                    self.refusals[error.code] += 1
                # A conflict or a fault of the request would be one of this test.
                if error.code not in (503, 429) or time.monotonic() > deadline:
                    raise
                time.sleep(0.05 if error.code == 503 else 1)
            except (OSError, ValueError):
                # No answer in time: whether it has started a run only the key knows.
                with self.lock:
                    self.refusals["no answer"] += 1
                if time.monotonic() > deadline:
                    raise

    def waiting(self) -> int:
        """Keys that were answered and have not run."""
        ran = len(self.triggered_file.read_text().splitlines()) if self.triggered_file.exists() else 0
        return len(self.answers) - ran

    def go(self, cuts: int, every: int, clients: int, seconds: float) -> None:
        self.create_jobs()
        self.create_triggered()
        time.sleep(3)
        doors = [server.door for server in self.cluster.servers]
        is_over = threading.Event()
        deadline = time.monotonic() + seconds
        faults = []

        def client(number: int) -> None:
            count = 0
            try:
                while not is_over.is_set():
                    while self.waiting() > AT_ONCE / 2 and time.monotonic() < deadline:
                        time.sleep(0.05)
                    server = self.cluster.servers[(number + count) % len(self.cluster.servers)]
                    self.trigger(f"{number}-{count}", server, deadline + 60)
                    count += 1
            except Exception as error:  # noqa: BLE001
                faults.append(f"client {number}, key {number}-{count}: {error}")

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        for door in doors:
            door.cut_every = every
        for thread in threads:
            thread.start()
        while sum(sum(door.cuts.values()) for door in doors) < cuts and time.monotonic() < deadline:
            time.sleep(0.1)
        for door in doors:
            door.cut_every = 0
        print(f"cut after {seconds - (deadline - time.monotonic()):.1f} s, {len(self.answers)} keys", flush=True)
        is_over.set()
        for thread in threads:
            thread.join()
        if faults:
            raise RuntimeError("; ".join(faults))
        for kind in ("before", "after"):
            self.kills[f"cut {kind}"] = sum(door.cuts[kind] for door in doors)
        self.commits = sum(door.commits for door in doors)
        self.cluster.heal()
        time.sleep(6)
        self.disabled_at = int(time.time() * 1000)
        for job in self.jobs.values():
            self.cluster.call("POST", f"/tasks/{job['id']}/disable")

    def judge_triggered(self, verdict: Verdict) -> None:
        lines = [line.split() for line in self.triggered_file.read_text().splitlines()]
        ran = Counter(line[0] for line in lines)
        records = self.records(self.triggered)
        runs = Counter(item["run_id"] for item in records)
        for key, answers in self.answers.items():
            if len(set(answers)) != 1:
                verdict.fault("one-record", f"key {key} was answered with the runs {sorted(set(answers))}")
            if runs[answers[0]] != 1:
                verdict.fault("accounted", f"key {key}: its run {answers[0]} has {runs[answers[0]]} records")
            if ran[key] != 1:
                verdict.fault("ran-once", f"key {key} ran {ran[key]} times")
        for key in ran.keys() - self.answers.keys():
            verdict.fault("known", f"key {key} ran and was never answered")
        if len(records) != len(self.answers):
            verdict.fault("one-record", f"{len(self.answers)} keys have {len(records)} records")
        for item in records:
            if item["status_name"] != "SUCCESS":
                words = self.cluster.call("GET", f"/executions/{item['id']}").get("error")
                verdict.fault("ended", f"{item['id']} is {item['status_name']} {reason_code(item) or ''}: {words}")
        print(
            f"{self.commits} COMMITs, {dict(self.kills)}; {len(self.answers)} keys, {len(ran)} ran; "
            f"answers that were to be repeated: {dict(self.refusals)}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--cuts", type=int, default=60)
    parser.add_argument("--every", type=int, default=20, help="the connection of each so-many-th COMMIT ends")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=300, help="for all cuts; fewer than wanted are a failure")
    arguments = parser.parse_args()
    with Cluster(arguments.bin, 2, 2) as cluster:
        began = time.monotonic()
        cluster.start()
        print(f"two servers and two hosts are there after {time.monotonic() - began:.1f} s", flush=True)
        trial = CommitCuts(cluster, arguments.jobs)
        trial.go(arguments.cuts, arguments.every, arguments.clients, arguments.seconds)
        began = time.monotonic()
        left = trial.settle()
        print(f"settled after {time.monotonic() - began:.1f} s" + (f", {left} not ended" if left else ""), flush=True)
        verdict = Verdict()
        judge(trial, verdict)
        trial.judge_triggered(verdict)
        done = sum(trial.kills.values())
        if done < arguments.cuts:
            verdict.fault("lively", f"only {done} of {arguments.cuts} connections were cut")
        passed = verdict.report()
        if not passed:
            print(cluster.logs())
        return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
