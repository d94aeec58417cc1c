# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that goes by the acceptance list: what lists do in trouble, in number and in bulk, and a first visit."""

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect

# A hundred rows take a tenth of that; on a machine that builds beside the test, times say little.
PATIENCE_SECONDS = 20


class ListSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def first_visit(self) -> None:
        """An empty installation leads: one line brings a host in, and a line of a crontab becomes a job's form."""
        self.open("/jobs")
        expect(self.page.get_by_text("No jobs yet")).to_be_visible()
        self.open("/")
        first = self.page.locator("[data-first-steps]")
        expect(first).to_contain_text("1 online")
        first.get_by_role("button", name="Add another host").click()
        first.get_by_role("button", name="Make the line").click()
        line = first.locator("[data-join]").inner_text()
        assert re.match(r'QUARTZFLOW_JOIN_TOKEN=qf1\.\S+ quicflow agent run --server 127\.0\.0\.1:\d+ --name "', line), line
        if self.options.bin:
            self.joins_by(line)
        first.get_by_role("button", name="From a crontab you have").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("The crontab", exact=True).fill(
            "# m h dom mon dow command\nCRON_TZ=Asia/Shanghai\nDIR=/srv\n30 2 * * 1-5 /usr/local/bin/backup.sh <b>$DIR\n30 2 backup\n"
        )
        expect(dialog).to_contain_text("Line 5")
        for theme in ("dark", "light"):
            self.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            self.check_axe(self.page, f"lines of a crontab, {theme}", ["#overlays"])
        dialog.locator("[data-crontab-line='4']").get_by_role("button").click()
        expect(self.field("name")).to_have_value("backup")
        expect(self.field("cron_expr")).to_have_value("30 2 * * 1-5")
        expect(self.field("timezone")).to_have_value("Asia/Shanghai")
        expect(self.page.locator(".cm-content")).to_have_text("/usr/local/bin/backup.sh <b>$DIR")
        # A reload loses nothing of it, and the address holds no command.
        assert "backup" not in self.page.url
        self.page.once("dialog", lambda dialog: dialog.accept())
        self.page.reload()
        expect(self.field("name")).to_have_value("backup")
        self.page.get_by_role("link", name="Cancel", exact=True).click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Discard").click()

    def joins_by(self, line: str) -> None:
        """The copied line as a shell takes it, on another host as far as this machine has one: with a directory of its own."""
        with tempfile.TemporaryDirectory(prefix="qf-second-") as home:
            environment = dict(os.environ, PATH=f"{Path(self.options.bin).resolve()}:{os.environ['PATH']}")
            line = line.replace('"$(hostname)"', f"second-{self.suffix}")
            with (Path(home) / "log").open("wb") as log:
                agent = subprocess.Popen(
                    f"exec env {line} --data-dir agent", shell=True, env=environment, cwd=home, stdout=log, stderr=log, start_new_session=True
                )
            try:
                joined = self.page.locator("[data-joined]", has_text=f"second-{self.suffix} has joined")
                expect(joined).to_be_visible()
                self.goes_away(agent)
            except AssertionError as error:
                said = (Path(home) / "log").read_text(errors="replace")[-1500:]
                known = [host["name"] for host in self.api("GET", "/clients")["items"]]
                raise AssertionError(f"the server knows {known}; the agent says: {said}") from error
            finally:
                agent.terminate()
                agent.wait(30)
                for host in self.api("GET", "/clients")["items"]:
                    if host["name"] == f"second-{self.suffix}":
                        self.api("DELETE", f"/clients/{host['client_id']}")

    def goes_away(self, agent: subprocess.Popen) -> None:
        """An open list of hosts shows, without a reload, that one has gone (52)."""
        other = self.page.context.new_page()
        other.goto(self.base + "/hosts")
        # The empty page before had no storage to write the theme into.
        self.problems.clear()
        row = other.locator("tr[data-host]", has_text=f"second-{self.suffix}")
        expect(row).to_contain_text("Online")
        expect(row.locator("time")).to_have_attribute("title", re.compile(r"\d\d:\d\d:\d\d"))
        agent.terminate()
        expect(row).to_contain_text("Offline")
        other.close()

    def list_states(self) -> None:
        """While a list is on its way its shape stands there; what failed says so and is asked for again; none is said (11)."""
        held = []
        self.page.route(re.compile(r"/api/v1/tasks\?"), lambda route: held.append(route))
        self.open("/jobs")
        expect(self.page.locator(".skeleton")).to_be_visible()
        expect(self.page.locator("tr[data-job]")).to_have_count(0)
        for route in held:
            self.cut_off[route.request.url] += 1
            route.abort()
        self.page.unroute_all()
        self.cut(self.page, re.compile(r"/api/v1/tasks\?"))
        expect(self.page.get_by_text("Could not be loaded")).to_be_visible()
        self.page.unroute_all()
        self.page.get_by_role("button", name="Try again").click()
        expect(self.page.locator("tr[data-job]").first).to_be_visible()
        self.page.get_by_role("searchbox").fill(f"no such job {self.suffix}")
        expect(self.page.get_by_text("Nothing matches these filters")).to_be_visible()
        self.page.get_by_role("button", name="Reset").first.click()
        expect(self.page.locator("tr[data-job]").first).to_be_visible()

    def bulk_partly(self) -> None:
        """Of several that are deleted one is refused: it stays, it is named with the reason, and the others are gone (8)."""
        names = [f"console-part-{key}-{self.suffix}" for key in "abc"]
        ids = [self.manual(name) for name in names]
        refusal = '{"code":1,"error":"conflict","message":"not while it is being moved"}'

        def refuse(route) -> None:
            if route.request.method != "DELETE":
                route.continue_()
                return
            route.fulfill(status=409, body=refusal, content_type="application/json")

        self.open("/jobs?keyword=console-part-")
        expect(self.page.locator("tr[data-job]")).to_have_count(3)
        self.page.route(f"**/api/v1/tasks/{ids[1]}", refuse)
        self.page.get_by_role("checkbox", name="Choose all on this page").check()
        bar = self.page.get_by_role("region", name="Acts on the chosen jobs")
        bar.get_by_role("button", name="Delete").click()
        question = self.page.get_by_role("alertdialog")
        for name in names:
            expect(question).to_contain_text(name)
        self.refusals = {409}
        question.get_by_role("button", name="Delete").click()
        self.toasted("2 jobs deleted")
        self.toasted(f"{names[1]}: not while it is being moved")
        expect(self.page.locator("tr[data-job]")).to_have_count(1)
        expect(self.row(names[1])).to_be_visible()
        self.page.unroute_all()
        self.refusals = set()
        self.api("DELETE", f"/tasks/{ids[1]}")

    def hundred_rows(self) -> None:
        """A hundred rows stand there at once, and a picker finds one job among all by name (13)."""
        prefix = f"console-many-{self.suffix}"
        ids = [self.manual(f"{prefix}-{number:03}") for number in range(101)]
        self.open(f"/jobs?keyword={prefix}")
        expect(self.page.locator("tr[data-job]")).to_have_count(20)
        start = time.monotonic()
        self.page.locator(".pager select").select_option("100")
        expect(self.page.locator("tr[data-job]")).to_have_count(100)
        assert time.monotonic() - start < PATIENCE_SECONDS
        expect(self.page.locator(".pager")).to_contain_text("101 in total")
        self.open(f"/jobs/{ids[0]}/edit")
        picker = self.page.get_by_role("combobox", name="Jobs that start this one")
        picker.fill(f"{prefix}-100")
        expect(self.page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
        self.open("/jobs")
        for one in ids:
            self.api("DELETE", f"/tasks/{one}")

    def copies(self) -> None:
        """A copy is made from the row's menu, runs the same, and has a name of its own (14)."""
        name = f"console-original-{self.suffix}"
        original = self.manual(name, {"command": "echo 'the same'", "env": {"A": "1"}})
        self.open(f"/jobs?keyword={name}")
        self.page.get_by_role("button", name=f"More actions for {name}").click()
        self.page.get_by_role("menuitem", name="Copy to a new job").click()
        expect(self.field("name")).to_have_value(f"{name} copy")
        self.page.get_by_role("button", name="Save and enable").click()
        expect(self.page).to_have_url(re.compile(r"/jobs/\d+$"))
        copy = int(self.page.url.rsplit("/", 1)[1])
        assert copy != original
        first, second = (self.api("GET", f"/tasks/{one}") for one in (original, copy))
        for member in ("executor_type", "executor_config", "schedule_type", "group_ids"):
            assert first[member] == second[member], member
        self.open("/jobs")
        for one in (original, copy):
            self.api("DELETE", f"/tasks/{one}")

    def schedule_kinds(self) -> None:
        """Interval, pause after each run and a single time are written, saved and shown as they were meant (18)."""
        job = self.manual(f"console-when-{self.suffix}")
        wanted = {"every": ("every_seconds", 7200), "delay": ("delay_seconds", 7200)}
        for label, kind in (("Interval", "every"), ("After each run", "delay")):
            self.open(f"/jobs/{job}/edit")
            self.page.get_by_text(label, exact=True).click()
            path, seconds = wanted[kind]
            self.field(path).fill("2")
            self.page.locator(f"[data-path={path}] select").select_option("h")
            self.page.get_by_role("button", name="Save", exact=True).click()
            expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
            saved = self.api("GET", f"/tasks/{job}")
            assert (saved["schedule_type"], saved[path]) == (kind, seconds), saved
        self.open(f"/jobs/{job}/edit")
        self.page.get_by_text("Once", exact=True).click()
        self.field("once_at").fill("2099-01-02T03:04")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        saved = self.api("GET", f"/tasks/{job}")
        assert saved["schedule_type"] == "once" and saved["once_at"].startswith("2099-01-0"), saved
        expect(self.page.get_by_text(re.compile("2099-01-02 03:04")).first).to_be_visible()
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def rebinds(self) -> None:
        """A job that is live is bound to another group and back: the hosts that it reaches follow (56)."""
        group = self.api("POST", "/groups", {"name": f"empty-{self.suffix}"})["id"]
        job = self.manual(f"console-bound-{self.suffix}")
        self.open(f"/jobs/{job}")
        expect(self.page.locator("[data-where]")).to_have_count(1)
        self.page.get_by_role("link", name="Edit").click()
        chips = self.page.locator("[data-path=group_ids]")
        chips.get_by_label(re.compile(f"^empty-{self.suffix}")).check()
        chips.get_by_label(re.compile("^all")).uncheck()
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        expect(self.page.get_by_text(f"empty-{self.suffix}").first).to_be_visible()
        expect(self.page.locator("[data-where]")).to_have_count(0)
        assert self.api("GET", f"/tasks/{job}")["group_ids"] == [group]
        # By somebody else: the page follows.
        body = {**self.written(job), "group_ids": [1]}
        self.api("PUT", f"/tasks/{job}", body)
        expect(self.page.locator("[data-where]")).to_have_count(1)
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")
        self.api("DELETE", f"/groups/{group}")

    def centre_filters(self) -> None:
        """The task centre's filters go together, stand in the address, and are there again after a reload (37)."""
        self.open("/tasks")
        self.page.locator("[data-segment=manual]").click()
        self.page.get_by_role("searchbox").fill(self.flaky)
        self.page.get_by_role("button", name="Status", exact=True).click()
        self.page.get_by_role("group", name="Status").get_by_label("Failed").check()
        self.page.keyboard.press("Escape")
        self.page.get_by_label("Period").select_option("24h")
        rows = self.page.locator("tr[data-run]")
        # The server's own answer: rows of the filters before stand there for a moment.
        asked = self.api("GET", f"/runs?keyword={self.flaky}&type=manual&status=failed")["items"]
        expect(rows).to_have_count(len(asked))
        for part in ("type=manual", "status=failed", f"keyword={self.flaky}", "since=24h"):
            expect(self.page).to_have_url(re.compile(re.escape(part)))
        self.page.reload()
        expect(rows).to_have_count(len(asked))
        expect(self.page.locator("[data-segment=manual]")).to_have_attribute("aria-current", "true")
        # The newest stands first.
        times = [one["created_at"] for one in asked]
        assert times == sorted(times, reverse=True), times
        assert rows.first.get_attribute("data-run") == asked[0]["id"]

    def columns_follow(self) -> None:
        """Columns that somebody has left out are left out in every browser of theirs, and in nobody else's (4)."""
        other = self.another_browser()
        head = other.get_by_role("columnheader", name="Last run")
        expect(head).to_have_count(1)
        self.open("/jobs")
        self.page.get_by_role("button", name="Columns").click()
        with self.page.expect_response(lambda answer: answer.url.endswith("/preferences") and answer.request.method == "PATCH"):
            self.page.get_by_role("group", name="Columns").get_by_label("Last run").uncheck()
        self.page.keyboard.press("Escape")
        other.reload()
        expect(other.locator("tr[data-job]").first).to_be_visible()
        expect(head).to_have_count(0)
        assert self.api("GET", "/preferences")["values"] == {"jobs.hidden_columns": "last"}
        # A choice that can't be kept is said to be so, and the list goes on as it was chosen.
        self.cut(other, "**/api/v1/preferences")
        other.get_by_role("button", name="Columns").click()
        other.get_by_role("group", name="Columns").get_by_label("Last run").check()
        expect(other.locator(".toast.bad")).to_be_visible()
        expect(head).to_have_count(1)
        other.context.close()
        self.page.get_by_role("button", name="Columns").click()
        with self.page.expect_response(lambda answer: answer.url.endswith("/preferences") and answer.request.method == "PATCH"):
            self.page.get_by_role("group", name="Columns").get_by_label("Last run").check()
        self.page.keyboard.press("Escape")
        assert self.api("GET", "/preferences")["values"] == {}

    def another_browser(self) -> Page:
        """The list of jobs in a browser that nobody has used before, signed in as the same person."""
        page = self.context("light", "en").new_page()
        page.goto(self.base + "/login?next=/jobs")
        # The empty page before had no storage to write the theme into.
        self.problems.clear()
        page.locator("[name=username]").fill(self.options.username)
        page.locator("[name=password]").fill(self.password)
        page.keyboard.press("Enter")
        expect(page.locator("tr[data-job]").first).to_be_visible()
        return page

    def manual(self, name: str, config: dict | None = None, **more: object) -> int:
        """A job that only people start."""
        body = {
            "name": name,
            "executor_type": 1,
            "executor_config": config or {"command": "true"},
            "schedule_type": "manual",
            "group_ids": [1],
            "status": 1,
            **more,
        }
        return self.api("POST", "/tasks", body)["id"]
