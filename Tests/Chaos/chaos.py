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
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from dev_server import DevServer, Refused  # noqa: E402

TERMINAL = {"SUCCESS", "FAILURE", "TIMEOUT", "CANCELLED", "SKIPPED"}
RANGE = re.compile(r"(\d+) fires from (\S+) through (\S+)")
MISFIRE = ["fire_once", "fire_once", "fire_all", "skip"]


def instant(text: str) -> int:
    """Epoch milliseconds of RFC 3339 text."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def clock(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).strftime("%H:%M:%S.%f")[:-3]


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


def reason_code(item: dict) -> str | None:
    reason = item.get("reason")
    return reason.get("code") if isinstance(reason, dict) else reason


class Verdict:
    """Collects faults by rule; a rule without a fault has passed."""

    rules = {
        "one-record": "each nominal second has exactly one record",
        "accounted": "no nominal second is without one",
        "ended": "every record has ended",
        "reason": "every record that did not run says why",
        "ran-once": "no process ran twice for one execution and attempt",
        "known": "no process ran that has no record",
        "true-success": "every SUCCESS left its line",
        "lively": "most seconds were run in spite of it all, and the last ones too",
    }

    def __init__(self):
        self.faults = defaultdict(list)

    def fault(self, rule: str, text: str) -> None:
        self.faults[rule].append(text)

    def report(self) -> bool:
        for rule, sentence in self.rules.items():
            faults = self.faults[rule]
            print(f"{'ok  ' if not faults else 'FAIL'}  {sentence}" + (f": {len(faults)} faults" if faults else ""))
            for text in faults[:12]:
                print(f"        {text}")
        failed = sum(1 for rule in self.rules if self.faults[rule])
        print(f"\n{len(self.rules) - failed} passed, {failed} failed")
        return failed == 0


def judge(chaos: Chaos, verdict: Verdict) -> None:
    totals = Counter()
    fires = ran = 0
    # Milliseconds between two fires of a job.
    step = 1000 * getattr(chaos, "period", 1)
    for name, job in chaos.jobs.items():
        records = chaos.records(job)
        by_nominal = defaultdict(list)
        ranges = []
        for item in records:
            nominal = instant(item["scheduled_time"])
            by_nominal[nominal].append(item)
            state, reason = item["status_name"], reason_code(item)
            totals[f"{state}" + (f" {reason}" if reason else "")] += 1
            if state not in TERMINAL:
                verdict.fault("ended", f"{name} {clock(nominal)} {item['id']} is {state}")
            if state != "SUCCESS" and not reason:
                verdict.fault("reason", f"{name} {clock(nominal)} {item['id']} is {state} and says nothing")
            if reason == "MISFIRE_COALESCED":
                match = RANGE.search(item.get("error") or "")
                if match:
                    ranges.append((instant(match[2]), instant(match[3])))
                else:
                    verdict.fault("reason", f"{name} {clock(nominal)} coalesced, but what: {item.get('error')!r}")
        for nominal, items in by_nominal.items():
            if len(items) > 1:
                verdict.fault("one-record", f"{name} {clock(nominal)} has {[i['id'] for i in items]}")
            if nominal % 1000 != 0:
                verdict.fault("one-record", f"{name} {clock(nominal)} is no nominal time of this job")
            state = items[0]["status_name"]
            if state != "SKIPPED" and any(a <= nominal <= b for a, b in ranges):
                verdict.fault("one-record", f"{name} {clock(nominal)} is {state} and counted as missed as well")
        if not by_nominal:
            verdict.fault("accounted", f"{name} has no record at all")
            continue
        first, last = min(by_nominal), max(by_nominal)
        for nominal in range(first, last + 1, step):
            fires += 1
            if nominal not in by_nominal and not any(a <= nominal <= b for a, b in ranges):
                verdict.fault("accounted", f"{name} {clock(nominal)} has no record")
        # The job was there before the chaos, and was disabled after it: the ends must be near these moments.
        if first > instant(job["created_at"]) + 4000 + step:
            verdict.fault("accounted", f"{name} began only at {clock(first)}, created {job['created_at']}")
        if last < chaos.disabled_at - 2000 - step:
            verdict.fault("lively", f"{name} ended at {clock(last)}, disabled {clock(chaos.disabled_at)}")
        ran += check_lines(chaos, name, records, verdict)
    if ran < fires * 0.3:
        verdict.fault("lively", f"only {ran} of {fires} fires ran")
    print(f"\n{len(chaos.jobs)} jobs, {fires} nominal fires, {ran} processes; kills: {dict(chaos.kills)}")
    for text, count in sorted(totals.items(), key=lambda pair: -pair[1]):
        print(f"  {count:6}  {text}")
    print()


def check_lines(chaos: Chaos, name: str, records: list[dict], verdict: Verdict) -> int:
    """Compares what processes wrote with what records say; returns how many processes wrote."""
    path = chaos.file_of(name)
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    known = {item["id"].lower() for item in records}
    seen = Counter((line[0].lower(), line[1]) for line in lines if len(line) >= 2)
    for (identifier, attempt), count in seen.items():
        if count > 1:
            verdict.fault("ran-once", f"{name} {identifier} attempt {attempt} ran {count} times")
        if identifier not in known:
            verdict.fault("known", f"{name} {identifier} attempt {attempt} has no record")
    wrote = {identifier for identifier, _ in seen}
    for item in records:
        if item["status_name"] == "SUCCESS" and item["id"].lower() not in wrote:
            verdict.fault("true-success", f"{name} {item['id']} says SUCCESS and wrote nothing")
    return len(lines)


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
        began = time.monotonic()
        left = chaos.settle()
        print(f"settled after {time.monotonic() - began:.1f} s" + (f", {left} not ended" if left else ""))
        verdict = Verdict()
        try:
            judge(chaos, verdict)
        except (Refused, OSError, json.JSONDecodeError) as error:
            verdict.fault("accounted", f"the records can't be read: {error}")
        passed = verdict.report()
        if not passed:
            print(f"--- the end of the server's log ---\n{server.tail()}")
        return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
