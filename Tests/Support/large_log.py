#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""One attempt with a gigabyte of output: memory of server, agent and runner, and how long pages and searches take.

Usage: large_log.py --bin DIR [--mib 1024]

Prints figures and fails beyond the bounds of docs/testing.md. Takes minutes and some GB of disk: not part of the tests.
"""

import argparse
import functools
import hashlib
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dev_server import MARK, DevServer  # noqa: E402

LINE = 64
PAGE = 65_536
# Milliseconds for an answer, MiB above what a program had before.
ANSWER, GROWTH = 500, 96


class Memory(threading.Thread):
    """Watches how much memory the programs have at most."""

    def __init__(self, server: DevServer):
        super().__init__(daemon=True)
        self.server = server
        self.peak: dict[str, float] = {}
        self.done = threading.Event()

    def look(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for pid, line in self.server.processes().items():
            name = Path(line[0]).name if line else ""
            if not name.startswith("quicflow"):
                continue
            if name == "quicflow":
                name = "quicflow " + " ".join(line[1:3])
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            resident = next((int(row.split()[1]) for row in status.splitlines() if row.startswith("RssAnon")), 0)
            found[name] = max(found.get(name, 0), resident / 1024)
        return found

    def run(self) -> None:
        while not self.done.wait(0.25):
            for name, size in self.look().items():
                self.peak[name] = max(self.peak.get(name, 0), size)


def timed(action, times: int = 5):
    """Milliseconds of the middle one of several, and its answer."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        answer = action()
        took.append((time.monotonic() - began) * 1000)
    return statistics.median(took), answer


def wait_for_limit(server: DevServer, size: int, seconds: float = 300) -> None:
    """Until the host keeps so much of an attempt: a heartbeat's answer brings it, and the agent writes it down."""
    deadline = time.monotonic() + seconds
    while not any(path.read_text().strip() == str(size) for path in server.directory.rglob("output-bytes")):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the host has not heard of output.attempt-mib after {seconds} s")
        time.sleep(0.2)


def download(server: DevServer, execution: str) -> tuple[int, str, float]:
    """The whole output by the command: its length, its digest, and the seconds it took."""
    environment = dict(os.environ, QUARTZFLOW_TOKEN=server.api.token, QUARTZFLOW_SERVER=server.base, **{MARK: server.mark})
    began = time.monotonic()
    command = [str(server.binary.parent / "quicflow"), "execution", "logs", execution]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment) as process:
        size, digest = 0, hashlib.sha256()
        while piece := process.stdout.read(1 << 20):
            size += len(piece)
            digest.update(piece)
    if process.returncode != 0:
        raise RuntimeError(f"quicflow execution logs ended with {process.returncode}")
    return size, digest.hexdigest(), time.monotonic() - began


