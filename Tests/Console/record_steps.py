# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey about what takes a server of its own: a host that is late, output that is old, very many jobs."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from dev_server import MARK, DevServer  # noqa: E402
from fleet import clock_library  # noqa: E402

# Ten days ago: older than output stays in the database, and than it is kept where a day is wanted.
LONG_AGO_MS = -10 * 86_400_000
MANY_JOBS = 10_000
# Beside a build and without optimisation; the goals of a quiet machine are measured by figures.py.
USABLE_MS = 15_000
# A hundred rows have some 150,000 bytes, ten thousand a hundred times that.
MOST_BYTES = 500_000
LARGEST_ANSWER = """() => Math.max(...performance.getEntriesByType('resource')
    .filter((one) => one.name.includes('/api/')).map((one) => one.decodedBodySize))"""


class RecordSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def own_page(self, server: DevServer, path: str, language: str = "en") -> Page:
        """A page of another server, signed in."""
        page = self.context("light", language, bypass_csp=True).new_page()
        page.goto(f"{server.base}/login?next={quote(path)}")
        # The empty page before had no storage to write the theme into.
        self.problems.clear()
        page.locator("[name=username]").fill("admin")
        page.locator("[name=password]").fill(server.password)
        page.locator("form [type=submit]").click()
        expect(page).to_have_url(server.base + path)
        return page

    def leave(self, page: Page) -> None:
        """Before its server ends: what the browser says of connections that nobody takes is no fault of the console."""
        page.context.close()
        self.problems[:] = [text for text in self.problems if "ERR_CONNECTION" not in text and "WebSocket" not in text]

    def late_host(self) -> None:
        """A change that was sent and not yet taken is said to be so, of the job and of the host (21, 55)."""
        with DevServer(self.options.bin) as server:
            server.start_and_sign_in()
            api = server.api
            host = api.get("/clients")["items"][0]["client_id"]
            body = {"name": "late", "executor_type": 1, "executor_config": {"command": "true"}, "schedule_type": "manual", "group_ids": [1]}
            job = api.call("POST", "/tasks", body)["id"]
            page = self.own_page(server, f"/jobs/{job}")
            expect(page.locator("[data-rollout]")).to_have_text("v1 on 1 of 1")
            agents = server.agents()
            assert agents, "no agent runs"
            for pid in agents:
                os.kill(pid, signal.SIGSTOP)
            try:
                api.call("PUT", f"/tasks/{job}", {**body, "description": "the second"})
                # By itself, and as long as nobody has taken it.
                expect(page.locator("[data-rollout-state=sent]")).to_have_text("sent")
                expect(page.locator("[data-rollout]")).to_have_text("v2 on 0 of 1")
                page.goto(f"{server.base}/hosts/{host}")
                behind = page.locator("[data-behind]")
                expect(behind).to_contain_text("behind")
            finally:
                for pid in agents:
                    os.kill(pid, signal.SIGCONT)
            expect(behind).to_have_count(0)
            page.goto(f"{server.base}/jobs/{job}")
            expect(page.locator("[data-rollout]")).to_have_text("v2 on 1 of 1")
            expect(page.locator("[data-rollout-state]")).to_have_count(0)
            self.leave(page)

    def each_fact(self) -> None:
        """An execution shows each thing that is known of it, as the interface has it (27)."""
        config = {"command": "echo to $QF_PARAM_WHO; sleep 0.4; exit 3"}
        job = self.manual(
            f"console-facts-{self.suffix}", config, parameters=[{"name": "WHO", "type": "string"}], retry_count=1, retry_interval=1
        )
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {"WHO": "<b>ada</b>"}})["execution_id"]
        while (known := self.api("GET", f"/executions/{run}"))["status"] in (1, 2):
            self.page.wait_for_timeout(50)
        host = next(one for one in self.api("GET", "/clients")["items"] if one["client_id"] == known["client_id"])
        assert known["exit_code"] == 3 and known["attempt"] == 2 and known["client_ip"] == host["ip"], known
        self.open(f"/executions/{run}")
        line = self.page.locator("main .panel > .line")
        for words in ("Failed", "Manual", "exit code 3", "attempt 2", "v1"):
            expect(line).to_contain_text(words)
        seconds = known["duration"] / 1000
        number, unit = re.search(r"([\d.]+) (ms|s)\b", line.inner_text()).groups()
        assert abs(float(number) / (1000 if unit == "ms" else 1) - seconds) < 0.1, (number, unit, seconds)
        expect(self.page.locator("main .panel .banner.bad")).to_contain_text("exit")
        line.get_by_role("button", name="More").click()
        facts = self.page.locator("main .panel > dl")
        fact = lambda name: facts.locator("div", has=self.page.locator("dt", has_text=re.compile(f"^{name}$"))).locator("dd")  # noqa: E731
        for name, at in (("Scheduled", "scheduled_time"), ("Started", "start_time"), ("Ended", "end_time")):
            expect(fact(name).locator("time")).to_have_attribute("datetime", known[at])
        expect(fact("Host")).to_contain_text(host["name"] or host["hostname"])
        expect(fact("Host")).to_contain_text(host["ip"])
        expect(fact("Parameter WHO")).to_have_text("<b>ada</b>")
        expect(fact("Execution id")).to_contain_text(run)
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def old_output(self) -> None:
        """Output that is archived is read from there, or is said not to be there; what is deleted is said to be deleted (29)."""
        with DevServer(self.options.bin) as server:
            archive = server.directory / "archive"
            archive.mkdir()
            (server.directory / "clock").write_bytes(LONG_AGO_MS.to_bytes(8, "little", signed=True))
            server.environment = {"LD_PRELOAD": clock_library(server.directory), "QF_TEST_CLOCK": str(server.directory / "clock")}
            server.start_and_sign_in()
            run = self.writes_output(server)
            assert server.stop(60) == 0
            server.environment = {}
            serves(server, archive)
            deadline = time.monotonic() + 60
            while not list(archive.rglob("*")):
                assert time.monotonic() < deadline, f"nothing was archived:\n{server.tail()}"
                time.sleep(0.1)
            page = self.own_page(server, f"/executions/{run}")
            expect(page.get_by_role("log")).to_contain_text("kept for later")
            # The archive is away: that is said, in the reader's language, and the rest of the record is there.
            archive.rename(server.directory / "elsewhere")
            self.refusals = {503}
            page.evaluate("localStorage['qf.lang'] = 'zh-CN'")
            page.goto(f"{server.base}/executions/{run}")
            problem = page.locator("[data-log-problem]")
            expect(problem).to_contain_text("归档")
            expect(page.locator("main .pill").first).to_have_text("成功")
            shutil.copytree(server.directory / "elsewhere", archive)
            problem.get_by_role("button").click()
            expect(page.get_by_role("log")).to_contain_text("kept for later")
            self.refusals = set()
            self.own_work(server, page)
            server.api.call("PATCH", "/settings", {"values": {"output.days": 1}})
            self.leave(page)
            assert server.stop(60) == 0
            serves(server, archive)
            deadline = time.monotonic() + 60
            while server.api.get(f"/executions/{run}/logs")["output"]:
                assert time.monotonic() < deadline, "old output was not deleted"
                time.sleep(0.1)
            page = self.own_page(server, f"/executions/{run}")
            expect(page.locator("[data-log-deleted]")).to_contain_text("is deleted; the record stays")
            expect(page.get_by_role("log")).not_to_contain_text("kept for later")
            expect(page.locator("main .pill").first).to_have_text("Success")
            self.leave(page)

    def writes_output(self, server: DevServer) -> str:
        """Runs a job with some output, and waits for its end."""
        api = server.api
        body = {"name": "old", "executor_type": 1, "executor_config": {"command": "echo kept for later"}, "schedule_type": "manual", "group_ids": [1]}
        job = api.call("POST", "/tasks", body)["id"]
        run = api.call("POST", f"/tasks/{job}/trigger", {"params": {}})["execution_id"]
        deadline = time.monotonic() + 60
        while api.get(f"/executions/{run}")["status"] != 3 or not api.get(f"/executions/{run}/logs")["complete"]:
            assert time.monotonic() < deadline, api.get(f"/executions/{run}")
            time.sleep(0.1)
        return run

    def starts_again(self, server: DevServer) -> None:
        server.start()
        server.wait_for_http()
        server.api.login(server.password)
        server.wait_for_agent()

    def own_work(self, server: DevServer, page: Page) -> None:
        """The record of what the server did for itself, and of what failed: in Chinese, and for every reader (73)."""
        deadline = time.monotonic() + 120
        while not server.api.get("/runs", type="maintenance")["items"]:
            assert time.monotonic() < deadline, "nothing of the server's own work was written down"
            time.sleep(0.2)
        page.goto(f"{server.base}/tasks?type=maintenance")
        page.locator("tr[data-run]").first.get_by_role("button").first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("[data-unit]").first).to_be_visible()
        latin = [text for text in dialog.locator("td, th, p").all_inner_texts() if re.search(r"[a-z]{3}", text)]
        assert not latin, latin
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            self.check_axe(page, f"own work, {theme}", ["#overlays"])
        page.keyboard.press("Escape")

    def many_jobs(self) -> None:
        """With ten thousand jobs the list, its search, its last page, the palette and pickers answer as with ten (13)."""
        with DevServer(self.options.bin) as server:
            server.start_and_sign_in()
            # In a group without hosts: without optimisation it takes long to sign that many definitions for one.
            group = server.api.call("POST", "/groups", {"name": "nobody"})["id"]
            body = {
                "name": "job-00000", "executor_type": 1, "executor_config": {"command": "true"}, "cron_expr": "0 3 1 1 *",
                "group_ids": [group], "status": 0,
            }  # fmt: skip
            server.api.call("POST", "/tasks", body)
            assert server.stop(60) == 0
            multiply_jobs(server.directory / "data" / "server" / "quartzflow.db", MANY_JOBS)
            self.starts_again(server)
            page = self.own_page(server, "/jobs")
            rows = page.locator("tr[data-job]")
            expect(page.get_by_role("navigation", name="Pages", exact=True)).to_contain_text(f"{MANY_JOBS} in total")
            within(page, lambda: (page.goto(f"{server.base}/jobs?page_size=100"), expect(rows).to_have_count(100)), "a hundred rows")
            within(page, lambda: (page.goto(f"{server.base}/jobs?page_size=100&page=100"), expect(rows.first).to_be_visible()), "the last page")
            page.goto(f"{server.base}/jobs")
            expect(rows).to_have_count(20)
            within(page, lambda: (page.get_by_role("searchbox").fill("b-0777"), expect(rows).to_have_count(10)), "a search")
            page.keyboard.press("Escape")
            page.locator("h1").click()
            page.keyboard.press("Control+k")
            page.get_by_role("combobox", name="A job, a host").fill("job-04242")
            within(page, lambda: expect(page.get_by_role("option", name="job-04242")).to_be_visible(), "the palette")
            page.keyboard.press("Enter")
            expect(page.locator("h1")).to_contain_text("job-04242")
            page.goto(page.url + "/edit")
            picker = page.get_by_role("combobox", name="Jobs that start this one")
            picker.fill("job-09999")
            within(page, lambda: expect(page.get_by_role("option", name="job-09999")).to_be_visible(), "a picker")
            self.leave(page)


