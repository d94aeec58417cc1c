#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Measures a real server and real agents, driven by REST; what it says comes from the server's stored records.

Usage: scripts/bench-e2e.py [--bin DIR] [PART ...]     parts: floor lateness rate no-op trigger memory push every-second

Python's standard library only. Everything lives in a temporary directory and on free ports, and is gone afterwards.
docs/performance.md says what the figures mean.
"""
import argparse
import datetime
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

TERMINAL = "status NOT IN (1, 2)"


def line(name, value, unit):
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    print(f"{name:<56}{text:>10} {unit}", flush=True)


def quantiles(name, values, unit="ms"):
    values = sorted(values)
    if not values:
        raise SystemExit(f"{name}: there is nothing to measure")
    pick = lambda share: values[min(len(values) - 1, int(len(values) * share))]
    line(name + " p50", pick(0.5), unit)
    line(name + " p99", pick(0.99), unit)
    line(name + " max", values[-1], unit)


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=30.0, pause=0.02):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise SystemExit(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)


def resident(pid):
    """Resident memory of a process in MiB."""
    with open(f"/proc/{pid}/status") as status:
        for row in status:
            if row.startswith("VmRSS:"):
                return int(row.split()[1]) / 1024
    raise SystemExit(f"process {pid} has no VmRSS")


def descendants(pid):
    """A process and all below it."""
    found = [pid]
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children") as children:
            for child in children.read().split():
                found += descendants(int(child))
    return found


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class World:
    """A server and its agents in a temporary directory."""

    def __init__(self, programs):
        self.programs = programs
        self.directory = tempfile.mkdtemp(prefix="quartzflow-bench-")
        self.processes = []
        self.http_port = free_port(socket.SOCK_STREAM)
        self.agents_port = free_port(socket.SOCK_DGRAM)
        self.local = threading.local()
        self.token = None

    def __enter__(self):
        config = os.path.join(self.directory, "server.yaml")
        password_file = os.path.join(self.directory, "password")
        self.data = os.path.join(self.directory, "server")
        with open(config, "w") as file:
            file.write(
                f"data-directory: {self.data}\n"
                f"http:\n  listen: 127.0.0.1:{self.http_port}\n"
                "  rate-limits: {token: 0, session: 0, anonymous: 0}\n"
                f"agents:\n  listen: 127.0.0.1:{self.agents_port}\n"
                f"admin:\n  password-file: {password_file}\n"
            )
        self.server = self.start("server", [self.programs["quicflow-server"], "serve", "--config", config])
        wait_for("the server", self.is_ready)
        with open(password_file) as file:
            password = file.read().strip()
        self.token = self.call("POST", "/auth/login", {"username": "admin", "password": password})["token"]
        return self

    def __exit__(self, kind, error, trace):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if kind is not None:
            for name in sorted(os.listdir(self.directory)):
                if name.endswith(".log"):
                    with open(os.path.join(self.directory, name)) as log:
                        tail = log.read()[-2000:]
                    if tail:
                        print(f"--- {name}\n{tail}", file=sys.stderr)
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self, name, command, environment=None):
        with open(os.path.join(self.directory, name + ".log"), "w") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(environment or {})}
            )
        self.processes.append(process)
        return process

    def is_ready(self):
        if self.server.poll() is not None:
            raise SystemExit("the server ended")
        try:
            return self.call("GET", "/readyz") is not None
        except (OSError, http.client.HTTPException):
            return False

    def call(self, method, path, body=None):
        """One request; each thread keeps its own connection."""
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=30)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        try:
            connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self.local.connection = None
            raise
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {content.decode()}")
        return json.loads(content).get("data") if content else {}

    def add_agent(self, name, no_op=False):
        token = subprocess.run(
            [self.programs["quicflow-server"], "token", "create", "--data-dir", self.data],
            check=True, capture_output=True, text=True,
        ).stdout.split()[-1]
        directory = os.path.join(self.directory, name)
        server = f"127.0.0.1:{self.agents_port}"
        if no_op:
            command = [self.programs["flow-bench"], "no-op-agent", "--server", server]
        else:
            command = [self.programs["quicflow"], "agent", "run", "--server", server]
        command += ["--data-dir", directory, "--name", name]
        return self.start(name, command, {"QUARTZFLOW_JOIN_TOKEN": token})

    def clients(self):
        return self.items(self.call("GET", "/clients"))

    @staticmethod
    def items(page):
        return page["items"] if isinstance(page, dict) else page

    def wait_for_agents(self, count):
        def online():
            return len([one for one in self.clients() if one["status"] == "online"]) >= count

        wait_for(f"{count} agents", online)

    def config_version(self):
        return max((one.get("config_version") or 0) for one in self.clients())

    def create(self, name, command="/bin/true", **schedule):
        body = {
            "name": name, "executor_config": {"command": command}, "group_ids": [1], "overlap": "allow",
            "concurrency": 100, **schedule,
        }
        return self.call("POST", "/tasks", body)

    def create_many(self, count, prefix, workers=8, **schedule):
        """Creates tasks on several connections, which share commits; returns how many per second."""
        began = time.monotonic()
        threads = [
            threading.Thread(
                target=lambda first: [
                    self.create(f"{prefix}-{index}", **schedule) for index in range(first, count, workers)
                ],
                args=(first,),
            )
            for first in range(workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return count / (time.monotonic() - began)

    def rows(self, sql, *arguments):
        """Reads the server's stored records."""
        database = sqlite3.connect(f"file:{self.data}/quartzflow.db?mode=ro", uri=True, timeout=10)
        try:
            return database.execute(sql, arguments).fetchall()
        finally:
            database.close()

    def wait_for_ends(self, prefix, count, seconds):
        sql = f"SELECT count(*) FROM execution WHERE job_name LIKE ? AND {TERMINAL}"
        wait_for(
            f"{count} executions of {prefix}", lambda: self.rows(sql, prefix + "-%")[0][0] >= count, seconds, pause=0.2
        )

    def executions(self, prefix, first=0, until=1 << 62):
        """Nominal time, start and end in milliseconds of a window; everything in it has to have succeeded."""
        rows = self.rows(
            "SELECT nominal, started_at, finished_at, status FROM execution"
            " WHERE job_name LIKE ? AND nominal >= ? AND nominal < ?",
            prefix + "-%", first, until,
        )
        bad = [row for row in rows if row[3] != 3]
        if bad:
            raise SystemExit(f"{prefix}: {len(bad)} of {len(rows)} executions did not succeed: {bad[:3]}")
        return rows

    def once(self, milliseconds):
        instant = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
        return {"schedule_type": "once", "once_at": instant.strftime("%Y-%m-%dT%H:%M:%SZ")}

    def second(self, ahead):
        """A whole second at least that many seconds from now, in milliseconds."""
        return (int(time.time() + ahead) + 1) * 1000


