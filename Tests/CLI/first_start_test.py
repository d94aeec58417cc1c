#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""What a newcomer meets when `quicflow-server` starts: taken ports, bad directories, full disks, second starts.

Usage: first_start_test.py --bin DIR [NAME...]     runs all cases, or those whose name has one of the words
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from dev_server import DevServer, free_port  # noqa: E402

PASSWORD = re.compile(r"with the password (\S{24}) ")


class Case:
    """A directory and two free ports for one server that is started, perhaps several times."""

    def __init__(self, binary: Path):
        self.binary = binary
        self.directory = Path(tempfile.mkdtemp(prefix="qf-start-"))
        self.data = self.directory / "data"
        self.http, self.agents = free_port(), free_port()

    def configuration(self, **more: str) -> str:
        text = (
            f"data-directory: {self.data}\n"
            f"http:\n  listen: 127.0.0.1:{self.http}\n"
            f"agents:\n  listen: 127.0.0.1:{self.agents}\n"
        )
        for section, value in more.items():
            text += f"{section}:\n  {value}\n"
        path = self.directory / "server.yaml"
        path.write_text(text)
        return str(path)

    def start(self, *words: str, wrap: tuple[str, ...] = (), **environment: str) -> subprocess.Popen:
        return subprocess.Popen(
            [*wrap, str(self.binary), *(words or ("serve", "--config", self.configuration()))],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.directory), **environment},
        )  # fmt: skip

    def fails(self, *words: str, **more) -> str:
        """Starts what must end with an error; returns what it said."""
        process = self.start(*words, **more)
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError("it started") from None
        check(process.returncode not in (0, -signal.SIGKILL) and process.returncode > 0, (process.returncode, out, err))
        check("Fatal error" not in err and "crashed" not in err, err)
        return out + err

    def runs(self, *words: str, **more) -> tuple[str, str]:
        """Starts what must run, waits until it says so, ends it with SIGTERM; returns what it said."""
        process = self.start(*words, **more)
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Listening"):
                break
        else:
            raise AssertionError(f"it ended with {process.wait()}: {process.stderr.read()}")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        check(process.returncode == 0, (process.returncode, err))
        return "".join(lines) + out, err


def check(condition, text) -> None:
    if not condition:
        raise AssertionError(text)


def a_taken_port_for_people_eats_no_password(case: Case) -> None:
    with socket.create_server(("127.0.0.1", case.http)):
        said = case.fails()
    check(f"127.0.0.1:{case.http}" in said and "in use" in said, said)
    check(not case.data.exists(), "nothing was written")
    out, _ = case.runs()
    check(PASSWORD.search(out), out)


def a_taken_port_for_agents_eats_no_password(case: Case) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", case.agents))
        said = case.fails()
    check(f"127.0.0.1:{case.agents} (UDP)" in said and "in use" in said, said)
    check(not case.data.exists(), "nothing was written")
    out, _ = case.runs()
    check(PASSWORD.search(out), out)


def a_second_start_shows_no_password(case: Case) -> None:
    first, _ = case.runs()
    second, _ = case.runs()
    check(PASSWORD.search(first) and not PASSWORD.search(second), second)


def a_lost_password_is_made_anew_on_the_host(case: Case) -> None:
    first, _ = case.runs()
    reset = subprocess.run(
        [str(case.binary), "user", "reset-password", "admin", "--data-dir", str(case.data)],
        capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"], "HOME": str(case.directory)},
    )  # fmt: skip
    check(reset.returncode == 0, reset.stderr)
    password = reset.stdout.strip()
    old = PASSWORD.search(first)
    check(password and old and password != old.group(1), (reset.stdout, first))
    process = case.start()
    try:
        for line in process.stdout:
            if line.startswith("Listening"):
                break

        def sign_in(word: str) -> int:
            body = json.dumps({"username": "admin", "password": word}).encode()
            request = urllib.request.Request(
                f"http://127.0.0.1:{case.http}/api/v1/auth/login", body, {"Content-Type": "application/json"}
            )
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return answer.status
            except urllib.error.HTTPError as error:
                return error.code

        check(sign_in(old.group(1)) == 401, "the old password still opens")
        check(sign_in(password) == 200, "the new password does not open")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def a_password_file_that_cannot_be_written_makes_no_administrator(case: Case) -> None:
    blocked = case.configuration(admin="password-file: /nonexistent/password")
    said = case.fails("serve", "--config", blocked)
    check("/nonexistent/password" in said, said)
    out, _ = case.runs()
    check(PASSWORD.search(out), out)


