#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""What a person does with `quicflow`, against a real server and its agent, with real processes.

Usage: cli_test.py --bin DIR [NAME...]     runs all journeys, or those whose name has one of the words
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
import traceback
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from dev_server import DevServer, free_port  # noqa: E402

HERE = Path(__file__).resolve().parent
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Shell:
    """Runs `quicflow` as one user with a home of their own."""

    def __init__(self, binary: Path, server: DevServer):
        self.binary = binary
        self.server = server
        self.home = server.directory / "home"
        self.home.mkdir()

    def run(self, *arguments: str, expect: int = 0, stdin: str = "", seconds: float = 60, **environment: str):
        full = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "QUARTZFLOW_SERVER": self.server.base,
        }
        full.update(environment)
        done = subprocess.run(
            [str(self.binary), *arguments], input=stdin, capture_output=True, text=True, env=full, timeout=seconds
        )
        if done.returncode != expect:
            raise AssertionError(
                f"quicflow {' '.join(arguments)} ended with {done.returncode}, not {expect}\n"
                f"stdout: {done.stdout}\nstderr: {done.stderr}"
            )
        return done

    def json(self, *arguments: str, **more):
        return json.loads(self.run(*arguments, "--output", "json", **more).stdout)

    def popen(self, *arguments: str) -> subprocess.Popen:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "QUARTZFLOW_SERVER": self.server.base,
        }
        return subprocess.Popen(
            [str(self.binary), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )


def check(condition, text) -> None:
    if not condition:
        raise AssertionError(text)


def until(condition, what: str, seconds: float = 30):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not after {seconds} s: {what}")
        time.sleep(0.2)


# Journeys, in this order; each is one line of the report.


def before_login_everything_is_refused_with_4(sh: Shell) -> None:
    done = sh.run("task", "list", expect=4)
    check("quicflow login" in done.stderr, done.stderr)
    check(done.stdout == "", "nothing on standard output")


def a_wrong_password_is_refused_with_4(sh: Shell) -> None:
    done = sh.run("login", "--password-stdin", stdin="wrong\n", expect=4)
    check("did not accept" in done.stderr, done.stderr)


def without_a_terminal_login_asks_nobody(sh: Shell) -> None:
    # Its own session, so that there is no controlling terminal to ask on.
    done = subprocess.run(
        ["setsid", "--wait", str(sh.binary), "login", "--server", sh.server.base],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(sh.home)},
        timeout=20,
    )
    check(done.returncode == 2, f"{done.returncode} {done.stderr}")


def login_keeps_the_session_private(sh: Shell) -> None:
    done = sh.run("login", "--password-file", str(sh.server.password_file))
    check("Signed in" in done.stdout, done.stdout)
    path = sh.home / ".config/quicflow/credentials.json"
    check(stat.S_IMODE(path.stat().st_mode) == 0o600, oct(path.stat().st_mode))
    text = path.read_text()
    check(sh.server.password not in text, "the password is kept")
    check(sh.server.base in json.loads(text)["servers"], text)


def a_token_in_the_environment_needs_no_login(sh: Shell) -> None:
    token = json.loads((sh.home / ".config/quicflow/credentials.json").read_text())["servers"][sh.server.base]["token"]
    sh.run("group", "list", HOME="/nonexistent", QUARTZFLOW_TOKEN=token)
    sh.run("group", "list", HOME="/nonexistent", QUARTZFLOW_TOKEN="nonsense", expect=4)


def the_local_agent_is_online(sh: Shell) -> None:
    clients = sh.json("client", "list")["items"]
    check(len(clients) == 1 and clients[0]["status"] == "online", clients)
    check(clients[0]["client_id"] in sh.run("client", "list").stdout, "named in the table")


def a_task_is_made_and_shown(sh: Shell) -> None:
    sh.run("task", "create", "nightly", "--cron", "0 2 * * *", "-z", "Asia/Shanghai", "--command", "true",
           "--group", "all", "--timeout", "60", "--label", "team=data", "--env", "LEVEL=3")  # fmt: skip
    task = sh.json("task", "get", "nightly")
    check(task["cron_expr"] == "0 2 * * *" and task["timezone"] == "Asia/Shanghai", task)
    check(task["labels"] == {"team": "data"} and task["executor_config"]["env"] == {"LEVEL": "3"}, task)
    check(sh.json("task", "get", str(task["id"])) == task, "by number as by name")
    check("nightly" in sh.run("task", "list").stdout, "listed")
    check(sh.run("task", "list", "--keyword", "no-such-thing").stdout.count("\n") == 1, "only the header")


def a_table_aligns_chinese_names(sh: Shell) -> None:
    sh.run("task", "create", "数据备份", "--manual", "--command", "true", "--group", "all", "--disabled")
    lines = sh.run("task", "list").stdout.splitlines()

    def columns(text: str) -> int:
        return sum(2 if ord(character) > 0x2E80 else 1 for character in text)

    places = {columns(line[: line.index("all")]) for line in lines[1:]}
    check(len(places) == 1, lines)
    sh.run("task", "delete", "数据备份")
    sh.run("task", "get", "数据备份", expect=3)


def wrong_values_are_named(sh: Shell) -> None:
    done = sh.run("task", "create", "bad", "--cron", "0 25 * * *", "--command", "true", "--group", "all", expect=2)
    check("cron_expr" in done.stderr, done.stderr)
    sh.run("task", "create", "bad", "--cron", "* * * * *", "--every", "5s", expect=2)
    sh.run("task", "create", "bad", "--cron", "* * * * *", "--command", "true", "--group", "nobody", expect=3)
    sh.run("task", "frobnicate", expect=2)
    sh.run("execution", "get", "not-an-id", expect=2)
    sh.run("task", "get", "no such task", expect=3)


def a_taken_name_is_a_conflict(sh: Shell) -> None:
    sh.run("task", "create", "nightly", "--manual", "--command", "true", "--group", "all", expect=6)


def an_update_keeps_what_is_not_given(sh: Shell) -> None:
    before = sh.json("task", "get", "nightly")
    sh.run("task", "update", "nightly", "--every", "1h30m", "--description", "was nightly")
    after = sh.json("task", "get", "nightly")
    check(after["every_seconds"] == 5400 and after["schedule_type"] == "every", after)
    check(after["version"] == before["version"] + 1, "a new version")
    for field in ("labels", "timeout", "group_ids", "executor_config", "retry_count"):
        check(after[field] == before[field], f"{field} changed")


def a_file_makes_a_task(sh: Shell) -> None:
    body = {
        "name": "from file",
        "executor_config": {"command": "echo hello"},
        "schedule_type": "manual",
        "groups": ["all"],
    }
    path = sh.server.directory / "task.json"
    path.write_text(json.dumps(body))
    sh.run("task", "create", "--file", str(path), "--timeout", "77")
    check(sh.json("task", "get", "from file")["timeout"] == 77, "flags win")
    shown = sh.json("task", "get", "from file")
    sh.run("task", "create", "copy", "--file", "-", stdin=json.dumps(body))
    check(sh.json("task", "get", "copy")["executor_config"] == shown["executor_config"], "the same from stdin")
    sh.run("task", "delete", "copy")


def a_trigger_runs_and_tells_how_it_went(sh: Shell) -> None:
    sh.run("task", "create", "greet", "--manual", "--group", "all", "--timeout", "30",
           "--command", 'echo "hello $QF_PARAM_WHO"; echo oops >&2')  # fmt: skip
    ended = sh.json("task", "trigger", "greet", "--param", "WHO=world", "--wait")
    check(len(ended) == 1 and ended[0]["status_name"] == "SUCCESS" and ended[0]["exit_code"] == 0, ended)
    logs = sh.run("execution", "logs", ended[0]["id"])
    check(logs.stdout == "hello world\n", repr(logs.stdout))
    check(logs.stderr == "oops\n", repr(logs.stderr))
    details = sh.run("execution", "get", ended[0]["id"]).stdout
    check("greet" in details and "SUCCESS" in details, details)
    check(ended[0]["id"] in sh.run("execution", "list", "--task", "greet", "--status", "success").stdout, "listed")
    check(sh.json("execution", "list", "--task", "greet", "--status", "failure")["items"] == [], "filtered")


def a_test_runs_what_is_not_saved(sh: Shell) -> None:
    host = sh.json("client", "list")["items"][0]["client_id"]
    flags = ["--group", "all", "--on", host]
    ended = sh.json("task", "test", *flags, "--command", 'echo "tried $QF_PARAM_WHAT"', "--param", "WHAT=it")
    check(ended[0]["status_name"] == "SUCCESS" and ended[0]["kind"] == "test", ended)
    check(sh.run("execution", "logs", ended[0]["id"]).stdout == "tried it\n", "its output is kept")
    check("FAILURE" in sh.run("task", "test", "wrong", *flags, "--command", "exit 3", expect=1).stdout, "a failure is told")
    names = [item["name"] for item in sh.json("task", "list")["items"]]
    check("test" not in names and "wrong" not in names, names)


def a_failed_run_ends_with_1_and_can_be_retried(sh: Shell) -> None:
    sh.run("task", "create", "fails", "--manual", "--group", "all", "--command", "echo bad; exit 7")
    done = sh.run("task", "trigger", "fails", "--wait", expect=1)
    identifier = UUID.search(done.stdout)[0]
    check("FAILURE" in done.stdout, done.stdout)
    again = sh.json("execution", "retry", identifier)["execution_id"]
    check(again != identifier, "a new execution")
    state = until(
        lambda: (lambda e: e if e["status_name"] == "FAILURE" else None)(sh.json("execution", "get", again)),
        "the retry has ended",
    )
    check(state["retry_of"] == identifier and state["exit_code"] == 7, state)


