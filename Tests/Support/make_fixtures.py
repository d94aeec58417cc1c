#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Makes the databases of the version that is built, for tests that later versions open and upgrade them.

    make_fixtures.py --bin .build/debug --out Tests/Fixtures/v0

A server and its local agent run some jobs of every kind for half a minute; then the server's database and the agent's
ledger are copied, each as one compact file. Passwords are random and forgotten, keys and certificates stay behind.
"""

import argparse
import sqlite3
import time
from pathlib import Path

from dev_server import DevServer

SHELL, HTTP = 1, 2


def task(name: str, command: str, schedule: dict, **fields) -> dict:
    return {
        "name": name,
        "description": f"fixture: {name}",
        "executor_type": SHELL,
        "executor_config": {"command": command},
        "group_ids": [1],
        **schedule,
        **fields,
    }


def create(api, base: str) -> dict[str, int]:
    group = api.post("/groups", {"name": "fixture", "description": "bound by one job", "tags": ["a", "b"]})
    client = api.get("/clients")["items"][0]
    api.post(f"/groups/{group['id']}/clients", {"client_ids": [client["client_id"]]})

    def cron(text: str, zone: str = "UTC") -> dict:
        return {"schedule_type": "cron", "cron_expr": text, "timezone": zone}

    every = {"schedule_type": "every", "every_seconds": 10}
    manual = {"schedule_type": "manual"}
    bodies = [
        task("each-second", "echo tick", cron("* * * * * *")),
        task("in-shanghai", "echo morning", cron("0 9 * * 1-5", "Asia/Shanghai"), group_ids=[1, group["id"]]),
        task("fails-and-retries", "echo no >&2; exit 3", cron("*/5 * * * * *"), retry_count=2, retry_interval=1),
        task("every-ten", "echo every", every),
        task("by-hand", 'echo "hello $NAME"', manual, labels={"team": "ops"}),
        task("disabled", "echo never", cron("* * * * *"), status=0),
        task("long", "echo begin; sleep 300", manual),
        task("waits-for-retry", "exit 1", manual, retry_count=5, retry_interval=3600),
        task(
            "http",
            "",
            every,
            executor_type=HTTP,
            executor_config={"url": base + "/api/v1/health", "headers": {"X-Fixture": "1"}},
        ),
    ]
    return {body["name"]: api.post("/tasks", body)["id"] for body in bodies}


def compact(source: Path, target: Path) -> None:
    """One file without its log; what ended is folded in."""
    target.unlink(missing_ok=True)
    database = sqlite3.connect(source)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in ("user_session", "join_token"):
        if table in tables:
            database.execute(f"DELETE FROM {table}")
    database.commit()
    database.execute(f"VACUUM INTO '{target}'")
    database.close()
    print(f"{target}: {target.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--seconds", type=float, default=25)
    arguments = parser.parse_args()
    with DevServer(arguments.bin) as server:
        server.start_and_sign_in()
        api = server.api
        jobs = create(api, server.base)
        api.post(f"/tasks/{jobs['by-hand']}/trigger", {"params": {"NAME": "fixture"}})
        api.post(f"/tasks/{jobs['long']}/trigger", {})
        api.post(f"/tasks/{jobs['waits-for-retry']}/trigger", {})
        time.sleep(arguments.seconds)
        # As after a crash: something still runs, something waits, the newest reports may not be acknowledged.
        server.kill_server()
        server.kill_agents()
        time.sleep(1)
        data = server.directory / "data"
        arguments.out.mkdir(parents=True, exist_ok=True)
        server_file = next(path for path in data.rglob("quartzflow.db"))
        agent_file = next(path for path in data.rglob("agent.db"))
        compact(server_file, arguments.out / "server.db")
        compact(agent_file, arguments.out / "agent.db")


if __name__ == "__main__":
    main()
