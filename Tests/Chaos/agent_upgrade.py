#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Replaces an agent's programs under running jobs and starts it again, as a package and a service manager do: all jobs go on.

Usage: agent_upgrade.py --bin DIR [--before DIR] [--jobs 50]

Twice: the agent ends by SIGTERM, and by SIGKILL. Each job ends with an exit code of its own, some while there is no agent; judged:
  * each has one record, its first attempt, and its own exit code;
  * it ran once, and its output is whole, from before the upgrade to its end;
  * what runs afterwards is started by the new programs, and the former runner is gone when its last job is.

--before: programs of another build that are replaced by those of --bin; otherwise copies that are other files.
"""

import argparse
import os
import shutil
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from fleet import Fleet  # noqa: E402

PROGRAMS = ("quicflow", "quicflow-runner", "quicflow-work")
LINES = 400


class Upgrade:
    def __init__(self, fleet: Fleet, places: Path, jobs: int):
        self.fleet, self.api, self.places, self.jobs = fleet, fleet.api, places, jobs
        self.faults: list[str] = []
        self.round = 0

    def install(self, source: Path) -> None:
        """Each program by a rename, so that those that run keep what they have."""
        for name in PROGRAMS:
            draft = self.places / f"{name}.new"
            shutil.copy(source / name, draft)
            # Another file with other contents, also where the build is the same: what follows a program's end is not read.
            with draft.open("ab") as file:
                file.write(os.urandom(64))
            draft.rename(self.places / name)

    def runners(self) -> dict[int, str]:
        """Runners by pid, with the file that each runs."""
        found = {}
        for pid, line in self.fleet.processes().items():
            if line and Path(line[0]).name == "quicflow-runner":
                try:
                    found[pid] = os.readlink(f"/proc/{pid}/exe")
                except OSError:
                    pass
        return found

    def wait(self, what: str, question, seconds: float = 60):
        deadline = time.monotonic() + seconds
        while not (answer := question()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"waited {seconds} s for {what}")
            time.sleep(0.1)
        return answer

    def upgrade(self, number: signal.Signals, source: Path) -> None:
        self.round += 1
        directory = self.fleet.directory / f"round-{self.round}"
        directory.mkdir()
        starts = directory / "starts"
        script = f"""
            echo "$1" >> {starts}
            echo begin $1
            while [ ! -e {directory}/go-$(($1 % 3)) ]; do sleep 0.2; done
            i=0; while [ $i -lt {LINES} ]; do echo "$1 line $i"; i=$((i+1)); done
            echo end $1
            exit $1
        """
        body = {
            "name": f"upgrade {self.round}",
            "executor_type": 1,
            "executor_config": {"command": script},
            "schedule_type": "manual",
            "group_ids": [self.fleet.groups["host"]],
            "timeout": 600,
            "overlap": "allow",
            "concurrency": 100,
            "retry_count": 0,
        }
        task = self.api.post("/tasks", body)["id"]
        codes = {}
        for code in range(self.jobs):
            made = self.api.post(f"/tasks/{task}/trigger", {"params": {"code": str(code)}})
            codes[made["executions"][0]["id"]] = code
        self.wait("all jobs", lambda: starts.exists() and len(starts.read_text().splitlines()) == self.jobs)
        former = set(self.runners())
        # Some end beside the old agent, some while there is none, some beside the new one.
        (directory / "go-0").touch()
        time.sleep(0.4)
        self.install(source)
        agent = self.fleet.running["host"]
        agent.send_signal(number)
        agent.wait(20)
        if number == signal.SIGTERM and agent.returncode != 0:
            self.faults.append(f"the agent ended with {agent.returncode} after SIGTERM")
        (directory / "go-1").touch()
        time.sleep(1)
        began = time.monotonic()
        self.fleet.start_agent("host", program=self.places / "quicflow")
        self.wait("the new agent", lambda: self.api.get(f"/executions/{list(codes)[1]}")["status_name"] not in ("PENDING", "RUNNING"))
        away = time.monotonic() - began
        (directory / "go-2").touch()
        after = self.api.post(f"/tasks/{task}/trigger", {"params": {"code": "0"}})["executions"][0]["id"]
        ended = lambda: self.api.get("/executions", status="1,2", page_size=1)["total"] == 0  # noqa: E731
        self.wait("the end of all jobs", ended)
        self.judge(task, codes, after, starts)
        try:
            self.wait("the end of the former runner", lambda: not former & set(self.runners()), 15)
        except RuntimeError as error:
            self.faults.append(str(error))
        old = [name for name in self.runners().values() if name.endswith("(deleted)")]
        if old:
            self.faults.append(f"a runner of the former programs is left: {old}")
        print(f"{number.name}: {len(codes)} jobs, told {away:.1f} s after the new start", flush=True)

    def judge(self, task: int, codes: dict[str, int], after: str, starts: Path) -> None:
        records = {item["id"]: item for item in self.api.pages("/executions", task_id=task)}
        if set(records) != set(codes) | {after}:
            self.faults.append(f"{len(records)} records of {len(codes) + 1} runs")
        for identifier, code in codes.items():
            # Longer output comes behind the report of the end.
            whole = lambda: (self.api.get(f"/executions/{identifier}").get("output_preview") or "").endswith(f"end {code}\n")  # noqa: E731, B023
            try:
                self.wait(f"the output of {identifier}", whole, 20)
            except RuntimeError as error:
                self.faults.append(str(error))
            record = self.api.get(f"/executions/{identifier}")
            if record["exit_code"] != code or record["attempt"] != 1 or record["status_name"] != ("FAILURE" if code else "SUCCESS"):
                self.faults.append(f"{identifier} should have ended with {code}: {record['status_name']}, {record['exit_code']}, {record['attempt']}")
            text = f"begin {code}\n" + "".join(f"{code} line {i}\n" for i in range(LINES)) + f"end {code}\n"
            shown = record.get("output_preview") or ""
            if record["output_bytes"] != len(text) or not (shown.startswith(f"begin {code}\n") and shown.endswith(f"end {code}\n")):
                self.faults.append(f"{identifier}: {record['output_bytes']} bytes of output instead of {len(text)}")
        lines = sorted(starts.read_text().splitlines())
        if lines != sorted([str(code) for code in codes.values()] + ["0"]):
            self.faults.append(f"{len(lines)} starts of {len(codes) + 1} runs")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--before", help="directory of the executables that are replaced")
    parser.add_argument("--jobs", type=int, default=50)
    arguments = parser.parse_args()
    source = Path(arguments.bin).resolve()
    with Fleet(arguments.bin, ["host"]) as fleet:
        places = fleet.directory / "programs"
        places.mkdir()
        upgrade = Upgrade(fleet, places, arguments.jobs)
        upgrade.install(Path(arguments.before or arguments.bin).resolve())
        fleet.bin = places
        fleet.start_all()
        for number in (signal.SIGTERM, signal.SIGKILL):
            upgrade.upgrade(number, source)
        for fault in upgrade.faults[:30]:
            print(f"FAIL  {fault}")
        if upgrade.faults:
            print(fleet.logs())
        print("all went on" if not upgrade.faults else f"{len(upgrade.faults)} faults")
        return 1 if upgrade.faults else 0


if __name__ == "__main__":
    sys.exit(main())