def every_attempt_of_a_retried_execution_stays(sh: Shell) -> None:
    count = f"{sh.home}/attempts"
    sh.run("task", "create", "flaky", "--manual", "--group", "all", "--retries", "2", "--retry-interval", "1",
           "--command", f'n=$(cat {count} 2>/dev/null || echo 0); n=$((n + 1)); echo $n >{count}; '
                        'echo "attempt $n"; echo "cause $n" >&2; [ $n = 3 ] || exit $((10 + n))')  # fmt: skip
    identifier = UUID.search(sh.run("task", "trigger", "flaky").stdout)[0]
    followed = sh.run("execution", "logs", "-f", identifier)
    check(followed.stdout == "attempt 1\nattempt 2\nattempt 3\n", repr(followed.stdout))
    check("cause 1\n" in followed.stderr and "cause 3\n" in followed.stderr, repr(followed.stderr))
    state = sh.json("execution", "get", identifier)
    check(state["status_name"] == "SUCCESS" and state["attempt"] == 3, state)
    ends = [(one["attempt"], one["status_name"], one["exit_code"]) for one in state["attempts"]]
    check(ends == [(1, "FAILURE", 11), (2, "FAILURE", 12), (3, "SUCCESS", 0)], ends)
    check("exit 11" in sh.run("execution", "get", identifier).stdout, "shown to people")
    for number in 1, 2, 3:
        logs = sh.run("execution", "logs", identifier, "--attempt", str(number))
        check((logs.stdout, logs.stderr) == (f"attempt {number}\n", f"cause {number}\n"), (logs.stdout, logs.stderr))
    pieces = sh.json("execution", "logs", identifier, "--attempt", "2")["pieces"]
    check({piece["stream"] for piece in pieces} == {"stdout", "stderr"}, pieces)
    check(sh.run("execution", "logs", identifier, "--attempt", "9").stdout == "", "an attempt there was none of")
    # On the host, without a server.
    own = ("task", "logs", "--task-id", "flaky", "--data-dir", str(sh.server.directory / "data" / "agent"))
    nowhere = {"QUARTZFLOW_SERVER": f"http://127.0.0.1:{free_port()}"}
    for number in 1, 2, 3:
        logs = sh.run(*own, "--attempt", str(number), **nowhere)
        check((logs.stdout, logs.stderr) == (f"attempt {number}\n", f"cause {number}\n"), (logs.stdout, logs.stderr))
    check("3" in sh.run(*own, "--attempt", "9", expect=3, **nowhere).stderr, "which there are")


def rules_put_hosts_into_groups_once_they_are_applied(sh: Shell) -> None:
    group = sh.json("group", "create", "europe")["id"]
    agent = sh.json("client", "list")["items"][0]
    sh.run("client", "label", agent["client_id"], "region=eu")
    rules = sh.home / "rules.json"
    rules.write_text(json.dumps({"rules": [{"group_id": group, "labels": {"region": "eu"}}]}))
    check("Would move 1 hosts" in sh.run("group", "rules", "preview", str(rules)).stdout, "tried before they are saved")
    check(sh.json("group", "rules", "show")["rules"] == [], "nothing is changed by it")
    sh.run("group", "rules", "set", str(rules))
    members = lambda: [one["name"] for one in sh.json("client", "list")["items"][0]["groups"]]  # noqa: E731
    check("europe" not in members(), "they count for hosts that join from now on")
    check("Moved 1 hosts" in sh.run("group", "rules", "apply").stdout, "and for all when they are applied")
    check("europe" in members(), members())
    sh.run("group", "rules", "set", "-", stdin='{"rules": []}')
    sh.run("client", "label", agent["client_id"])
    sh.run("group", "delete", "europe")


def what_is_cut_out_of_long_output_is_said(sh: Shell) -> None:
    sh.run("settings", "set", "output.attempt-mib=1")
    kept = lambda: [path.read_text().strip() for path in sh.server.directory.rglob("output-bytes")]  # noqa: E731
    until(lambda: kept() == [str(1 << 20)], "the host has heard of it", 60)
    sh.run("task", "create", "counter", "--manual", "--group", "all", "--command", "seq 1 400000")
    identifier = UUID.search(sh.run("task", "trigger", "counter", "--wait").stdout)[0]
    sh.run("settings", "reset", "output.attempt-mib")
    own = ("task", "logs", "--task-id", "counter", "--data-dir", str(sh.server.directory / "data" / "agent"))
    # From the server, and on the host without one.
    for text in sh.run("execution", "logs", identifier).stdout, sh.run(*own).stdout:
        lines = text.splitlines()
        marks = [place for place, one in enumerate(lines) if re.fullmatch(r"\[[\d,]+ bytes left out\]", one)]
        check(len(marks) == 1, [lines[place] for place in marks])
        rest = [int(one) for place, one in enumerate(lines) if place != marks[0]]
        cut = next(place for place in range(1, len(rest)) if rest[place] != rest[place - 1] + 1)
        check(cut == marks[0], "no number is torn: the mark stands where they go on")
        check((rest[0], rest[-1]) == (1, 400_000), (rest[0], rest[-1]))
        left = sum(len(f"{number}\n") for number in range(rest[cut - 1] + 1, rest[cut]))
        check(lines[marks[0]].replace(",", "") == f"[{left} bytes left out]", (lines[marks[0]], left))


def called_on_its_host(sh: Shell, task: str) -> dict:
    """Runs a task until its host has heard that it may, which takes a heartbeat."""
    deadline = time.monotonic() + 40
    while True:
        sh.run("task", "trigger", task, "--wait", expect=1)
        row = sh.json("execution", "list", "--task", task)["items"][0]
        if (row["reason"] or {}).get("code") != "POLICY_DENIED":
            return row
        check(time.monotonic() < deadline, row)


def an_http_status_is_no_exit_code(sh: Shell) -> None:
    url = f"{sh.server.base}/api/v1/nothing-here"
    task = str(sh.json("task", "create", "call", "--manual", "--group", "all", "--url", url)["id"])
    sh.run("settings", "set", "network.loopback=allow")
    row = called_on_its_host(sh, task)
    check(row["http_status"] in (401, 404) and row["exit_code"] is None, row)
    shown = sh.run("execution", "get", row["id"]).stdout
    check(re.search(rf"HTTP status +{row['http_status']}", shown) and re.search(r"exit code +-", shown), shown)
    sh.run("settings", "reset", "network.loopback")
    sh.run("task", "delete", task)


def a_run_may_have_no_time_limit(sh: Shell) -> None:
    task = sh.json("task", "create", "endless", "--manual", "--group", "all", "--command", "true", "--timeout", "0")
    check(task["timeout"] == 0 and "no limit" in sh.run("task", "get", "endless").stdout, task)
    check(sh.run("task", "update", "endless", "--timeout", "5", expect=2).stderr, "refused")
    sh.run("task", "delete", "endless")
    shown = sh.json("task", "import", "-", "--timeout", "0", stdin="0 1 * * * backup\n")
    check(shown["tasks"][0]["timeout"] == 0, shown)
    check("no time limit" in sh.run("task", "import", "-", "--timeout", "0", stdin="0 1 * * * backup\n").stderr, "said")
    sh.run("task", "import", "-", "--timeout", "9", stdin="0 1 * * * backup\n", expect=2)


def follow_prints_output_while_it_comes(sh: Shell) -> None:
    sh.run("task", "create", "slow", "--manual", "--group", "all",
           "--command", 'for i in 1 2 3 4 5 6; do echo "line $i"; sleep 0.5; done')  # fmt: skip
    identifier = UUID.search(sh.run("task", "trigger", "slow").stdout)[0]
    process = sh.popen("execution", "logs", "-f", identifier)
    began = time.monotonic()
    first = process.stdout.readline()
    arrived = time.monotonic() - began
    # Not communicate(), which would lose what readline() has taken already.
    rest = process.stdout.read()
    process.wait(30)
    check(first == "line 1\n" and rest == "".join(f"line {i}\n" for i in range(2, 7)), (first, rest))
    check(process.returncode == 0, process.returncode)
    check(time.monotonic() - began - arrived > 0.5, "the first line came before the end")


def runs_are_shown_repeated_and_saved(sh: Shell) -> None:
    run = sh.json("run", "list", "--task", "greet", "--status", "succeeded")["items"][0]
    shown = sh.run("run", "get", run["id"], "--timeline").stdout
    check(run["id"] in shown and "EXECUTION" in shown and "triggered" in shown, shown)
    again = sh.json("run", "retry", run["id"])
    until(
        lambda: sh.json("run", "get", again["run_id"])["status"] == "succeeded",
        "the repeated run to end",
    )
    saved = sh.home / "run.json"
    sh.run("run", "export", run["id"], "--file", str(saved))
    check(run["id"] in saved.read_text(), saved)
    check(stat.S_IMODE(saved.stat().st_mode) == 0o600, "for its owner only")
    # What is refused leaves no file.
    sh.run("run", "export", "0192f0a0-0000-8000-8000-000000000000", "--file", str(sh.home / "none.json"), expect=3)
    check(not list(sh.home.glob("none.json*")), "no file")
    # A link stays and what it leads to is replaced; a pipe is written to, and what is beside stays as it was.
    link, beside, pipe = sh.home / "link.json", sh.home / "run.json.part", sh.home / "pipe"
    link.symlink_to(saved)
    beside.write_text("mine")
    saved.write_text("old")
    sh.run("run", "export", run["id"], "--file", str(link))
    check(link.is_symlink() and run["id"] in saved.read_text() and beside.read_text() == "mine", "the link and its file")
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True)
    sh.run("run", "export", run["id"], "--file", str(pipe))
    check(run["id"] in reader.communicate(timeout=30)[0] and stat.S_ISFIFO(pipe.lstat().st_mode), "the pipe")
    check("Asked 0" in sh.run("run", "stop", run["id"]).stdout, "what has ended stays")
    check("RATE" in sh.run("report", "runs").stdout, "sums")


def versions_are_listed_and_restored(sh: Shell) -> None:
    first = sh.json("task", "create", "versioned", "--manual", "--command", "echo one", "--group", "all")
    sh.run("task", "update", "versioned", "--command", "echo two")
    listed = sh.json("task", "versions", "versioned")["items"]
    check([item["version"] for item in listed] == [first["version"] + 1, first["version"]], listed)
    shown = json.loads(sh.run("task", "versions", "versioned", "--show", str(first["version"])).stdout)
    check(shown["executor_config"]["command"] == "echo one", shown)
    sh.run("task", "versions", "versioned", "--restore", str(first["version"]))
    check(sh.json("task", "get", "versioned")["executor_config"]["command"] == "echo one", "as before")
    sh.run("task", "create", "every hour", "--every", "1h", "--command", "true", "--group", "all")
    check("runs next at" in sh.run("task", "shift", "every hour", "--earlier", "10m").stdout, "moved")
    check("every hour" in sh.run("upcoming", "--for", "2h").stdout, "it comes")
    coming = sh.run("task", "upcoming", "every hour", "--for", "2h")
    check("AT" in coming.stdout and "On: " in coming.stdout, "its own fires come, with its hosts")
    sh.run("task", "delete", "versioned")
    sh.run("task", "delete", "every hour")


