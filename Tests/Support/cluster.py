# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Several real servers on a PostgreSQL of the test's own, and agents that know all of them.

Between each server and the database stands a door, through which the test can let nothing, or close it when a COMMIT is answered.
"""

import glob
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from dev_server import API, MARK, Refused, free_port, kill
from network_space import NetworkSpace


class Postgres:
    """Data in a temporary directory, trusted connections on loopback; PostgreSQL refuses to run as root."""

    def __init__(self, directory: Path):
        places = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True) + ["/usr/bin", "/usr/local/bin"]
        self.programs = next(place for place in places if os.access(f"{place}/initdb", os.X_OK))
        self.directory = directory
        self.port = free_port()
        self.process = None
        self.prefix = []
        directory.mkdir()
        if os.getuid() == 0:
            shutil.chown(directory, "postgres", "postgres")
            self.prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.run("initdb", "-D", "data", "-U", "flow", "--auth=trust", "-E", "UTF8", "--locale=C")
        with (directory / "data/postgresql.conf").open("a") as conf:
            conf.write(
                f"listen_addresses = '127.0.0.1'\nunix_socket_directories = '{directory}'\nport = {self.port}\n"
                "max_connections = 200\nshared_buffers = 64MB\n"
            )

    def run(self, program: str, *arguments: str) -> str:
        return subprocess.run(
            [*self.prefix, f"{self.programs}/{program}", *arguments],
            cwd=self.directory,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def start(self) -> None:
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, f"{self.programs}/postgres", "-D", "data"],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                self.sql("SELECT 1")
                return
            except subprocess.CalledProcessError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def crash(self) -> None:
        """The postmaster is killed; what it leaves ends by itself, and no other starts before that."""
        self.process.kill()
        self.process.wait()

    def sql(self, statement: str, database: str = "postgres") -> str:
        words = ["-XAtq", "-h", str(self.directory), "-p", str(self.port), "-U", "flow", "-d", database]
        return self.run("psql", *words, "-c", statement).strip()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()


COMMIT = b"Q\0\0\0\x0bCOMMIT\0"
COMMITTED = b"C\0\0\0\x0bCOMMIT\0"


class Messages:
    """Cuts what a client of PostgreSQL sends into whole messages."""

    def __init__(self):
        self.rest = b""
        self.has_started = False

    def take(self, data: bytes) -> list[bytes]:
        self.rest += data
        found = []
        while True:
            # The first message has no type; neither have those that ask for encryption, before it.
            head = 1 if self.has_started else 0
            if len(self.rest) < head + 4:
                return found
            length = head + int.from_bytes(self.rest[head : head + 4], "big")
            if len(self.rest) < length:
                return found
            message, self.rest = self.rest[:length], self.rest[length:]
            # Version 3 of the protocol, and not a request to encrypt or to cancel.
            if not self.has_started and message[4:6] == b"\0\x03":
                self.has_started = True
            found.append(message)


class Door:
    """A proxy of connections to the database."""

    def __init__(self, target: int, host: str = "127.0.0.1"):
        self.target = target
        # "open", "shut" (connections end and none is made) or "silent" (nothing gets through, nothing ends).
        self.mode = "open"
        # Of this many answers to a COMMIT the connection ends instead.
        self.lost_commits = 0
        self.dropped = 0
        # The connection of each so-many-th COMMIT ends: in turn before the database gets it, and when it has been done. 0: of none.
        self.cut_every = 0
        self.commits = 0
        # Seconds that a COMMIT takes longer, as with a slow disk.
        self.commit_delay = 0.0
        # COMMITs that took longer for that.
        self.delayed = 0
        self.cuts = {"before": 0, "after": 0}
        self.listener = socket.create_server((host, 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        self.pairs = set()
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.mode == "shut":
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = (client, server)
            with self.lock:
                self.pairs.add(pair)
            threading.Thread(target=self.carry, args=(pair,), daemon=True).start()

    def cut(self) -> str | None:
        """What is done to the COMMIT that has come."""
        with self.lock:
            self.commits += 1
            if not self.cut_every or self.commits % self.cut_every != 0:
                return None
            kind = "before" if self.cuts["before"] <= self.cuts["after"] else "after"
            self.cuts[kind] += 1
            return kind

    def carry(self, pair) -> None:
        client, server = pair
        messages = Messages()
        is_doomed, is_reading, tail = False, False, b""
        try:
            while self.mode != "shut":
                ready, _, _ = select.select([client, server], [], [], 0.05)
                if self.mode == "silent":
                    time.sleep(0.05)
                    continue
                for end in ready:
                    data = end.recv(65536)
                    if not data:
                        return
                    if end is server:
                        if self.lost_commits > 0 and COMMITTED in data:
                            self.lost_commits -= 1
                            self.dropped += 1
                            return
                        if is_doomed:
                            # Also what was refused has its answer, and a word may come in two parts.
                            tail = (tail + data)[-64:]
                            if COMMITTED in tail or b"ROLLBACK\0" in tail or data[:1] == b"E":
                                return
                            continue
                        client.sendall(data)
                        continue
                    for message in messages.take(data):
                        if message.startswith(b"Q") and b"BEGIN" in message:
                            is_reading = b"READ ONLY" in message
                        # What only read commits nothing: no disk is waited for, and nobody doubts what became of it.
                        is_commit = message == COMMIT and not is_reading
                        kind = self.cut() if is_commit else None
                        if kind == "before":
                            return
                        is_doomed = is_doomed or kind == "after"
                        if is_commit and self.commit_delay:
                            time.sleep(self.commit_delay)
                            with self.lock:
                                self.delayed += 1
                        server.sendall(message)
        except OSError:
            pass
        finally:
            for end in pair:
                end.close()
            with self.lock:
                self.pairs.discard(pair)

    def close(self) -> None:
        self.mode = "shut"
        self.listener.close()


class Server:
    def __init__(self, cluster: "Cluster", name: str, space: NetworkSpace | None = None):
        self.cluster = cluster
        self.name = name
        self.space = space
        self.host = space.inside if space else "127.0.0.1"
        database = space.outside if space else "127.0.0.1"
        self.http, self.agents = free_port(), free_port()
        self.door = Door(cluster.postgres.port, database)
        self.api = API(f"http://{self.host}:{self.http}")
        self.log = cluster.directory / f"{name}.log"
        self.config = cluster.directory / f"{name}.yaml"
        self.process = None
        self.config.write_text(
            f"data-directory: {cluster.directory}/{name}\n"
            f'database.url: "postgres://flow@{database}:{self.door.port}/chaos?connect_timeout=3"\n'
            f"http:\n  listen: {self.host}:{self.http}\n"
            f"agents:\n  listen: {self.host}:{self.agents}\n"
            f"admin:\n  password-file: {cluster.directory}/password\n"
        )

    def start(self) -> None:
        prefix = self.space.prefix if self.space else []
        self.process = self.cluster.spawn("quicflow-server", ["serve", "--config", str(self.config)], self.log, prefix)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait(self, seconds: float = 240) -> None:
        """Until it says that it can be used; one that has ended is started again, as a service manager does."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.api.get("/readyz")
                return
            except (OSError, ValueError, KeyError, Refused):
                pass
            if not self.is_running:
                self.start()
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} is not ready after {seconds} s:\n{tail(self.log)}")
            time.sleep(0.2)


