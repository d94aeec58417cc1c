#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Replaces servers one after another under load, behind a balancer that follows /readyz, and counts what failed.

Usage: rolling_upgrade.py --bin DIR [--before DIR] [--servers 2] [--rounds 1] [--undrained 0] [--clients 4]

Servers begin with the programs of --before (the same as --bin, unless said) and each is replaced as docs/operations.md says: drained,
waited for until the balancer has seen it, stopped (SIGTERM), started with the programs of --bin, waited for until /readyz. In
--undrained further rounds nobody drains: SIGTERM alone. Meanwhile clients read, and start runs with an Idempotency-Key each.

What has to hold: no request failed; each key started one run that ran once; each second of each task has one record, and ran once.
"""

import argparse
import json
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from balancer import Balancer  # noqa: E402
from judgement import Verdict, judge  # noqa: E402
from cluster import Cluster  # noqa: E402
from commit_cuts import CommitCuts  # noqa: E402
from dev_server import Refused  # noqa: E402

READS = ["/tasks?page_size=20", "/executions?page_size=20", "/clients", "/groups", "/cluster"]


class RollingUpgrade(CommitCuts):
    """What is triggered, and how it is judged, is as with cut connections; nothing is repeated here."""

    def __init__(self, cluster: Cluster, jobs: int):
        super().__init__(cluster, jobs)
        self.balancer = Balancer([server.http for server in cluster.servers])
        self.faults = []
        self.requests = Counter()
        self.slowest = 0.0

    def request(self, method: str, path: str, key: str | None = None) -> dict:
        request = urllib.request.Request(f"http://127.0.0.1:{self.balancer.port}/api/v1{path}", method=method)
        request.add_header("Authorization", f"Bearer {self.cluster.servers[0].api.token}")
        if key:
            request.data = json.dumps({"params": {"KEY": key}}).encode()
            request.add_header("Content-Type", "application/json")
            request.add_header("Idempotency-Key", key)
        began = time.monotonic()
        with self.cluster.servers[0].api.opener.open(request, timeout=60) as answer:
            data = json.load(answer)["data"]
        self.slowest = max(self.slowest, time.monotonic() - began)
        return data

    def client(self, number: int, is_over: threading.Event) -> None:
        count = 0
        while not is_over.is_set():
            key = f"{number}-{count}"
            for method, path in [*(("GET", read) for read in READS), ("POST", f"/tasks/{self.triggered['id']}/trigger")]:
                try:
                    data = self.request(method, path, key if method == "POST" else None)
                    with self.lock:
                        self.requests[method] += 1
                        if method == "POST":
                            self.answers.setdefault(key, []).append(data["run_id"])
                except (OSError, ValueError) as error:
                    body = error.read().decode(errors="replace")[:200] if isinstance(error, urllib.error.HTTPError) else ""
                    with self.lock:
                        self.faults.append(f"{time.strftime('%T')} {method} {path}: {error} {body}")
                time.sleep(0.02)
            count += 1

    def replace(self, server, is_drained: bool) -> None:
        began = time.monotonic()
        if is_drained:
            items = server.api.get("/cluster")["items"]
            own = next(item["id"] for item in items if item["is_this"])
            self.wait(lambda: self.drains(server, own), "another server is known, to which the drained one may leave its work")
            self.wait(lambda: not self.balancer.is_used(server.http), "the balancer has seen the drain")
            self.wait(
                lambda: all(
                    item["hosts"] == 0 and item["shards"] == 0
                    for item in server.api.get("/cluster")["items"]
                    if item["is_this"]
                ),
                "the drained server has handed over",
            )
        drained = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(60)
        if code != 0:
            self.faults.append(f"{server.name} ended with {code}")
        stopped = time.monotonic()
        server.start()
        server.wait()
        self.wait(lambda: self.balancer.is_used(server.http), "the balancer uses the new one")
        print(
            f"  {server.name} replaced: drained {drained - began:.1f} s, stopped {stopped - drained:.1f} s, "
            f"ready {time.monotonic() - stopped:.1f} s, {len(self.faults)} faults",
            flush=True,
        )

    def drains(self, server, own: str) -> bool:
        """One that has just come is known to the others a second later; until then nobody is drained."""
        try:
            server.api.post(f"/cluster/{own}/drain")
            return True
        except Refused as refusal:
            if refusal.status != 409:
                raise
            return False

    def wait(self, condition, words: str, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"not within {seconds} s: {words}")
            time.sleep(0.1)

    def go(self, rounds: int, undrained: int, clients: int, after: Path) -> None:
        self.create_jobs()
        self.create_triggered()
        for server in self.cluster.servers:
            self.wait(lambda server=server: self.balancer.is_used(server.http), "the balancer uses each server")
        is_over = threading.Event()
        threads = [threading.Thread(target=self.client, args=(number, is_over)) for number in range(clients)]
        for thread in threads:
            thread.start()
        time.sleep(3)
        self.cluster.bin = after
        try:
            for number in range(rounds + undrained):
                for server in self.cluster.servers:
                    self.replace(server, is_drained=number < rounds)
            time.sleep(3)
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        self.kills["replaced"] = (rounds + undrained) * len(self.cluster.servers)
        self.commits = sum(server.door.commits for server in self.cluster.servers)
        self.disabled_at = int(time.time() * 1000)
        for job in self.jobs.values():
            self.cluster.call("POST", f"/tasks/{job['id']}/disable")

    def judge_requests(self, verdict: Verdict) -> None:
        print(f"{dict(self.requests)} requests answered, the slowest after {self.slowest:.2f} s; {len(self.faults)} failed")
        for fault in self.faults + self.balancer.failed:
            verdict.fault("lively", fault)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--before", help="directory of the executables of the version before")
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1, help="each replaces every server once")
    parser.add_argument("--undrained", type=int, default=0, help="rounds in which servers are stopped without being drained")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=6)
    arguments = parser.parse_args()
    with Cluster(arguments.before or arguments.bin, arguments.servers, 2) as cluster:
        cluster.start()
        trial = RollingUpgrade(cluster, arguments.jobs)
        trial.go(arguments.rounds, arguments.undrained, arguments.clients, Path(arguments.bin).resolve())
        left = trial.settle()
        if left:
            print(f"{left} not ended")
        verdict = Verdict()
        judge(trial, verdict)
        trial.judge_triggered(verdict)
        trial.judge_requests(verdict)
        trial.balancer.close()
        passed = verdict.report()
        if not passed:
            print(cluster.logs())
        return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