def secrets_in_clear_are_named(sh: Shell) -> None:
    sh.run("task", "create", "leaky", "--manual", "--command", "export DB_PASSWORD=hunter22", "--group", "all")
    found = sh.run("task", "lint", expect=1).stdout
    check("'leaky' executor_config.command, line 1" in found, found)
    sh.run("task", "delete", "leaky")
    check("Nothing found" in sh.run("task", "lint").stdout, "none is left")


def the_audit_is_read_and_saved(sh: Shell) -> None:
    rows = sh.json("audit", "list", "--action", "job.delete", "--page-size", "5")["items"]
    check(rows and all(row["action"] == "job.delete" for row in rows), rows)
    shown = sh.run("audit", "list", "--action", "job.update", "--diff").stdout
    check("/command" in shown or "→" in shown, shown)
    saved = sh.home / "audit.csv"
    sh.run("audit", "export", "--file", str(saved))
    check(saved.read_text().count("\n") > 10, "rows")
    check(json.loads(sh.run("audit", "export", "--format", "json", "--action", "session.start").stdout), "JSON")
    asked = json.loads(sh.run("api", "GET", "/api/v1/auth/me").stdout)
    check(asked["username"] == "admin", asked)
    sh.run("api", "GET", "/nowhere", expect=3)


def one_time_codes_are_turned_on_and_off(sh: Shell) -> None:
    def code(secret: str) -> str:
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        digest = hmac.new(key, int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1).digest()
        at = digest[-1] & 15
        return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1000000:06d}"

    password = sh.server.password_file.read_text()
    check(sh.run("totp", "status").stdout == "Off.\n", "off")
    secret = sh.json("totp", "enable", "--password-stdin", stdin=password)["secret"]
    refused = sh.run("totp", "confirm", code(secret), expect=2).stderr
    check("Unexpected argument" in refused or "unexpected" in refused, refused)
    codes = sh.run("totp", "confirm", stdin=code(secret) + "\n").stdout.split()
    check(len(codes) == 10, codes)
    check("left: 10" in sh.run("totp", "status").stdout, "on")
    others = sh.run("totp", "codes", "--password-stdin", stdin=password).stdout.split()
    check(len(others) == 10 and not set(others) & set(codes), others)
    # Signing in takes one: behind the password, or alone where that is in a file. No argument has it.
    again = sh.home / "again"
    again.mkdir()
    both = password.strip() + f"\n{others[1]}\n"
    check("Signed in" in sh.run("login", "--password-stdin", stdin=both, HOME=str(again)).stdout, "on the second line")
    file = ("login", "--password-file", str(sh.server.password_file))
    check("Signed in" in sh.run(*file, stdin=others[2] + "\n", HOME=str(again)).stdout, "alone")
    check("Unknown option" in sh.run(*file, "--totp", others[3], expect=2, HOME=str(again)).stderr, "no argument")
    refused = sh.run("totp", "disable", "--password-stdin", "--code", others[0], stdin=password, expect=2).stderr
    check("Unknown option" in refused, "a code is no argument, which everybody on the host sees")
    sh.run("totp", "disable", "--password-stdin", stdin=password.strip() + f"\n{others[0]}\n")
    check(sh.run("totp", "status").stdout == "Off.\n", "off again")
    # Of somebody else, who has lost the phone: the sessions end, and the password alone opens again.
    first = sh.json("user", "create", "phone", "--role", "viewer")["password"]
    other = sh.home / "phone"
    other.mkdir()
    home = {"HOME": str(other)}
    sh.run("login", "--username", "phone", "--password-stdin", stdin=first + "\n", **home)
    sh.run("passwd", "--password-stdin", stdin=first + "\nanother correct horse\n", **home)
    secret = sh.json("totp", "enable", "--password-stdin", stdin="another correct horse\n", **home)["secret"]
    sh.run("totp", "confirm", stdin=code(secret) + "\n", **home)
    check("alone" in sh.run("user", "reset-totp", "phone").stdout, "taken away")
    sh.run("totp", "status", expect=4, **home)
    sh.run("login", "--username", "phone", "--password-stdin", stdin="another correct horse\n", **home)
    sh.run("user", "reset-totp", "nobody-here", expect=3)
    sh.run("user", "delete", "phone")


def cancel_stops_what_runs(sh: Shell) -> None:
    sh.run("task", "create", "long", "--manual", "--group", "all", "--command", "sleep 300")
    identifier = UUID.search(sh.run("task", "trigger", "long").stdout)[0]
    until(lambda: sh.json("execution", "get", identifier)["status_name"] == "RUNNING", "it runs")
    began = time.monotonic()
    sh.run("execution", "cancel", identifier)
    until(lambda: sh.json("execution", "get", identifier)["status_name"] == "CANCELLED", "it is cancelled")
    check(time.monotonic() - began < 10, "sleep ends at SIGTERM")
    # Idempotent: what has ended stays as it is.
    sh.run("execution", "cancel", identifier)
    check(sh.json("execution", "get", identifier)["status_name"] == "CANCELLED", "still")


def a_workflow_runs_asks_and_ends(sh: Shell) -> None:
    definition = """
name: release
group_ids: [1]
parameters: [{name: who, type: string}, {name: n, type: int, default: 1}]
nodes:
  - {key: build, kind: script, script: 'test "$QF_PARAM_WHO" = world', parameters: {who: "{{params.who}}"}}
  - {key: enough, kind: decision, cases: [{when: params.n > 1, to: [ok]}], else: [never]}
  - {key: ok, kind: approval, message: 'Publish?'}
  - {key: never, kind: noop}
  - {key: publish, kind: script, script: 'true'}
edges: [{from: build, to: enough}, {from: ok, to: publish}]
"""
    sh.run("workflow", "create", "-f", "-", stdin=definition)
    refused = sh.run("workflow", "create", "-f", "-", stdin=definition.replace("to: publish", "to: nowhere"), expect=2)
    check("edges[1].to" in refused.stderr, refused.stderr)
    check("release" in sh.run("workflow", "list").stdout, "listed")
    check("enough (choice)" in sh.run("workflow", "show", "release").stdout, "shown")
    run = sh.json("workflow", "run", "release", "--param", "who=world", "--param", "n=2")["run_id"]
    state = lambda key: next(n for n in sh.json("workflow", "status", run)["nodes"] if n["key"] == key)["state"]  # noqa: E731
    until(lambda: state("ok") == "started", "it asks")
    sh.run("workflow", "approve", run, "ok", "--comment", "looks right")
    sh.run("workflow", "reject", run, "ok", expect=6)
    until(lambda: sh.json("workflow", "status", run)["outcome"] == "succeeded", "it ends")
    check(state("never") == "skipped", "not chosen")
    check("looks right" in sh.run("workflow", "status", run).stdout, "the answer is shown")
    check(run in sh.run("workflow", "runs", "--workflow", "release").stdout, "its runs")
    failed = sh.json("workflow", "run", "release", "--param", "who=nobody", "--wait", expect=1)
    check(failed["outcome"] == "failed", failed)
    again = sh.json("workflow", "rerun", failed["run_id"])
    check(again["rerun_of"] == failed["run_id"], again)
    sh.run("workflow", "cancel", again["run_id"])
    until(lambda: sh.json("workflow", "status", again["run_id"])["phase"] == "ended", "the repeat ends")
    sh.run("workflow", "delete", "release")
    check("release" not in sh.run("workflow", "list").stdout, "gone")


def a_webhook_starts_a_task_as_github_calls_it(sh: Shell) -> None:
    sh.run("task", "create", "deploy", "--manual", "--group", "all", "--command", "echo $QF_PARAM_COMMIT")
    made = sh.run(
        "task", "hook", "create", "deploy", "push", "--param", "COMMIT=/after", "--when", "/ref=refs/heads/main"
    ).stdout.split()
    address, secret = made
    body = json.dumps({"ref": "refs/heads/main", "after": "4fa1c2"}).encode()

    def call(key: str) -> int:
        signature = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(address, data=body, headers={"X-Hub-Signature-256": signature})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    check(call(secret) == 202, "a push starts the task")
    check(call(secret) == 200, "the same push again starts nothing")
    check(call("x" * 20) == 401, "a forged one is refused")
    calls = [row["outcome"] for row in sh.json("task", "hook", "calls", "deploy", "push")["items"]]
    check(calls == ["refused", "repeated", "started"], calls)
    identifier = sh.json("execution", "list", "--task", "deploy")["items"][0]["id"]
    check(sh.run("execution", "logs", "-f", identifier).stdout == "4fa1c2\n", "the commit in the output")
    fresh = sh.run("task", "hook", "update", "deploy", "push", "--rotate").stdout.split()[-1]
    check(call(fresh) == 200, "the fresh secret is good, and so is the call that came before")
    listed = sh.json("task", "hook", "list", "deploy")["items"][0]
    check("secret" not in listed and listed["name"] == "push", listed)
    sh.run("task", "hook", "delete", "deploy", "push")
    check(call(fresh) == 404, "a deleted webhook is not there")


def enable_and_disable(sh: Shell) -> None:
    sh.run("task", "disable", "nightly")
    task = sh.json("task", "get", "nightly")
    check(task["status"] == 0 and task["next_exec_time"] is None, task)
    check("nightly" in sh.run("task", "list", "--disabled").stdout, "among the disabled")
    sh.run("task", "enable", "nightly")
    check(sh.json("task", "get", "nightly")["next_exec_time"], "planned again")


