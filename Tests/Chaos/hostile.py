#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Runs thousands of jobs that do not want to end, to be found or to be quiet, on a real server and agent, and looks at what is left.

Usage: hostile.py --bin DIR [--runs 10000] [--at-once 64] [--seed S] [--short]

A run ends by itself, by its time limit, or because it is stopped by force. Judged (rules R4 and S1-FR-4.5):
  * every run ends, with the state and the exit code that its kind has to have;
  * a run that ended has no process: looked for in /proc by argument, environment and working directory;
  * TIMEOUT comes at most 11 s after the limit;
  * long output is counted whole, and kept as beginning and end;
  * server, agent and runner have no more descriptors than before, and the agent's directory no more files;
  * agent and runner have no more memory in the last fifth of the runs than in the second, but for a bound.

--short: one run of each kind or more, in seconds; what would wait for a time limit is stopped by force instead. Needs bash, setsid and python3.
"""

import argparse
import os
import random
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from dev_server import DevServer, Refused  # noqa: E402

LIMIT = 10  # seconds: the shortest time limit a task may have
LATEST = LIMIT + 11
GROWTH = {"agent": 24, "runner": 12}  # MiB
KEPT = 2  # MiB that are kept of an attempt

HEADLESS = """
exec python3 -c '
import ctypes, os, threading, time
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        threading.Thread(target=time.sleep, args=(30000,)).start()
        ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)
time.sleep(0.3)
os._exit(8)
'
"""
FILES = r"""
mkdir -p a/b/c && ln -s / root && mkfifo pipe && touch -- -rf ' ' '*' && chmod 000 a/b
touch "$(printf 'no\377\376text')" && mkdir "$(printf 'no\200dir')" && touch "$(printf 'no\200dir')/x"
n=a-name-of-20-letters; n=$n/$n/$n/$n; n=$n/$n/$n/$n/$n; n=$n/$n/$n/$n
mkdir -p $n && cd $n && mkdir -p $n/$n && touch $n/$n/file || exit 9
exit 5
"""
REAPER = """
exec python3 -c '
import ctypes, os, signal, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.environ.clear()
            time.sleep(30000)
        os._exit(0)
