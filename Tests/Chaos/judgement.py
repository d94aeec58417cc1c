# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Counts what became of each fire: for each job, on each host that it is for, each nominal time has one record, and what ran has run once.

What is judged has: ``jobs`` (by name, as the API shows them, with ``created_at``), ``records(job)``, ``file_of(name)`` (a line for each process:
execution, attempt), ``disabled_at`` (epoch milliseconds), ``kills`` (counts of what was done to it). It may have ``period_of(name)`` (milliseconds, 1000 by default) and
``hosts_of(name)`` (ids of the hosts that the job is for; by default records of all hosts count as one's).
"""

import json
import re
import time
from collections import Counter, defaultdict
from datetime import datetime, timezone

from dev_server import Refused

TERMINAL = {"SUCCESS", "FAILURE", "TIMEOUT", "CANCELLED", "SKIPPED"}
RANGE = re.compile(r"(\d+) fires from (\S+) through (\S+)")
# What a host says of a fire that it is asked about and has counted already.
COUNTED = re.compile(r"counted in the record at (\S+)")


def instant(text: str) -> int:
    """Epoch milliseconds of RFC 3339 text."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def clock(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).strftime("%H:%M:%S.%f")[:-3]


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


def conclude(chaos, logs) -> bool:
    """Waits for what still runs, judges, and prints it; ``logs`` gives what to print when something is wrong."""
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
        print(logs())
    return passed


def judge(chaos, verdict: Verdict) -> None:
    totals = Counter()
    fires = ran = 0
    for name, job in chaos.jobs.items():
        records = chaos.records(job)
        hosts = chaos.hosts_of(name) if hasattr(chaos, "hosts_of") else None
        period = chaos.period_of(name) if hasattr(chaos, "period_of") else 1000
        for host in hosts or [None]:
            of_host = records if host is None else [item for item in records if item["client_id"] == host]
            fires += judge_host(chaos, name if host is None else f"{name} on {host}", job, period, of_host, totals, verdict)
        for item in records:
            if hosts and item["client_id"] not in hosts:
                verdict.fault("one-record", f"{name} {item['id']} is of a host that the job is not for: {item['client_id']}")
        ran += check_lines(chaos, name, records, verdict)
    if ran < fires * 0.3:
        verdict.fault("lively", f"only {ran} of {fires} fires ran")
    print(f"\n{len(chaos.jobs)} jobs, {fires} nominal fires, {ran} processes; kills: {dict(chaos.kills)}")
    for text, count in sorted(totals.items(), key=lambda pair: -pair[1]):
        print(f"  {count:6}  {text}")
    print()


def judge_host(chaos, name: str, job: dict, period: int, records: list[dict], totals: Counter, verdict: Verdict) -> int:
    """Judges what one host has of a job; returns how many nominal times there were."""
    by_nominal = defaultdict(list)
    ranges = []
    counted = []
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
            text = item.get("error") or ""
            if match := RANGE.search(text):
                ranges.append((instant(match[2]), instant(match[3])))
            elif match := COUNTED.search(text):
                counted.append((nominal, instant(match[1])))
            else:
                verdict.fault("reason", f"{name} {clock(nominal)} coalesced, but what: {item.get('error')!r}")
    for nominal, last in counted:
        if not any(a <= nominal <= b and b == last for a, b in ranges):
            verdict.fault("reason", f"{name} {clock(nominal)} is counted in a record at {clock(last)}, which does not count it")
    for nominal, items in by_nominal.items():
        if len(items) > 1:
            verdict.fault("one-record", f"{name} {clock(nominal)} has {[i['id'] for i in items]}")
        if nominal % 1000 != 0 or (nominal - min(by_nominal)) % period != 0:
            verdict.fault("one-record", f"{name} {clock(nominal)} is no nominal time of this job")
        state = items[0]["status_name"]
        if state != "SKIPPED" and any(a <= nominal <= b for a, b in ranges):
            verdict.fault("one-record", f"{name} {clock(nominal)} is {state} and counted as missed as well")
    if not by_nominal:
        verdict.fault("accounted", f"{name} has no record at all")
        return 0
    first, last = min(by_nominal), max(by_nominal)
    for nominal in range(first, last + 1, period):
        if nominal not in by_nominal and not any(a <= nominal <= b for a, b in ranges):
            verdict.fault("accounted", f"{name} {clock(nominal)} has no record")
    # The job was there before the chaos, and was disabled after it: the ends must be near these moments.
    if first > instant(job["created_at"]) + 4000 + period:
        verdict.fault("accounted", f"{name} began only at {clock(first)}, created {job['created_at']}")
    if last < chaos.disabled_at - 2000 - period:
        verdict.fault("lively", f"{name} ended at {clock(last)}, disabled {clock(chaos.disabled_at)}")
    return (last - first) // period + 1


def check_lines(chaos, name: str, records: list[dict], verdict: Verdict) -> int:
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
