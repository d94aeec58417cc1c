#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Measures what crosses from one server to another: "run now" at a server that does not hold the host, beside the one that does.

Usage: scripts/bench-cluster.py --bin DIR [--triggers 300]

Two servers and a host on a PostgreSQL of the script's own; all on one machine, so clocks agree. Started times are whole milliseconds.
"""

import argparse
import sys
import time
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests" / "Support"))
from cluster import Cluster  # noqa: E402


def instant(text: str) -> float:
    """Epoch milliseconds."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


def quantiles(name: str, values: list[float]) -> None:
    ordered = sorted(values)
    for word, part in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
        print(f"{name + ' ' + word:<56}{ordered[min(len(ordered) - 1, int(len(ordered) * part))]:>10.1f} ms", flush=True)


def triggers(server, task: int, count: int) -> list[float]:
    """From the request to the start of the process."""
    took = []
    for _ in range(count):
        began = time.time() * 1000
        run = server.api.post(f"/tasks/{task}/trigger", {})
        execution = run["executions"][0]["id"]
        while not (item := server.api.get(f"/executions/{execution}")).get("end_time"):
            time.sleep(0.01)
        took.append(instant(item["start_time"]) + 0.5 - began)
    return took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    parser.add_argument("--triggers", type=int, default=300)
    arguments = parser.parse_args()
    with Cluster(arguments.bin, 2, 1) as cluster:
        cluster.start()
        task = cluster.call(
            "POST",
            "/tasks",
            {
                "name": "now",
                "executor_type": 1,
                "executor_config": {"command": "/bin/true"},
                "schedule_type": "manual",
                "group_ids": list(cluster.groups.values()),
            },
        )["id"]
        rows = cluster.call("GET", "/cluster")["items"]
        holder = next(row["agents_address"] for row in rows if row["hosts"] == 1)
        for server in cluster.servers:
            where = "the host's server" if str(server.agents) in holder else "the other server"
            triggers(server, task, 20)
            quantiles(f"run now at {where}, request to start", triggers(server, task, arguments.triggers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
