#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Runs the curl script of S4's document, unchanged but for the server's address, against a real server.

    dialect_test.py --bin DIR

The token comes from curl's own settings, as docs/dialects.md says; the task id is what the second step has answered, as
whoever types the script would put it there.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Support"))

from dev_server import DevServer  # noqa: E402

SCRIPT = r"""
# 1. 健康检查
curl http://localhost:8000/api/v1/health

# 2. 创建任务
curl -X POST http://localhost:8000/api/v1/tasks/ \
  -H "Content-Type: application/json" \
  -d '{
    "sys_type": "mac_intel",
    "xhs_account_id": "account_1",
    "xhs_account_name": "账号1",
    "user_query": "开始运营",
    "interval": 3600,
    "valid_time_range": [8, 22]
  }'

# 3. 获取任务列表
curl http://localhost:8000/api/v1/tasks/

# 4. 暂停任务
curl -X POST http://localhost:8000/api/v1/tasks/{task_id}/pause

# 5. 恢复任务
curl -X POST http://localhost:8000/api/v1/tasks/{task_id}/resume

# 6. 启动调度器
curl -X POST http://localhost:8000/api/v1/dispatcher/start
"""


def curl(step: str, home: str) -> dict:
    environment = dict(os.environ, CURL_HOME=home, no_proxy="*")
    done = subprocess.run(["bash", "-c", step], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{step}\n{done.stderr}"
    return json.loads(done.stdout)


def replay(server: DevServer, home: str) -> None:
    """Each step as the document has it, and what it says comes back."""
    steps = [step.strip() for step in re.split(r"^# \d\. .*$", SCRIPT, flags=re.MULTILINE) if step.strip()]
    assert len(steps) == 6
    steps = [step.replace("http://localhost:8000", f"{server.base}/compat/s4") for step in steps]
    assert curl(steps[0], home)["status"] == "healthy"
    made = curl(steps[1], home)
    assert made["success"] is True and made["task_info"]["status"] == "pending", made
    task = made["task_id"]
    listed = curl(steps[2], home)
    assert listed["total"] == 1 and listed["tasks"][0]["task_id"] == task, listed
    assert listed["tasks"][0]["valid_time_range"] == [8, 22], listed
    paused = curl(steps[3].replace("{task_id}", task), home)
    assert paused["success"] is True and paused["status"] == "paused", paused
    resumed = curl(steps[4].replace("{task_id}", task), home)
    assert resumed["success"] is True and resumed["next_execution_time"], resumed
    assert curl(steps[5], home) == {"success": True, "message": "调度器已启动"}


def output(server: DevServer, execution: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = server.api.get(f"/executions/{execution}")
        if found["status_name"] not in ("PENDING", "RUNNING"):
            return found["output_preview"]
        time.sleep(0.1)
    raise AssertionError("the execution did not end")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    arguments = parser.parse_args()
    with DevServer(arguments.bin) as server, tempfile.TemporaryDirectory() as home:
        server.start_and_sign_in()
        server.api.post(
            "/tasks",
            {"name": "xhs_type", "executor_config": {"command": "echo $USER_QUERY"}, "schedule_type": "manual", "group_ids": [1]},
        )
        refused = curl(f"curl -s -X POST {server.base}/compat/s4/api/v1/dispatcher/start", home)
        assert refused["success"] is False and refused["error"] == "未授权", refused
        # Stopping and starting the scheduler takes the right to change settings.
        token = server.api.post("/tokens", {"name": "s4", "role": "admin"})["token"]
        settings = Path(home) / ".curlrc"
        settings.touch(mode=0o600)
        settings.write_text(f'silent\nheader = "Authorization: Bearer {token}"\n')
        replay(server, home)
        # What it made runs with what it was told.
        server.wait_for_agent()
        task = server.api.get("/tasks", keyword="s4/")["items"][0]
        execution = server.api.post(f"/tasks/{task['id']}/trigger")["execution_id"]
        assert output(server, execution) == "开始运营\n"
    print("S4's script runs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