def many_are_counted_before_they_are_changed(sh: Shell) -> None:
    for name in ("many-1", "many-2"):
        sh.run("task", "create", name, "--cron", "0 3 * * *", "--group", "all", "--command", "true")
    sh.run("task", "bulk", "disable", expect=2)
    asked = sh.run("task", "bulk", "disable", "--keyword", "many-", expect=2)
    check("Disable 2 tasks (many-1, many-2)" in asked.stderr and "--yes" in asked.stderr, asked.stderr)
    check(sh.json("task", "get", "many-1")["status"] == 1, "nothing was done")
    done = sh.run("task", "bulk", "disable", "--keyword", "many-", "--yes")
    check("2 of 2 tasks done" in done.stdout, done.stdout)
    check(sh.json("task", "get", "many-2")["status"] == 0, "disabled")
    sh.run("task", "bulk", "label", "--keyword", "many-", "--set", "team=billing", "--yes")
    check(sh.json("task", "get", "many-1")["labels"] == {"team": "billing"}, "labelled")
    sh.run("task", "bulk", "delete", "--label", "team=billing", "--yes")
    check("No tasks match" in sh.run("task", "bulk", "delete", "--keyword", "many-").stdout, "all gone")
    check("No executions match" in sh.run("execution", "bulk", "stop", "--task", "nightly").stdout, "none open")


