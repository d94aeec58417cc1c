# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""A real server on SQLite and agents beside it, each of which reaches it through a network of its own that the test can disturb."""

import functools
import heapq
import os
import random
import select
import signal
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

from dev_server import MARK, DevServer, free_port, kill


class Network:
    """Carries datagrams between one agent and the server: loses, delays, repeats and so reorders them, or carries none."""

    def __init__(self, target: int, seed: int):
        self.target = ("127.0.0.1", target)
        self.random = random.Random(seed)
        # Shares of datagrams; the longest delay in seconds; whether nothing gets through.
        self.loss = self.doubled = self.delay = 0.0
        self.is_dark = False
        self.carried = self.lost = 0
        self.inner = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.inner.bind(("127.0.0.1", 0))
        self.port = self.inner.getsockname()[1]
        # The side of the server, for each address of the agent: a new one after each start.
        self.outer: dict[tuple, socket.socket] = {}
        self.clients: dict[int, tuple] = {}
        self.due: list = []
        self.number = 0
        self.has_ended = False
        threading.Thread(target=self.carry, daemon=True).start()

    def calm(self) -> None:
        self.loss = self.doubled = self.delay = 0.0
        self.is_dark = False

    def side(self, client: tuple) -> socket.socket:
        if client not in self.outer:
            # An agent that comes again has another port; the oldest are not needed any more.
            if len(self.outer) >= 32:
                old = next(iter(self.outer))
                gone = self.outer.pop(old)
                self.clients.pop(gone.fileno(), None)
                gone.close()
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.connect(self.target)
            self.outer[client] = made
            self.clients[made.fileno()] = client
        return self.outer[client]

    def pass_on(self, end: socket.socket, data: bytes, address: tuple | None) -> None:
        if self.is_dark or self.random.random() < self.loss:
            self.lost += 1
            return
        for _ in range(2 if self.random.random() < self.doubled else 1):
            self.number += 1
            heapq.heappush(self.due, (time.monotonic() + self.random.uniform(0, self.delay), self.number, end, data, address))

    def carry(self) -> None:
        while not self.has_ended:
            wait = max(0.0, min(0.05, self.due[0][0] - time.monotonic())) if self.due else 0.05
            ready, _, _ = select.select([self.inner, *self.outer.values()], [], [], wait)
            for end in ready:
                try:
                    data, address = end.recvfrom(65536)
                except OSError:
                    continue
                if end is self.inner:
                    self.pass_on(self.side(address), data, None)
                elif end.fileno() in self.clients:
                    self.pass_on(self.inner, data, self.clients[end.fileno()])
            now = time.monotonic()
            while self.due and self.due[0][0] <= now:
                _, _, end, data, address = heapq.heappop(self.due)
                try:
                    end.sendto(data, address) if address else end.send(data)
                    self.carried += 1
                except OSError:
                    self.lost += 1
        for end in [self.inner, *self.outer.values()]:
            end.close()


def clock_library(directory: Path) -> str:
    """Builds what a program sees another time by; needs a C compiler."""
    library = directory / "clock_shift.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_name("clock_shift.c")], check=True)
    return str(library)


