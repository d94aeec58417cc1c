#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Takes the database from the servers in several ways, and looks at what hosts, servers and people see of it.

Usage: database_trouble.py --bin DIR [--scenes refused,ended,full,slow] [--seconds 15]

  refused  no connection to the database is made, and those there are end
  ended    pg_terminate_backend for all connections of the servers, twice a second
  full     the disk of the servers' tables is full (a small tmpfs; needs root)
  slow     each COMMIT takes a second longer

A scene that has no effect fails as well: COMMITs that took longer and connections that ended are counted.

What has to hold in each: hosts go on with their tasks every second; while no connection is made, /readyz says 503 and why; what people
ask for is answered within 15 seconds, and what can't be stored is refused with 503 and the reason; afterwards the servers are ready within 20 s, use no more connections
than before, and hosts have told everything within 60 s. In the end each second of each task has one record, and ran once.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from judgement import Verdict, clock, judge  # noqa: E402
from cluster import Cluster  # noqa: E402
from cluster_chaos import ClusterChaos  # noqa: E402
from dev_server import Refused  # noqa: E402


class SmallDisk:
    """A tmpfs that can be filled; owned by PostgreSQL's user."""

    def __init__(self, megabytes: int = 192):
        self.path = Path(tempfile.mkdtemp(prefix="qf-disk-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", self.path], check=True)
        self.tables = self.path / "tables"
        self.tables.mkdir(mode=0o700)
        shutil.chown(self.tables, "postgres", "postgres")
        self.filler = self.path / "filler"

    def fill(self) -> None:
        with self.filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\1" * 65536)
            except OSError:
                pass

    def free(self) -> None:
        self.filler.unlink(missing_ok=True)

    def close(self) -> None:
        subprocess.run(["umount", "-l", self.path], check=False)
        self.path.rmdir()