def a_file_in_place_of_the_directory_is_named(case: Case) -> None:
    case.data.write_text("in the way")
    said = case.fails()
    check(str(case.data) in said, said)


def a_full_disk_is_said(case: Case) -> None:
    case.data.mkdir(mode=0o700)
    mount = ("unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o size=16k none {case.data} && exec "$@"', "sh")
    if os.geteuid() != 0 or subprocess.run([*mount, "true"], stderr=subprocess.DEVNULL).returncode:
        print("      (no file system can be mounted here)")
        return
    said = case.fails(wrap=mount)
    check("full" in said or "space" in said, said)


def plain_http_beyond_loopback_is_warned_about(case: Case) -> None:
    path = Path(case.configuration())
    path.write_text(path.read_text().replace(f"127.0.0.1:{case.http}", f"0.0.0.0:{case.http}"))
    _, open_to_all = case.runs("serve", "--config", str(path))
    check("are not encrypted" in open_to_all, open_to_all)
    _, loopback = case.runs()
    check("are not encrypted" not in loopback, loopback)


def wrong_words_are_answered_with_what_is_right(case: Case) -> None:
    check("--config" in case.fails("serve"), "usage")
    check("nowhere.yaml" in case.fails("serve", "--config", "/nowhere.yaml"), "the file")
    check("host:port" in case.fails("dev", "--http", "nonsense"), "the address")
    check("notice" in case.fails("serve", "--config", case.configuration(), "--log-level", "loud"), "the level")


def systemd_is_told(case: Case) -> None:
    path = case.directory / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.settimeout(60)
        case.runs(NOTIFY_SOCKET=str(path))
        check(listener.recv(100) == b"READY=1\n", "ready")


def log_lines_are_objects_when_asked(case: Case) -> None:
    _, err = case.runs("serve", "--config", case.configuration(), "--log-level", "info", "--log-format", "json")
    lines = [json.loads(line) for line in err.splitlines()]
    check(lines and all({"time", "level", "message"} <= set(line) for line in lines), err)


def hosts_are_told_the_port_that_the_system_chose(case: Case) -> None:
    """The line by which a host joins has the port that agents listen on, also where the server was to take a free one."""
    with DevServer(str(case.binary.parent)) as server:
        server.agent_port = 0
        server.start_and_sign_in()
        told = server.api.call("POST", "/join-tokens", {}, timeout=60)["agents_port"]
        local = [line for line in server.processes().values() if line[1:3] == ["agent", "run"]]
        check([line[line.index("--server") + 1] for line in local] == [f"127.0.0.1:{told}"], f"{told} is not where {local} calls")


def samples_run_as_they_are(case: Case) -> None:
    """What a newcomer sees first is no failure: each sample runs on the host that comes with the first start."""
    with DevServer(str(case.binary.parent)) as server:
        server.has_samples = True
        server.start_and_sign_in()
        tasks = server.api.get("/tasks")["items"]
        check(len(tasks) == 3, tasks)
        for task in tasks:
            identifier = server.api.call("POST", f"/tasks/{task['id']}/trigger", {})["executions"][0]["id"]
            deadline = time.monotonic() + 30
            while (row := server.api.get(f"/executions/{identifier}"))["end_time"] is None:
                check(time.monotonic() < deadline, row)
                time.sleep(0.05)
            check(row["status_name"] == "SUCCESS", row)


CASES = [
    a_taken_port_for_people_eats_no_password,
    a_taken_port_for_agents_eats_no_password,
    a_second_start_shows_no_password,
    a_lost_password_is_made_anew_on_the_host,
    a_password_file_that_cannot_be_written_makes_no_administrator,
    a_file_in_place_of_the_directory_is_named,
    a_full_disk_is_said,
    plain_http_beyond_loopback_is_warned_about,
    wrong_words_are_answered_with_what_is_right,
    systemd_is_told,
    log_lines_are_objects_when_asked,
    hosts_are_told_the_port_that_the_system_chose,
    samples_run_as_they_are,
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    chosen = [case for case in CASES if not arguments.words or any(word in case.__name__ for word in arguments.words)]
    failed = 0
    for case in chosen:
        name, began = case.__name__.replace("_", " "), time.monotonic()
        try:
            case(Case(Path(arguments.bin).resolve() / "quicflow-server"))
            print(f"ok    {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as error:  # Whatever it is, it is this case's.
            failed += 1
            print(f"FAIL  {name}\n      {error!r}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
    print(f"\n{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