time.sleep(30000)
'
"""


@dataclass(frozen=True)
class Kind:
    """How jobs of a kind behave, and how they have to end."""

    script: str
    # "own": by itself; "limit": by its time limit.
    ends: str = "own"
    code: int | None = 0
    weight: int = 10
    # What has to be among the words of its output.
    says: str | None = None


def kinds(sleep: str, megabytes: int) -> dict[str, Kind]:
    """`sleep` is a command that never ends by itself and is known by its argument."""
    return {
        "double fork": Kind(f"(setsid sh -c '{sleep} & {sleep}' >/dev/null 2>&1 &); exit 0"),
        "daemon that ignores SIGTERM": Kind(f"trap '' TERM HUP; setsid sh -c '{sleep}' >/dev/null 2>&1 </dev/null & exit 6", code=6),
        "SIGTERM ignored": Kind(f"trap '' TERM INT HUP QUIT; {sleep} & (setsid {sleep} &); {sleep}", ends="limit", weight=5),
        "stopped": Kind(f"{sleep} & kill -STOP $$", ends="limit", weight=3),
        "closed output": Kind(f"exec >&- 2>&- <&-; {sleep} & exit 3", code=3),
        "output held open": Kind(f"echo held; {sleep} & exit 0", says="held"),
        "much output": Kind(
            f"echo the-beginning; yes 0123456789abcde | head -c {megabytes << 20}; echo the-end",
            weight=1,
        ),
        "zombies": Kind(f"for i in 1 2 3 4 5 6 7 8 9 10 11 12; do (exit 1) & done; exec {sleep}", ends="limit", weight=4),
        "environment cleared": Kind(f"(env -i setsid sh -c 'cd /; trap \"\" TERM; exec {sleep}' >/dev/null 2>&1 &); exit 0"),
        "environment cleared, in the tree": Kind(f"env -i /bin/sh -c '{sleep}' & env -i {sleep} & exit 7", code=7),
        "fork storm": Kind(
            f"f() {{ [ $1 -gt 0 ] || exec {sleep}; f $(($1-1)) & f $(($1-1)) & wait; }}; f 4 & exit 0", weight=4
        ),
        "deep tree": Kind(f"d() {{ if [ $1 -gt 0 ]; then (d $(($1-1))); true; else {sleep}; fi; }}; d 30", ends="limit", weight=2),
        "runs from its killers": Kind(
            f"e() {{ if [ $1 -gt 0 ]; then (e $(($1-1)) &); else exec {sleep}; fi; }}; e 60; exit 0", weight=4
        ),
        "reads its input": Kind('cat; if read -r x; then exit 1; else echo "nothing to read"; exit 4; fi', code=4, says="nothing to read"),
        "inherited descriptors": Kind("set -- /proc/$$/fd/*; for i; do echo open ${i##*/}; done; exec 9</dev/null; exit 0", says="open 2"),
        "files": Kind(FILES, code=5, weight=6),
        "kills its group": Kind(f"{sleep} & kill -9 0", code=None),
        "first thread gone": Kind(HEADLESS, code=8, weight=3),
        "subreaper of its own": Kind(REAPER, ends="limit", weight=2),
    }


def instant(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Hostile:
    def __init__(self, server: DevServer, runs: int, at_once: int, seed: int, is_short: bool):
        self.server = server
        self.api = server.api
        self.random = random.Random(seed)
        self.runs, self.at_once, self.is_short = runs, at_once, is_short
        # Known to the last process by this number, whatever became of its environment.
        self.number = f"31536{self.random.randrange(10**6, 10**7)}"
        self.kinds = kinds(f"sleep {self.number}", 24 if is_short else 256)
        self.tasks: dict[str, str] = {}
        self.kind_of: dict[str, str] = {}
        self.live: dict[str, float] = {}
        self.forced: set[str] = set()
        self.faults: list[str] = []
        self.memory: dict[str, list[float]] = defaultdict(list)
        self.latest = 0.0
        self.counts = Counter()

    # What the machine shows

    def programs(self) -> dict[str, int]:
        found = {"server": self.server.process.pid}
        for pid, line in self.server.processes().items():
            name = Path(line[0]).name if line else ""
            if line[1:3] == ["agent", "run"]:
                found["agent"] = pid
            elif name == "quicflow-runner":
                found["runner"] = pid
        return found

    def descriptors(self) -> dict[str, Counter]:
        """How many of which sort each program has open."""
        counts = {}
        for name, pid in self.programs().items():
            counts[name] = Counter()
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                try:
                    counts[name][re.sub(r"\d+", "N", os.readlink(entry))] += 1
                except OSError:
                    pass
        return counts

    def files(self) -> set[str]:
        """What lies in the agent's directory, but for its databases and the outputs that it keeps for people (a bounded number)."""
        root = self.server.directory / "data/agent"
        names = set()
        for directory, below, files in os.walk(os.fsencode(root)):
            if b"/logs" in directory[len(os.fsencode(root)) :]:
                continue
            names |= {os.path.join(directory, name) for name in below + files if not name.endswith((b"-wal", b"-shm"))}
        temporary = os.fsencode(self.server.directory / "tmp")
        names |= {os.path.join(temporary, name) for name in os.listdir(temporary)}
        return {os.fsdecode(name) for name in names}

    def look(self) -> dict[str, list[int]]:
        """Living processes by the execution that they are of; those without any sign of one under their number."""
        found = defaultdict(list)
        pattern = re.compile(b"[0-9a-f]{8}-[0-9a-f-]{27}", re.I)
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                fields = Path(f"/proc/{entry}/stat").read_bytes().rsplit(b")", 1)[1].split()
                place = f"/proc/{entry}"
                if fields[0] in b"ZX":
                    # Dead, unless only its first thread is.
                    threads = [one for one in os.listdir(f"/proc/{entry}/task") if one != entry]
                    if not threads:
                        continue
                    place = f"/proc/{entry}/task/{threads[0]}"
                text = Path(f"{place}/cmdline").read_bytes() + b"\0" + Path(f"{place}/environ").read_bytes()
                text += b"\0" + os.fsencode(os.readlink(f"{place}/cwd"))
            except OSError:
                continue
            owners = {match.group().decode() for match in pattern.finditer(text)} & self.kind_of.keys()
            if owners:
                found[owners.pop()].append(int(entry))
            elif self.number.encode() in text and str(self.server.directory).encode() not in text:
                found[self.number].append(int(entry))
        return found

    def remember_memory(self) -> None:
        for name, pid in self.programs().items():
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            self.memory[name].append(int(re.search(r"RssAnon:\s+(\d+)", status)[1]) / 1024)

    # Running

    def patiently(self, method: str, path: str, body=None, **query):
        deadline = time.monotonic() + 120
        while True:
            try:
                return self.api.call(method, path, body, timeout=60, **query)
            except Refused as refusal:
                if refusal.status not in (429, 503) or time.monotonic() > deadline:
                    raise
            time.sleep(0.2)

    def create(self) -> None:
        group = next(one["id"] for one in self.api.get("/groups") if one["builtin"])
        for name, kind in self.kinds.items():
            body = {
                "name": f"hostile: {name}",
                "executor_type": 1,
                "executor_config": {"command": kind.script, "scratch_dir": True},
                "schedule_type": "manual",
                "group_ids": [group],
                "timeout": LIMIT if kind.ends == "limit" and not self.is_short else 3600,
                "overlap": "allow",
                "concurrency": 100,
            }
            self.tasks[name] = self.patiently("POST", "/tasks", body)["id"]

    def prepare(self) -> None:
        """Makes the tasks, and lets each program open what it opens once: its connections to databases, the runner's first attempt."""
        self.patiently("PATCH", "/settings", {"values": {"output.attempt-mib": KEPT}})
        self.create()
        # A heartbeat's answer brings the limit to the host.
        deadline = time.monotonic() + 60
        while not any(path.read_text().strip() == str(KEPT << 20) for path in self.server.directory.rglob("output-bytes")):
            if time.monotonic() > deadline:
                raise RuntimeError("the host has not heard of the setting output.attempt-mib")
            time.sleep(0.1)
        for name in ("reads its input", "output held open", "much output"):
            self.start(name)
        while self.live:
            self.poll()
            time.sleep(0.1)
        time.sleep(1)
        self.memory.clear()

    def start(self, name: str) -> None:
        answer = self.patiently("POST", f"/tasks/{self.tasks[name]}/trigger", {"params": {}})
        identifier = answer["executions"][0]["id"]
        self.kind_of[identifier] = name
        self.live[identifier] = time.monotonic()
        self.counts[name] += 1

    def poll(self) -> None:
        """Notes what has ended, and looks for what is left of it."""
        page = self.patiently("GET", "/executions", status="1,2", page_size=500)
        running = {item["id"] for item in page["items"]}
        ended = [identifier for identifier in self.live if identifier not in running]
        for identifier in ended:
            del self.live[identifier]
        found = self.look()
        for identifier in ended:
            # What shows no sign of its execution may be another's for all that the runner knows: it ends with the last of them.
            for pid in found.get(identifier, []) if self.kind_of[identifier] != "environment cleared" else []:
                self.faults.append(f"process {pid} of {self.kind_of[identifier]!r} {identifier} is there after its end: {words(pid)}")
        if self.is_short:
            for identifier, began in self.live.items():
                wants = self.kinds[self.kind_of[identifier]].ends == "limit"
                # Once its processes are there.
                if wants and identifier not in self.forced and (len(found.get(identifier, [])) > 1 or time.monotonic() - began > 4):
                    self.patiently("POST", f"/executions/{identifier}/cancel", {"force": True})
                    self.forced.add(identifier)
        self.remember_memory()

    def plan(self) -> list[str]:
        names = list(self.kinds)
        plan = list(names)
        weights = [self.kinds[name].weight for name in names]
        if self.runs > len(plan):
            plan += self.random.choices(names, weights, k=self.runs - len(plan))
        self.random.shuffle(plan)
        # Those that take longest first, so that a short form does not wait for them.
        return sorted(plan, key=lambda name: name != "much output") if self.is_short else plan

    def run(self) -> None:
        plan = self.plan()
        began = told = time.monotonic()
        while plan or self.live:
            while plan and len(self.live) < self.at_once:
                self.start(plan.pop())
            self.poll()
            if not plan and self.live and time.monotonic() - max(self.live.values()) > 180:
                self.faults.append(f"still not ended: {sorted(self.kind_of[one] for one in self.live)}")
                break
            if time.monotonic() - told > 30:
                told = time.monotonic()
                print(f"  {len(self.kind_of) - len(self.live)} ended after {told - began:.0f} s, {len(self.faults)} faults", flush=True)
            time.sleep(0.1 if self.is_short else 0.3)
        self.seconds = time.monotonic() - began

    # Judging

    def judge(self) -> None:
        for name, task in self.tasks.items():
            kind = self.kinds[name]
            for item in self.api.pages("/executions", task_id=task):
                if item["id"] in self.kind_of:
                    self.judge_record(name, kind, item)
        for name in ("much output", "output held open", "reads its input", "inherited descriptors"):
            for identifier in [one for one, kind in self.kind_of.items() if kind == name][:20]:
                self.judge_output(name, self.patiently("GET", f"/executions/{identifier}"))

    def judge_record(self, name: str, kind: Kind, item: dict) -> None:
        status, code = item["status_name"], item.get("exit_code")
        wanted = "SUCCESS" if kind.code == 0 else "FAILURE"
        if kind.ends == "limit":
            wanted = "CANCELLED" if item["id"] in self.forced else "TIMEOUT"
        if status != wanted or (kind.ends == "own" and code != kind.code):
            self.faults.append(f"{name!r} {item['id']} ended as {status}({item.get('reason')}) with {code}, not {wanted} with {kind.code}")
        if status == "TIMEOUT":
            took = instant(item["end_time"]) - instant(item["start_time"])
            self.latest = max(self.latest, took - LIMIT)
            if took > LATEST:
                self.faults.append(f"{name!r} {item['id']} timed out {took - LIMIT:.1f} s after its limit")

    def judge_output(self, name: str, record: dict) -> None:
        text = record.get("output_preview") or ""
        says = self.kinds[name].says
        if says and says not in text:
            self.faults.append(f"{name!r} {record['id']} should say {says!r}: {text[:200]!r}")
        if name == "inherited descriptors":
            # The shell that reads /proc has one of its own for it, and dash one for its script.
            strange = [line for line in text.split("\n") if line.startswith("open ") and int(line[5:]) > 2]
            if len(strange) > 1:
                self.faults.append(f"{name!r} {record['id']} found {strange}")
        if name == "much output":
            size = len("the-beginning\nthe-end\n") + (int(re.search(r"head -c (\d+)", self.kinds[name].script)[1]))
            if record["output_bytes"] != size or not record["output_truncated"]:
                self.faults.append(f"{name!r} {record['id']}: {record['output_bytes']} bytes instead of {size}")
            if not text.startswith("the-beginning\n") or not text.endswith("the-end\n"):
                self.faults.append(f"{name!r} {record['id']} lacks its beginning or its end: {text[:60]!r} … {text[-60:]!r}")

    def rest(self, descriptors: dict[str, Counter], files: set[str], seconds: float = 45) -> None:
        """What is left once nothing runs; a stray may take a moment, as reports do that free the runner's files."""
        deadline = time.monotonic() + seconds
        while True:
            left = {owner: pids for owner, pids in self.look().items() if pids}
            more = self.more(descriptors)
            new = self.files() - files
            if not (left or more or new) or time.monotonic() > deadline:
                break
            time.sleep(0.3)
        for owner, pids in left.items():
            self.faults += [f"process {pid} of {self.kind_of.get(owner, 'a hidden one')} is left: {words(pid)}" for pid in pids]
        self.faults += more
        self.faults += [f"left behind: {name!r}" for name in sorted(new)[:20]]

    def more(self, before: dict[str, Counter]) -> list[str]:
        found = []
        for name, now in self.descriptors().items():
            excess = sum(now.values()) - sum(before.get(name, Counter()).values())
            if excess > 0:
                found.append(f"the {name} has {excess} more descriptors: {dict(now - before.get(name, Counter()))}")
        return found

    def judge_memory(self) -> None:
        for name, samples in self.memory.items():
            fifth = len(samples) // 5
            if fifth < 2:
                continue
            early, late = (sorted(part)[len(part) // 2] for part in (samples[fifth : 2 * fifth], samples[-fifth:]))
            print(f"  memory of the {name}: {early:.0f} MiB, in the end {late:.0f}, at most {max(samples):.0f}")
            if not self.is_short and late - early > GROWTH.get(name, 1 << 20):
                self.faults.append(f"the {name} has grown from {early:.0f} to {late:.0f} MiB")


def words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:120]
    except OSError:
        return "(gone since)"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true")
    arguments = parser.parse_args()
    with DevServer(arguments.bin) as server:
        temporary = server.directory / "tmp"
        temporary.mkdir()
        server.environment["TMPDIR"] = str(temporary)
        server.start_and_sign_in()
        hostile = Hostile(server, 40 if arguments.short else arguments.runs, arguments.at_once, arguments.seed, arguments.short)
        hostile.prepare()
        descriptors, files = hostile.descriptors(), hostile.files()
        hostile.run()
        hostile.judge()
        hostile.rest(descriptors, files)
        print(f"{len(hostile.kind_of)} runs in {hostile.seconds:.0f} s, {arguments.at_once} at once: {dict(hostile.counts)}")
        hostile.judge_memory()
        if hostile.latest:
            print(f"  the latest TIMEOUT: {hostile.latest:.2f} s after its limit")
        for fault in hostile.faults[:40]:
            print(f"FAIL  {fault}")
        print("nothing left" if not hostile.faults else f"{len(hostile.faults)} faults")
        return 1 if hostile.faults else 0


if __name__ == "__main__":
    sys.exit(main())
