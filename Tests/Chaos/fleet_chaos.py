#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Disturbs a server, five agents and the networks between them while 200 jobs run every 1 to 5 seconds, then counts.

Usage: fleet_chaos.py --bin DIR [--seconds 180] [--seed S] [--agents 5] [--jobs 200] [--restores 1] [--clocks]

Server, agents and runners get SIGKILL and SIGSTOP; datagrams are lost, delayed by up to a second and so reordered, come twice, or not at all
for a while; with --clocks agents' clocks are set wrong by seconds up to an hour (clock_shift.c); the server's database is replaced by an older copy of it. Most jobs are for one host,
some for all of them. What is counted is what judgement.py counts, for each job on each of its hosts.

The same seed makes the same faults in the same order; what they hit depends on the machine.
"""

import argparse
import random
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from chaos import MISFIRE  # noqa: E402
from dev_server import kill  # noqa: E402
from fleet import Fleet  # noqa: E402
from judgement import clock, conclude, reason_code  # noqa: E402

FAULTS = {
    "kill -9 server": 3,
    "kill -9 agent": 4,
    "kill -9 agent and runner": 2,
    "stop and go on, server": 2,
    "stop and go on, agent": 3,
    "no network": 3,
    "bad network": 5,
    "clock": 3,
}
OFFSETS = [-3600, -90, -7, 7, 90, 3600]  # seconds


class FleetChaos:
    """What ``judge`` looks at, and what disturbs."""

    def __init__(self, fleet: Fleet, seconds: float, seed: int, jobs: int, restores: int):
        self.fleet, self.api = fleet, fleet.api
        self.seconds, self.count, self.restores = seconds, jobs, restores
        self.random = random.Random(seed)
        self.jobs: dict[str, dict] = {}
        self.of: dict[str, list[str]] = {}
        self.periods: dict[str, int] = {}
        self.kills = Counter()
        self.disabled_at = 0
        self.lines = fleet.directory / "lines"
        self.lines.mkdir()

    def file_of(self, name: str) -> Path:
        return self.lines / f"{name}.txt"

    def hosts_of(self, name: str) -> list[str]:
        return [self.fleet.clients[host] for host in self.of[name]]

    def period_of(self, name: str) -> int:
        return self.periods[name]

    def create_jobs(self) -> None:
        names = self.fleet.names
        for number in range(self.count):
            name = f"chaos-{number:03}"
            # One of twenty is for all hosts.
            self.of[name] = names if number % 20 == 19 else [names[number % len(names)]]
            seconds = 1 + number // len(names) % 5
            self.periods[name] = seconds * 1000
            body = {
                "name": name,
                "executor_type": 1,
                "executor_config": {
                    "command": f'echo "$QF_EXECUTION_ID $QF_ATTEMPT $QF_SCHEDULED_TIME" >> {self.file_of(name)}'
                },
                "schedule_type": "cron",
                "cron_expr": f"*/{seconds} * * * * *",
                "misfire": MISFIRE[number % len(MISFIRE)],
                "group_ids": [self.fleet.groups[host] for host in self.of[name]],
                "timeout": 60,
            }
            self.jobs[name] = self.api.post("/tasks", body)

    def strike(self) -> None:
        faults = {name: weight for name, weight in FAULTS.items() if name != "clock" or self.fleet.clocks}
        fault = self.random.choices(list(faults), list(faults.values()))[0]
        host = self.random.choice(self.fleet.names)
        pause = self.random.uniform(0.3, 12 if "stop" in fault or fault == "no network" else 3)
        offset = self.random.choice(OFFSETS)
        self.kills[fault] += 1
        print(f"  {clock(int(time.time() * 1000))} {fault} {host if 'server' not in fault else ''} {pause:.1f} s", flush=True)
        network = self.fleet.networks[host]
        agent = self.fleet.running[host]
        if fault == "kill -9 server":
            self.fleet.kill_server()
            time.sleep(pause)
            self.fleet.start()
        elif fault.startswith("kill -9 agent"):
            agent.kill()
            agent.wait()
            if "runner" in fault:
                for pid, line in self.fleet.processes().items():
                    if line and Path(line[0]).name == "quicflow-runner" and f"/{host}/" in " ".join(line):
                        kill(pid, signal.SIGKILL)
                        self.kills["runners killed"] += 1
            time.sleep(pause)
            self.fleet.start_agent(host)
        elif fault.startswith("stop and go on"):
            pid = self.fleet.process.pid if "server" in fault else agent.pid
            kill(pid, signal.SIGSTOP)
            time.sleep(pause)
            kill(pid, signal.SIGCONT)
        elif fault == "no network":
            network.is_dark = True
            time.sleep(pause)
            network.is_dark = False
        elif fault == "bad network":
            # Goes on until its next turn, beside other trouble.
            network.loss, network.doubled, network.delay = (self.random.uniform(0, top) for top in (0.3, 0.1, 1.0))
        else:
            self.fleet.set_clock(host, offset)

    def back_up(self) -> None:
        self.wait_for_server()
        self.fleet.command("backup", str(self.copy), "--data-dir", f"{self.fleet.directory}/server")

    def wait_for_server(self) -> None:
        kill(self.fleet.process.pid, signal.SIGCONT)
        if self.fleet.process.poll() is not None:
            self.fleet.start()
        self.fleet.wait_for_http(120)

    def restore(self) -> None:
        """The database goes back in time; hosts tell again what it has lost."""
        print(f"  {clock(int(time.time() * 1000))} restore", flush=True)
        self.fleet.kill_server()
        key = self.fleet.directory / "server/secrets.key"
        kept = self.fleet.directory / "secrets.key"
        if key.exists():
            shutil.copy(key, kept)
        shutil.rmtree(self.fleet.directory / "server")
        self.fleet.command("restore", str(self.copy), "--data-dir", f"{self.fleet.directory}/server")
        if kept.exists():
            shutil.copy(kept, key)
        self.fleet.start()
        self.fleet.wait_for_http(120)
        self.api.login(self.fleet.password)
        self.kills["restores"] += 1

    def run(self) -> None:
        self.create_jobs()
        time.sleep(4)
        for part in range(self.restores + 1):
            self.copy = self.fleet.directory / f"copy-{part}.tar"
            if part < self.restores:
                self.back_up()
            end = time.monotonic() + self.seconds / (self.restores + 1)
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(left, self.random.uniform(0.2, 2.5)))
                if time.monotonic() < end:
                    self.strike()
            if part < self.restores:
                self.restore()
        self.kills["datagrams lost"] = sum(network.lost for network in self.fleet.networks.values())
        self.fleet.heal()
        time.sleep(8)
        self.disabled_at = int(time.time() * 1000)
        for job in self.jobs.values():
            self.api.post(f"/tasks/{job['id']}/disable")

    def settle(self, seconds: float = 120) -> int:
        deadline = time.monotonic() + seconds
        while True:
            left = self.api.get("/executions", status="1,2", page_size=1)["total"]
            if left == 0 or time.monotonic() > deadline:
                return left
            time.sleep(0.5)

    def records(self, job: dict) -> list[dict]:
        found = {item["id"]: item for item in self.api.pages("/executions", task_id=job["id"])}
        for item in found.values():
            if reason_code(item) == "MISFIRE_COALESCED":
                item["error"] = self.api.get(f"/executions/{item['id']}").get("error")
        return list(found.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--agents", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--clocks", action="store_true", help="set agents' clocks as well; needs a C compiler")
    parser.add_argument("--restores", type=int, default=1, help="how often the server's database is replaced by an older copy")
    arguments = parser.parse_args()
    names = [f"host-{number}" for number in range(arguments.agents)]
    with Fleet(arguments.bin, names, seed=arguments.seed, has_clocks=arguments.clocks) as fleet:
        print(f"seed {arguments.seed}, {arguments.seconds:g} s, clocks {'are set' if fleet.clocks else 'stay right'}", flush=True)
        fleet.start_all()
        chaos = FleetChaos(fleet, arguments.seconds, arguments.seed, arguments.jobs, arguments.restores)
        chaos.run()
        return 0 if conclude(chaos, fleet.logs) else 1


if __name__ == "__main__":
    sys.exit(main())
