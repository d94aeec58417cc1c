#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Kills the server, the agent or both with SIGKILL at random moments while jobs run every second, then counts.

Usage: chaos.py --bin DIR [--seconds 180] [--seed S] [--jobs 20]

When the dust has settled, for every job:
  * every nominal second from the first to the last has exactly one record, of its own or of a coalesced range;
  * every record has ended, and one that did not run has a reason;
  * no process ran twice for one execution and attempt, and none that no record knows;
  * a record that says SUCCESS has left its line.

The same seed makes the same kills at the same moments; what they hit depends on the machine.
"""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from dev_server import DevServer  # noqa: E402
from judgement import clock, conclude, reason_code  # noqa: E402

MISFIRE = ["fire_once", "fire_once", "fire_all", "skip"]


class Chaos:
    def __init__(self, server: DevServer, seconds: float, seed: int, jobs: int):
        self.server = server
        self.seconds = seconds
        self.random = random.Random(seed)
        self.count = jobs
        self.jobs = {}
        self.group = None
        self.kills = Counter()
        self.lines = server.directory / "lines"
        self.lines.mkdir()

    def file_of(self, name: str) -> Path:
        return self.lines / f"{name}.txt"

    def create_jobs(self) -> None:
        group = self.group or next(g["id"] for g in self.server.api.get("/groups") if g["builtin"])
        for number in range(self.count):
            name = f"chaos-{number:02}"
            body = {
                "name": name,
                "executor_type": 1,
                "executor_config": {
                    "command": f'echo "$QF_EXECUTION_ID $QF_ATTEMPT $QF_SCHEDULED_TIME" >> {self.file_of(name)}'
                },
                "schedule_type": "cron",
                "cron_expr": "* * * * * *",
                "misfire": MISFIRE[number % len(MISFIRE)],
                "group_ids": [group],
                "timeout": 60,
            }
            self.jobs[name] = self.server.api.post("/tasks", body)

    def revive(self) -> None:
        """A new server on the same data, as a service manager would start it."""
        if self.server.process.poll() is None:
            return
        self.server.start()
        self.server.wait_for_http(60)

    def strike(self) -> None:
        victim = self.random.choice(["server", "agent", "agent", "both"])
        # A fire is missed when it is five seconds late: some pauses of both are longer.
        pause = self.random.uniform(0, 11 if victim == "both" else 2.5)
        if victim == "server":
            self.server.kill_server()
        elif victim == "agent":
            if self.server.kill_agents() == 0:
                self.kills["agent already gone"] += 1
        elif self.random.random() < 0.5:
            self.server.kill_server()
            self.server.kill_agents()
        else:
            self.server.kill_agents()
            self.server.kill_server()
        self.kills[victim] += 1
        print(f"  {clock(int(time.time() * 1000))} kill -9 {victim}", flush=True)
        time.sleep(pause)
        self.revive()

    def run(self) -> None:
        self.create_jobs()
        # A few undisturbed seconds, so that every job has a first fire.
        time.sleep(3)
        end = time.monotonic() + self.seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, self.random.uniform(0.3, 5)))
            if time.monotonic() < end:
                self.strike()
        self.revive()
        self.server.wait_for_agent(60)
        # And a few more, so that the last fires are those of a healthy system.
        time.sleep(6)
        self.disabled_at = int(time.time() * 1000)
        for job in self.jobs.values():
            self.server.api.post(f"/tasks/{job['id']}/disable")

    def settle(self, seconds: float = 90) -> int:
        """Waits until nothing is pending or running; returns how much still is."""
        deadline = time.monotonic() + seconds
        while True:
            left = self.server.api.get("/executions", status="1,2", page_size=1)["total"]
            if left == 0 or time.monotonic() > deadline:
                return left
            time.sleep(0.5)

    def records(self, job: dict) -> list[dict]:
        found = {}
        for item in self.server.api.pages("/executions", task_id=job["id"]):
            found[item["id"]] = item
        for item in found.values():
            if reason_code(item) == "MISFIRE_COALESCED":
                item["error"] = self.server.api.get(f"/executions/{item['id']}").get("error")
        return list(found.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=20)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(1 << 31)
    print(f"chaos for {arguments.seconds:g} s with seed {seed}", flush=True)
    with DevServer(arguments.bin) as server:
        server.start_and_sign_in()
        chaos = Chaos(server, arguments.seconds, seed, arguments.jobs)
        chaos.run()
        return 0 if conclude(chaos, lambda: f"--- the end of the server's log ---\n{server.tail()}") else 1


if __name__ == "__main__":
    sys.exit(main())
