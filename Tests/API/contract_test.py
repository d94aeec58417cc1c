#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Holds a running server to the contract it serves: schemathesis sends what /openapi.json allows and what it forbids.

    contract_test.py --bin DIR [--examples N] [--seed N] [--phases LIST] [--at-least N] [--only OPERATION]

Two runs: with an administrator's API token over everything programs may use, and with a session over accounts, sessions
and tokens, which no token opens. Nothing is left out for being destructive; only what would end the run itself is turned
aside: signing out, and the tester's own account. Streams without an end are tested elsewhere.

The same requests are sent each time, so that a fault that was found once is found again. With --at-least it goes on with random cases of
seed after seed, until so many cases were sent. The last line says how many that were.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Support"))

from dev_server import DevServer, Refused  # noqa: E402

# Answers that don't end, and another protocol.
STREAMS = ["events", "live"]
# Ends the run's own session; with a token it is refused like all of these.
OWN = ["signOut"]

CONFIG = """\
request-timeout = 20.0
continue-on-failure = true

[checks]
# What is right by its schema can still name a host that is not there, or come too often.
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 412, 415, 422, 429]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 409, 411, 412, 413, 414, 415, 422, 429, 431]

# Timings say more about the machine than about the server.
max_response_time = 600

[phases.coverage]
# What is none of the methods of a path is answered in Swift's own tests; here it would be half of all requests.
unexpected-methods = ["PATCH"]

# Fields of a task that exclude each other (`once_at` without `schedule_type: once`) are refused with 400, and so are two
# ways of saying the same parents or the same end, and a reason for a pause without its end. Numbers in lists that are written as text,
# blocks of addresses, the times of a calendar, days before 1970, a whole number that is written as 1.0, and what a setting
# takes (its own entry in the list of settings says that) have rules that no schema says.
[[operations]]
include-operation-id = [
    "createTask", "updateTask", "recentExecutions", "listExecutions", "setGroupRules", "previewGroupRules",
    "setDependencies", "changeSettings", "disableTask", "setCalendar", "s2History", "s0CreateTask", "s0UpdateTask",
    "s0Report", "listRuns", "createHook", "updateHook", "clientStatistics", "stopScheduler",
    "backfillTask", "testTask", "bulkTasks", "stopExecutions", "retryExecutions", "createSilence", "beginMaintenance",
    "createReportMail", "updateReportMail",
]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 412, 415, 422, 429]

# In S4's dialect whatever a caller can put right is 400, also what no schema says: an account that has its task already.
[[operations]]
include-operation-id = [
    "s4CreateTask", "s4UpdateTask", "s4DeleteTask", "s4PauseTask", "s4ResumeTask", "s4ReorderTask", "s4Stop", "s4Start",
]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 415, 429]

# What is wrong with a task is its answer; and a number in a path is a calendar's name, too.
[[operations]]
include-operation-id = ["checkTasks", "getCalendar", "setCalendar", "deleteCalendar"]
checks.negative_data_rejection.expected-statuses = [200, 400, 401, 403, 404, 405, 409, 411, 413, 415, 422, 429, 431]

# A server that cannot store for a moment, as beside a compiler, says so with 503: that is what is asked of it.
[[operations]]
include-operation-id = ["ready", "plainReady"]
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 503]
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 412, 415, 422, 429, 503]

# Each of these hashes a password, which takes a second or two in a debug build.
[[operations]]
include-operation-id = ["signIn", "changePassword", "createUser", "resetPassword"]
phases.coverage.enabled = false
generation.max-examples = 3
"""


def people_only(document: dict) -> list[str]:
    """Operations that need a person's session: those that a token is refused."""
    found = []
    for path, item in document["paths"].items():
        for operation in item.values():
            if re.match(r"/api/v1/(auth/(?!me|login)|users|tokens|views|join-tokens)", path):
                found.append(operation["operationId"])
    return found