def serves(server: DevServer, archive: Path) -> None:
    """Starts the server alone, with an archive: one for a trial has none."""
    config = server.directory / "server.yaml"
    config.write_text(
        f"data-directory: {server.directory}/data/server\n"
        f"http:\n  listen: 127.0.0.1:{server.http_port}\n"
        f"agents:\n  listen: 127.0.0.1:{server.agent_port}\n"
        f"archive:\n  directory: {archive}\n"
    )
    with server.log.open("ab") as log:
        server.process = subprocess.Popen(
            [server.binary, "serve", "--config", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            env=dict(os.environ, **{MARK: server.mark}),
        )  # fmt: skip
    server.wait_for_http()
    server.api.login(server.password)


def within(page: Page, body, what: str) -> None:
    """What was asked for comes soon, and not by fetching all there is."""
    start = time.monotonic()
    body()
    took = (time.monotonic() - start) * 1000
    assert took < USABLE_MS, f"{what} took {took:.0f} ms"
    largest = page.evaluate(LARGEST_ANSWER)
    assert 0 < largest < MOST_BYTES, f"{what} fetched {largest} bytes at once"


def multiply_jobs(database: Path, wanted: int) -> None:
    """Copies of the only job that is there, under names of their own, with all that belongs to it."""
    db = sqlite3.connect(database)
    tables = [
        name
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        # What tells hosts of changes is of all jobs, and has numbers of its own: a server that begins tells hosts anew.
        if name == "job" or (name != "config_change" and any(column[1] == "job_id" for column in db.execute(f"PRAGMA table_info({name})")))
    ]
    job, uid = db.execute("SELECT id, uid FROM job").fetchone()
    for table in tables:
        columns = [column[1] for column in db.execute(f"PRAGMA table_info({table})")]
        for row in db.execute(f"SELECT * FROM {table} WHERE {'id' if table == 'job' else 'job_id'} = ?", [job]).fetchall():
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            db.executemany(sql, (copy_of(table, dict(zip(columns, row, strict=True)), job, uid, number) for number in range(1, wanted)))
    db.commit()
    db.close()


def copy_of(table: str, row: dict, job: int, uid: bytes, number: int) -> list:
    """A row of the job with this number."""
    other = uid[:-4] + number.to_bytes(4, "big")
    changed = {"job_id": job + number, "job_uid": other, "uid": other}
    if table == "job":
        changed["id"] = job + number
    return [
        changed.get(name, value.replace("job-00000", f"job-{number:05}") if isinstance(value, str) else value) for name, value in row.items()
    ]
