# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about single jobs: why they ran or did not, how they are started, their policies."""

import json
import re
import time

from playwright.sync_api import expect


class JobSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def api(self, method: str, path: str, body: object = None) -> dict:
        """What a page of the console would ask for; returns the data."""
        answer = self.page.request.fetch(
            f"{self.base}/api/v1{path}", method=method, data=body, headers={"X-QF-CSRF": "1"}
        )
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"
        return answer.json()["data"]

    def explains(self) -> None:
        """From a skipped row one click leads to what decided it; any other moment can be asked about."""
        job = self.api(
            "POST",
            "/tasks",
            {
                "name": f"console-overlap-{self.suffix}",
                "executor_type": 1,
                "executor_config": {"command": "sleep 3"},
                "schedule_type": "cron",
                "cron_expr": "* * * * * *",
                "timezone": "UTC",
                "timeout": 60,
                "retry_count": 0,
                "retry_interval": 60,
                "concurrency": 1,
                "group_ids": self.api("GET", f"/tasks/{self.job_id}")["group_ids"],
                "status": 1,
            },
        )["id"]
        self.open(f"/jobs/{job}")
        # The version is in force on the job's only host.
        expect(self.page.locator("[data-rollout]")).to_have_text("v1 on 1 of 1")
        # On a machine that stood still a fire may have been missed as well: one that met an open run is meant.
        skipped: list[dict] = []
        deadline = time.monotonic() + 60
        while not skipped:
            assert time.monotonic() < deadline, "no fire was skipped because the one before was open"
            found = self.api("GET", f"/executions?task_id={job}&status=7")["items"]
            skipped = [one for one in found if (one["reason"] or {}).get("code") == "OVERLAP"]
            self.page.wait_for_timeout(200)
        words = skipped[0]["reason"]["text"]["en"]
        row = self.page.locator("tr[data-execution]", has_text=words)
        row.locator("[data-why]").first.click()
        expect(self.page).to_have_url(re.compile(rf"/jobs/{job}\?at=20"))
        answer = self.page.locator("[data-verdict=skipped]")
        expect(answer).to_contain_text("decided by: overlap")
        expect(answer).to_contain_text("the job may not overlap")
        answer.get_by_role("button", name=re.compile("^…")).click()
        expect(self.drawer().get_by_text("job v1")).to_be_visible()
        self.close_drawer()
        self.page.locator("[type=datetime-local]").fill("2020-01-01T00:00:00")
        self.page.get_by_role("button", name="Explain").click()
        expect(self.page.locator("[data-verdict=disabled]")).to_contain_text("did not exist then")
        self.page.reload()
        expect(self.page.locator("[data-verdict=disabled]")).to_be_visible()
        # Away from the page first: it would ask for a job that is gone.
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def scripts(self) -> None:
        """How a script is started and what its exit code means is folded away, checked, saved, and shown."""
        job = self.new_job("script")
        self.open(f"/jobs/{job}/edit")
        self.page.get_by_text("More on the script").click()
        name = "executor_config."
        self.field(name + "interpreter").fill("bash")
        self.field(name + "umask").fill("9")
        self.page.get_by_text("More on the script").click()
        expect(self.field(name + "umask")).to_be_hidden()
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.field(name + "interpreter")).to_be_focused()
        self.field(name + "interpreter").fill("/bin/bash")
        self.field(name + "interpreter_args").fill("-e\n-c")
        self.field(name + "success_codes").fill("0, 3")
        self.field(name + "umask").fill("027")
        self.field(name + "nice").fill("5")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        saved = self.api("GET", f"/tasks/{job}")["executor_config"]
        wanted = {
            "interpreter": "/bin/bash",
            "interpreter_args": ["-e", "-c"],
            "success_codes": [0, 3],
            "umask": "027",
            "nice": 5,
        }
        assert {name: saved[name] for name in wanted} == wanted, saved
        expect(self.page.get_by_text("Exit codes that mean success")).to_be_visible()
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def placement(self) -> None:
        """A job on one host of several: checked, saved, previewed, and explained where it ran; a copy says the same."""
        job = self.new_job("placed")
        self.open(f"/jobs/{job}/edit")
        self.page.get_by_text("One of them", exact=True).click()
        self.field("placement.strategy").select_option("failover")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.locator("[data-path='placement.order'] .t-bad")).to_be_visible()
        self.field("placement.strategy").select_option("first")
        self.field("placement.where").fill("!gpu,,")
        self.refusals = {422}
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.field("placement.where")).to_be_focused()
        self.refusals = set()
        self.field("placement.where").fill("!gpu")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        card = self.page.locator("[data-placement]")
        expect(card).to_contain_text("labels fit !gpu")
        expect(card.locator("[data-would-run]")).to_be_visible()
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})["run_id"]
        self.open(f"/executions?run_id={run}")
        self.page.locator("tr[data-execution] .linkish").first.click()
        reason = self.drawer().locator("[data-placed]")
        expect(reason).to_contain_text("first by id, 1 of 1 could take it")
        reason.locator("summary").click()
        expect(reason.locator("[data-candidate]")).to_contain_text("chosen")
        self.close_drawer()
        self.open(f"/jobs/new?from={job}")
        expect(self.field("placement.where")).to_have_value("!gpu")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def job_list(self) -> None:
        """The list sorts both ways and keeps that; a switch that is refused goes back; others' changes come by push."""
        names = [f"console-order-{key}-{self.suffix}" for key in "ab"]
        body = {"executor_type": 1, "executor_config": {"command": "true"}, "schedule_type": "manual"}
        ids = [self.api("POST", "/tasks", {**body, "name": name, "group_ids": [1], "status": 1})["id"] for name in names]
        self.open("/jobs?keyword=console-order-&group_id=1&page_size=50")
        rows = self.page.locator("tr[data-job]")
        head = self.page.locator("thead").get_by_role("button", name=re.compile("^Job"))
        for way, order in (("ascending", names), ("descending", names[::-1])):
            head.click()
            expect(self.page.locator(f"th[aria-sort={way}]")).to_have_count(1)
            expect(rows).to_contain_text(order)
        self.page.reload()
        expect(rows).to_contain_text(names[::-1])
        switch = self.row(names[0]).get_by_role("switch")
        refusal = '{"code":1,"error":"conflict","message":"not now"}'
        self.page.route(
            f"**/tasks/{ids[0]}/disable",
            lambda route: route.fulfill(status=409, body=refusal, content_type="application/json"),
        )
        self.refusals = {409}
        switch.click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Disable").click()
        self.toasted("toast bad")
        expect(switch).to_have_attribute("aria-checked", "true")
        self.page.unroute_all()
        self.refusals = set()
        self.page.evaluate("globalThis.kept = true")
        self.api("POST", f"/tasks/{ids[0]}/disable", {})
        expect(switch).to_have_attribute("aria-checked", "false")
        assert self.page.evaluate("globalThis.kept"), "the page was loaded anew"
        for one in ids:
            self.api("DELETE", f"/tasks/{one}")

    def shards(self) -> None:
        """Two shards of a run on one host are told apart, by number and by what they are for."""
        body = {
            "name": f"console-shards-{self.suffix}",
            "executor_type": 1,
            "executor_config": {"command": "echo $QF_SHARD_ITEM"},
            "schedule_type": "manual",
            "group_ids": [1],
            "status": 1,
            "placement": {"kind": "sharded", "items": ["eu", "<i>us</i>"]},
        }
        job = self.api("POST", "/tasks", body)["id"]
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})["run_id"]
        self.open(f"/executions?run_id={run}")
        self.page.locator("tr[data-execution] .linkish").first.click()
        expect(self.drawer().locator("[data-slot]")).to_have_text(["1 of 2 · eu", "2 of 2 · <i>us</i>"])
        self.close_drawer()
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def year_map(self) -> None:
        """The calendar of a job has a square for each day, and leads to the runs of that day."""
        self.open(f"/jobs/{self.job_id}")
        today = self.page.locator("[data-year-map] [data-day]").last
        expect(today).to_have_class(re.compile("ran"))
        today.click()
        expect(self.page).to_have_url(re.compile(rf"/executions\?task_id={self.job_id}&from=.*&to="))
        expect(self.page.locator("tr[data-execution]").first).to_be_visible()

    def compares(self) -> None:
        """A run that failed is laid beside the last one that went well: what else was different, and the output."""
        job = self.new_job("compare")
        shown = self.api("GET", f"/tasks/{job}")
        body = {name: shown[name] for name in ("name", "executor_type", "schedule_type", "group_ids", "status")}
        script = 'seq 1 30; echo "day $QF_PARAM_DAY"; test "$QF_PARAM_DAY" = monday'
        self.api("PUT", f"/tasks/{job}", {**body, "executor_config": {"command": script}})
        self.open(f"/jobs/{job}")
        rows = self.page.locator("tr[data-execution]")
        self.api("POST", f"/tasks/{job}/trigger", {"params": {"DAY": "monday"}})
        expect(rows.first.locator(".pill")).to_have_text("Success")
        self.api("POST", f"/tasks/{job}/trigger", {"params": {"DAY": "tuesday"}})
        expect(rows.first.locator(".pill")).to_have_text("Failed")
        rows.first.locator("td").first.get_by_role("button").click()
        self.drawer().get_by_role("button", name="Compare with the last good run").click()
        expect(self.page).to_have_url(re.compile("/executions/compare"))
        parameter = self.page.locator("[data-compare] tr.other", has_text="DAY")
        expect(parameter.locator("td")).to_have_text(["monday", "tuesday"])
        output = self.page.get_by_role("group", name="Output")
        expect(output.locator(".gone")).to_contain_text("day monday")
        expect(output.locator(".come")).to_contain_text("day tuesday")
        expect(output).to_contain_text("27 lines alike")
        self.compared = self.page.url[len(self.base) :]
        # Paused, it says until when, and wakes when it is switched on.
        self.open(f"/jobs/{job}")
        self.page.get_by_role("button", name="More actions for").click()
        self.page.get_by_role("menuitem", name="Pause until").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Why").fill("stocktaking")
        dialog.get_by_role("button", name="Pause", exact=True).click()
        expect(self.page.locator(".page-head")).to_contain_text("stocktaking")
        assert self.api("GET", f"/tasks/{job}")["hold"]["kind"] == "paused"
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def job_rules(self) -> None:
        """A job has rules of its own; an edit elsewhere in the form leaves them alone."""
        job = self.api("GET", f"/tasks?keyword={self.flaky}")["items"][0]["id"]
        self.open(f"/jobs/{job}/edit")
        rules = self.page.locator("[data-path=task_notify]")
        rules.get_by_role("button", name="New rule").click()
        drawer = self.drawer()
        expect(drawer.locator("[data-target='0']").get_by_label("Channel", exact=True)).to_have_value(self.channel)
        drawer.get_by_role("button", name="Take it").click()
        expect(drawer.locator("[data-path=name] .error")).to_be_visible()
        drawer.get_by_label("Name").fill("wake me")
        drawer.get_by_role("button", name="Take it").click()
        expect(rules.locator("[data-own-rule='wake me']")).to_contain_text(f"technical failure, timeout → {self.channel}")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.locator("[data-notify] [data-own-rule='wake me']")).to_be_visible()
        # What the rules above have caught of it is there, too.
        expect(self.page.locator("[data-notify] .caught li").first).to_be_visible()
        self.open(f"/jobs/{job}/edit")
        self.field("description").fill("with a rule")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        kept = self.api("GET", f"/tasks/{job}")["task_notify"]
        assert [rule["name"] for rule in kept] == ["wake me"], kept
        self.open(f"/jobs/{job}/edit")
        self.page.get_by_role("button", name="Remove the rule wake me").click()
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        assert self.api("GET", f"/tasks/{job}")["task_notify"] == []

    def new_job(self, word: str) -> int:
        """A job that runs only when somebody or another job starts it."""
        job = {
            "name": f"console-{word}-{self.suffix}",
            "executor_type": 1,
            "executor_config": {"command": "true"},
            "schedule_type": "manual",
            "group_ids": self.api("GET", f"/tasks/{self.job_id}")["group_ids"],
            "status": 1,
        }
        return self.api("POST", "/tasks", job)["id"]

    def dependencies(self) -> None:
        """A job is chosen by name to start another, a circle is refused at the field, and the pages show who starts whom."""
        load, report = self.new_job("load"), self.new_job("report")
        self.open(f"/jobs/{report}/edit")
        self.choose_parent(f"console-load-{self.suffix}")
        self.page.get_by_label(f"On which end of console-load-{self.suffix}").select_option("end")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{report}")
        card = self.page.locator("[data-dependencies]")
        expect(card.locator("[data-met]")).to_have_text("0 of 1 have come")
        expect(card.locator(f"[data-parent='{load}']")).to_contain_text("on any end")
        # The other way round would be a circle.
        self.open(f"/jobs/{load}/edit")
        self.choose_parent(f"console-report-{self.suffix}")
        self.refusals = {400, 422}
        self.page.get_by_role("button", name="Save", exact=True).click()
        wrong = self.page.locator("[data-path=dependencies] [role=alert]")
        expect(wrong).to_contain_text(f"console-load-{self.suffix} → console-report-{self.suffix}")
        expect(self.page.get_by_role("combobox", name="Jobs that start this one")).to_be_focused()
        self.refusals = set()
        self.page.get_by_role("button", name=f"Remove console-report-{self.suffix}").click()
        expect(wrong).to_have_count(0)
        # The parent's end starts the child, while its page is open.
        self.open(f"/jobs/{report}")
        self.api("POST", f"/tasks/{load}/trigger", {"params": {}})
        card.get_by_text("What their ends came to").click()
        expect(card.locator("[data-mark=consumed]")).to_have_count(1)
        self.open(f"/jobs/{load}")
        expect(card.locator(f"[data-child='{report}']")).to_be_visible()
        # Deleting says what it does to the child, and does it.
        self.page.get_by_role("button", name=f"More actions for console-load-{self.suffix}").click()
        self.page.get_by_role("menuitem", name="Delete").click()
        question = self.page.get_by_role("alertdialog")
        expect(question).to_contain_text(f"1 jobs wait for it and will no longer: console-report-{self.suffix}")
        # The page may ask once more for what is gone, before it is left.
        self.refusals = {404}
        question.get_by_role("button", name="Delete").click()
        expect(self.page).to_have_url(re.compile("/jobs$"))
        self.refusals = set()
        assert self.api("GET", f"/tasks/{report}")["dependencies"] == []
        self.api("DELETE", f"/tasks/{report}")

    def choose_parent(self, name: str) -> None:
        """By keyboard, as somebody who types would."""
        picker = self.page.get_by_role("combobox", name="Jobs that start this one")
        picker.fill(name)
        expect(self.page.get_by_role("option", name=name)).to_be_visible()
        picker.press("Enter")
        expect(self.page.locator("[data-chosen-job]")).to_contain_text(name)

    def policies(self) -> None:
        """The policies that few jobs need are folded away, unfold for a fault, and are saved."""
        job = self.api("GET", f"/tasks?keyword={self.flaky}")["items"][0]["id"]
        self.open(f"/jobs/{job}/edit")
        self.page.get_by_text("More policies").click()
        self.field("jitter_seconds").fill("9999")
        self.page.get_by_text("More policies").click()
        expect(self.field("jitter_seconds")).to_be_hidden()
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.field("jitter_seconds")).to_be_focused()
        expect(self.page.locator("[data-path=jitter_seconds] .error")).to_contain_text("3600")
        self.field("jitter_seconds").fill("0.5")
        self.field("start_deadline_seconds").fill("90")
        self.field("retry_backoff").fill("2")
        self.page.locator("[data-path=retry_on]").get_by_text("host died", exact=True).click()
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        saved = self.api("GET", f"/tasks/{job}")
        wanted = {
            "jitter_seconds": 0.5,
            "start_deadline_seconds": 90,
            "retry_backoff": 2,
            "retry_on": ["business", "technical", "timeout"],
        }
        assert {name: saved[name] for name in wanted} == wanted, saved
        expect(self.page.get_by_text("Start deadline")).to_be_visible()
        self.open(f"/jobs/{job}/edit")
        expect(self.field("start_deadline_seconds")).to_have_value("90")

    def filters(self) -> None:
        """Several states, a span of one's own, and a name for the two together."""
        self.open("/executions")
        self.page.get_by_role("button", name="Status", exact=True).click()
        for state in ("Cancelled", "Failed"):
            self.page.get_by_role("group", name="Status").get_by_label(state).check()
        expect(self.page).to_have_url(re.compile("status=4(,|%2C)6"))
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_role("group", name="Status")).to_be_hidden()
        expect(self.page.locator("tbody tr", has_text=self.sleeper)).to_have_count(1)
        self.page.get_by_label("Period").select_option(label="Custom…")
        self.page.get_by_label("Before", exact=True).fill("2020-01-01T00:00")
        self.page.keyboard.press("Tab")
        expect(self.page.get_by_text("Nothing matches these filters")).to_be_visible()
        self.page.get_by_label("Before", exact=True).fill("2099-01-01T00:00")
        self.page.keyboard.press("Tab")
        expect(self.page.locator("tbody tr", has_text=self.sleeper)).to_have_count(1)
        self.page.get_by_role("button", name="Save as a view").click()
        self.page.get_by_role("dialog").get_by_label("Name").fill("<i>went wrong</i>")
        self.page.get_by_role("dialog").get_by_role("button", name="Save").click()
        view = self.page.locator("[data-view]")
        expect(view).to_have_attribute("aria-current", "true")
        # It says how many it finds: the list's own total.
        total = re.search(r"([\d,]+) in total", self.page.locator(".pager").inner_text())[1]
        expect(view.locator(".count")).to_have_text(total)
        self.page.get_by_role("button", name="All", exact=True).click()
        self.page.reload()
        expect(view.locator("bdi")).to_have_text("<i>went wrong</i>")
        # It is the person's and not the browser's: there with no more than the session, and nobody else's.
        cookies = self.page.context.cookies()
        other = self.context("light", "en")
        other.add_cookies(cookies)
        # Only that somebody has signed in: without it no page asks who it is.
        signed = json.dumps(self.page.evaluate("localStorage['qf.signedIn']"))
        other.add_init_script(f"localStorage['qf.signedIn'] ??= {signed}")
        elsewhere = other.new_page()
        elsewhere.goto(self.base + "/executions")
        self.problems.clear()
        expect(elsewhere.locator("[data-view] bdi")).to_have_text("<i>went wrong</i>")
        other.close()
        view.click()
        expect(self.page).to_have_url(re.compile("status=4(,|%2C)6.*to=2099"))
        self.page.get_by_role("button", name="Forget the view").click()
        expect(view).to_have_count(0)

    def traits(self) -> None:
        """By what started them, by kind and by label, together and in the address; a label leads from a job to its like."""
        job = self.new_job("labelled")
        self.open(f"/jobs/{job}/edit")
        self.page.get_by_role("button", name="Add a label").click()
        self.page.keyboard.type("team")
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(f"db,{self.suffix}")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        self.page.get_by_role("link", name=f"team=db,{self.suffix}").click()
        expect(self.page.locator("tr[data-job]")).to_have_count(1)
        self.page.get_by_role("button", name="Executor", exact=True).click()
        kinds = self.page.get_by_role("group", name="Executor")
        kinds.get_by_label("HTTP").check()
        expect(self.page.get_by_text("Nothing matches these filters")).to_be_visible()
        kinds.get_by_label("Shell").check()
        expect(self.page.locator("tr[data-job]")).to_have_count(1)
        self.page.reload()
        expect(self.page.locator("tr[data-job]")).to_have_count(1)
        self.shoot(self.page, "journey-jobs-by-label")

        self.open("/executions")
        self.page.get_by_role("button", name="Labels", exact=True).click()
        labels = self.page.get_by_role("group", name="Labels")
        labels.get_by_role("textbox").fill(f"team = db,{self.suffix}")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_text("Nothing matches these filters")).to_be_visible()
        # What starts now comes by itself, though only the server knows that it belongs here.
        self.api("POST", f"/tasks/{job}/trigger", {"params": {}})
        rows = self.page.locator("tr[data-execution]")
        expect(rows).to_have_count(1)
        self.page.get_by_role("button", name="Trigger", exact=True).click()
        ways = self.page.get_by_role("group", name="Trigger")
        ways.get_by_label("Schedule").check()
        expect(rows).to_have_count(0)
        ways.get_by_label("Manual").check()
        expect(rows).to_have_count(1)
        expect(self.page).to_have_url(re.compile("type=schedule(,|%2C)manual"))
        self.shoot(self.page, "journey-executions-by-label")
        self.page.keyboard.press("Escape")
        self.page.get_by_role("button", name=re.compile("^Labels")).click()
        labels.get_by_role("button", name="Remove").click()
        expect(self.page).not_to_have_url(re.compile("label="))
        # The task centre has the same chips, with the states of whole runs.
        self.open("/tasks?type=manual")
        runs = self.page.locator("tr[data-run]")
        self.page.get_by_role("searchbox").fill(f"console-labelled-{self.suffix}")
        expect(runs).to_have_count(1)
        self.page.get_by_role("button", name="Status", exact=True).click()
        self.page.get_by_role("group", name="Status").get_by_label("Failed").check()
        expect(self.page.get_by_text("Nothing matches these filters")).to_be_visible()
        self.page.get_by_role("group", name="Status").get_by_label("Succeeded").check()
        expect(runs).to_have_count(1)
        expect(self.page).to_have_url(re.compile("status=succeeded(,|%2C)failed"))
        self.page.keyboard.press("Escape")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def versions(self) -> None:
        """What each version changed is said line by line; one is restored as a new version, and refused when it can't be."""
        job = self.new_job("versioned")
        shown = self.api("GET", f"/tasks/{job}")
        names = ("name", "executor_type", "executor_config", "schedule_type", "group_ids", "status")
        body = {name: shown[name] for name in names}
        script = {"command": "echo one\necho two"}
        self.api("PUT", f"/tasks/{job}", {**body, "executor_config": script, "labels": {"team": "db"}})
        self.api("POST", f"/tasks/{job}/disable")
        self.open(f"/jobs/{job}")
        self.page.get_by_role("link", name="Versions").click()
        rows = self.page.locator("[data-version]")
        expect(rows).to_have_count(3)
        expect(rows.first).to_contain_text("now")
        expect(rows.first).to_contain_text("Disabled")
        diff = self.page.locator("[data-diff]")
        rows.nth(1).click()
        expect(diff.locator(".come", has_text="echo two")).to_be_visible()
        expect(diff.locator(".come", has_text="team=db")).to_be_visible()
        expect(self.page).to_have_url(re.compile("v=2"))
        rows.nth(2).click()
        expect(diff.locator(".come", has_text=shown["name"])).to_be_visible()
        diff.get_by_role("button", name="Restore").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Restore").click()
        expect(rows).to_have_count(4)
        expect(diff.locator(".gone", has_text="team=db")).to_be_visible()
        now = self.api("GET", f"/tasks/{job}")
        assert (now["version"], now["status"], now["labels"]) == (4, 0, {}), now
        self.shoot(self.page, "journey-versions")
        # By keyboard, and against what it says now.
        rows.nth(2).focus()
        self.page.keyboard.press("Enter")
        diff.get_by_text("With v4, now").click()
        expect(diff).to_contain_text("What restoring v2 would change")
        expect(diff.locator("[data-keeps-status]")).to_contain_text("v2 was enabled; the job is disabled now")
        expect(diff.locator(".diff")).not_to_contain_text("Enabled")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def kinds(self) -> None:
        """Each kind of job has fields of its own, checked at their place; declared parameters are asked for by type."""
        job = self.new_job("kinds")
        self.open(f"/jobs/{job}/edit")
        config = "executor_config."
        self.page.get_by_text("SQL", exact=True).click()
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.field(config + "connection")).to_be_focused()
        self.field(config + "connection").fill("sqlite:/tmp/none.db")
        self.page.get_by_label("Statement 1", exact=True).fill("SELECT ?1, ?2")
        self.page.get_by_label("Values of statement 1").fill("{{day}}\ntwo")
        self.page.get_by_role("button", name="Add a parameter").click()
        self.page.keyboard.type("day")
        self.page.get_by_label("Type 1").select_option("integer")
        self.page.get_by_label("Default 1").fill("x")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.get_by_text("The default is not of its type.")).to_be_visible()
        self.page.get_by_label("Default 1").fill("")
        self.page.get_by_label("Required").check()
        self.shoot(self.page, "journey-form-sql")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        saved = self.api("GET", f"/tasks/{job}")
        assert saved["executor_type"] == 4, saved
        assert saved["executor_config"]["statements"] == [{"sql": "SELECT ?1, ?2", "parameters": ["{{day}}", "two"]}]
        assert saved["parameters"][0]["name"] == "day" and saved["parameters"][0]["required"], saved
        self.open(f"/jobs/{job}/edit")
        self.page.get_by_text("Built-in", exact=True).click()
        self.page.get_by_label("What it does").select_option("check_disk")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.field(config + "path")).to_be_focused()
        self.field(config + "path").fill("/")
        self.field(config + "min_free_percent").fill("0")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        self.page.get_by_role("button", name="Run now").first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Run now", exact=True).click()
        expect(dialog.locator("[data-path='params.day'] .error")).to_be_visible()
        self.refusals = {400, 422}
        dialog.get_by_label("day").fill("monday")
        dialog.get_by_role("button", name="Run now", exact=True).click()
        expect(dialog.locator("[data-path='params.day'] .error")).to_contain_text("monday")
        self.refusals = set()
        dialog.get_by_label("day").fill("7")
        dialog.get_by_role("button", name="Run now", exact=True).click()
        expect(self.drawer().get_by_text("Success")).to_be_visible()
        self.close_drawer()
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def builds_a_schedule(self) -> None:
        """The choices write the expression and follow it; what they can't say stays as it was written."""
        job = self.new_job("built")
        self.open(f"/jobs/{job}/edit")
        self.page.get_by_text("Cron", exact=True).first.click()
        builder = self.page.locator("[data-cron-builder]")
        self.field("cron_expr").fill("30 1 * * *")
        expect(builder.get_by_label("How often")).to_have_value("daily")
        builder.get_by_label("How often").select_option("weekly")
        expect(self.field("cron_expr")).to_have_value("30 1 * * 1-5")
        builder.get_by_text("Sat").click()
        builder.get_by_label("At", exact=True).fill("08:05")
        builder.get_by_label("At", exact=True).press("Tab")
        expect(self.field("cron_expr")).to_have_value("5 8 * * 1-6")
        expect(self.page.locator("[data-preview] tbody tr")).to_have_count(5)
        builder.get_by_label("How often").select_option("monthly")
        builder.get_by_label("On day").fill("31")
        builder.get_by_label("On day").press("Tab")
        expect(builder).to_contain_text("Months without a day 31 are left out.")
        self.shoot(self.page, "journey-cron-builder")
        self.field("cron_expr").fill("0 9-17 * * 1-5")
        expect(builder.get_by_label("How often")).to_have_value("")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        assert self.api("GET", f"/tasks/{job}")["cron_expr"] == "0 9-17 * * 1-5"
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def reference(self) -> None:
        """The API reference is one choice away."""
        self.open("/")
        self.page.get_by_role("button", name="Account").click()
        self.page.get_by_role("menuitem", name="API reference").click()
        expect(self.page).to_have_url(re.compile("/docs"))
        expect(self.page.get_by_text("QuartzFlow").first).to_be_visible()
        # The same document for reading.
        self.page.goto(f"{self.base}/redoc#updateTask")
        expect(self.page.locator("#updateTask[open]")).to_contain_text("Needs jobs:write")
        self.page.get_by_label("Search").fill("put replaces definition")
        expect(self.page.locator("#updateTask")).to_be_visible()
        expect(self.page.locator("#createTask")).to_be_hidden()
