# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about trouble: outages, other people's changes, and lists that move."""

import re

from playwright.sync_api import expect


class FaultSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def fails_a_filter(self) -> None:
        """A list that could not be had under a new filter shows no row of the old one, says so, and mends itself."""
        self.open("/executions")
        expect(self.page.locator("tr[data-execution]").first).to_be_visible()
        self.cut(self.page, re.compile(r"/api/v1/executions\?.*status=6"))
        self.page.get_by_role("button", name="Cancelled", exact=True).click()
        expect(self.page.get_by_text("Could not be loaded")).to_be_visible()
        expect(self.page.locator("tr[data-execution]")).to_have_count(0)
        self.page.unroute_all()
        expect(self.page.locator("tr[data-execution]").first).to_be_visible()
        # A refresh in vain keeps the rows, and says from when they are.
        self.cut(self.page, re.compile(r"/api/v1/executions\?"))
        self.cut(self.page, re.compile(r"/api/v1/hosts"))
        self.page.get_by_role("button", name="Skipped", exact=True).click()
        expect(self.page.get_by_text("Could not be loaded")).to_be_visible()
        self.page.unroute_all()

    def leaves_in_an_outage(self) -> None:
        """Going to a page that is not there yet while nothing answers keeps the one that is shown."""
        self.open("/groups")
        expect(self.page.locator("tbody tr").first).to_be_visible()
        self.cut(self.page, re.compile(r"\.js$|/api/v1/|:\d+/$"))
        self.page.get_by_role("link", name="Reports", exact=True).click()
        self.toasted("does not answer")
        expect(self.page.locator("h1")).to_have_text("Groups")
        self.page.unroute_all()
        self.page.get_by_role("link", name="Reports", exact=True).click()
        expect(self.page.locator("[data-figure=total]")).to_be_visible()

    def says_how_old(self) -> None:
        """With no answer and no connection a bar says so, and how old what is shown is; it goes by itself."""
        page = self.page.context.new_page()
        sockets = []
        away = {"on": False}

        def relay(socket) -> None:
            if away["on"]:
                socket.close()
                return
            sockets.append(socket)
            socket.connect_to_server()

        page.route_web_socket(re.compile("/api/v1/ws"), relay)
        page.goto(self.base + "/jobs")
        self.problems.clear()
        expect(page.locator("[data-live=live]")).to_be_visible()
        away["on"] = True
        self.cut(page, "**/api/v1/**")
        sockets[0].close()
        expect(page.locator(".outage")).to_contain_text(re.compile(r"Data as of \d\d:\d\d:\d\d"))
        away["on"] = False
        page.unroute_all()
        expect(page.locator(".outage")).to_have_count(0)
        page.close()

    def signs_in_elsewhere(self) -> None:
        """Where a proxy signs people in, an ended session is mended in another tab, and nothing typed is lost."""
        asked = []
        self.page.on("request", lambda request: asked.append(request.url))
        self.open("/401?next=/jobs/new")
        expect(self.page).to_have_url(self.base + "/jobs/new")
        self.field("name").fill("survives the proxy")
        # Who is signed in is all that a first load asks before the page's own data.
        first = [url for url in asked if url.endswith(("/auth/me", "/version"))]
        assert [url.rsplit("/", 1)[1] for url in first] == ["me"], first
        proxied = '{"code":0,"message":"ok","data":{"sign_on":{"proxy":true}}}'
        self.page.route("**/api/v1/version", lambda route: route.fulfill(body=proxied, content_type="application/json"))
        cookies = self.page.context.cookies()
        self.refusals = {401}
        self.page.context.clear_cookies()
        self.page.get_by_role("button", name="Save and enable").dispatch_event("click")
        dialog = self.page.get_by_role("alertdialog", name="Your session has ended")
        expect(dialog.get_by_role("link", name="Sign in in a new tab")).to_be_visible()
        expect(dialog.locator("[name=password]")).to_have_count(0)
        dialog.get_by_role("button", name="I have signed in").click()
        expect(dialog).to_be_visible()
        self.page.context.add_cookies(cookies)
        self.page.evaluate("dispatchEvent(new Event('focus'))")
        expect(dialog).to_have_count(0)
        self.page.unroute_all()
        self.refusals = set()
        expect(self.field("name")).to_have_value("survives the proxy")
        expect(self.page).to_have_url(self.base + "/jobs/new")
        self.page.get_by_role("link", name="Cancel", exact=True).click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Discard").click()

    def says_it_is_stopped(self) -> None:
        """A stopped scheduler is said on every page, by push, with who and why, and started again from there."""
        self.open("/hosts")
        expect(self.page.locator("tr[data-host]").first).to_be_visible()
        bar = self.page.locator("[data-scheduler-stopped]")
        expect(bar).to_have_count(0)
        self.api("POST", "/scheduler/stop", {"reason": "<i>stocktaking</i>"})
        expect(bar).to_contain_text("because: <i>stocktaking</i>")
        expect(bar).to_contain_text(self.options.username)
        bar.get_by_role("button", name="Start the scheduler").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Start the scheduler").click()
        expect(bar).to_have_count(0)
        assert self.api("GET", "/scheduler")["is_running"]

    def stops_the_scheduler(self) -> None:
        """In the settings the scheduler is stopped, after a question, with a reason that every page shows; and started."""
        self.open("/settings/system")
        card = self.page.locator("[data-scheduler]")
        expect(card).to_contain_text("Running")
        card.get_by_role("button", name="Stop the scheduler").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
        assert self.api("GET", "/scheduler")["is_running"]
        card.get_by_role("button", name="Stop the scheduler").click()
        asked = self.page.get_by_role("alertdialog")
        expect(asked.get_by_label("Why")).to_be_focused()
        asked.get_by_label("Why").fill("new disks <b>")
        self.page.keyboard.press("Enter")
        expect(card).to_contain_text("Stopped")
        expect(card).to_contain_text("new disks <b>")
        expect(self.page.locator("[data-scheduler-stopped]")).to_contain_text("because: new disks <b>")
        card.get_by_role("button", name="Start the scheduler").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Start the scheduler").click()
        expect(card).to_contain_text("Last stop")
        expect(self.page.locator("[data-scheduler-stopped]")).to_have_count(0)

    def agrees_with_its_list(self) -> None:
        """A figure of the overview is the number of rows that it leads to."""
        self.open("/")
        for name in ("ended", "bad"):
            # What ends between the two looks is in one of them only: then once more.
            for _ in range(5):
                figure = self.page.locator(f"[data-kpi={name}] .value")
                expect(figure).to_have_text(re.compile(r"\d"))
                number = re.match(r"[\d,]+", figure.inner_text().strip())[0].replace(",", "")
                self.page.locator(f"[data-kpi={name}]").click()
                expect(self.page.locator(".pager")).to_contain_text("in total")
                agrees = re.search(rf"\b{number} in total", self.page.locator(".pager").inner_text()) is not None
                self.page.go_back()
                expect(self.page).to_have_url(self.base + "/")
                if agrees:
                    break
                self.page.wait_for_timeout(1000)
            assert agrees, f"{name}: {number} on the overview, another number in its list"

    def holds_still(self) -> None:
        """Rows do not move under the pointer: new ones wait behind a bar until it is pressed."""
        self.open("/executions")
        rows = self.page.locator("tr[data-execution]")
        expect(rows.first).to_be_visible()
        # Nothing that is only planned stands above what has happened.
        expect(rows.locator(".pill", has_text="Pending")).to_have_count(0)
        before = rows.first.get_attribute("data-execution")
        rows.nth(3).hover()
        self.api("POST", f"/tasks/{self.job_id}/trigger", {"params": {}})
        expect(self.page.locator(".news")).to_contain_text(re.compile(r"\d new"))
        assert rows.first.get_attribute("data-execution") == before, "the rows moved under the pointer"
        self.page.locator(".news").click()
        expect(rows.first).not_to_have_attribute("data-execution", before)

    def keeps_its_place(self) -> None:
        """Back finds a list where it was left; a list is asked for once."""
        asked = []

        def note(request) -> None:
            # What the page asks by itself later, because of news or in intervals, is another thing.
            if "x-qf-background" not in request.headers:
                asked.append(request.url)

        self.page.on("request", note)
        self.page.set_viewport_size({"width": 1366, "height": 420})
        self.open("/executions?page_size=50")
        expect(self.page.locator("tr[data-execution]").nth(12)).to_be_visible()
        self.page.remove_listener("request", note)
        times = sum("/api/v1/executions?" in url for url in asked)
        assert times == 1, f"the list was asked for {times} times"
        self.page.locator("#main").evaluate("(main) => main.scrollTop = 220")
        # Below what is seen of the list from its top.
        row = self.page.locator("tr[data-execution]").nth(11)
        left = self.page.locator(f"tr[data-execution='{row.get_attribute('data-execution')}']")
        # Its job may have been deleted by a step before.
        self.refusals = {404}
        row.locator("a.linkish").click()
        page = self.page.locator(".figures").or_(self.page.get_by_text("This job has been deleted"))
        expect(page.first).to_be_visible()
        self.refusals = set()
        self.page.go_back()
        expect(left).to_be_in_viewport()
        self.page.set_viewport_size({"width": 1366, "height": 768})

    def deleted_by_others(self) -> None:
        """A job that somebody else deletes takes its buttons along; what was being written about it becomes a new one."""
        job = self.new_job("gone")
        self.open(f"/jobs/{job}")
        expect(self.page.get_by_role("button", name="Run now…")).to_be_visible()
        # The page may ask before the answer to this one is here.
        self.refusals = {404}
        self.api("DELETE", f"/tasks/{job}")
        expect(self.page.get_by_text("This job has been deleted")).to_be_visible()
        expect(self.page.get_by_role("button", name="Run now…")).to_have_count(0)
        job = self.new_job("gone")
        self.open(f"/jobs/{job}/edit")
        self.field("description").fill("not lost")
        self.api("DELETE", f"/tasks/{job}")
        self.page.get_by_role("button", name="Save", exact=True).click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Save as a new job").click()
        expect(self.page).to_have_url(re.compile(r"/jobs/\d+$"))
        expect(self.page.get_by_text("not lost")).to_be_visible()
        made = self.page.url.rsplit("/", 1)[1]
        self.open("/jobs")
        self.refusals = set()
        self.api("DELETE", f"/tasks/{made}")

    def changed_by_others(self) -> None:
        """Who saves over somebody else's change sees it first, and chooses."""
        job = self.new_job("shared")
        self.open(f"/jobs/{job}/edit")
        self.field("timeout").fill("77")
        self.api("PUT", f"/tasks/{job}", {**self.written(job), "group_ids": [1], "description": "theirs"})
        self.refusals = {409, 412}
        self.page.get_by_role("button", name="Save", exact=True).click()
        question = self.page.get_by_role("alertdialog")
        expect(question.locator(".come")).to_contain_text("Description: theirs")
        self.check_on_top("what somebody else has changed")
        question.get_by_role("button", name="Load theirs").click()
        expect(self.field("description")).to_have_value("theirs")
        self.refusals = set()
        self.field("timeout").fill("77")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        saved = self.api("GET", f"/tasks/{job}")
        assert (saved["timeout"], saved["description"]) == (77, "theirs"), saved
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def says_what_goes(self) -> None:
        """Before a job is deleted its runs are named, and a group with jobs is not deleted at all."""
        job = self.api("GET", f"/tasks?keyword={self.sleeper}")["items"][0]["id"]
        group = self.api("POST", "/groups", {"name": f"bound-{self.suffix}"})["id"]
        self.api("PUT", f"/tasks/{job}", {**self.written(job), "group_ids": [1, group]})
        self.api("POST", f"/tasks/{job}/trigger", {"params": {}})
        self.open(f"/jobs/{job}")
        expect(self.page.locator("tr[data-execution] .pill").first).to_have_text("Running")
        self.page.get_by_role("button", name=f"More actions for {self.sleeper}").click()
        self.page.get_by_role("menuitem", name="Delete").click()
        question = self.page.get_by_role("alertdialog")
        expect(question).to_contain_text("1 executions of it are running")
        question.get_by_role("button", name="Cancel").click()
        # The focus is back where the menu was opened.
        expect(self.page.get_by_role("button", name=f"More actions for {self.sleeper}")).to_be_focused()
        run = self.page.locator("tr[data-execution]").first.get_attribute("data-execution")
        self.api("POST", f"/executions/{run}/cancel", {"force": True})
        self.open("/groups")
        self.page.get_by_role("button", name=f"More actions for bound-{self.suffix}").click()
        self.page.get_by_role("menuitem", name="Delete").click()
        expect(question).to_contain_text(self.sleeper)
        question.get_by_role("button", name="Cancel").click()
        self.api("PUT", f"/tasks/{job}", {**self.written(job), "group_ids": [1]})
        self.api("DELETE", f"/groups/{group}")

    def written(self, job: int) -> dict:
        """What can be written of a job, as it stands."""
        shown = self.api("GET", f"/tasks/{job}")
        names = ("name", "executor_type", "executor_config", "schedule_type", "timeout", "status")
        return {name: shown[name] for name in names}

    def speaks_chinese(self) -> None:
        """Readers of Chinese get the usual faults in Chinese, and a schedule of another zone names it on a tablet."""
        self.page.evaluate("localStorage['qf.lang'] = 'zh-CN'")
        self.page.set_viewport_size({"width": 820, "height": 1180})
        job = self.api(
            "POST",
            "/tasks",
            {
                "name": f"console-zone-{self.suffix}",
                "executor_type": 2,
                "executor_config": {"url": f"{self.base}/api/v1/nothing-here"},
                "cron_expr": "30 2 * * *",
                "timezone": "Pacific/Chatham",
                "group_ids": [1],
                "status": 1,
            },
        )["id"]
        self.open(f"/jobs?keyword=console-zone-{self.suffix}")
        expect(self.page.locator(f"tr[data-job='{job}']")).to_contain_text("Pacific/Chatham")
        self.page.set_viewport_size({"width": 1366, "height": 768})
        self.open("/jobs/new")
        self.refusals = {400, 422}
        # Full-width digits, the most likely slip of a Chinese keyboard.
        self.field("cron_expr").fill("\uff10 2 * * *")
        wrong = self.page.locator("[data-path=cron_expr] .error")
        expect(wrong).to_contain_text("\u5168\u89d2")
        self.refusals = set()
        # What was typed is kept for the next new job; no step after this one is to meet it.
        self.page.evaluate("localStorage['qf.lang'] = 'en'; sessionStorage.clear()")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")
