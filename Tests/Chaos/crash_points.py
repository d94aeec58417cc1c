#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Ends server, agent and runner exactly at each place that the code names (`CrashPoint`), while jobs run every second and
people change things; then counts as chaos.py does, and looks at the databases.

Usage: crash_points.py --bin DIR [--hits 3] [--points N] [--at NAME...] [--seed S]

The world lives through some seconds without trouble, which says what places there are. Then each of them is struck --hits times: at its
first, second and third time. With --points, that many of them are, chosen by the seed from all components. A debug build only: a
release build has no such places.
"""

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from chaos import Chaos, Verdict, judge  # noqa: E402
from dev_server import DevServer, Refused  # noqa: E402

MANUAL = {"executor_type": 1, "schedule_type": "manual"}


class Verdicts(Verdict):
    # With hundreds of crashes in a row most seconds may be missed ones.
    rules = {name: text for name, text in Verdict.rules.items() if name != "lively"} | {
        "kept": "what was answered with success is there",
        "whole": "the databases of server and host are whole",
        "struck": "every place that was chosen was reached again",
    }


class People(threading.Thread):
    """Change something all the time; what is refused because nobody is there does not matter."""

    def __init__(self, server: DevServer):
        super().__init__(daemon=True)
        self.api = server.api
        self.lines = server.directory / "manual.txt"
        self.runs: list[str] = []
        self.over = threading.Event()
        self.number = 0
        self.group = next(g["id"] for g in self.api.get("/groups") if g["builtin"])

    def run(self) -> None:
        while not self.over.is_set():
            self.number += 1
            for step in (self.use_task, self.use_group, self.use_secret, self.use_account, self.use_workflow):
                try:
                    step()
                except (OSError, ValueError, KeyError, Refused):
                    pass
                if self.over.wait(0.05):
                    return

    def use_task(self) -> None:
        body = {
            **MANUAL,
            "name": f"manual-{self.number}",
            "executor_config": {"command": f'echo "$QF_EXECUTION_ID $QF_ATTEMPT" >> {self.lines}; sleep 0.2'},
            "group_ids": [self.group],
        }
        task = self.api.post("/tasks", body)["id"]
        # Answered: so it is there, whatever happens now.
        run = self.api.post(f"/tasks/{task}/trigger", {})["run_id"]
        self.runs.append(run)
        self.api.call("PUT", f"/tasks/{task}", {**body, "description": "changed"})
        self.api.post(f"/tasks/{task}/disable")
        self.api.post(f"/tasks/{task}/enable")
        run = self.api.post(f"/tasks/{task}/trigger", {})
        self.runs.append(run["run_id"])
        if run.get("execution_id"):
            self.api.post(f"/executions/{run['execution_id']}/cancel", {})
        if self.number > 2:
            earlier = self.runs[-4]
            self.runs.append(self.api.post(f"/runs/{earlier}/retry", {})["run_id"])

    def use_group(self) -> None:
        group = self.api.post("/groups", {"name": f"group-{self.number}"})["id"]
        clients = [client["client_id"] for client in self.api.get("/clients")["items"]]
        self.api.post(f"/groups/{group}/clients", {"client_ids": clients})
        for client in clients:
            self.api.call("DELETE", f"/groups/{group}/clients/{client}")
        self.api.call("DELETE", f"/groups/{group}")

    def use_secret(self) -> None:
        self.api.call("PUT", "/secrets/CRASH", {"value": f"a value {self.number}"})
        self.api.call("DELETE", "/secrets/CRASH")

    def use_account(self) -> None:
        user = self.api.post("/users", {"username": f"user-{self.number}", "role": "viewer"})["id"]
        self.api.call("DELETE", f"/users/{user}")

    def use_workflow(self) -> None:
        body = {
            "name": f"flow-{self.number}",
            "group_ids": [self.group],
            "nodes": [{"key": "a", "kind": "noop"}, {"key": "b", "kind": "noop"}],
            "edges": [{"from": "a", "to": "b"}],
        }
        flow = self.api.post("/workflows", body)["id"]
        self.api.post(f"/workflows/{flow}/run", {})


class Crashes(Chaos):
    def __init__(self, server: DevServer, points: Path, seed: int):
        super().__init__(server, 0, seed, 4)
        self.points = points
        self.struck: dict[str, int] = {}

    def seen(self) -> list[str]:
        return sorted(entry.name for entry in (self.points / "seen").iterdir())

    def strike_at(self, name: str, hit: int, seconds: float) -> bool:
        """Lets a process end at a place; returns whether one did."""
        (self.points / "done").unlink(missing_ok=True)
        draft = self.points / "draft"
        draft.write_text(f"{name} {hit}")
        draft.rename(self.points / "at")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not (self.points / "done").exists():
            if self.server.process.poll() is not None:
                break
            time.sleep(0.02)
        # Nobody dies any more; if somebody does at this very moment, the file is away already.
        (self.points / "at").unlink(missing_ok=True)
        died = (self.points / "done").exists()
        if died and name.startswith("store."):
            self.server.process.wait(10)
            look_at(self.server.directory, "quartzflow.db", self.faults)
        self.revive()
        if died:
            self.struck[name] = self.struck.get(name, 0) + 1
        return died


def look_at(directory: Path, name: str, faults: list[str]) -> None:
    """Looks at copies of databases that nobody has open."""
    for path in directory.rglob(name):
        with tempfile.TemporaryDirectory() as place:
            for file in path.parent.glob(path.name + "*"):
                if not file.name.endswith("-shm"):
                    shutil.copy(file, place)
            with sqlite3.connect(Path(place) / path.name) as database:
                for check in ("integrity_check", "foreign_key_check"):
                    answer = database.execute(f"PRAGMA {check}").fetchall()
                    if answer not in ([], [("ok",)]):
                        faults.append(f"{path.name}: {check}: {answer[:3]}")


def choose(names: list[str], count: int | None, dice: random.Random) -> list[str]:
    """As many from each component, as far as there are."""
    if count is None or count >= len(names):
        return names
    parts: dict[str, list[str]] = {}
    for name in names:
        parts.setdefault(name.split(".")[0], []).append(name)
    for part in parts.values():
        dice.shuffle(part)
    chosen: list[str] = []
    while len(chosen) < count:
        for part in parts.values():
            if part and len(chosen) < count:
                chosen.append(part.pop())
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--hits", type=int, default=3)
    parser.add_argument("--points", type=int, default=None)
    parser.add_argument("--at", nargs="*", default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wait", type=float, default=6, help="seconds until a place has to be reached again")
    arguments = parser.parse_args()
    points = Path(tempfile.mkdtemp(prefix="qf-points-"))
    (points / "seen").mkdir()
    began = time.monotonic()
    try:
        with DevServer(arguments.bin, environment={"QF_CRASH_POINTS": str(points)}) as server:
            server.start_and_sign_in()
            crashes = Crashes(server, points, arguments.seed)
            crashes.faults = []
            crashes.create_jobs()
            people = People(server)
            people.start()
            time.sleep(6)
            # What belongs to a first start is not reached again.
            names = arguments.at or choose(crashes.seen(), arguments.points, crashes.random)
            missed = []
            for name in names:
                for hit in range(1, arguments.hits + 1):
                    if not crashes.strike_at(name, hit, arguments.wait):
                        missed.append(f"{name} {hit}")
                        break
            people.over.set()
            people.join(20)
            server.wait_for_agent(60)
            time.sleep(6)
            crashes.disabled_at = int(time.time() * 1000)
            for job in crashes.jobs.values():
                server.api.post(f"/tasks/{job['id']}/disable")
            left = crashes.settle()
            seconds = time.monotonic() - began
            count = sum(crashes.struck.values())
            print(
                f"{len(crashes.seen())} places seen, {len(crashes.struck)} struck, {count} times, in {seconds:.0f} s; "
                f"{len(people.runs)} runs by hand"
            )
            for text in missed:
                print(f"  not reached again: {text}")
            verdict = Verdicts()
            if left:
                verdict.fault("ended", f"{left} are still open")
            judge(crashes, verdict)
            for run in people.runs:
                try:
                    state = server.api.get(f"/runs/{run}")["status"]
                except Refused as error:
                    verdict.fault("kept", f"run {run}: {error}")
                    continue
                if state in ("pending", "running"):
                    verdict.fault("ended", f"run {run} is {state}")
            lines = people.lines.read_text().splitlines() if people.lines.exists() else []
            for line in {line for line in lines if lines.count(line) > 1}:
                verdict.fault("ran-once", f"{line} ran {lines.count(line)} times")
            server.stop()
            for name in ("quartzflow.db", "agent.db"):
                look_at(server.directory, name, crashes.faults)
            for text in crashes.faults:
                verdict.fault("whole", text)
            if len(crashes.struck) * 2 < len(names):
                verdict.fault("struck", f"only {len(crashes.struck)} of {len(names)}")
            return 0 if verdict.report() else 1
    finally:
        shutil.rmtree(points, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
