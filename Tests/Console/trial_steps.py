# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about what is tried and measured: test runs, other editors, files, errors, weights."""

import json
import re
import time
from pathlib import Path

from playwright.sync_api import expect

# What a first visit may cost, over the wire and in requests. Times are no measure on a machine that builds beside it;
# these are what times are made of.
FIRST_LOAD_BYTES = 420_000
FIRST_LOAD_REQUESTS = 30
NEXT_PAGE_REQUESTS = 25
SETTLED_SECONDS = 0.5
# Far above what pages take (0.1 to 0.6 s), far below what a person would wait.
PATIENCE_SECONDS = 40


class TrialSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def test_run(self) -> None:
        """What the form says runs once on a host before it is saved, with a live log, and counts nowhere."""
        name = f"console-draft-{self.suffix}"
        before = self.api("GET", "/executions")["total"]
        self.open("/jobs/new")
        card = self.page.locator("[data-test-run]")
        self.refusals = {400, 422}
        card.get_by_role("button", name="Try it").click()
        # It finds the faults that saving would find.
        expect(self.page.locator("[data-path=name] .error")).to_be_visible()
        self.refusals = set()
        self.field("name").fill(name)
        self.type_command('echo "only a test of $QF_PARAM_DAY"; sleep 1; echo "and its end"')
        self.page.get_by_text("Manual only").click()
        # What the form declares is asked for, and checked by its type.
        self.page.get_by_role("button", name="Add a parameter").click()
        self.page.keyboard.type("day")
        self.page.get_by_label("Type 1").select_option("integer")
        self.page.get_by_label("Required").check()
        card.get_by_role("button", name="Try it").click()
        expect(card.locator("[data-path='params.day'] .error")).to_be_visible()
        card.get_by_label("day").fill("monday")
        self.refusals = {400, 422}
        card.get_by_role("button", name="Try it").click()
        expect(card.locator("[data-path='params.day'] .error")).to_contain_text("monday")
        self.refusals = set()
        card.get_by_label("day").fill("7")
        card.get_by_role("button", name="Try it").click()
        log = self.drawer().get_by_role("log")
        expect(log).to_contain_text("only a test of 7")
        expect(log).to_contain_text("and its end")
        expect(self.drawer().locator(".pill").first).to_have_text("Success")
        expect(self.drawer().get_by_role("button", name="Run again")).to_have_count(0)
        with self.page.expect_download() as saved:
            self.drawer().get_by_role("button", name="Log as JSON").click()
        lines = json.loads(Path(saved.value.path()).read_text())
        assert {"line": 1, "stream": "stdout", "text": "only a test of 7"} in lines, lines
        self.check_axe(self.page, "a test run beside the form")
        self.close_drawer()
        # The form is as it was, and there is neither a job nor a row of the history.
        expect(self.field("name")).to_have_value(name)
        assert self.api("GET", f"/tasks?keyword={name}")["total"] == 0
        assert self.api("GET", f"/executions?keyword={name}")["total"] == 0
        assert self.api("GET", f"/executions?type=test&keyword={name}")["total"] == 1
        assert self.api("GET", "/executions")["total"] >= before
        self.page.get_by_role("link", name="Cancel", exact=True).click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Discard").click()

    def other_editors(self) -> None:
        """Two who edit one job see each other, as they come and go."""
        job = self.new_job("together")
        self.open(f"/jobs/{job}/edit")
        expect(self.field("name")).to_be_visible()
        bar = self.page.locator("[data-editors]")
        expect(bar).to_have_count(0)
        other = self.page.context.new_page()
        other.goto(f"{self.base}/jobs/{job}/edit")
        # The empty page before had no storage to write the theme into.
        self.problems.clear()
        for page in (self.page, other):
            expect(page.locator("[data-editors]")).to_contain_text("you, in another window")
        other.close()
        expect(bar).to_have_count(0)
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def moves_the_next_run(self) -> None:
        """The next run of a job with an interval is moved, and its page says the new time; others have none to move."""
        body = {
            "name": f"console-every-{self.suffix}",
            "executor_type": 1,
            "executor_config": {"command": "true"},
            "schedule_type": "every",
            "every_seconds": 7200,
            "group_ids": [1],
            "status": 1,
        }
        made = self.api("POST", "/tasks", body)
        self.open(f"/jobs/{made['id']}")
        self.page.get_by_role("button", name="More actions for").click()
        self.page.get_by_role("menuitem", name="Move the next run").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Seconds").fill("0")
        dialog.get_by_role("button", name="Move", exact=True).click()
        expect(dialog.locator("[data-path=seconds] .error")).to_be_visible()
        dialog.get_by_text("Later", exact=True).click()
        dialog.get_by_label("Seconds").fill("600")
        dialog.get_by_role("button", name="Move", exact=True).click()
        self.toasted("The next run of")
        moved = self.api("GET", f"/tasks/{made['id']}")
        assert moved["next_exec_time"] > made["next_exec_time"], (made, moved)
        assert moved["version"] == made["version"] + 1
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{made['id']}")

    def counts_segments(self) -> None:
        """The segments of the task centre say how many runs they hold, and that is what their list has."""
        self.open(f"/tasks?keyword={self.flaky}")
        segment = self.page.locator("[data-segment=manual]")
        expect(segment).to_have_text(re.compile(r"Manual\s*\d+"))
        count = re.search(r"[\d,]+$", segment.inner_text().strip())[0]
        segment.click()
        expect(self.page.locator(".pager")).to_contain_text(f"{count} in total")
        expect(self.page.locator("tr[data-run]")).to_have_count(int(count))

    def workbook(self) -> None:
        """A report is saved as a workbook that spreadsheets open, with its Chinese intact."""
        name = f"\u65e5\u62a5 {self.suffix}"
        body = {**self.written(int(self.job_id)), "name": name, "schedule_type": "manual", "group_ids": [1]}
        job = self.api("POST", "/tasks", body)
        self.api("POST", f"/tasks/{job['id']}/trigger", {"params": {}})
        self.open(f"/executions?task_id={job['id']}")
        expect(self.page.locator("tr[data-execution] .pill").first).to_have_text("Success")
        self.open("/reports?range=today")
        expect(self.page.get_by_role("table", name="Most runs").get_by_role("link", name=name)).to_be_visible()
        with self.page.expect_download() as saved:
            self.page.get_by_role("button", name="Export Excel").click()
        line = next(row for row in self.sheet(saved.value) if row[1] == name)
        assert line[2] == 1, line
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job['id']}")

    def tells_its_errors(self) -> None:
        """An error of the console reaches the server once, however often it happens, and stands in the settings."""
        self.open("/hosts")
        expect(self.page.locator("tr[data-host]").first).to_be_visible()
        sent = []
        self.page.on("request", lambda request: sent.append(request.url) if "/client-errors" in request.url else None)
        with self.page.expect_response("**/api/v1/client-errors"):
            for _ in range(3):
                self.page.evaluate("setTimeout(() => { throw new TypeError('made up <b>') })")
        # Until the browser has told of all three there could be more requests.
        for _ in range(400):
            if sum("made up" in text for text in self.problems) == 3:
                break
            self.page.wait_for_timeout(50)
        self.problems[:] = [text for text in self.problems if "made up" not in text]
        assert len(sent) == 1, sent
        self.open("/settings/system")
        row = self.page.locator("[data-client-error]", has_text="TypeError: made up <b>")
        expect(row).to_contain_text("/hosts")
        assert self.api("GET", "/client-errors")["items"][0]["username"] == self.options.username

    def settled_requests(self, page) -> int:
        """How many requests a page has made, once it has made none for a moment."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        last, since = -1, time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - since < SETTLED_SECONDS:
            count = page.evaluate("performance.getEntriesByType('resource').length")
            if count != last:
                last, since = count, time.monotonic()
            page.wait_for_timeout(50)
        return last

    def weighs(self) -> None:
        """A first visit and the pages after it cost what they may, and take no longer than a person would wait."""
        context = self.context("light", "en", storage_state=self.page.context.storage_state())
        page = context.new_page()
        page.goto(self.base + "/jobs")
        self.problems.clear()
        expect(page.locator("tr[data-job]").first).to_be_visible()
        asked = page.evaluate(
            """() => [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]
                .map((entry) => [entry.transferSize, entry.responseEnd])"""
        )
        bytes_sent = sum(size for size, _ in asked)
        assert len(asked) <= FIRST_LOAD_REQUESTS, f"{len(asked)} requests for a first visit"
        assert bytes_sent <= FIRST_LOAD_BYTES, f"{bytes_sent} bytes for a first visit"
        # What stands in the document may not have been painted yet.
        painted = "performance.getEntriesByName('first-contentful-paint').map((entry) => entry.startTime)"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (paints := page.evaluate(painted)) and time.monotonic() < deadline:
            page.wait_for_timeout(50)
        paint = paints[0] if paints else PATIENCE_SECONDS * 1000
        assert paint < PATIENCE_SECONDS * 1000, f"first paint after {paint} ms"
        for link, ready in (("Executions", "tbody tr"), ("Hosts", "tr[data-host]"), ("Jobs", "tr[data-job]")):
            # What the page before still asks for is none of this one's.
            known = self.settled_requests(page)
            start = page.evaluate("performance.now()")
            page.get_by_role("link", name=link, exact=True).first.click()
            expect(page.locator(ready).first).to_be_visible()
            took = page.evaluate("performance.now()") - start
            asked = self.settled_requests(page) - known
            assert asked <= NEXT_PAGE_REQUESTS, f"{link}: {asked} requests"
            assert took < PATIENCE_SECONDS * 1000, f"{link}: {took} ms"
        context.close()