class DatabaseTrouble(ClusterChaos):
    def __init__(self, cluster: Cluster, jobs: int, disk: SmallDisk | None):
        super().__init__(cluster, 0, 1, jobs)
        self.disk = disk
        self.faults = []
        # Connections that the scene ended, and the longest answer to a write in it; seconds.
        self.ended = 0
        self.longest = 0.0

    def connections(self) -> int:
        return int(self.cluster.postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'chaos'"))

    def lines_of_all(self) -> int:
        return sum(len(self.file_of(name).read_text().splitlines()) for name in self.jobs if self.file_of(name).exists())

    def readiness(self) -> list[str]:
        """For each server: "ready", or what its /readyz says."""
        found = []
        for server in self.cluster.servers:
            try:
                server.api.get("/readyz")
                found.append("ready")
            except Refused as refusal:
                found.append(str(refusal.body.get("message")))
            except (OSError, ValueError) as error:
                found.append(f"no answer: {error}")
        return found

    def ask(self, words: dict) -> None:
        """As a person would, of each server: a write, which is answered, or refused with words, soon."""
        for server in self.cluster.servers:
            began = time.monotonic()
            try:
                server.api.call("POST", "/groups", {"name": f"asked-{time.monotonic_ns()}"}, timeout=30)
                words["answered"] = words.get("answered", 0) + 1
            except Refused as refusal:
                text = f"{refusal.status} {refusal.body.get('message')}"
                words[text] = words.get(text, 0) + 1
                if refusal.status != 503:
                    self.faults.append(f"a write was answered with {text}")
            except (OSError, ValueError) as error:
                words[f"no answer: {error}"] = 1
                self.faults.append(f"a write had no answer: {error}")
            took = time.monotonic() - began
            self.longest = max(self.longest, took)
            if took > 15:
                self.faults.append(f"a write was answered after {took:.1f} s")

    def had_effect(self, scene: str, seconds: float) -> str | None:
        """What is missing of a scene's own doing: one that troubles nobody shows nothing."""
        if scene == "slow":
            # Each server writes at least a report and a sign of life a second, each on a connection of its own.
            delayed = sum(server.door.delayed for server in self.cluster.servers)
            if delayed < seconds:
                return f"only {delayed} COMMITs took longer in {seconds:.0f} s"
            if self.longest < 1:
                return f"no write took a second longer; the longest answer came after {self.longest:.2f} s"
            print(f"      {delayed} COMMITs took a second longer; the longest answer came after {self.longest:.2f} s")
        if scene == "ended":
            # Two servers hold at least a writer, a reader and two of the cluster's each, and make them anew.
            if self.ended < 4 * seconds:
                return f"only {self.ended} connections were ended in {seconds:.0f} s"
            print(f"      {self.ended} connections were ended")
        return None

    def trouble(self, scene: str, is_on: bool) -> None:
        for server in self.cluster.servers:
            if scene == "refused":
                server.door.mode = "shut" if is_on else "open"
            elif scene == "slow":
                server.door.commit_delay = 1.0 if is_on else 0.0
        if scene == "full":
            self.disk.fill() if is_on else self.disk.free()

    def live_through(self, scene: str, seconds: float) -> None:
        before, most = self.connections(), 0
        seen, words = {}, {}
        self.ended, self.longest = 0, 0.0
        for server in self.cluster.servers:
            server.door.delayed = 0
        began, ran = time.monotonic(), self.lines_of_all()
        self.kills[scene] += 1
        self.trouble(scene, True)
        while time.monotonic() < began + seconds:
            if scene == "ended":
                self.ended += int(
                    self.cluster.postgres.sql(
                        "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'chaos'"
                    )
                )
            time.sleep(0.5)
            self.ask(words)
            for text in self.readiness():
                seen[text] = seen.get(text, 0) + 1
        took, ran = time.monotonic() - began, self.lines_of_all() - ran
        missing = self.had_effect(scene, took)
        if missing:
            self.faults.append(f"{scene}: {missing}")
        self.trouble(scene, False)
        over = time.monotonic()
        while self.readiness() != ["ready"] * len(self.cluster.servers):
            most = max(most, self.connections())
            if time.monotonic() > over + 20:
                self.faults.append(f"{scene}: not ready after 20 s: {self.readiness()}")
                break
            time.sleep(0.2)
        ready = time.monotonic() - over
        # Told: the newest second of each task that the servers know is one of the last few.
        told = None
        while told is None and time.monotonic() < over + 60:
            most = max(most, self.connections())
            newest = [
                self.cluster.call("GET", "/executions", task_id=job["id"], page_size=3)["items"] for job in self.jobs.values()
            ]
            known = sum(self.cluster.call("GET", "/executions", task_id=job["id"], page_size=1)["total"] for job in self.jobs.values())
            if all(newest) and known >= self.lines_of_all() - 2 * len(self.jobs):
                told = time.monotonic() - over
            time.sleep(0.5)
        if told is None:
            self.faults.append(f"{scene}: hosts have not told everything after 60 s")
        if ran < len(self.jobs) * took * 0.6:
            self.faults.append(f"{scene}: {ran} of {len(self.jobs) * took:.0f} seconds of tasks ran meanwhile")
        if most > before + 6:
            self.faults.append(f"{scene}: {most} connections afterwards, {before} before")
        if scene == "refused" and not any(text.startswith("Not ready") for text in seen):
            self.faults.append(f"{scene}: /readyz never said what is the matter: {seen}")
        # A table may have room left while another one has none.
        if scene == "full" and not any("space" in text for text in [*seen, *words]):
            self.faults.append(f"{scene}: nobody said what is the matter: {seen} {words}")
        print(
            f"  {clock(int(time.time() * 1000))} {scene} for {took:.1f} s: {ran} of {len(self.jobs) * took:.0f} seconds of tasks ran; "
            f"afterwards ready in {ready:.1f} s, all told in {told or -1:.1f} s, connections {before}, then at most {most}",
            flush=True,
        )
        for text, count in [*seen.items(), *words.items()]:
            print(f"      {count:4} x {text[:200]}")

    def go(self, scenes: list[str], seconds: float) -> None:
        self.create_jobs()
        time.sleep(5)
        for scene in scenes:
            self.live_through(scene, seconds)
            time.sleep(5)
        self.cluster.heal()
        time.sleep(8)
        self.disabled_at = int(time.time() * 1000)
        for job in self.jobs.values():
            self.cluster.call("POST", f"/tasks/{job['id']}/disable")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--scenes", default="refused,ended,full,slow")
    parser.add_argument("--seconds", type=float, default=15, help="for each scene")
    parser.add_argument("--jobs", type=int, default=8)
    arguments = parser.parse_args()
    scenes = arguments.scenes.split(",")
    if "full" in scenes and os.getuid() != 0:
        parser.error("the scene 'full' mounts a tmpfs: run it as root, or leave it out with --scenes")
    disk = SmallDisk() if "full" in scenes else None
    try:
        with Cluster(arguments.bin, 2, 2, disk.tables if disk else None) as cluster:
            cluster.start()
            trial = DatabaseTrouble(cluster, arguments.jobs, disk)
            trial.go(scenes, arguments.seconds)
            left = trial.settle()
            if left:
                print(f"{left} not ended")
            verdict = Verdict()
            judge(trial, verdict)
            for fault in trial.faults:
                verdict.fault("lively", fault)
            passed = verdict.report()
            if not passed:
                print(cluster.logs())
            return 0 if passed else 1
    finally:
        if disk:
            disk.close()


if __name__ == "__main__":
    sys.exit(main())
