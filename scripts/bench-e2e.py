#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Measures a real server and real agents, driven by REST; what it says comes from the server's stored records.

Usage: scripts/bench-e2e.py [--bin DIR] [--quick] [PART ...]

Python's standard library only. Everything lives in a temporary directory and on free ports, and is gone afterwards; no part
takes longer than its limit. `--quick` goes through every part with small sizes: whether it works, not how fast anything is.
docs/performance.md says what the figures mean.
"""
import argparse
import contextlib
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
import urllib.request

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


def resident(pid, field="VmRSS"):
    """Resident memory of a process in MiB; VmHWM is the most it was."""
    with open(f"/proc/{pid}/status") as status:
        for row in status:
            if row.startswith(field + ":"):
                return int(row.split()[1]) / 1024
    raise SystemExit(f"process {pid} has no {field}")


def proportional(pid):
    """Resident memory in MiB with every page divided by the number of processes that have it."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return sum(int(row.split()[1]) for row in rollup if row.startswith("Pss:")) / 1024


def forget_peak(pid):
    """From now on VmHWM is the most since now."""
    with open(f"/proc/{pid}/clear_refs", "w") as file:
        file.write("5")


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

    def __init__(self, programs, log_level="notice"):
        self.programs = programs
        self.log_level = log_level
        self.directory = tempfile.mkdtemp(prefix="quartzflow-bench-")
        self.processes = []
        self.http_port = free_port(socket.SOCK_STREAM)
        self.agents_port = free_port(socket.SOCK_DGRAM)
        self.local = threading.local()
        self.token = None

    def __enter__(self):
        try:
            return self.begin()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    def begin(self):
        self.config = os.path.join(self.directory, "server.yaml")
        password_file = os.path.join(self.directory, "password")
        self.data = os.path.join(self.directory, "server")
        self.database = os.path.join(self.data, "quartzflow.db")
        with open(self.config, "w") as file:
            file.write(
                f"data-directory: {self.data}\n"
                f"http:\n  listen: 127.0.0.1:{self.http_port}\n"
                "  rate-limits: {token: 0, session: 0, anonymous: 0}\n"
                f"agents:\n  listen: 127.0.0.1:{self.agents_port}\n"
                f"admin:\n  password-file: {password_file}\n"
            )
        self.start_server()
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

    def start_server(self, is_awaited=True):
        command = [self.programs["quicflow-server"], "serve", "--config", self.config, "--log-level", self.log_level]
        self.server = self.start("server", command)
        if is_awaited:
            wait_for("the server", self.is_ready, 60, pause=0.005)

    def start(self, name, command, environment=None):
        with open(os.path.join(self.directory, name + ".log"), "w") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(environment or {})}
            )
        self.processes.append(process)
        return process

    def stop(self, process):
        """Ends a process as its host would, and waits for it."""
        process.send_signal(signal.SIGTERM)
        process.wait(15)
        self.processes.remove(process)
        self.local = threading.local()

    def run(self, *command):
        subprocess.run([self.programs[command[0]], *map(str, command[1:])], check=True, timeout=300)

    def is_ready(self):
        if self.server.poll() is not None:
            raise SystemExit("the server ended")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/api/v1/readyz", timeout=60) as answer:
                return answer.status == 200
        except (OSError, http.client.HTTPException):
            return False

    def counters(self, family):
        """The server's own count, by labels: {'operation="fire"': 3.0}."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/api/v1/metrics", timeout=60) as answer:
            rows = answer.read().decode().splitlines()
        found = {}
        for row in rows:
            name, _, value = row.rpartition(" ")
            if name == family or name.startswith(family + "{"):
                found[name[len(family) + 1:-1]] = float(value)
        return found

    def commits(self, operation):
        return int(self.counters("quartzflow_store_commit_seconds_count").get(f'operation="{operation}"', 0))

    def pump(self, path, bodies, connections=8):
        """Posts ready-made bodies on several connections, at as little cost of its own as Python allows.

        Returns how long it took, and how much of a core the sending itself.
        """
        head = f"POST /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
        requests = []
        for body in bodies:
            text = json.dumps(body).encode()
            requests.append(f"{head}Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text)
        failures = []

        def work(first):
            with socket.create_connection(("127.0.0.1", self.http_port), timeout=60) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for request in requests[first::connections]:
                    connection.sendall(request)
                    answer = connection.recv(65536)
                    while answer and not self.is_whole(answer):
                        answer += connection.recv(65536)
                    if not answer.startswith(b"HTTP/1.1 20"):
                        failures.append(answer[:500].decode(errors="replace"))
                        return

        threads = [threading.Thread(target=work, args=(first,)) for first in range(connections)]
        own, began = time.process_time(), time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent, own = time.monotonic() - began, time.process_time() - own
        if failures:
            raise SystemExit(f"POST {path}: {failures[0]}")
        return spent, own / spent

    @staticmethod
    def is_whole(answer):
        head, end, body = answer.partition(b"\r\n\r\n")
        if not end:
            return False
        for field in head.split(b"\r\n")[1:]:
            name, _, value = field.partition(b":")
            if name.lower() == b"content-length":
                return len(body) >= int(value)
        return True

    def call(self, method, path, body=None):
        """One request; each thread keeps its own connection."""
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=60)
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

    def join_token(self):
        return subprocess.run(
            [self.programs["quicflow-server"], "token", "create", "--data-dir", self.data],
            check=True, capture_output=True, text=True,
        ).stdout.split()[-1]

    def add_agent(self, name, no_op=False):
        return self.start_agent(name, no_op, {"QUARTZFLOW_JOIN_TOKEN": self.join_token()})

    def start_agent(self, name, no_op=False, environment=None):
        directory = os.path.join(self.directory, name)
        server = f"127.0.0.1:{self.agents_port}"
        if no_op:
            command = [self.programs["flow-bench"], "no-op-agent", "--server", server]
        else:
            command = [self.programs["quicflow"], "agent", "run", "--server", server]
        command += ["--data-dir", directory, "--name", name]
        return self.start(name, command, environment)

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

    @staticmethod
    def body(name, command="/bin/true", groups=(1,), **schedule):
        return {
            "name": name, "executor_config": {"command": command}, "group_ids": list(groups), "overlap": "allow",
            "concurrency": 100, **schedule,
        }

    def create(self, name, **rest):
        return self.call("POST", "/tasks", self.body(name, **rest))

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
        # One connection for all looks: to read the schema again each time takes a noticeable part of the machine that is measured.
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/quartzflow.db?mode=ro", uri=True, timeout=10)) as database:
            wait_for(
                f"{count} executions of {prefix}",
                lambda: database.execute(sql, (prefix + "-%",)).fetchone()[0] >= count, seconds, pause=0.05,
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


class Fleet:
    """Many simulated hosts in one process; see `flow-bench fleet`."""

    def __init__(self, world, agents):
        self.world = world
        with open(os.path.join(world.directory, "fleet.log"), "w") as log:
            self.process = subprocess.Popen(
                [
                    world.programs["flow-bench"], "fleet", "--server", f"127.0.0.1:{world.agents_port}",
                    "--database", world.database, "--directory", os.path.join(world.directory, "fleet"),
                    "--agents", str(agents),
                ],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, "QUARTZFLOW_JOIN_TOKEN": world.join_token()},
            )
        world.processes.append(self.process)
        self.enrolment = self.answer("enrolled")[1]

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def answer(self, word):
        words = self.process.stdout.readline().split()
        if not words or words[0] != word:
            raise SystemExit(f"the fleet ended instead of saying '{word}'")
        return [float(value) for value in words[1:]]

    def do(self, command, word):
        self.ask(command)
        return self.answer(word)


def commit_floor(directory, rows=1, seconds=1.0):
    """Rows a second that SQLite makes durable here, so many in a transaction, from one writer."""
    database = sqlite3.connect(os.path.join(directory, "floor.db"), isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, body TEXT)")
        count, began = 0, time.monotonic()
        while time.monotonic() - began < seconds:
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO floor (body) VALUES (?)", [("x" * 200,)] * rows)
            database.execute("COMMIT")
            count += rows
        return count / (time.monotonic() - began)
    finally:
        database.close()


def write_floor(directory, size=4 << 20, seconds=1.0):
    """Megabytes a second that go to the disk in pieces of that size, each of them durable."""
    piece = os.urandom(size)
    with open(os.path.join(directory, "floor.bin"), "wb", buffering=0) as file:
        count, began = 0, time.monotonic()
        while time.monotonic() - began < seconds:
            file.write(piece)
            os.fdatasync(file.fileno())
            count += 1
        return count * size / 1e6 / (time.monotonic() - began)


def part_floor(programs):
    """What this machine takes for processes and disk alone, at this moment: the figures below cannot be better."""
    with tempfile.TemporaryDirectory(prefix="quartzflow-bench-") as directory:
        line("floor: SQLite, one row in each commit", int(commit_floor(directory)), "/s")
        line("floor: SQLite, 1000 rows in each commit", int(commit_floor(directory, 1000)), "rows/s")
        line("floor: durable writes of 4 MiB", write_floor(directory), "MB/s")
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


def part_lateness(programs, bursts=((100, 3), (1000, 1))):
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
            for count, rounds in bursts:
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
        memory(world, agent, "after that")


def memory(world, agent, state):
    line(f"memory, server, {state}", resident(world.server.pid), "MiB")
    line(f"memory, agent, {state}", resident(agent.pid), "MiB")
    for runner in descendants(agent.pid)[1:]:
        line(f"memory, runner beside the agent, {state}", resident(runner), "MiB")


def part_rate(programs, count=3000):
    rate(programs, False, count)


def part_no_op(programs, count=10_000):
    rate(programs, True, count)


def part_trigger(programs, count=300):
    for no_op in (False, True):
        kind = "no-op" if no_op else "/bin/true"
        with World(programs) as world:
            world.add_agent("local", no_op)
            world.wait_for_agents(1)
            task = world.create("now-1", schedule_type="manual")["id"]
            sent, answered = [], []
            for _ in range(count):
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


def part_push(programs, agents=10, changes=20):
    with World(programs) as world:
        started = [world.add_agent(f"agent-{index}", no_op=True) for index in range(agents)]
        world.wait_for_agents(agents)
        time.sleep(1)
        times = []
        for index in range(changes):
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


def part_storm(programs, agents=500, jobs=1000):
    """All hosts connect at once, each of them new to the server and with all jobs to be told."""
    with World(programs) as world:
        fleet = Fleet(world, agents)
        line(f"storm, {agents} hosts enrol", fleet.enrolment, "s")
        bodies = [world.body(f"storm-{index}", cron_expr=f"{index % 60} {index // 60 % 24} 1 1 *") for index in range(jobs)]
        world.pump("/tasks", bodies)
        # The floor: the same connections, at once and from the same process, on which nothing is said.
        floor = fleet.do("handshakes", "handshakes")[0]
        time.sleep(2)
        forget_peak(world.server.pid)
        idle, spent = resident(world.server.pid), cpu_seconds(world.server.pid)
        own = cpu_seconds(fleet.process.pid)
        reads = sum(world.counters("quartzflow_job_reads_total").values())
        seconds, told = fleet.do("connect", "connected")
        spent, own = cpu_seconds(world.server.pid) - spent, cpu_seconds(fleet.process.pid) - own
        reads = sum(world.counters("quartzflow_job_reads_total").values()) - reads
        if told < agents * jobs:
            raise SystemExit(f"{agents} hosts were told of {told:.0f} jobs")
        name = f"storm, {agents} hosts with {jobs} jobs"
        line(name + ", handshakes alone", floor, "s")
        line(name + ", all configured and acknowledged", seconds, "s")
        line(name + ", of that / handshakes alone", seconds / floor, "")
        line(name + ", processor of server", spent, "s")
        line(name + ", processor of all hosts together", own, "s")
        line(name + ", jobs read from the database", int(reads), "reads")
        line(name + ", memory of server before", idle, "MiB")
        line(name + ", memory of server, most", resident(world.server.pid, "VmHWM"), "MiB")
        line(name + ", memory of server after", resident(world.server.pid), "MiB")


def part_hosts(programs, agents=1000, seconds=60):
    """What a connected host on which nothing happens costs the server: memory, and processor time for its heartbeats."""
    with World(programs) as world:
        fleet = Fleet(world, agents)
        time.sleep(2)
        before = resident(world.server.pid)
        fleet.do("connect", "connected")
        time.sleep(5)
        spent = cpu_seconds(world.server.pid)
        time.sleep(seconds)
        spent = cpu_seconds(world.server.pid) - spent
        name = f"{agents} hosts, idle"
        line(name + ", memory of server for each", (resident(world.server.pid) - before) * 1024 / agents, "KiB")
        line(name + ", processor of server", spent / seconds * 100, "%")
        line(name + ", processor of server for each host", spent / seconds / agents * 1e6, "us/s")


def part_create(programs, agents=200, jobs=1000, existing=(1000, 10_000)):
    """Tasks made by REST while hosts are connected, and what it costs when there are many already."""
    with World(programs) as world:
        fleet = Fleet(world, agents)
        fleet.do("connect", "connected")
        floor = commit_floor(world.directory)
        manual = {"schedule_type": "manual"}
        world.pump("/tasks", [world.body(f"warm-{index}", **manual) for index in range(50)])
        began = time.monotonic()
        commits, spent = world.commits("create_job"), cpu_seconds(world.server.pid)
        seconds, own = world.pump("/tasks", [world.body(f"new-{index}", **manual) for index in range(jobs)])
        spent, commits = cpu_seconds(world.server.pid) - spent, world.commits("create_job") - commits
        fleet.do(f"settle {world.rows('SELECT version FROM config_version')[0][0]}", "settled")
        settled = time.monotonic() - began
        name = f"create, {jobs} tasks for {agents} hosts"
        line(name, int(jobs / seconds), "/s")
        line(name + ", until all hosts have them", settled, "s")
        line(name + ", commits for each", commits / jobs, "")
        line(name + ", rate / commits of one row", jobs / seconds / floor, "")
        line(name + ", processor of server for each", spent / jobs * 1e6, "us")
        line(name + ", the measuring program", own * 100, "% of a core")
        # How many there are does not matter: nobody has these.
        nobody = world.call("POST", "/groups", {"name": "nobody"})["id"]
        total, rates = 50 + jobs, []
        for level in existing:
            missing = range(total, level)
            world.pump("/tasks", [world.body(f"old-{index}", groups=(nobody,), **manual) for index in missing])
            total = max(total, level)
            bodies = [world.body(f"more-{total + index}", groups=(nobody,), **manual) for index in range(jobs)]
            rates.append(jobs / world.pump("/tasks", bodies)[0])
            line(f"create, with {total} tasks there", int(rates[-1]), "/s")
            total += jobs
        line(f"create, with {existing[-1]} there / with {existing[0]}", rates[-1] / rates[0], "")


def part_output(programs, streams=100, kilobytes=2048):
    """Output of many executions of one host, each on a stream of its own."""
    with World(programs) as world:
        fleet = Fleet(world, 1)
        fleet.do("connect", "connected")
        floor = write_floor(world.directory)
        task = world.create("output-1", schedule_type="manual")["id"]
        for _ in range(streams):
            world.call("POST", f"/tasks/{task}/trigger", {})
        forget_peak(world.server.pid)
        idle, spent, commits = resident(world.server.pid), cpu_seconds(world.server.pid), world.commits("append_log")
        seconds = fleet.do(f"output {streams} {kilobytes << 10}", "output")[0]
        spent, commits = cpu_seconds(world.server.pid) - spent, world.commits("append_log") - commits
        megabytes = streams * (kilobytes << 10) / 1e6
        name = f"output, {streams} streams"
        line(name, megabytes / seconds, "MB/s")
        line(name + ", rate / durable writes of 4 MiB", megabytes / seconds / floor, "")
        line(name + ", commits", commits / seconds, "/s")
        line(name + ", in each commit", megabytes / max(1, commits), "MB")
        line(name + ", processor of server for each MB", spent / megabytes * 1000, "ms")
        line(name + ", memory of server before", idle, "MiB")
        line(name + ", memory of server, most", resident(world.server.pid, "VmHWM"), "MiB")


def part_outbox(programs, reports=200_000):
    """An agent whose server was away for long: what it holds in memory, and how it gets rid of it."""
    with World(programs) as world:
        world.create("old-1", schedule_type="manual")
        agent = world.add_agent("local")
        world.wait_for_agents(1)
        ledger = os.path.join(world.directory, "local", "agent.db")

        def has_job():
            database = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=10)
            try:
                return database.execute("SELECT count(*) FROM job").fetchone()[0] > 0
            finally:
                database.close()

        wait_for("the agent's job", has_job)
        time.sleep(2)
        line("outbox, memory of agent without reports", resident(agent.pid), "MiB")
        world.stop(agent)
        world.stop(world.server)
        world.run("flow-bench", "fill-outbox", "--data-dir", os.path.join(world.directory, "local"), "--reports", reports)
        agent = world.start_agent("local")
        # Until it has read its ledger and found that nobody is there.
        wait_for("the agent", lambda: agent.poll() is None and cpu_seconds(agent.pid) > 0)
        time.sleep(5)
        name = f"outbox, {reports} unsent reports"
        line(name + ", memory of agent", resident(agent.pid), "MiB")
        world.start_server()
        began, spent = time.monotonic(), cpu_seconds(world.server.pid)
        world.wait_for_ends("old", reports // 2, 150)
        seconds = time.monotonic() - began
        line(name + ", memory of agent, most until all are told", resident(agent.pid, "VmHWM"), "MiB")
        line(name + ", told and recorded", int(reports / seconds), "reports/s")
        line(name + ", processor of server for each", (cpu_seconds(world.server.pid) - spent) / reports * 1e6, "us")


def part_plan(programs, jobs=100_000, quiet=30):
    """A server with many tasks starts."""
    with World(programs, log_level="info") as world:
        world.stop(world.server)
        world.start_server()
        # Until it has given back what its start took.
        time.sleep(quiet)
        empty = resident(world.server.pid)
        world.stop(world.server)
        world.run("flow-bench", "fill-jobs", "--database", world.database, "--count", jobs)
        log = os.path.join(world.directory, "server.log")

        def has_planned():
            with open(log) as file:
                return any("planning" in row and f"jobs={jobs}" in row for row in file)

        began = time.monotonic()
        world.start_server(is_awaited=False)
        wait_for("the plan", has_planned, 60, pause=0.002)
        line(f"plan, {jobs} tasks, from start to planned", (time.monotonic() - began) * 1000, "ms")
        wait_for("the server", world.is_ready, 60, pause=0.002)
        line(f"plan, {jobs} tasks, from start to ready, at most", (time.monotonic() - began) * 1000, "ms")
        time.sleep(2)
        line("plan, memory of server without tasks", empty, "MiB")
        line(f"plan, memory of server, {jobs} tasks, just planned", resident(world.server.pid), "MiB")
        # The audit of all these tasks is sealed first.
        time.sleep(quiet)
        line(f"plan, memory of server, {jobs} tasks", resident(world.server.pid), "MiB")
        line(f"plan, memory of server, {jobs} tasks, most", resident(world.server.pid, "VmHWM"), "MiB")
        line("plan, memory of server for each task", (resident(world.server.pid) - empty) * 1048576 / jobs, "B")


def part_memory(programs, seconds=10):
    """A host on which nothing happens."""
    with World(programs) as world:
        agent = world.add_agent("local")
        world.wait_for_agents(1)
        time.sleep(seconds)
        memory(world, agent, "idle")
        pids = descendants(agent.pid)
        line("memory, agent and runner, idle, together", sum(resident(pid) for pid in pids), "MiB")
        line("memory, agent and runner, idle, shared pages in parts", sum(proportional(pid) for pid in pids), "MiB")


PARTS = {
    "floor": part_floor, "lateness": part_lateness, "rate": part_rate, "no-op": part_no_op, "trigger": part_trigger,
    "push": part_push, "storm": part_storm, "hosts": part_hosts, "create": part_create, "output": part_output, "outbox": part_outbox,
    "plan": part_plan, "memory": part_memory, "every-second": part_every_second,
}

# Small sizes: whether a part works.
QUICK = {
    "lateness": {"bursts": ((20, 1),)}, "rate": {"count": 100}, "no-op": {"count": 200}, "trigger": {"count": 40},
    "push": {"agents": 3, "changes": 3}, "storm": {"agents": 10, "jobs": 20}, "hosts": {"agents": 10, "seconds": 2},
    "create": {"agents": 5, "jobs": 50, "existing": (100, 200)}, "output": {"streams": 10, "kilobytes": 100},
    "outbox": {"reports": 2000}, "plan": {"jobs": 500, "quiet": 1}, "memory": {"seconds": 1}, "every-second": {"seconds": 5},
}
# How long a part may take.
LIMIT_SECONDS = 240


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release", help="directory of the programs")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether the parts work")
    parser.add_argument("--seconds", type=int, help="length of every-second")
    parser.add_argument(
        "--existing", type=int, action="append", help="for create: tasks that are there; 1000 and 10000 unless said"
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    options = parser.parse_args()
    programs = {
        name: os.path.abspath(os.path.join(options.bin, name)) for name in ("quicflow-server", "quicflow", "flow-bench")
    }
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"there is no part '{part}'")
    for part in options.parts or PARTS:
        sizes = dict(QUICK.get(part, {})) if options.quick else {}
        if part == "every-second" and options.seconds:
            sizes["seconds"] = options.seconds
        if part == "create" and options.existing:
            sizes["existing"] = options.existing
        print(f"# {part}; load {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores", flush=True)
        # Whatever hangs is taken down with all it started.
        signal.alarm(LIMIT_SECONDS * (1 + 10 * bool(options.existing)))
        PARTS[part](programs, **sizes)
        signal.alarm(0)


def overdue(number, frame):
    raise SystemExit(f"the part took longer than {LIMIT_SECONDS} s")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, overdue)
    main()
