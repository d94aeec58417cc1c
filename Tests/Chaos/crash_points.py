#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Ends server, agent and runner exactly at each place that the code names (`CrashPoint`), while jobs run every second and
people change things; then counts as chaos.py does, and looks at the databases.

Usage: crash_points.py --bin DIR [--hits 3] [--points N] [--at NAME...] [--seed S]

The world lives through some seconds without trouble, which says what places there are. Then each of them is struck --hits times: at its
first, second and third time. With --points, that many of them are, chosen by the seed from all components. A debug build only: a
release build has no such places.

Every place that the sources name has to be reached: one that is not is a fault, of the scenario or of the place. Places of a first
start, of a rotation of keys, of back-ups and of hosts that join are struck while exactly that happens.
"""

import argparse
import http.server
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from chaos import Chaos  # noqa: E402
from dev_server import DevServer, Refused  # noqa: E402
from judgement import Verdict, judge  # noqa: E402

MANUAL = {"executor_type": 1, "schedule_type": "manual"}
SOURCES = Path(__file__).resolve().parents[2] / "Sources"
# Reached once in the life of an installation, or by a command; each has an act of its own.
FIRST_START = ("server.migration.", "server.administrator.")
ROTATION = ("server.rotation.",)
BACKUP = ("server.backup.",)
JOINING = ("server.enrolment.", "agent.enrolment.", "agent.identity.")
ACTS = FIRST_START + ROTATION + BACKUP + JOINING


def named() -> list[str]:
    """Places that the sources name, without those that are made of the name of a transaction."""
    found = set()
    for file in SOURCES.rglob("*.swift"):
        found.update(re.findall(r'CrashPoint\.reach\("([a-z.]+)"\)', file.read_text()))
    return sorted(found)


class Verdicts(Verdict):
    # With hundreds of crashes in a row most seconds may be missed ones.
    rules = {name: text for name, text in Verdict.rules.items() if name != "lively"} | {
        "kept": "what was answered with success is there",
        "whole": "the databases of server and host are whole",
        "told": "every message was delivered, and none more often than there were crashes",
        "reached": "every place that the sources name was reached",
        "struck": "every place that was chosen was reached again",
    }


class Receiver(threading.Thread):
    """Takes what notifications send."""

    def __init__(self):
        super().__init__(daemon=True)
        self.keys: Counter[str] = Counter()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                receiver.keys[self.headers.get("Idempotency-Key") or "none"] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def run(self) -> None:
        self.server.serve_forever()


class People(threading.Thread):
    """Change something all the time; what is refused because nobody is there does not matter."""

    def __init__(self, server: DevServer, group: int):
        super().__init__(daemon=True)
        self.api = server.api
        self.lines = server.directory / "manual.txt"
        self.runs: list[str] = []
        self.over = threading.Event()
        self.number = 0
        self.group = group

    def run(self) -> None:
        steps = (
            self.use_task,
            self.use_group,
            self.use_secret,
            self.use_account,
            self.use_workflow,
            self.use_waves,
            self.use_long_one,
        )
        while not self.over.is_set():
            self.number += 1
            for step in steps:
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

    def use_long_one(self) -> None:
        """Output that goes into files, a process that has to be told to go, and a failure that somebody hears of."""
        body = {
            **MANUAL,
            "name": f"long-{self.number}",
            "executor_config": {"command": "seq 1 20000; sleep 30"},
            "group_ids": [self.group],
            "timeout": 1,
        }
        task = self.api.post("/tasks", body)["id"]
        self.runs.append(self.api.post(f"/tasks/{task}/trigger", {})["run_id"])
        run = self.api.post(f"/tasks/{task}/trigger", {})
        self.runs.append(run["run_id"])
        self.over.wait(0.4)
        if run.get("execution_id"):
            self.api.post(f"/executions/{run['execution_id']}/cancel", {})

    def use_waves(self) -> None:
        body = {
            **MANUAL,
            "name": f"waves-{self.number}",
            "executor_config": {"command": "true"},
            "group_ids": [self.group],
            "placement": {"kind": "each", "waves": {"size": 1}},
        }
        task = self.api.post("/tasks", body)["id"]
        self.runs.append(self.api.post(f"/tasks/{task}/trigger", {})["run_id"])

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


class Points:
    """The directory that says which places were reached, and where a process is to end."""

    def __init__(self, directory: Path):
        self.directory = directory
        (directory / "seen").mkdir()

    def seen(self) -> list[str]:
        return sorted(entry.name for entry in (self.directory / "seen").iterdir())

    def arm(self, name: str, hit: int) -> None:
        (self.directory / "done").unlink(missing_ok=True)
        draft = self.directory / "draft"
        draft.write_text(f"{name} {hit}")
        draft.rename(self.directory / "at")

    def struck(self) -> bool:
        return (self.directory / "done").exists()

    def disarm(self) -> bool:
        """Nobody dies any more; if somebody does at this very moment, the file is away already."""
        (self.directory / "at").unlink(missing_ok=True)
        return self.struck()


class Crashes(Chaos):
    def __init__(self, server: DevServer, points: Points, seed: int):
        super().__init__(server, 0, seed, 4)
        self.points = points
        self.struck: Counter[str] = Counter()
        self.faults: list[str] = []
        # Of the host that is there from the beginning: others come and go.
        clients = [client["client_id"] for client in server.api.get("/clients")["items"]]
        self.group = server.api.post("/groups", {"name": "stayers"})["id"]
        server.api.post(f"/groups/{self.group}/clients", {"client_ids": clients})

    def strike_at(self, name: str, hit: int, seconds: float) -> bool:
        """Lets a process end at a place; returns whether one did."""
        if name.startswith(BACKUP):
            died = self.back_up(name, hit)
        elif name.startswith(JOINING):
            died = self.join(name, hit)
        elif name.startswith(ROTATION):
            died = self.rotate(name, hit)
        elif name.startswith(FIRST_START):
            died = self.start_first(name, hit)
        else:
            died = self.wait_at(name, hit, seconds)
        if died:
            self.struck[name] += 1
        return died

    def wait_at(self, name: str, hit: int, seconds: float) -> bool:
        self.points.arm(name, hit)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.points.struck():
            if self.server.process.poll() is not None:
                break
            time.sleep(0.02)
        died = self.points.disarm()
        if died and name.startswith(("store.", "server.")):
            self.server.process.wait(10)
            look_at(self.server.directory, "quartzflow.db", self.faults)
        self.revive()
        return died

    def command(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess:
        environment = dict(os.environ, QF_CRASH_POINTS=str(self.points.directory))
        return subprocess.run(
            [str(self.server.binary), *words], env=environment, capture_output=True, text=True, timeout=seconds
        )

    @property
    def data(self) -> str:
        return str(self.server.directory / "data" / "server")

    def back_up(self, name: str, hit: int) -> bool:
        """A back-up that was cut off leaves a whole one or none, and the next one is made."""
        # Each back-up passes its places once: the process of the HIT-th one dies.
        file = self.server.directory / f"copy-{name}-{hit}"
        for _ in range(hit - 1):
            self.command("backup", str(file), "--force", "--data-dir", self.data)
        self.points.arm(name, 1)
        self.command("backup", str(file), "--force", "--data-dir", self.data)
        died = self.points.disarm()
        if file.exists():
            self.must("verify", str(file))
        self.must("backup", str(file), "--force", "--data-dir", self.data)
        self.must("verify", str(file))
        return died

    def must(self, *words: str) -> str:
        done = self.command(*words)
        if done.returncode != 0:
            self.faults.append(f"{' '.join(words)}: {done.returncode}: {(done.stdout + done.stderr)[-300:]}")
        return done.stdout

    def rotate(self, name: str, hit: int) -> bool:
        """A rotation that was cut off leaves everything readable, and the next one ends it."""
        self.server.stop()
        for _ in range(hit - 1):
            self.must("secrets", "rotate", "--data-dir", self.data)
        self.points.arm(name, 1)
        self.command("secrets", "rotate", "--data-dir", self.data)
        died = self.points.disarm()
        self.must("secrets", "rotate", "--data-dir", self.data)
        look_at(self.server.directory, "quartzflow.db", self.faults)
        self.revive()
        return died

    def join(self, name: str, hit: int) -> bool:
        """A host whose joining was cut off joins with the same token where it was not used up, or with another."""
        place = self.server.directory / f"host-{name}-{hit}"
        environment = dict(os.environ, QF_CRASH_POINTS=str(self.points.directory))
        self.points.arm(name, 1)
        died = False
        for attempt in range(4):
            token = self.must("token", "create", "--data-dir", self.data).split()[-1:]
            agent = subprocess.Popen(
                [
                    str(self.server.binary.parent / "quicflow"),
                    *("agent", "run", "--server", f"127.0.0.1:{self.server.agent_port}", "--join-token", *token),
                    *("--name", place.name, "--data-dir", str(place)),
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            joined = self.wait_for_host(place.name, agent)
            died = self.points.disarm() or died
            agent.send_signal(signal.SIGTERM)
            try:
                agent.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(agent.pid, signal.SIGKILL)
                agent.wait()
            self.revive()
            if joined:
                break
        else:
            self.faults.append(f"{place.name} never joined")
        # It is gone again, and no fire is asked of it.
        for client in self.server.api.get("/clients")["items"]:
            if client["name"] == place.name:
                self.server.api.call("DELETE", f"/clients/{client['client_id']}")
        return died

    def wait_for_host(self, name: str, agent: subprocess.Popen) -> bool:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if agent.poll() is not None or self.server.process.poll() is not None:
                return False
            try:
                clients = self.server.api.get("/clients")["items"]
            except (OSError, ValueError, Refused):
                return False
            if any(client["name"] == name and client["status"] == "online" for client in clients):
                return True
            time.sleep(0.1)
        return False

    def start_first(self, name: str, hit: int) -> bool:
        """A server whose first start was cut off starts, and can be signed in at."""
        self.points.arm(name, hit if name.startswith("server.migration.") else 1)
        environment = {"QF_CRASH_POINTS": str(self.points.directory)}
        with DevServer(str(self.server.binary.parent), environment=environment) as fresh:
            fresh.start()
            died = False
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and fresh.process.poll() is None:
                try:
                    fresh.api.get("/health")
                    break
                except (OSError, ValueError, KeyError, Refused):
                    time.sleep(0.05)
            died = self.points.disarm()
            if died:
                fresh.process.wait(10)
                look_at(fresh.directory, "quartzflow.db", self.faults)
                fresh.start()
            try:
                fresh.wait_for_http()
                fresh.api.login(fresh.password_file.read_text().strip())
            except (OSError, RuntimeError, Refused) as error:
                self.faults.append(f"{name} {hit}: the next start: {error}")
            fresh.stop()
            look_at(fresh.directory, "quartzflow.db", self.faults)
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


def tell_failures(server: DevServer, port: int) -> None:
    """A channel to the receiver, and a rule that uses it."""
    server.api.post("/notify/channels", {"name": "hook", "type": "webhook", "url": f"http://127.0.0.1:{port}/"})
    rule = {"name": "failures", "triggers": ["technical_failure", "timeout"], "channels": [{"channel": "hook"}]}
    server.api.post("/notify/rules", rule)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--hits", type=int, default=3)
    parser.add_argument("--points", type=int, default=None)
    parser.add_argument("--at", nargs="*", default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wait", type=float, default=8, help="seconds until a place has to be reached again")
    arguments = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="qf-points-"))
    points = Points(directory)
    receiver = Receiver()
    receiver.start()
    began = time.monotonic()
    try:
        environment = {"QF_CRASH_POINTS": str(directory), "QUARTZFLOW_NOTIFY_ALLOW_LOOPBACK": "true"}
        with DevServer(arguments.bin, environment=environment) as server:
            server.start_and_sign_in()
            crashes = Crashes(server, points, arguments.seed)
            tell_failures(server, receiver.port)
            crashes.create_jobs()
            people = People(server, crashes.group)
            people.start()
            time.sleep(6)
            acts = [name for name in named() if name.startswith(ACTS)]
            # What belongs to a first start is not reached again; what the sources name is, sooner or later.
            known = set(points.seen()) | (set(named()) if arguments.points is None else set())
            names = arguments.at or choose(sorted(known - set(acts)), arguments.points, crashes.random)
            if arguments.at is None:
                # In the short form one of all acts.
                names = names + (acts if arguments.points is None else [crashes.random.choice(acts)])
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
                f"{len(points.seen())} places seen, {len(crashes.struck)} struck, {count} times, in {seconds:.0f} s; "
                f"{len(people.runs)} runs by hand, {len(receiver.keys)} messages"
            )
            for text in missed:
                print(f"  not reached again: {text}")
            unreached = sorted(set(named()) - set(points.seen()))
            print(f"  named and not reached: {' '.join(unreached) or 'none'}")
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
            for item in server.api.pages("/notify/deliveries"):
                if item["state"] not in ("sent", "merged"):
                    verdict.fault("told", f"message {item['id']} is {item['state']}: {item.get('last_error')}")
            again = {key: times - 1 for key, times in receiver.keys.items() if times > 1}
            if sum(again.values()) > count:
                verdict.fault("told", f"{sum(again.values())} messages came again, after {count} crashes")
            server.stop()
            for name in ("quartzflow.db", "agent.db"):
                look_at(server.directory, name, crashes.faults)
            for text in crashes.faults:
                verdict.fault("whole", text)
            if arguments.points is None and arguments.at is None:
                for name in unreached:
                    verdict.fault("reached", name)
                for text in missed:
                    if text.split()[0] in named():
                        verdict.fault("struck", text)
            if len(crashes.struck) * 2 < len(names):
                verdict.fault("struck", f"only {len(crashes.struck)} of {len(names)}")
            return 0 if verdict.report() else 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
