#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Kills the server that places a run in waves, in the middle of a wave, and counts who ran.

Usage: waves_kill.py --bin DIR [--runs 2] [--hosts 5]

Two servers on one PostgreSQL. A task goes over all hosts: one canary, then two at a time. When the first host of the second wave has
begun, a server is killed with SIGKILL; the other one goes on. In the next run it is the other one's turn.

What has to hold: each host runs once in each run, no wave begins before the one before has ended, and every record is SUCCESS.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from cluster import Cluster  # noqa: E402


def lines(file: Path) -> list[tuple[str, str, int, int]]:
    """(execution, "begin" or "end", attempt, epoch milliseconds)."""
    if not file.exists():
        return []
    found = [line.split() for line in file.read_text().splitlines()]
    return [(one[0], one[1], int(one[2]), int(one[3])) for one in found if len(one) == 4]


def until(words: str, seconds: float, condition):
    deadline = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {seconds} s: {words}")
        time.sleep(0.1)


def one(cluster: Cluster, number: int, job: dict, file: Path, sizes: list[int]) -> list[str]:
    file.unlink(missing_ok=True)
    hosts = sum(sizes)
    victim = cluster.servers[number % 2]
    run = cluster.call("POST", f"/tasks/{job['id']}/trigger")["run_id"]
    until("the second wave", 120, lambda: sum(1 for line in lines(file) if line[1] == "begin") > sizes[0])
    killed = time.monotonic()
    victim.process.kill()
    victim.process.wait()

    def ended():
        items = [item for item in cluster.call("GET", "/executions", task_id=job["id"], page_size=100)["items"] if item["run_id"] == run]
        return items if len(items) == hosts and all(item["status_name"] not in ("PENDING", "RUNNING") for item in items) else None

    items = until("the end of the run", 240, ended)
    took = time.monotonic() - killed
    victim.start()
    victim.wait()
    faults = []
    states = Counter(item["status_name"] for item in items)
    if states != {"SUCCESS": hosts}:
        faults.append(f"its records are {dict(states)}")
    if len({item["client_id"] for item in items}) != hosts:
        faults.append("its records are not of as many hosts")
    begun = Counter(line[0] for line in lines(file) if line[1] == "begin")
    if sorted(begun.values()) != [1] * hosts:
        faults.append(f"executions ran {dict(begun)} times")
    # By their starts: whoever begins after a wave is full begins after its last end.
    starts = sorted(line[3] for line in lines(file) if line[1] == "begin")
    ends = sorted(line[3] for line in lines(file) if line[1] == "end")
    at = 0
    for size in sizes[:-1]:
        at += size
        if len(starts) > at and len(ends) >= at and starts[at] < ends[at - 1]:
            faults.append(f"a host of the next wave began {ends[at - 1] - starts[at]} ms before the end of the first {at}")
    print(f"  run {number + 1}: {victim.name} killed in the second wave, ended {took:.1f} s later; {len(faults)} faults", flush=True)
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--hosts", type=int, default=5)
    arguments = parser.parse_args()
    rest = arguments.hosts - 1
    sizes = [1] + [2] * (rest // 2) + ([1] if rest % 2 else [])
    faults = []
    with Cluster(arguments.bin, 2, arguments.hosts) as cluster:
        cluster.start()
        file = cluster.directory / "waves.txt"
        line = 'echo "$QF_EXECUTION_ID {} $QF_ATTEMPT $(date +%s%3N)" >> ' + str(file)
        job = cluster.call(
            "POST",
            "/tasks",
            {
                "name": "waves",
                "executor_type": 1,
                "executor_config": {"command": f"{line.format('begin')}; sleep 2; {line.format('end')}"},
                "schedule_type": "manual",
                "group_ids": list(cluster.groups.values()),
                "placement": {"kind": "each", "waves": {"size": 2, "canary": 1}},
                "timeout": 60,
            },
        )
        for number in range(arguments.runs):
            faults += [f"run {number + 1}: {fault}" for fault in one(cluster, number, job, file, sizes)]
        if faults:
            print(cluster.logs())
    for fault in faults:
        print(f"FAIL  {fault}")
    print(f"{arguments.runs} runs over {arguments.hosts} hosts, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