def part_floor(programs):
    """What this machine takes for the processes alone, at this moment: the figures below cannot be better."""
    for name, command in [("/bin/true", ["/bin/true"]), ("sh -c /bin/true", ["/bin/sh", "-c", "/bin/true"])]:
        count, ended = 1000, [0]
        began = time.monotonic()

        def work():
            for _ in range(count // 4):
                os.waitpid(os.posix_spawn(command[0], command, os.environ), 0)

        threads = [threading.Thread(target=work) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        line(f"floor: spawn and wait, {name}", int(count / (time.monotonic() - began)), "/s")


def part_lateness(programs):
    for no_op in (False, True):
        kind = "no-op" if no_op else "/bin/true"
        with World(programs) as world:
            world.add_agent("local", no_op)
            world.wait_for_agents(1)
            # One at a time, in ten seconds.
            start = world.second(4)
            for index in range(10):
                world.create(f"one-{index}", **world.once(start + 1000 * index))
            world.wait_for_ends("one", 10, 40)
            report_lateness(f"lateness, 1 fire, {kind}", world.executions("one"))
            for count, rounds in ((100, 3), (1000, 1)):
                guess = world.create_many(50, f"guess{count}", schedule_type="manual")
                for turn in range(rounds):
                    world.create_many(
                        count, f"burst{count}-{turn}", **world.once(world.second(6 + count / guess * 1.8))
                    )
                    world.wait_for_ends(f"burst{count}-{turn}", count, 120)
                report_lateness(f"lateness, {count} fires, {kind}", world.executions(f"burst{count}"))


def report_lateness(name, rows):
    late = [start - nominal for nominal, start, _, _ in rows]
    quantiles(name, late)
    if min(late) < 0:
        line(name + " EARLY", min(late), "ms")


def rate(programs, no_op, count):
    """All due in one second; the rate is what the whole chain sustains until the last one has ended."""
    kind = "no-op" if no_op else "/bin/true"
    with World(programs) as world:
        agent = world.add_agent("local", no_op)
        world.wait_for_agents(1)
        time.sleep(1)
        memory(world, agent, "idle")
        # How long to create them takes is part of what is measured; the guess leaves a third.
        guess = world.create_many(count // 20, "guess", schedule_type="manual")
        due = world.second(6 + count / guess * 1.8)
        line("tasks created by REST, 8 connections", int(world.create_many(count, "load", **world.once(due))), "/s")
        left = due / 1000 - time.time()
        if left < 3.5:
            raise SystemExit(f"creating {count} tasks took too long: {left:.1f} s left")
        memory(world, agent, f"{count + count // 20} jobs")
        time.sleep(max(0, due / 1000 - time.time() - 2.5))
        pids = [world.server.pid] + descendants(agent.pid)
        before = {pid: cpu_seconds(pid) for pid in pids}
        world.wait_for_ends("load", count, 120)
        seen = time.time()
        spent = [cpu_seconds(pid) - before[pid] for pid in pids]
        rows = world.executions("load")
        wall = (max(row[2] for row in rows) - due) / 1000
        line(f"executions, {count} at once, {kind}", int(count / wall), "/s")
        line(f"executions, {count} at once, {kind}, until recorded", int(count / (seen - due / 1000)), "/s")
        line(f"processor time per execution, {kind}, server", spent[0] / count * 1e6, "us")
        line(f"processor time per execution, {kind}, agent", sum(spent[1:]) / count * 1e6, "us")


def memory(world, agent, state):
    line(f"memory, server, {state}", resident(world.server.pid), "MiB")
    line(f"memory, agent, {state}", resident(agent.pid), "MiB")
    for runner in descendants(agent.pid)[1:]:
        line(f"memory, runner beside the agent, {state}", resident(runner), "MiB")


def part_rate(programs):
    rate(programs, False, 3000)


def part_no_op(programs):
    rate(programs, True, 10_000)


def part_trigger(programs):
    for no_op in (False, True):
        kind = "no-op" if no_op else "/bin/true"
        with World(programs) as world:
            world.add_agent("local", no_op)
            world.wait_for_agents(1)
            task = world.create("now-1", schedule_type="manual")["id"]
            sent, answered = [], []
            for _ in range(300):
                began = time.time() * 1000
                world.call("POST", f"/tasks/{task}/trigger", {})
                sent.append(began)
                answered.append(time.time() * 1000 - began)
                time.sleep(0.01)
            world.wait_for_ends("now", len(sent), 30)
            # In the order of their start, which is the order in which they were asked for: the next one is asked for
            # when the last one has long ended.
            starts = sorted(row[1] for row in world.executions("now"))
            quantiles(f"trigger, answer of REST, {kind}", answered[20:])
            # Stored times are whole milliseconds, rounded down.
            quantiles(f"trigger, order to start, {kind}", [start + 0.5 - at for at, start in zip(sent, starts)][20:])


def part_push(programs, agents=10):
    with World(programs) as world:
        started = [world.add_agent(f"agent-{index}", no_op=True) for index in range(agents)]
        world.wait_for_agents(agents)
        time.sleep(1)
        times = []
        for index in range(20):
            before = {one["client_id"]: one["config_version"] for one in world.clients()}
            began = time.time()
            world.create(f"push-{index}", schedule_type="manual")
            wait_for(
                "the change to arrive",
                lambda: all(one["config_version"] > before[one["client_id"]] for one in world.clients()),
                pause=0.001,
            )
            times.append((time.time() - began) * 1000)
        quantiles(f"a change is acknowledged by {agents} agents", times)
        line(f"memory, server, {agents} agents", resident(world.server.pid), "MiB")
        line("memory, agent without runner, idle", resident(started[0].pid), "MiB")


def part_every_second(programs, seconds=120):
    with World(programs) as world:
        agent = world.add_agent("local")
        world.wait_for_agents(1)
        pids = [world.server.pid] + descendants(agent.pid)
        task = world.create("tick-1", cron_expr="* * * * * *")["id"]
        before = {pid: cpu_seconds(pid) for pid in pids}
        began = time.time()
        # The window lies inside what runs: the whole seconds after the first.
        first = (int(began) + 4) * 1000
        time.sleep(seconds + 5.5)
        spent = {pid: cpu_seconds(pid) - before[pid] for pid in pids}
        elapsed = time.time() - began
        world.call("POST", f"/tasks/{task}/disable")
        time.sleep(3)
        rows = world.executions("tick", first, first + seconds * 1000)
        nominal = sorted(row[0] for row in rows)
        wanted = [first + 1000 * index for index in range(seconds)]
        line(f"every second for {seconds} s, executions", len(rows), "executions")
        line(f"every second for {seconds} s, seconds with exactly one", sum(nominal.count(at) == 1 for at in wanted), "seconds")
        report_lateness(f"every second for {seconds} s, lateness", rows)
        share = lambda pids: sum(spent[pid] for pid in pids) / elapsed * 100
        line(f"every second for {seconds} s, processor of server", share(pids[:1]), "%")
        line(f"every second for {seconds} s, processor of agent", share(pids[1:]), "%")
        if nominal != wanted:
            raise SystemExit("every second: executions are missing or doubled")


PARTS = {
    "floor": part_floor, "lateness": part_lateness, "rate": part_rate, "no-op": part_no_op, "trigger": part_trigger,
    "push": part_push, "every-second": part_every_second,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release", help="directory of the programs")
    parser.add_argument("--seconds", type=int, default=120, help="length of every-second")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    options = parser.parse_args()
    programs = {
        name: os.path.abspath(os.path.join(options.bin, name)) for name in ("quicflow-server", "quicflow", "flow-bench")
    }
    for part in options.parts or PARTS:
        if part not in PARTS:
            parser.error(f"there is no part '{part}'")
        print(f"# {part}; load {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores", flush=True)
        if part == "every-second":
            part_every_second(programs, options.seconds)
        else:
            PARTS[part](programs)


if __name__ == "__main__":
    main()