def furnish(server: DevServer) -> str:
    """Something of each kind, so that small numbers name things that are there; returns an API token."""
    api = server.api
    client = server.wait_for_agent()["client_id"]
    api.post("/groups", {"name": "web"})
    api.post("/groups/2/clients", {"client_ids": [client]})
    for name in ["one", "two"]:
        task = api.post("/tasks", {"name": name, "executor_config": {"command": "true"}, "schedule_type": "manual", "group_ids": [1]})
        api.post(f"/tasks/{task['id']}/trigger")
    api.call("PUT", "/secrets/DB", {"value": "correct horse battery"})
    api.post("/notify/channels", {"name": "ops", "type": "webhook", "url": "http://127.0.0.1:9/hook"})
    api.post("/notify/rules", {"name": "all", "triggers": ["timeout"], "channels": [{"channel": "ops"}]})
    for name in ["bo", "cy", "di"]:
        api.post("/users", {"username": name, "role": "viewer"})
    return api.post("/tokens", {"name": "tester", "role": "admin"})["token"]


def run(server: DevServer, token: str, arguments, operations: list[str], seed: int, deterministic: bool) -> int:
    directory = server.directory
    config = directory / "schemathesis.toml"
    config.write_text(CONFIG)
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run",
        f"{server.base}/openapi.json", "--header", f"Authorization: Bearer {token}",
        "--phases", arguments.phases if deterministic else "fuzzing", "--max-examples", str(arguments.examples), "--seed", str(seed),
        "--no-shrink", "--no-color", "--warnings", "off",
        "--suppress-health-check", "all", "--workers", "1", "--checks", "all", "--exclude-checks", arguments.without,
    ]
    if deterministic:
        # The same cases whatever Hypothesis remembers; a seed has no part in it then.
        command.append("--generation-deterministic")
    for operation in operations:
        command += ["--include-operation-id", operation]
    environment = dict(
        os.environ, SCHEMATHESIS_HOOKS=str(HERE / "hooks.py"), PYTHONPATH=str(HERE),
        QF_API_CASES_FILE=str(directory / "cases"),
    )
    return subprocess.run(command, env=environment, cwd=directory).returncode


def sent(server: DevServer) -> int:
    """How many cases were sent so far."""
    counts = server.directory / "cases"
    return sum(int(line) for line in counts.read_text().split()) if counts.exists() else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--examples", type=int, default=4, help="random cases for each operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default="examples,coverage,fuzzing")
    parser.add_argument("--without", default="use_after_free,ensure_resource_availability,object_level_authorization")
    parser.add_argument("--at-least", type=int, default=0, help="go on with further seeds until so many cases were sent")
    parser.add_argument("--only", action="append", help="these operations alone")
    arguments = parser.parse_args()
    with DevServer(arguments.bin) as server:
        server.start_and_sign_in()
        session = server.api.token
        token = furnish(server)
        document = json.loads(server.api.opener.open(f"{server.base}/openapi.json").read())
        people = people_only(document)
        every = [o["operationId"] for item in document["paths"].values() for o in item.values()]
        status = 0
        rounds = 0
        while True:
            before = sent(server)
            for credential, chosen in [
                (token, [o for o in every if o not in people + STREAMS]),
                (session, [o for o in people if o not in OWN]),
            ]:
                chosen = [o for o in chosen if not arguments.only or o in arguments.only]
                if chosen:
                    status |= run(server, credential, arguments, chosen, arguments.seed + rounds, deterministic=rounds == 0)
            rounds += 1
            assert sent(server) > before, "no cases were counted"
            if status or sent(server) >= arguments.at_least:
                break
        # It still lives, and nobody has been locked out.
        assert server.process.poll() is None, "the server has ended"
        server.api.get("/auth/me")
        print(f"COUNTED {sent(server):,} cases, {rounds} seed{'s' if rounds > 1 else ''} from {arguments.seed}")
        return status


if __name__ == "__main__":
    sys.exit(main())