class Fleet(DevServer):
    """`quicflow-server serve` and agents, each in a group of its own and on a network of its own."""

    def __init__(self, bin_directory: str, names: list[str], seed: int = 1, has_clocks: bool = False):
        super().__init__(bin_directory)
        self.bin = Path(bin_directory).resolve()
        # What is measured here is not how long an answer takes; a machine may have something else to do.
        self.api.call = functools.partial(self.api.call, timeout=60)
        self.names = names
        self.running: dict[str, subprocess.Popen] = {}
        self.networks = {name: Network(self.agent_port, seed * 1000 + number) for number, name in enumerate(names)}
        self.groups: dict[str, int] = {}
        self.clients: dict[str, str] = {}
        self.clocks = clock_library(self.directory) if has_clocks else None
        self.config = self.directory / "server.yaml"
        self.config.write_text(
            f"data-directory: {self.directory}/server\n"
            f"http:\n  listen: 127.0.0.1:{self.http_port}\n"
            f"agents:\n  listen: 127.0.0.1:{self.agent_port}\n"
            f"admin:\n  password-file: {self.password_file}\n"
        )

    def spawn(self, program: Path, arguments: list[str], log: Path, more: dict | None = None) -> subprocess.Popen:
        environment = dict(os.environ, HOME=str(self.directory), **{MARK: self.mark}, **self.environment, **(more or {}))
        environment.pop("QUARTZFLOW_DATABASE_URL", None)
        with log.open("ab") as file:
            return subprocess.Popen(
                [str(program), *arguments], stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment, start_new_session=True
            )

    def start(self) -> None:
        self.process = self.spawn(self.binary, ["serve", "--config", str(self.config)], self.log)

    def command(self, *arguments: str) -> str:
        """A command on the server's host."""
        environment = dict(os.environ, HOME=str(self.directory), **{MARK: self.mark})
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, env=environment, timeout=180)
        if done.returncode != 0:
            raise RuntimeError(f"quicflow-server {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def set_clock(self, name: str, seconds: float) -> None:
        """What the agent's clock is wrong by from now on; without the library nothing changes."""
        # Eight bytes at once, in place: the agent has the file mapped.
        file = os.open(self.directory / f"{name}.clock", os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(file, struct.pack("<q", round(seconds * 1000)), 0)
        os.close(file)

    def start_agent(self, name: str, token: str | None = None, program: Path | None = None) -> None:
        words = ["agent", "run", "--name", name, "--data-dir", f"{self.directory}/{name}"]
        if token:
            words += ["--server", f"127.0.0.1:{self.networks[name].port}", "--join-token", token]
        more = {}
        if self.clocks:
            more = {"LD_PRELOAD": self.clocks, "QF_TEST_CLOCK": f"{self.directory}/{name}.clock"}
        self.running[name] = self.spawn(program or self.bin / "quicflow", words, self.directory / f"{name}.log", more)

    def start_all(self) -> None:
        self.start()
        self.wait_for_http()
        self.password = self.password_file.read_text().strip()
        self.api.login(self.password)
        for name in self.names:
            self.set_clock(name, 0)
            self.groups[name] = self.api.post("/groups", {"name": name})["id"]
            token = self.command("token", "create", "--data-dir", f"{self.directory}/server", "--group", name)
            self.start_agent(name, token.strip().splitlines()[-1])
        self.wait_for_agents()

    def wait_for_agents(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while True:
            items = self.api.get("/clients")["items"]
            self.clients.update({item["name"]: item["client_id"] for item in items})
            online = {item["name"] for item in items if item["status"] == "online"}
            if online >= set(self.names):
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"only {sorted(online)} are online after {seconds} s")
            time.sleep(0.2)

    def heal(self) -> None:
        """Starts, lets go on and connects whatever is not as it should be."""
        for name in self.names:
            self.networks[name].calm()
            self.set_clock(name, 0)
            if self.running[name].poll() is not None:
                self.start_agent(name)
            else:
                kill(self.running[name].pid, signal.SIGCONT)
        if self.process.poll() is not None:
            self.start()
        else:
            kill(self.process.pid, signal.SIGCONT)
        self.wait_for_http(120)
        self.wait_for_agents()

    def logs(self) -> str:
        texts = []
        for file in sorted(self.directory.glob("*.log")):
            lines = file.read_text(errors="replace").splitlines()[-15:]
            texts.append(f"--- the end of {file.name} ---\n" + "\n".join(lines))
        return "\n".join(texts)

    def close(self) -> None:
        for name, process in self.running.items():
            kill(process.pid, signal.SIGCONT)
            process.kill()
            process.wait()
        if self.process is not None:
            kill(self.process.pid, signal.SIGCONT)
        super().close()
        for network in self.networks.values():
            network.has_ended = True