def what_takes_two_persons_waits_for_the_other(sh: Shell) -> None:
    sh.run("task", "create", "guarded", "--cron", "0 3 * * *", "--group", "all", "--command", "true", "--two-person", "edit")
    waits = sh.run("task", "disable", "guarded", expect=8, QUARTZFLOW_REASON="stocktaking")
    request = UUID.search(waits.stderr + waits.stdout).group()
    shown = sh.json("approval", "show", request)
    check(shown["reason"] == "stocktaking" and shown["state"] == "pending", shown)
    decide = ("approval", "approve", request, "--digest", shown["digest"])
    sh.run(*decide, expect=4)
    # Whom an administrator made counts as that administrator; whoever is made on the host does not.
    made = subprocess.run(
        [str(sh.server.binary), "user", "create", "second", "--role", "admin", "--data-dir", str(sh.server.directory / "data" / "server")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    first = made.stdout.split()[-1]
    other = sh.home / "second"
    other.mkdir()
    home = {"HOME": str(other)}
    sh.run("login", "--username", "second", "--password-stdin", stdin=first + "\n", **home)
    sh.run("passwd", "--password-stdin", stdin=first + "\nanother correct horse\n", **home)
    listed = sh.json("approval", "list", "--to-decide", **home)
    check([one["id"] for one in listed["items"]] == [request], listed)
    sh.run(*decide, **home)
    check(sh.json("approval", "show", request)["state"] == "applied", "applied")
    check(sh.json("task", "get", "guarded")["status"] == 0, "disabled by two")
    again = sh.run("task", "delete", "guarded", expect=8)
    sh.run("approval", "withdraw", UUID.search(again.stderr + again.stdout).group())
    check(sh.json("approval", "list", "--mine", "--state", "withdrawn")["total"] == 1, "taken back")
    last = sh.run("task", "delete", "guarded", expect=8)
    request = UUID.search(last.stderr + last.stdout).group()
    digest = sh.json("approval", "show", request)["digest"]
    sh.run("approval", "approve", request, "--digest", digest, **home)
    sh.run("task", "get", "guarded", expect=3)


def channels_and_rules_are_made_changed_and_deleted(sh: Shell) -> None:
    def written(name: str, value: dict) -> str:
        path = sh.home / name
        path.write_text(json.dumps(value))
        return str(path)

    channel = {"name": "ops", "type": "webhook", "url": "https://hooks.example.org/a"}
    sh.run("notify", "create-channel", written("channel.json", channel))
    changed = channel | {"url": "https://other.example.org/b", "enabled": False}
    check("'ops'" in sh.run("notify", "update-channel", "ops", written("channel.json", changed)).stdout, "changed")
    listed = [one for one in sh.json("notify", "channels") if one["name"] == "ops"]
    check(len(listed) == 1 and listed[0]["enabled"] is False and "//other.example.org/" in listed[0]["url"], listed)
    sh.run("notify", "update-channel", "nowhere", written("channel.json", changed), expect=3)
    rule = {"name": "late", "triggers": ["timeout"], "channels": [{"channel": "ops"}]}
    made = sh.json("notify", "create-rule", written("rule.json", rule))
    path = written("rule.json", rule | {"triggers": ["timeout", "lost"], "threshold": 3})
    check("'late'" in sh.run("notify", "update-rule", str(made["id"]), path).stdout, "changed")
    rules = [one for one in sh.json("notify", "rules") if one["id"] == made["id"]]
    check(rules[0]["threshold"] == 3 and set(rules[0]["triggers"]) == {"timeout", "lost"}, rules)
    sh.run("notify", "update-rule", "999999", path, expect=3)
    sh.run("notify", "delete-rule", str(made["id"]))
    sh.run("notify", "delete-channel", "ops")


def a_schedule_fires(sh: Shell) -> None:
    sh.run("task", "create", "tick", "--every", "1s", "--group", "all", "--command", "true")
    until(
        lambda: len(sh.json("execution", "list", "--task", "tick", "--status", "success")["items"]) >= 3,
        "three fires",
    )
    sh.run("task", "delete", "tick")
    check(sh.json("execution", "list", "--page-size", "1")["total"] >= 3, "history outlives the task")


def groups(sh: Shell) -> None:
    sh.run("group", "create", "databases", "--description", "all of them", "--tag", "db", "--tag", "prod")
    check(sh.json("group", "get", "databases")["tags"] == ["db", "prod"], "tags")
    sh.run("group", "create", "databases", expect=6)
    agent = sh.json("client", "list")["items"][0]["client_id"]
    sh.run("group", "add-client", "databases", agent)
    check(agent in sh.run("group", "clients", "databases").stdout, "a member")
    sh.run("task", "create", "bound", "--manual", "--command", "true", "--group", "databases")
    sh.run("group", "delete", "databases", expect=6)
    sh.run("task", "delete", "bound")
    sh.run("group", "remove-client", "databases", agent)
    check(agent not in sh.run("group", "clients", "databases").stdout, "no member any more")
    sh.run("group", "update", "databases", "--name", "db hosts")
    check(sh.json("group", "get", "db hosts")["description"] == "all of them", "kept")
    sh.run("group", "delete", "db hosts")
    sh.run("group", "get", "db hosts", expect=3)


def a_number_that_is_a_name_too_is_refused(sh: Shell) -> None:
    first = sh.json("task", "create", "num-a", "--manual", "--group", "all", "--command", "true")["id"]
    second = sh.json("task", "create", str(first), "--manual", "--group", "all", "--command", "true")["id"]
    for verb in (["delete"], ["trigger"], ["disable"], ["update", "--retries", "1"], ["get"]):
        refused = sh.run("task", verb[0], str(first), *verb[1:], expect=6)
        check("num-a" in refused.stderr and f"id:{second}" in refused.stderr, refused.stderr)
    check(sh.json("task", "get", str(first), "--id")["name"] == "num-a", "by number")
    check(sh.json("task", "get", f"name:{first}")["id"] == second, "by name")
    sh.run("task", "delete", str(first), "--by-name")
    sh.run("task", "delete", f"id:{first}")
    sh.run("task", "get", str(second), expect=3)
    group = sh.json("group", "create", "1")["id"]
    refused = sh.run("group", "delete", "1", expect=6)
    check("id:1" in refused.stderr and f"id:{group}" in refused.stderr, refused.stderr)
    sh.run("task", "create", "x", "--manual", "--command", "true", "--group", "1", expect=6)
    sh.run("group", "delete", "name:1")


def hosts_have_names(sh: Shell) -> None:
    host = sh.json("client", "list")["items"][0]
    table = sh.run("client", "list").stdout
    check(table.startswith("NAME") and host["name"] in table and host["client_id"] in table, table)
    sh.run("group", "create", "named")
    sh.run("group", "add-client", "named", host["name"])
    check(host["client_id"] in sh.run("group", "clients", "named").stdout, "added by name")
    sh.run("group", "remove-client", "named", host["name"])
    sh.run("group", "add-client", "named", "no such host", expect=3)
    sh.run("group", "delete", "named")


def output_that_cannot_be_written_is_a_failure(sh: Shell) -> None:
    for words in (["task", "list"], ["task", "list", "-o", "json"], ["cron", "next", "* * * * *"], ["--help"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [str(sh.binary), *words],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                env={"PATH": os.environ["PATH"], "HOME": str(sh.home), "QUARTZFLOW_SERVER": sh.server.base},
            )
        check(done.returncode == 1 and "No space left" in done.stderr, (words, done))


def a_wrong_value_shows_no_usage_of_something_else(sh: Shell) -> None:
    wrong = sh.run("cron", "next", "61 * * * *", expect=2).stderr
    check("61" in wrong and "^" in wrong and "Usage" not in wrong, wrong)
    for words, more in ((["--language", "zh"], {}), ([], {"LANG": "zh_CN.UTF-8"})):
        chinese = sh.run("cron", "explain", "61 * * * *", *words, expect=2, **more).stderr
        check("超出范围" in chinese and "^" in chinese, chinese)
    # What is wrong is the word, not the option behind it.
    unknown = sh.run("run", "show", "x", "--server", sh.server.base, expect=2).stderr
    check("there is no 'quicflow run show'; there are: list, get, stop, retry, export" in unknown, unknown)
    check("没有“quicflow tsak”" in sh.run("tsak", "list", expect=2, LANG="zh_CN.UTF-8").stderr, "in Chinese")
    missing = sh.run("cron", "next", expect=2).stderr
    check("Usage: quicflow cron next" in missing, missing)


def completions_and_manual_pages_are_chinese_too(sh: Shell) -> None:
    words = {"LANG": "zh_CN.UTF-8"}
    for shell, place in (("fish", "-fa 'task' -d '任务："), ("zsh", "'task:任务：")):
        plain = sh.run("--generate-completion-script", shell).stdout
        chinese = sh.run("--generate-completion-script", shell, **words).stdout
        check(place in chinese and place not in plain and len(plain.splitlines()) == len(chinese.splitlines()), chinese[:2000])
    bash = [sh.run("--generate-completion-script", "bash", **more).stdout for more in ({}, words)]
    check(bash[0] == bash[1] and "complete" in bash[0], bash[1][:500])
    for program in ("fish", "zsh", "bash"):
        if not shutil.which(program):
            continue
        script = sh.home / f"completion.{program}"
        script.write_text(sh.run("--generate-completion-script", program, **words).stdout)
        done = subprocess.run([program, "-n", str(script)], capture_output=True, text=True, timeout=60)
        check(done.returncode == 0, f"{program}: {done.stderr[:500]}")
    man = Path(__file__).parent.parent.parent / "scripts" / "man"
    done = subprocess.run(
        [sys.executable, str(man), "--language", "zh", str(sh.binary.parent), str(sh.home / "man")], capture_output=True, text=True, timeout=60
    )
    check(done.returncode == 0, done.stderr)
    page = (sh.home / "man/zh/man1/quicflow.1").read_text()
    check(".SH 命令" in page and "显示一个执行。" in page and (sh.home / "man/zh/man1/quicflow-server.1").exists(), page[:500])


def what_a_file_says_does_not_reach_the_terminal(sh: Shell) -> None:
    text = "0 3 * * \x1b]0;owned\x07 x\n0 4 * * * echo \x1b[2J\nFOO\x1b[31m\n"
    shown = sh.run("task", "import", "-", stdin=text, expect=1)
    check("\x1b" not in shown.stdout + shown.stderr and "\x07" not in shown.stderr, repr(shown.stderr))
    check("\\x1b" in shown.stderr, shown.stderr)
    names = sh.json("task", "import", "-", stdin=text, expect=1)["tasks"]
    check("\x1b[2J" in names[0]["executor_config"]["command"], names)


def a_crontab_is_shown_before_it_is_imported(sh: Shell) -> None:
    fixture = str(HERE / "crontab.fixture")
    before = sh.json("task", "list")["total"]
    shown = sh.run("task", "import", fixture, "--group", "all", "--name-prefix", "host-", expect=1)
    check(sh.json("task", "list")["total"] == before, "nothing is made without --apply")
    check("poll" in shown.stdout and "Asia/Shanghai" in shown.stdout, shown.stdout)
    check("61" in shown.stdout + shown.stderr, "the line that can't be read is named")
    applied = sh.run("task", "import", fixture, "--group", "all", "--name-prefix", "host-", "--apply", expect=1)
    # There is no channel for e-mail here: what cron would have mailed is left out, and said.
    check("MAILTO is left out" in applied.stderr, applied.stderr)
    made = [t for t in sh.json("task", "list", "--page-size", "100")["items"] if t["name"].startswith("host-")]
    check(len(made) == 5, [t["name"] for t in made])
    morning = next(t for t in made if "morning" in t["executor_config"]["command"])
    check(morning["timezone"] == "Asia/Shanghai" and morning["cron_expr"] == "30 9 * * 1-5", morning)
    dump = next(t for t in made if "pg_dump" in t["executor_config"]["command"])
    check("%F" in dump["executor_config"]["command"] and "\\%" not in dump["executor_config"]["command"], dump)
    check(dump["executor_config"]["env"]["SHELL"] == "/bin/bash", dump["executor_config"]["env"])
    check(not any(task.get("task_notify") for task in made), "MAILTO without a channel")
    # The same file again: the names are taken, nothing is doubled.
    sh.run("task", "import", fixture, "--group", "all", "--name-prefix", "host-", "--apply", expect=6)


def the_machines_own_crontabs_can_be_read(sh: Shell) -> None:
    files = [str(path) for path in [Path("/etc/crontab"), *sorted(Path("/etc/cron.d").glob("*"))] if path.is_file()]
    if files:
        sh.run("task", "import", *files, "--system", "--group", "all")


def jobs_of_other_schedulers_are_imported(sh: Shell) -> None:
    """A small file of each format becomes a task on the server; what could not be translated is said with its line."""
    cron_job = """kind: CronJob
metadata: {name: report}
spec:
  schedule: "*/5 * * * *"
  jobTemplate: {spec: {template: {spec: {volumes: [], containers: [{image: x, command: [/bin/true]}]}}}}
"""
    xxl = (
        "id,job_desc,schedule_type,schedule_conf,glue_type,glue_source,executor_route_strategy,trigger_status\n"
        "1,clean,CRON,0 0 2 * * ?,GLUE_SHELL,echo 1,ROUND,1\n"
    )
    cronicle = {
        "rows": [
            {
                "title": "Report", "enabled": 1, "plugin": "shellplug", "multiplex": 1, "notify_fail": "a@example.com",
                "timing": {"hours": [9], "minutes": [30]}, "params": {"script": "true"},
            }
        ]
    }
    dkron = [
        {
            "name": "job", "schedule": "0 */5 * * * *", "executor": "shell", "parent_job": "b",
            "executor_config": {"command": "true", "shell": "true"},
        }
    ]
    cases = [
        ("systemd", {"b.timer": "[Timer]\nOnCalendar=daily\nWakeSystem=yes\n", "b.service": "[Service]\nExecStart=/bin/true\n"},
         "0 0 * * *", "b.timer:3: "),
        ("kubernetes", {"j.yaml": cron_job}, "*/5 * * * *", "j.yaml:5: "),
        ("xxl-job", {"x.csv": xxl}, "0 2 * * *", "x.csv:2: "),
        ("cronicle", {"c.json": json.dumps(cronicle)}, "30 9 * * *", "c.json:1: "),
        ("dkron", {"d.json": json.dumps(dkron)}, "*/5 * * * *", "d.json:1: "),
    ]  # fmt: skip
    for kind, files, cron, remark in cases:
        folder = sh.home / f"from-{kind}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        words = ["task", "import", *(str(folder / name) for name in files), "--format", kind, "--group", "all"]
        words += ["--name-prefix", f"{kind}-"]
        shown = sh.run(*words)
        check(remark in shown.stderr, f"{kind}: {shown.stderr}")
        found = lambda: [t for t in sh.json("task", "list", "--keyword", f"{kind}-")["items"]]  # noqa: E731
        check(found() == [], "nothing is made without --apply")
        sh.run(*words, "--apply")
        made = found()
        check(len(made) == 1 and made[0]["cron_expr"] == cron, f"{kind}: {made}")
        sh.run("task", "delete", made[0]["name"])


def a_host_is_in_maintenance(sh: Shell) -> None:
    agent = sh.json("client", "list")["items"][0]["client_id"]
    task = str(sh.json("task", "create", "resting", "--every", "1s", "--command", "true", "--group", "all")["id"])

    def ran() -> int:
        return sh.json("execution", "list", "--task", task)["total"]

    try:
        until(lambda: ran() > 0, "it fires")
        said = sh.run("client", "maintenance", agent, "--for", "1h", "--reason", "new disk").stdout
        assert "in maintenance until" in said, said
        until(lambda: sh.json("client", "list")["items"][0]["maintenance"]["told"] is True, "the host has heard of it")
        assert "in maintenance until" in sh.run("client", "list").stdout
        refused = sh.run("task", "trigger", task, expect=6).stderr
        assert "in maintenance until" in refused and "new disk" in refused, refused
        sh.run("client", "maintenance", agent, expect=2)
        sh.run("client", "maintenance", agent, "--for", "1h", "--end", expect=2)
        before = ran()
        sh.run("client", "maintenance", agent, "--end")
        until(lambda: ran() > before + 1, "it fires again")
    finally:
        sh.run("client", "maintenance", "--group", "all", "--end")
        sh.run("task", "delete", task)


def the_scheduler_is_stopped_and_started(sh: Shell) -> None:
    try:
        said = sh.run("scheduler", "stop", "--reason", "stocktaking").stdout
        assert "stopped since" in said and "stocktaking" in said, said
        assert sh.json("scheduler", "status")["is_running"] is False
    finally:
        said = sh.run("scheduler", "start").stdout
    assert "The scheduler runs." in said, said
    assert sh.json("scheduler", "status")["stop"]["ended_by"]


def exported_task_files_change_nothing(sh: Shell) -> None:
    """Whatever a task may have is in its file, and means the same there."""
    api = sh.server.api
    api.call("PUT", "/secrets/FILES_DB", {"value": "hunter2-hunter2"})
    sh.run("calendar", "set", "files", "--yearly", "2026-12-25..2026-12-26=Christmas", "--day", "2026-10-01=A day")
    notify = [{"name": "n", "triggers": ["timeout"], "channels": [{"type": "email", "recipients": ["a@example.com"]}]}]
    full = {
        "executor_type": 1, "group_ids": [1], "description": "yes: no # not a comment", "labels": {"a/b": "1", "c": "no"},
        "cron_expr": "5 4 * * *", "timezone": "Europe/Berlin", "dst": "vixie", "timeout": 77, "retry_count": 3,
        "retry_interval": 7, "retry_backoff": 1.5, "retry_max_interval": 600, "retry_jitter": 20, "retry_on": ["timeout"],
        "on_interrupt": "fail", "concurrency": 1, "overlap": "queue", "queue_limit": 3, "misfire": "fire_all", "misfire_limit": 4,
        "misfire_threshold_seconds": 10.5, "catch_up_seconds": 7200, "start_deadline_seconds": 60, "jitter_seconds": 1.5,
        "status": 0, "task_notify": notify, "pause_after_failures": 5, "on_edit_while_running": "refuse",
        "on_disable_while_running": "stop", "not_before": "2027-01-01T00:00:00Z", "not_after": "2099-01-01T00:00:00Z",
        "window": {"from": "04:00", "to": "23:00"}, "calendars": [{"calendar": "files", "on_blackout": "skip"}],
        "pool": {"name": "db-heavy", "places": 3}, "cron_exprs": ["7 4 * * 6"], "cron_except": ["* * 24 12 *"],
        "parameters": [{"name": "n", "type": "integer", "default": "5", "choices": ["5", "7"], "required": False}],
        "placement": {"kind": "n_of", "strategy": "consistent_hash", "count": 2, "where": "region in (eu|us)", "hash_key": "k"},
        "executor_config": {
            "command": "#!/bin/sh\n\tprintf '%s\\n' \"$A\"\n\n# end\n", "interpreter": "/bin/bash", "nice": 5,
            "interpreter_args": ["-e", "-c"], "work_dir": "/tmp", "leave_processes": True, "success_codes": [0, 3],
            "umask": "027", "limits": {"open_files": 100}, "env": {"A": "secret:FILES_DB", "B": "1.10", "E": ""},
        },
    }
    names = sh.json("schema")["$defs"]["Task"]["anyOf"][0]["properties"]
    try:
        full["dst"] = names["dst"]["enum"][-1] or names["dst"]["enum"][0]
        parent = api.post("/tasks", dict(full, name="files parent"))["id"]
        http = {"url": "https://example.org/", "method": "PUT", "body": "a\nb", "headers": {"X": "1"}, "expected_status": [204]}
        plain = {"group_ids": [1], "executor_config": {"command": "true"}}
        for extra in [
            {"schedule_type": "every", "every_seconds": 90.5, "retry_count": 0, "retry_on": []},
            {"schedule_type": "delay", "delay_seconds": 90, "offline": "run_for", "offline_max_seconds": 3600},
            {"schedule_type": "once", "once_at": "2099-01-31T08:00:00Z"},
            {"schedule_type": "manual", "executor_type": 2, "executor_config": http},
            {"schedule_type": "manual", "executor_type": 3, "executor_config": {"plugin": "p", "parameters": {"a": "{{x}}"}}},
            {
                "labels": {"kind": "sql"}, "schedule_type": "manual", "executor_type": 4,
                "executor_config": {
                    "connection": "secret:FILES_DB", "row_limit": 0,
                    "statements": [{"sql": "SELECT $1\n", "parameters": ["{{x}}"]}, {"sql": "SELECT 2", "parameters": []}],
                },
            },
            {
                "labels": {"kind": "clean"}, "schedule_type": "manual", "executor_type": 5,
                "executor_config": {"builtin": "clean_files", "path": "/var/x", "older_than_days": 0, "pattern": "*", "dry_run": True},
            },
            {
                "labels": {"kind": "tcp"}, "schedule_type": "manual", "executor_type": 5,
                "executor_config": {"builtin": "check_tcp", "host": "db", "port": 5432},
            },
            {
                "dependencies": [{"task_id": parent, "on": "failure", "hosts": {"ratio": 0.5}}], "match": "pair", "join": "all",
                "max_age_seconds": 7200, "deadline": {"at": "08:00", "timezone": "Europe/Berlin", "on_deadline": "run"},
                "cron_expr": "@daily", "dependency_mode": "start",
            },
        ]:
            kind = extra.get("labels", {}).get("kind", "plain")
            name = f"files {next(iter(extra))} {extra.get('schedule_type', 'cron')} {extra.get('executor_type', 1)} {kind}"
            last = api.post("/tasks", {**plain, "name": name, **extra})["id"]
        mapping = [{"name": "FILE", "pointer": "/path"}, {"name": "HOST", "pointer": "/host", "default": "none"}]
        condition = [{"pointer": "/name", "is": ["a.csv", "b.csv"]}]
        trigger = {"name": "in", "format": "file", "file": {"path": "/srv/in/*.csv", "settle_seconds": 9}}
        api.post(f"/tasks/{last}/hooks", {**trigger, "params": mapping, "when": condition, "enabled": False})
        folder = sh.home / "exported"
        done = sh.run("export", str(folder))
        check("hunter2" not in "".join(f.read_text() for f in folder.iterdir()), "a secret's value")
        written = {line.split(":")[0] for f in folder.iterdir() for line in f.read_text().splitlines()}
        check(set(names) <= written, f"fields that no file has: {set(names) - written}")
        # What somebody switches on comes into the file that is there.
        api.post(f"/tasks/{parent}/enable")
        sh.run("export", str(folder))
        sh.run("plan", str(folder))
        check("0 to create, 0 to change" in sh.run("diff", str(folder)).stdout, "no difference")
        before = {task["id"]: task["version"] for task in api.pages("/tasks")}
        sh.run("apply", str(folder))
        check(before == {task["id"]: task["version"] for task in api.pages("/tasks")}, "applying what is there changes nothing")
        # On standard output the same, and from there.
        text = sh.run("export").stdout
        sh.run("plan", "-", stdin=text)
        check(done.stderr.count("looks like a secret") == 0, done.stderr)
    finally:
        children = [task for task in api.pages("/tasks") if task["name"].startswith("files ")]
        for task in sorted(children, key=lambda task: -task["id"]):
            api.call("DELETE", f"/tasks/{task['id']}")


def task_files_are_planned_applied_and_pruned(sh: Shell) -> None:
    api = sh.server.api
    folder = sh.home / "tasks"
    folder.mkdir()
    (folder / "chain.yaml").write_text(
        "- name: gitops load\n  groups: [all]\n  dependencies: [{task: gitops extract}]\n"
        "  executor_config: {command: 'true'}\n"
        "- name: gitops extract   # by hand\n  groups: [all]\n  cron_expr: 0 2 * * *\n  # short\n"
        "  timeout: 60  # seconds\n  executor_config:\n    command: echo 1\n"
    )
    source = ["--source", "journey"]
    made = sh.run("plan", str(folder), *source, expect=7)
    check("+ gitops extract" in made.stdout and "2 to create" in made.stdout, made.stdout)
    check(not [t for t in api.pages("/tasks") if t["name"].startswith("gitops")], "a plan makes nothing")
    steps = sh.json("apply", str(folder), *source)["steps"]
    check([(s["name"], s["outcome"]) for s in steps] == [("gitops extract", "done"), ("gitops load", "done")], steps)
    sh.run("diff", str(folder), *source)
    tasks = {t["name"]: t for t in api.pages("/tasks")}
    extract = tasks["gitops extract"]
    check(extract["labels"] == {"quartzflow/source": "journey"}, extract["labels"])
    check(tasks["gitops load"]["dependencies"][0]["task_id"] == extract["id"], tasks["gitops load"])
    # Somebody changes one on the server: that is drift, and an export takes it into the file.
    sh.run("task", "update", "gitops extract", "--timeout", "90")
    drift = sh.run("diff", str(folder), expect=7).stdout
    check("timeout: 90 -> 60" in drift and "since" in drift, drift)
    sh.run("export", str(folder), *source)
    text = (folder / "chain.yaml").read_text()
    check("timeout: 90  # seconds" in text and "# by hand" in text and "  # short" in text, text)
    check(len(list(folder.iterdir())) == 1, "only its own tasks")
    sh.run("plan", str(folder), *source)
    # The last word is the files'.
    (folder / "chain.yaml").write_text(text.replace("90", "61"))
    sh.run("apply", str(folder))
    check(api.get(f"/tasks/{extract['id']}")["timeout"] == 61, "applied")
    check(api.get(f"/tasks/{extract['id']}")["labels"] == {"quartzflow/source": "journey"}, "the mark stays")
    # Other files have no say in it.
    other = sh.run("apply", str(folder), "--source", "other", expect=6)
    check("'journey'" in other.stderr and "--adopt" in other.stderr, other.stderr)
    check("--source" in sh.run("apply", str(folder), "--prune", expect=2).stderr, "pruning needs a source")
    # What left the files goes, if asked for; what others made stays.
    count = api.get("/tasks")["total"]
    empty = sh.home / "no-tasks"
    empty.mkdir()
    check("? gitops load" in sh.run("plan", str(empty), *source).stdout, "said, not done")
    pruned = sh.run("apply", str(empty), *source, "--prune").stdout
    check("2 deleted" in pruned, pruned)
    check(api.get("/tasks")["total"] == count - 2, "two, and no others")


def triggers_by_files_stand_in_task_files(sh: Shell) -> None:
    """Webhooks of the format file are a field of their task in files; others, and tasks without the field, stay as they are."""
    api = sh.server.api
    folder = sh.home / "triggers"
    folder.mkdir()
    head = "name: triggered\ngroups: [all]\nschedule_type: manual\nexecutor_config: {command: 'true'}\n"
    first = "file_triggers:\n  - {name: arrivals, path: /srv/in/*.csv, params: [{name: FILE, pointer: /path}]}\n"
    (folder / "task.yaml").write_text(head + first.replace("/srv/in", "in").replace("params", "parms"))
    said = sh.run("apply", str(folder), expect=2).stderr
    words = "task.yaml:6:38: 'triggered' file_triggers[0].parms: there is no such field; is 'params' meant?"
    check(words in said, f"{words}\nis not in\n{said}")
    (folder / "task.yaml").write_text(head + first.replace("/srv/in", "in"))
    said = sh.run("apply", str(folder), expect=2).stderr
    check("task.yaml:6:" in said and "'triggered' file_triggers[0].path: write an absolute path" in said, said)
    check(not [t for t in api.pages("/tasks") if t["name"] == "triggered"], "nothing is made")
    (folder / "task.yaml").write_text(head + first)
    sh.run("apply", str(folder))
    task = next(t for t in api.pages("/tasks") if t["name"] == "triggered")
    hooks = lambda: {hook["name"]: hook for hook in api.get(f"/tasks/{task['id']}/hooks")["items"]}
    check(hooks()["arrivals"]["file"] == {"path": "/srv/in/*.csv", "settle_seconds": 5}, hooks())
    check("0 created, 0 changed" in sh.run("apply", str(folder)).stdout, "what is there is left alone")
    # Others of the task are not the files' business.
    api.post(f"/tasks/{task['id']}/hooks", {"name": "push", "format": "github"})
    sh.run("plan", str(folder))
    # One is changed, one is new; the task keeps its version.
    second = first.replace("/srv/in", "/srv/out") + "  - {name: more, path: /srv/more, settle_seconds: 60, enabled: false}\n"
    (folder / "task.yaml").write_text(head + second)
    changed = sh.run("diff", str(folder), expect=7).stdout
    check("file_triggers" in changed and "/srv/out" in changed, changed)
    sh.run("apply", str(folder))
    check({name: hook["enabled"] for name, hook in hooks().items()} == {"arrivals": True, "more": False, "push": True}, hooks())
    check(hooks()["arrivals"]["file"]["path"] == "/srv/out/*.csv", hooks())
    check(api.get(f"/tasks/{task['id']}")["version"] == task["version"], "no new version")
    # Somebody changes one on the server: drift, and an export takes it into the file.
    more = hooks()["more"]
    body = {"name": "more", "format": "file", "file": {"path": "/srv/most"}}
    api.call("PUT", f"/tasks/{task['id']}/hooks/{more['id']}", body)
    sh.run("diff", str(folder), expect=7)
    fresh = sh.home / "triggers-anew"
    sh.run("export", str(fresh))
    text = next(text for text in (file.read_text() for file in fresh.iterdir()) if "name: triggered" in text)
    check("/srv/most" in text and "push" not in text, text)
    (folder / "task.yaml").write_text(text)
    sh.run("plan", str(folder))
    # Without the field they stay; an empty one takes them away, and those alone.
    (folder / "task.yaml").write_text(head)
    sh.run("plan", str(folder))
    sh.run("apply", str(folder))
    check(len(hooks()) == 3, hooks())
    (folder / "task.yaml").write_text(head + "file_triggers: []\n")
    sh.run("apply", str(folder))
    check(list(hooks()) == ["push"], hooks())
    api.call("DELETE", f"/tasks/{task['id']}")


def a_task_does_not_reach_its_own_host(sh: Shell) -> None:
    """What listens on a host for itself is refused unless somebody says so, and the record says what to set."""
    config = {"url": f"{sh.server.base}/api/v1/health"}
    body = {"name": "own host", "group_ids": [1], "schedule_type": "manual", "executor_type": 2, "executor_config": config}
    sh.server.api.post("/tasks", body)
    ended = sh.json("task", "trigger", "own host", "--wait", expect=1)
    record = json.dumps(ended)
    for words in ["POLICY_DENIED", "network.loopback", "loopback: true"]:
        check(words in record, f"{words} is not in {record}")


def api_task(api, name: str) -> int:
    return next(task["id"] for task in api.pages("/tasks") if task["name"] == name)


def workflows_stand_in_task_files(sh: Shell) -> None:
    """A file holds workflows beside tasks: planned, applied, exported, pruned, and refused with file, line and field."""
    api = sh.server.api
    folder = sh.home / "flows"
    folder.mkdir()
    task = "name: flowed\ngroups: [all]\nschedule_type: manual\nexecutor_config: {command: 'true'}\n"
    text = (
        "kind: workflow   # steps\nname: flowed\ngroups: [all]\ncron_expr: 0 2 * * *\nenabled: false\nnodes:\n"
        "  - {key: one, kind: job, task: flowed}\n  - {key: two, kind: workflow, workflow: flowed inner}\n"
        "edges:\n  - {from: one, to: two}\n---\n"
        "kind: workflow\nname: flowed inner\ngroups: [all]\nnodes:\n"
        "  - {key: each, kind: map, over: [a, b], do: {kind: job, task: flowed, parameters: {}}}\n"
    )
    (folder / "flows.yaml").write_text(text)
    (folder / "task.yaml").write_text(task)
    source = ["--source", "flowing"]
    # Wrong in two places, and nothing is made.
    (folder / "flows.yaml").write_text(text.replace("task: flowed}", "task: flowde}").replace("over:", "oevr:"))
    said = sh.run("apply", str(folder), *source, expect=2).stderr
    for words in [
        "flows.yaml:7:27: 'flowed' nodes[0].task: there is no task 'flowde'; is 'flowed' meant?",
        "'flowed inner' nodes[0].oevr: there is no field 'oevr'; is 'over' meant?",
    ]:
        check(words in said, f"{words}\nis not in\n{said}")
    check(not [w for w in api.pages("/workflows") if w["name"].startswith("flowed")], "nothing is made")
    (folder / "flows.yaml").write_text(text)
    check("3 to create" in sh.run("plan", str(folder), *source, expect=7).stdout, "planned")
    steps = sh.json("apply", str(folder), *source)["steps"]
    made = [(step["kind"], step["name"], step["outcome"]) for step in steps]
    check(made == [("task", "flowed", "done"), ("workflow", "flowed inner", "done"), ("workflow", "flowed", "done")], made)
    flow = next(w for w in api.pages("/workflows") if w["name"] == "flowed")
    check(flow["labels"] == {"quartzflow/source": "flowing"} and flow["enabled"] is False, flow)
    # What is there as it should be is left alone.
    again = sh.run("apply", str(folder), *source).stdout
    check("0 created, 0 changed" in again and "3 as they were" in again, again)
    check(api.get(f"/workflows/{flow['id']}")["version"] == flow["version"], "no new version")
    # Somebody changes it on the server: drift, and an export takes it into the file without its comment's loss.
    whole = api.get(f"/workflows/{flow['id']}")
    body = {name: whole[name] for name in ("name", "group_ids", "cron_expr", "enabled", "nodes", "edges")}
    api.call("PUT", f"/workflows/{flow['id']}", {**body, "max_parallel": 7})
    drift = sh.run("diff", str(folder), *source, expect=7).stdout
    check("~ flowed (workflow)" in drift and "max_parallel: 7 -> 20" in drift, drift)
    sh.run("export", str(folder), *source)
    kept = (folder / "flows.yaml").read_text()
    check("max_parallel: 7" in kept and "# steps" in kept and kept.count("kind: workflow\n") + kept.count("kind: workflow ") >= 2, kept)
    sh.run("plan", str(folder), *source)
    (folder / "flows.yaml").write_text(kept.replace("max_parallel: 7", "max_parallel: 8"))
    sh.run("apply", str(folder), *source)
    check(api.get(f"/workflows/{flow['id']}")["max_parallel"] == 8, "the last word is the files'")
    # All of it written anew says the same.
    fresh = sh.home / "flows-anew"
    sh.run("export", str(fresh), *source)
    check(len(list(fresh.iterdir())) == 3, list(fresh.iterdir()))
    sh.run("diff", str(fresh), *source)
    # What a workflow of other hands runs is not pruned.
    user = {"name": "flowed elsewhere", "group_ids": [1], "nodes": [{"key": "a", "kind": "job", "task_id": api_task(api, "flowed")}]}
    elsewhere = api.post("/workflows", user)["id"]
    alone = sh.home / "flows-alone"
    alone.mkdir()
    said = sh.run("apply", str(alone), *source, "--prune", expect=6).stderr
    check("'flowed' is a step of 'flowed elsewhere'" in said, said)
    api.call("DELETE", f"/workflows/{elsewhere}")
    sh.run("apply", str(folder), *source)
    # What a workflow runs goes behind it, and another source has no say.
    check("'flowing'" in sh.run("apply", str(folder), "--source", "other", expect=6).stderr, "another source")
    empty = sh.home / "no-flows"
    empty.mkdir()
    check("? flowed (workflow)" in sh.run("plan", str(empty), *source).stdout, "said, not done")
    check("3 deleted" in sh.run("apply", str(empty), *source, "--prune").stdout, "pruned")
    check(not [w for w in api.pages("/workflows") if w["name"].startswith("flowed")], "gone")


def faults_of_task_files_are_all_told_and_nothing_is_changed(sh: Shell) -> None:
    folder = sh.home / "faulty"
    folder.mkdir()
    good = "name: faulty good\ngroups: [all]\ncron_expr: '@daily'\nexecutor_config: {command: x}\n"
    (folder / "good.yaml").write_text(good)
    (folder / "bad.yaml").write_text(
        "name: faulty bad\ngroups: [al]\ncron_expr: '@daily'\nretry_cuont: 1\ntimeout: 1\n"
        "executor_config:\n  command: x\n  env:\n    V: 1.10\n---\n"
        "name: faulty circle\ngroups: [all]\ndependencies: [{task: faulty square}]\nexecutor_config: {command: x}\n---\n"
        "name: faulty square\ngroups: [all]\ndependencies: [{task: faulty circle}]\nexecutor_config: {command: x}\n"
    )
    before = sh.json("task", "list")["total"]
    for command in ["plan", "diff", "apply"]:
        said = sh.run(command, str(folder), expect=2).stderr
        for text in [
            "bad.yaml:2:10: 'faulty bad' groups[0]: there is no group 'al'; is 'all' meant?",
            "bad.yaml:4:1: 'faulty bad' retry_cuont: there is no such field; is 'retry_count' meant?",
            "bad.yaml:9:5: 'faulty bad' executor_config.env.V: this is a number, not a string; put it in quotes",
            "bad.yaml:13:1: 'faulty circle' dependencies: the tasks would wait for each other",
        ]:
            check(text in said, f"{text}\nis not in\n{said}")
    (folder / "bad.yaml").write_text("name: faulty good\nname: x\na: &b c\nd: *b\n")
    said = sh.run("apply", str(folder), expect=2).stderr
    for text in ["bad.yaml:2:1: 'name' stands on line 1", "bad.yaml:3:4: anchors", "bad.yaml:4:4: aliases", "the same name"]:
        check(text in said, f"{text}\nis not in\n{said}")
    check(sh.json("task", "list")["total"] == before, "nothing was made")


def a_refused_task_file_does_not_hide_the_others(sh: Shell) -> None:
    """A name that is taken meanwhile: the others are made, what waits for it is not, and the next run goes on."""
    api = sh.server.api
    body = "groups: [all]\nschedule_type: manual\nexecutor_config: {command: 'true'}\n"
    text = f"name: race a\n{body}---\nname: race b\n{body}"
    sh.run("apply", "-", stdin=text)
    # Again: nothing to do.
    check("0 created, 0 changed" in sh.run("apply", "-", stdin=text).stdout, "idempotent")
    parent = next(t for t in api.pages("/tasks") if t["name"] == "race a")
    waits = dict(name="race outside", group_ids=[1], executor_config={"command": "true"})
    child = api.post("/tasks", dict(waits, dependencies=[{"task_id": parent["id"]}]))["id"]
    sh.run("apply", "-", "--source", "race", "--adopt", stdin=text)
    empty = sh.home / "race"
    empty.mkdir()
    # One can't be deleted because another task waits for it; the other one is.
    refused = sh.run("apply", str(empty), "--source", "race", "--prune", expect=6)
    check("'race a' was left alone" in refused.stderr and "1 deleted" in refused.stdout, refused.stderr + refused.stdout)
    api.call("DELETE", f"/tasks/{child}")
    check("1 deleted" in sh.run("apply", str(empty), "--source", "race", "--prune").stdout, "it goes on")


def the_hosts_own_records_need_no_server(sh: Shell) -> None:
    directory = str(sh.server.directory / "data" / "agent")
    nowhere = {"QUARTZFLOW_SERVER": f"http://127.0.0.1:{free_port()}"}
    stats = sh.run("task", "stats", "--today", "--data-dir", directory, **nowhere).stdout
    check("greet" in stats and stats.startswith("┌"), stats)
    chinese = sh.run("task", "stats", "--today", "--data-dir", directory, LANG="zh_CN.UTF-8", **nowhere).stdout
    check("任务执行统计 - " in chinese and "总次数" in chinese, chinese)
    counts = sh.json("task", "stats", "--today", "--data-dir", directory, "--task-id", "greet", **nowhere)
    check(len(counts) == 1 and counts[0]["stats"]["success"] >= 1, counts)
    sh.run("task", "stats", "--days", "3", "--data-dir", directory, "--task-id", "no such task", expect=3, **nowhere)
    sh.run("task", "history", "--date", "2026-02-30", "--data-dir", directory, expect=2, **nowhere)
    sh.run("task", "stats", "--data-dir", "/nonexistent", expect=3, **nowhere)
    day = time.strftime("%Y-%m-%d", time.gmtime())
    history = sh.run("task", "history", "--date", day, "--data-dir", directory, **nowhere).stdout
    check("greet" in history, history)
    logs = sh.run("task", "logs", "--task-id", "greet", "--last", "--data-dir", directory, **nowhere).stdout
    check("hello world" in logs, logs)
    files = sh.home / "files"
    export = ("task", "export", "--date", day, "--directory", str(files), "--data-dir", directory)
    summary = sh.json(*export, **nowhere)
    written = json.loads((files / "executions" / f"{day}.json").read_text())["executions"]
    check(summary["executions"] == len(written) and any(one["task_name"] == "greet" for one in written), summary)
    greet = next(one for one in written if one["task_name"] == "greet")
    log = files / "logs" / day / f"task_{greet['task_id']}_exec_{greet['execution_id']}.log"
    check("hello world" in log.read_text() and log.stat().st_mode & 0o077 == 0, log)
    check("pending_executions" in json.loads((files / "pending_sync.json").read_text()), "what waits")
    sh.run("task", "export", "--date", "2026-02-30", "--data-dir", directory, expect=2, **nowhere)


def a_hosts_day_is_shown_beside_the_records(sh: Shell) -> None:
    agent = sh.json("client", "list")["items"][0]["client_id"]
    day = sh.json("client", "stats", agent)
    check(any(task["task_name"] == "greet" for task in day["tasks"]) or day["reported_at"], day)
    table = sh.run("client", "stats", agent).stdout
    check(table.startswith("┌") and "Difference" in table, table)
    check("主机执行统计" in sh.run("client", "stats", agent, LANG="zh_CN.UTF-8").stdout, "in Chinese")
    sh.run("client", "stats", agent, "--date", "yesterday", expect=2)
    sh.run("client", "stats", "nobody", expect=3)


def servers_have_names_and_lists_are_watched(sh: Shell) -> None:
    sh.run("profile", "set", "here", sh.server.base)
    nowhere = f"http://127.0.0.1:{free_port()}"
    sh.run("profile", "set", "gone", nowhere)
    check(sh.run("task", "list", "--profile", "gone", expect=4).stdout == "", "no session there")
    sh.run("task", "list", "--profile", "missing", expect=3)
    sh.run("task", "list", "--profile", "here", QUARTZFLOW_SERVER=nowhere)
    sh.run("profile", "use", "here")
    sh.run("task", "list", QUARTZFLOW_SERVER="")
    listed = {item["name"]: item for item in sh.json("profile", "list")["items"]}
    check(listed["here"]["current"] and listed["here"]["username"] == "admin", listed)
    sh.run("profile", "use")
    sh.run("profile", "delete", "gone")
    sh.run("task", "list", "--watch", "0", expect=2)
    process = sh.popen("client", "list", "--watch", "1")
    try:
        lines = [process.stdout.readline() for _ in range(4)]
    finally:
        process.kill()
        process.communicate()
    check(sum(line.startswith("NAME") for line in lines) == 2, lines)


def the_doctor_looks_at_server_and_host(sh: Shell) -> None:
    host = str(sh.server.directory / "data" / "agent")
    data = str(sh.server.directory / "data" / "server")
    found = sh.json("doctor", "--data-dir", host, "--server-data-dir", data)
    checks = {finding["check"]: finding for finding in found["checks"]}
    for name in ["server", "version", "clock", "session", "database", "agent", "agents-port", "listed", "server-directory"]:
        check(checks[name]["status"] == "ok", checks.get(name))
    check(checks["certificate"]["status"] == "ok" and found["healthy"], found)
    shown = sh.run("doctor", "--data-dir", host, LANG="zh_CN.UTF-8").stdout
    check("应答正常" in shown and "项检查" in shown, shown)
    # Nothing listens there: neither HTTP nor QUIC.
    nowhere = free_port()
    sick = sh.run("doctor", "--server", f"http://127.0.0.1:{nowhere}", "--agents", f"127.0.0.1:{nowhere}", "--json", expect=1)
    states = {finding["check"]: finding["status"] for finding in json.loads(sick.stdout)["checks"]}
    check(states["server"] == "fail" and states["agents-port"] == "fail", states)


def a_host_is_deleted(sh: Shell) -> None:
    sh.run("client", "delete", "no-such-host", expect=3)
    host = sh.json("client", "list")["items"][0]["client_id"]
    check(f"Deleted host '{host}'" in sh.run("client", "delete", host).stdout, "said")
    check(sh.json("client", "list")["items"] == [], "gone")
    sh.run("client", "delete", host, expect=3)


def no_server_is_5(sh: Shell) -> None:
    done = sh.run("task", "list", "--server", f"http://127.0.0.1:{free_port()}", QUARTZFLOW_TOKEN="x", expect=5)
    check("Is the server running there?" in done.stderr, done.stderr)
    sh.run("task", "list", "--server", "ftp://x", expect=2)


def logout_ends_the_session(sh: Shell) -> None:
    path = sh.home / ".config/quicflow/credentials.json"
    token = json.loads(path.read_text())["servers"][sh.server.base]["token"]
    sh.run("logout")
    sh.run("task", "list", expect=4)
    sh.run("task", "list", QUARTZFLOW_TOKEN=token, expect=4)


JOURNEYS = [
    before_login_everything_is_refused_with_4,
    a_wrong_password_is_refused_with_4,
    without_a_terminal_login_asks_nobody,
    login_keeps_the_session_private,
    a_token_in_the_environment_needs_no_login,
    the_local_agent_is_online,
    a_task_is_made_and_shown,
    a_table_aligns_chinese_names,
    wrong_values_are_named,
    a_taken_name_is_a_conflict,
    an_update_keeps_what_is_not_given,
    a_file_makes_a_task,
    a_trigger_runs_and_tells_how_it_went,
    a_test_runs_what_is_not_saved,
    a_failed_run_ends_with_1_and_can_be_retried,
    every_attempt_of_a_retried_execution_stays,
    rules_put_hosts_into_groups_once_they_are_applied,
    what_is_cut_out_of_long_output_is_said,
    # Before the next one, which allows it for a while.
    a_task_does_not_reach_its_own_host,
    an_http_status_is_no_exit_code,
    a_run_may_have_no_time_limit,
    follow_prints_output_while_it_comes,
    runs_are_shown_repeated_and_saved,
    versions_are_listed_and_restored,
    secrets_in_clear_are_named,
    the_audit_is_read_and_saved,
    one_time_codes_are_turned_on_and_off,
    cancel_stops_what_runs,
    a_workflow_runs_asks_and_ends,
    a_webhook_starts_a_task_as_github_calls_it,
    enable_and_disable,
    many_are_counted_before_they_are_changed,
    what_takes_two_persons_waits_for_the_other,
    channels_and_rules_are_made_changed_and_deleted,
    a_schedule_fires,
    groups,
    a_number_that_is_a_name_too_is_refused,
    hosts_have_names,
    output_that_cannot_be_written_is_a_failure,
    a_wrong_value_shows_no_usage_of_something_else,
    completions_and_manual_pages_are_chinese_too,
    what_a_file_says_does_not_reach_the_terminal,
    a_crontab_is_shown_before_it_is_imported,
    the_machines_own_crontabs_can_be_read,
    jobs_of_other_schedulers_are_imported,
    a_host_is_in_maintenance,
    the_scheduler_is_stopped_and_started,
    exported_task_files_change_nothing,
    task_files_are_planned_applied_and_pruned,
    triggers_by_files_stand_in_task_files,
    workflows_stand_in_task_files,
    faults_of_task_files_are_all_told_and_nothing_is_changed,
    a_refused_task_file_does_not_hide_the_others,
    the_hosts_own_records_need_no_server,
    a_hosts_day_is_shown_beside_the_records,
    servers_have_names_and_lists_are_watched,
    the_doctor_looks_at_server_and_host,
    a_host_is_deleted,
    no_server_is_5,
    logout_ends_the_session,
]
# Without it nothing else is allowed.
NEEDED = login_keeps_the_session_private


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    chosen = [
        journey
        for journey in JOURNEYS
        if not arguments.words or journey is NEEDED or any(word in journey.__name__ for word in arguments.words)
    ]
    failed = 0
    with DevServer(arguments.bin) as server:
        server.start_and_sign_in()
        sh = Shell(Path(arguments.bin).resolve() / "quicflow", server)
        for journey in chosen:
            name = journey.__name__.replace("_", " ")
            began = time.monotonic()
            try:
                journey(sh)
                print(f"ok    {name} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception as error:  # Whatever it is, it is this journey's.
                failed += 1
                print(f"FAIL  {name}\n      {error!r}".replace("\\n", "\n      "), flush=True)
                if not isinstance(error, AssertionError):
                    traceback.print_exc()
        if failed:
            print(f"--- the end of the server's log ---\n{server.tail()}")
    print(f"\n{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