def expected(count: int) -> str:
    """The digest of what the job prints."""
    digest = hashlib.sha256()
    for first in range(1, count + 1, 1 << 14):
        numbers = range(first, min(first + (1 << 14), count + 1))
        text = "".join(f"{'needle' if i == count // 2 else 'line'} {i}".ljust(LINE - 1) + "\n" for i in numbers)
        digest.update(text.encode())
    return digest.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--gate", type=Path, help="ask the questions only once this file is there: what they take needs a quiet machine")
    arguments = parser.parse_args()
    count = arguments.mib * (1 << 20) // LINE
    with DevServer(arguments.bin) as server:
        server.start()
        server.wait_for_http(120)
        api = server.api
        # The machine may have something else to do; what is measured is said apart.
        api.call = functools.partial(api.call, timeout=120)
        api.login(server.password_file.read_text().strip())
        server.wait_for_agent(120)
        limit = arguments.mib + 16
        api.call("PATCH", "/settings", {"values": {"output.attempt-mib": limit}})
        wait_for_limit(server, limit << 20)
        group = next(one["id"] for one in api.get("/groups") if one["name"] == "all")
        script = f"""awk 'BEGIN {{ for (i = 1; i <= {count}; i++) printf "%-{LINE - 1}s\\n", (i == {count // 2}) ? "needle " i : "line " i }}'"""
        body = {"name": "large", "schedule_type": "manual", "group_ids": [group], "timeout": 3600,
                "executor_config": {"command": script}}  # fmt: skip
        task = api.post("/tasks", body)["id"]
        memory = Memory(server)
        before = memory.look()
        memory.start()
        began = time.monotonic()
        execution = api.post(f"/tasks/{task}/trigger", {"params": {}})["executions"][0]["id"]
        path = f"/executions/{execution}/logs"
        live = []
        while True:
            took, record = timed(lambda: api.get(f"/executions/{execution}"), 1)
            if record["status_name"] not in ("PENDING", "RUNNING"):
                break
            if record["status_name"] == "RUNNING":
                live.append(timed(lambda: api.get(path, **{"from": 0, "limit": PAGE}), 1)[0])
            time.sleep(2)
        ended = time.monotonic() - began
        size = count * LINE
        # The record knows how long the output is before the server has all of it.
        while not api.get(path, **{"from": size - LINE, "limit": LINE})["pieces"]:
            if time.monotonic() - began > 3000:
                raise RuntimeError("the server does not get the end")
            live.append(timed(lambda: api.get(path, line=count - 5, lines=1), 1)[0])
            time.sleep(1)
        stored = time.monotonic() - began
        while arguments.gate and not arguments.gate.exists():
            time.sleep(0.5)
        questions = {
            "first page": (path, {"from": 0, "limit": PAGE}),
            "page in the middle": (path, {"from": size // 2, "limit": PAGE}),
            "last page": (path, {"from": size - PAGE, "limit": PAGE}),
            "page of 100 lines in the middle": (path, {"line": count // 2, "lines": 100}),
            "page of 100 lines near the beginning": (path, {"line": 1000, "lines": 100}),
            "search, its first answer": (path + "/search", {"q": "needle"}),
            "search right before the word": (path + "/search", {"q": "needle", "from": size // 2 - (1 << 20)}),
        }
        answers = {"pages while it came, the middle one": statistics.median(live or [0])}
        print(f"{max(live, default=0):6.0f} ms  pages while it came, the longest of {len(live)}", flush=True)
        for name, (address, query) in questions.items():
            answers[name] = timed(lambda: api.get(address, **query), 3)[0]  # noqa: B023
            print(f"{answers[name]:6.0f} ms  {name}", flush=True)
        began = time.monotonic()
        position, requests, found = 0, 0, []
        while position is not None:
            answer = api.get(path + "/search", q="needle", **{"from": position})
            found += answer["matches"]
            position, requests = answer.get("next"), requests + 1
        whole = time.monotonic() - began
        print(f"searched in {whole:.0f} s and {requests} requests", flush=True)
        length, digest, fetched = download(server, execution)
        memory.done.set()
        memory.join()
    print(f"{size >> 20} MiB printed in {ended:.0f} s, stored after {stored:.0f} s; downloaded in {fetched:.0f} s")
    failed = 0
    if (length, digest) != (size, expected(count)):
        failed += 1
        print(f"FAIL  the download has {length} bytes instead of {size}, or others than were printed")
    for name, took in answers.items():
        failed += took > ANSWER
        if took > ANSWER:
            print(f"FAIL  {took:.0f} ms for the {name}")
    for name, peak in sorted(memory.peak.items()):
        grown = peak - before.get(name, 0)
        failed += grown > GROWTH
        print(f"{'ok  ' if grown <= GROWTH else 'FAIL'}  {peak:6.0f} MiB  {name}, {grown:.0f} more than before")
    if len(found) != 1 or found[0]["line"] != count // 2:
        failed += 1
        print(f"FAIL  the word in line {count // 2} was found as {found}: was the output cut?")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