class Cluster:
    def __init__(self, bin_directory: str, servers: int, agents: int, tablespace: Path | None = None, is_spaced: bool = False):
        """`tablespace`: where the data of the servers' database lies, instead of with the rest; PostgreSQL's user has to own it.

        `is_spaced`: each server has a network of its own, which can be cut off.
        """
        self.bin = Path(bin_directory).resolve()
        self.directory = Path(tempfile.mkdtemp(prefix="qf-cluster-"))
        # PostgreSQL's user has to get to its own directory.
        self.directory.chmod(0o755)
        self.mark = secrets.token_hex(8)
        self.key = __import__("base64").b64encode(secrets.token_bytes(32)).decode()
        self.postgres = Postgres(self.directory / "pg")
        self.servers = [
            Server(self, f"server-{number}", NetworkSpace(self.mark, number) if is_spaced else None) for number in range(servers)
        ]
        self.agents = {f"agent-{number}": None for number in range(agents)}
        self.groups = {}
        self.tablespace = tablespace

    def spawn(self, program: str, arguments: list[str], log: Path, prefix: list[str] | None = None) -> subprocess.Popen:
        environment = dict(os.environ, QUARTZFLOW_SECRET_KEY=self.key, HOME=str(self.directory), **{MARK: self.mark})
        environment.pop("QUARTZFLOW_DATABASE_URL", None)
        with log.open("ab") as file:
            return subprocess.Popen(
                [*(prefix or []), str(self.bin / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=environment,
                start_new_session=True,
            )

    def start(self) -> None:
        self.postgres.start()
        if self.tablespace:
            self.postgres.sql(f"CREATE TABLESPACE apart LOCATION '{self.tablespace}'")
        self.postgres.sql("CREATE DATABASE chaos" + (" TABLESPACE apart" if self.tablespace else ""))
        for server in self.servers:
            server.start()
            server.wait()
        password = (self.directory / "password").read_text().strip()
        self.log_in(password)
        for server in self.servers:
            server.api.token = self.servers[0].api.token
        for name in self.agents:
            self.groups[name] = self.call("POST", "/groups", {"name": name})["id"]
            self.start_agent(name, self.token(name))
        self.wait_for_agents()

    def log_in(self, password: str, seconds: float = 240) -> None:
        # A password is hashed with care, which on a busy machine takes longer than an answer may.
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.servers[0].api.login(password)
            except Refused as refusal:
                if refusal.status < 500 or time.monotonic() > deadline:
                    raise
            except OSError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(1)

    def token(self, group: str) -> str:
        url = f"postgres://flow@127.0.0.1:{self.postgres.port}/chaos"
        words = ["token", "create", "--data-dir", f"{self.directory}/server-0", "--group", group, "--database", url]
        environment = dict(os.environ, QUARTZFLOW_SECRET_KEY=self.key, HOME=str(self.directory))
        done = subprocess.run(
            [str(self.bin / "quicflow-server"), *words], capture_output=True, text=True, env=environment
        )
        if done.returncode != 0:
            raise RuntimeError(f"no join token: {done.stdout}{done.stderr}")
        return done.stdout.strip().splitlines()[-1]

    def start_agent(self, name: str, token: str | None = None) -> None:
        words = ["agent", "run", "--name", name, "--data-dir", f"{self.directory}/{name}"]
        if token:
            # Each begins with another one.
            at = list(self.agents).index(name) % len(self.servers)
            for server in self.servers[at:] + self.servers[:at]:
                words += ["--server", f"{server.host}:{server.agents}"]
            words += ["--join-token", token]
        self.agents[name] = self.spawn("quicflow", words, self.directory / f"{name}.log")

    def call(self, method: str, path: str, body=None, seconds: float = 60, **query):
        """Asks whichever server answers; only for what may be asked twice."""
        deadline = time.monotonic() + seconds
        while True:
            for server in self.servers:
                try:
                    return server.api.call(method, path, body, **query)
                except Refused as refusal:
                    if refusal.status < 500 or time.monotonic() > deadline:
                        raise
                except (OSError, ValueError):
                    if time.monotonic() > deadline:
                        raise
            time.sleep(0.2)

    def wait_for_agents(self, seconds: float = 240) -> None:
        deadline = time.monotonic() + seconds
        while True:
            online = [item for item in self.call("GET", "/clients")["items"] if item["status"] == "online"]
            if len(online) >= len(self.agents):
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"only {[item['name'] for item in online]} are online after {seconds} s")
            time.sleep(0.2)

    def heal(self) -> None:
        """Starts and lets go on whatever is not as it should be."""
        if self.postgres.process.poll() is not None:
            self.postgres.start()
        for server in self.servers:
            server.door.mode = "open"
            server.door.lost_commits = 0
            if server.space:
                server.space.heal()
            if server.is_running:
                kill(server.process.pid, signal.SIGCONT)
        for server in self.servers:
            server.wait()
        for name, process in self.agents.items():
            if process.poll() is not None:
                self.start_agent(name)
            else:
                kill(process.pid, signal.SIGCONT)
        self.wait_for_agents()

    def processes(self) -> list[int]:
        """Every living process of this test, jobs and runners included."""
        found = []
        needle = f"{MARK}={self.mark}".encode()
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != os.getpid():
                try:
                    if needle in Path(f"/proc/{entry}/environ").read_bytes():
                        found.append(int(entry))
                except OSError:
                    pass
        return found

    def close(self) -> None:
        deadline = time.monotonic() + 20
        while (left := self.processes()) and time.monotonic() < deadline:
            for pid in left:
                kill(pid, signal.SIGKILL)
            for process in [server.process for server in self.servers] + list(self.agents.values()):
                if process is not None:
                    process.poll()
            time.sleep(0.1)
        for server in self.servers:
            server.door.close()
            if server.space:
                server.space.close()
        self.postgres.close()
        if not os.environ.get("QF_TEST_KEEP"):
            shutil.rmtree(self.directory, ignore_errors=True)

    def logs(self) -> str:
        files = sorted(self.directory.glob("*.log"))
        return "\n".join(f"--- the end of {file.name} ---\n{tail(file, 15)}" for file in files)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None and not isinstance(error, KeyboardInterrupt):
            print(self.logs(), file=sys.stderr)
        self.close()


def tail(file: Path, lines: int = 40) -> str:
    try:
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
