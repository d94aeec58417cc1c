#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""A real `quicflow-server dev` on free ports with its own data directory, for tests in Python.

As a program it runs a command against one and passes its exit code on:

    dev_server.py --bin DIR -- COMMAND...

with {base}, {user} and {password_file} in the command replaced by what they are for this server. Where the command names
{second_file}, a second administrator is made on the server's host, and that file holds its name and first password.
"""

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

USER = "admin"
# What every process of a test carries in its environment, so that the test can find and end exactly its own.
MARK = "QF_TEST_MARK"


def free_port() -> int:
    """A port that is free for TCP and UDP, as the agents' listener wants it."""
    for _ in range(50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            tcp.bind(("127.0.0.1", 0))
            port = tcp.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                try:
                    udp.bind(("127.0.0.1", port))
                    return port
                except OSError:
                    continue
    raise RuntimeError("no free port")


class Refused(Exception):
    """The server's answer was an error."""

    def __init__(self, status: int, body: dict):
        super().__init__(f"{status} {body.get('error')}: {body.get('message')} {body.get('details')}")
        self.status = status
        self.body = body


class API:
    """The REST API; opens the envelope."""

    def __init__(self, base: str):
        self.base = base
        self.token = None
        # A proxy of the environment is not for loopback.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method: str, path: str, body=None, timeout: float = 10, **query):
        url = f"{self.base}/api/v1{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query)
        request = urllib.request.Request(url, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with self.opener.open(request, timeout=timeout) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                decoded = json.loads(text)
            except ValueError:
                decoded = {"message": text.decode(errors="replace")}
            raise Refused(error.code, decoded) from None

    def get(self, path: str, **query):
        return self.call("GET", path, **query)

    def post(self, path: str, body=None):
        return self.call("POST", path, body)

    def login(self, password: str) -> None:
        # Hashing a password takes its time, on a machine that builds beside the test a long one.
        self.token = self.call("POST", "/auth/login", {"username": USER, "password": password}, timeout=120)["token"]

    def pages(self, path: str, size: int = 500, **query):
        """All items of a paged list."""
        page = 1
        while True:
            answer = self.get(path, page=page, page_size=size, **query)
            yield from answer["items"]
            if not answer["has_next"]:
                return
            page += 1


class DevServer:
    """Starts, kills and ends one development server with its local agent."""

    def __init__(self, bin_directory: str, directory: str | None = None, environment: dict | None = None):
        self.binary = Path(bin_directory).resolve() / "quicflow-server"
        self.owned = directory is None
        self.directory = Path(directory or tempfile.mkdtemp(prefix="qf-test-"))
        self.mark = secrets.token_hex(8)
        self.http_port = free_port()
        self.agent_port = free_port()
        self.base = f"http://127.0.0.1:{self.http_port}"
        self.password = None
        # The server writes the generated password there on its first start.
        self.password_file = self.directory / "password"
        self.log = self.directory / "server.log"
        self.process = None
        self.api = API(self.base)
        self.environment = environment or {}
        self.has_samples = False

    def start(self) -> None:
        arguments = [
            str(self.binary),
            "dev",
            "--data-dir",
            str(self.directory / "data"),
            "--http",
            f"127.0.0.1:{self.http_port}",
            "--agents",
            f"127.0.0.1:{self.agent_port}",
            "--admin-password-file",
            str(self.password_file),
            *([] if self.has_samples else ["--no-samples"]),
        ]
        environment = dict(os.environ, **{MARK: self.mark}, **self.environment)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
            )

    def wait_for_http(self, seconds: float = 120) -> None:
        """Until the server answers; a server that has ended is an error at once."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.api.get("/health")
                return
            except (OSError, ValueError, KeyError, Refused):
                pass
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server does not answer after {seconds} s:\n{self.tail()}")
            time.sleep(0.1)

    def wait_for_agent(self, seconds: float = 120) -> dict:
        """Until an agent is online; returns it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for client in self.api.get("/clients")["items"]:
                if client["status"] == "online":
                    return client
            time.sleep(0.1)
        raise RuntimeError(f"no agent is online after {seconds} s:\n{self.tail()}")

    def start_and_sign_in(self) -> None:
        self.start()
        self.wait_for_http()
        self.password = self.password_file.read_text().strip()
        self.api.login(self.password)
        self.wait_for_agent()

    def second_administrator(self, name: str = "second") -> Path:
        """Makes one on the server's host: nobody of the console has made it. The file holds its name and first password."""
        made = subprocess.run(
            [self.binary, "user", "create", name, "--role", "admin", "--data-dir", self.directory / "data" / "server"],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        file = self.directory / "second"
        file.write_text(f"{name}\n{made.stdout.strip()}\n")
        return file

    def processes(self) -> dict[int, list[str]]:
        """Every living process of this test: its command line by pid."""
        found = {}
        needles = (f"{MARK}={self.mark}".encode(), str(self.directory).encode())
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                line = Path(f"/proc/{entry}/cmdline").read_bytes()
                environment = Path(f"/proc/{entry}/environ").read_bytes()
            except OSError:
                continue
            if needles[0] in environment or needles[1] in line or needles[1] in environment:
                found[int(entry)] = [part.decode(errors="replace") for part in line.split(b"\0") if part]
        return found

    def agents(self) -> list[int]:
        """The pids of `quicflow agent run`."""
        return [pid for pid, line in self.processes().items() if line[1:3] == ["agent", "run"]]

    def kill_server(self) -> None:
        self.process.kill()
        self.process.wait()

    def kill_agents(self) -> int:
        """Kills the agents there are; returns how many."""
        pids = self.agents()
        for pid in pids:
            kill(pid, signal.SIGKILL)
        return len(pids)

    def stop(self, seconds: float = 20) -> int | None:
        """Ends the server as a service manager would; returns its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def close(self) -> None:
        """Ends everything that is left and removes the files."""
        self.stop()
        deadline = time.monotonic() + 10
        while (left := self.processes()) and time.monotonic() < deadline:
            for pid in left:
                kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        if self.owned and not os.environ.get("QF_TEST_KEEP"):
            shutil.rmtree(self.directory, ignore_errors=True)

    def tail(self, lines: int = 40) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None and not isinstance(error, KeyboardInterrupt):
            print(f"--- the end of the server's log ---\n{self.tail()}", file=sys.stderr)
        self.close()


def kill(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        parser.error("no command")
    with DevServer(arguments.bin) as server:
        server.start_and_sign_in()
        wants_second = any("{second_file}" in part for part in command)
        facts = {"base": server.base, "user": USER, "password_file": str(server.password_file)}
        if wants_second:
            facts["second_file"] = str(server.second_administrator())
        status = subprocess.run([part.format_map(facts) for part in command]).returncode
        if status != 0:
            print(f"--- the end of the server's log ---\n{server.tail()}", file=sys.stderr)
        return status


if __name__ == "__main__":
    sys.exit(main())
