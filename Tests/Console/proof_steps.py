# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that proves figures and files: pushes in time, a job's numbers, days compared, accounts, jobs as a file."""

import json
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Route, expect

# Less than a second on a machine of its own; beside a build it may be a few.
PUSH_MS = 5000
# When the switch of a job goes off, on the page's own clock.
NOTE_SWITCH = """(row) => {
    globalThis.wentOff = new Promise((done) => {
      const look = () => row.querySelector('[role=switch]').ariaChecked === 'false' && done(performance.now());
      new MutationObserver(look).observe(row, { subtree: true, attributes: true, childList: true });
    });
}"""


class ProofSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def pushed_under_the_pointer(self) -> None:
        """What somebody else does to a job is in its row within a second, also under the pointer, and no row moves (10)."""
        names = [f"console-push-{key}-{self.suffix}" for key in "abc"]
        ids = [self.manual(name) for name in names]
        self.open("/jobs?keyword=console-push-&sort=name")
        rows = self.page.locator("tr[data-job]")
        expect(rows).to_have_count(3)
        expect(self.page.locator("[data-live=live]")).to_be_visible()
        rows.nth(1).hover()
        rows.nth(1).evaluate(NOTE_SWITCH)
        self.page.evaluate("globalThis.kept = true")
        begin = self.page.evaluate("performance.now()")
        self.api("POST", f"/tasks/{ids[1]}/disable", {})
        took = self.page.evaluate("wentOff") - begin
        assert took < PUSH_MS, f"it was there after {took:.0f} ms"
        expect(rows.locator("a.linkish")).to_have_text(names)
        assert self.page.evaluate("globalThis.kept"), "the page was loaded anew"
        for one in ids:
            self.api("DELETE", f"/tasks/{one}")
        expect(rows).to_have_count(0)

    def figures_of_a_job(self) -> None:
        """A job's figures are those of its runs, and lead to them (33)."""
        name = f"console-figures-{self.suffix}"
        job = self.manual(name, {"command": 'test "$QF_PARAM_GOES" = well'})
        rows = self.page.locator("tr[data-execution]")
        self.open(f"/jobs/{job}")
        for number, goes in enumerate(("well", "well", "badly"), 1):
            self.api("POST", f"/tasks/{job}/trigger", {"params": {"GOES": goes}})
            expect(rows).to_have_count(number)
            expect(rows.first.locator(".pill")).to_have_text("Success" if goes == "well" else "Failed")
        self.page.reload()
        figures = self.page.locator(".figures dd")
        expect(figures.nth(0)).to_have_text("3")
        told = [text.strip() for text in figures.all_inner_texts()]
        assert told[:5] == ["3", "3", "2", "1", "66.7 %"], told
        assert re.search(r"\d", told[5]), f"no average: {told}"
        figures.nth(3).get_by_role("link").click()
        expect(self.page).to_have_url(re.compile(rf"/executions\?task_id={job}&since=7d&status=4,5"))
        expect(rows).to_have_count(1)
        expect(rows.first.locator(".pill")).to_have_text("Failed")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def moved_since_yesterday(self) -> None:
        """Against a day on which something ended a figure says how it moved; nothing ended yesterday on a new server (57)."""
        page = self.page
        self.open("/")
        expect(page.locator("[data-kpi=ended] .value")).to_have_text(re.compile(r"\d"))

        def with_yesterday(route: Route) -> None:
            answer = route.fetch()
            told = answer.json()
            begin = datetime.fromisoformat(told["data"]["from"].replace("Z", "+00:00"))
            hour = (begin + timedelta(hours=3)).strftime("%Y-%m-%dT%H:00:00Z")
            told["data"]["items"].insert(0, {"hour": hour, "status": 3, "count": 1_000_000, "avg_duration": 1})
            route.fulfill(response=answer, json=told)

        page.route(re.compile(r"/api/v1/executions/trend\?"), with_yesterday)
        page.reload()
        moved = page.locator("[data-kpi=ended] .delta")
        expect(moved).to_have_text(re.compile(r"^▼ 9\d\d,\d{3}$"))
        expect(page.locator("[data-kpi=rate] .delta")).to_have_class(re.compile("t-bad"))
        expect(page.locator("[data-kpi=bad] .delta")).to_have_class(re.compile("t-bad"))
        page.unroute_all()

    def tasks_of_an_account(self) -> None:
        """An account's tasks, which the fourth dialect keeps as a label, are one filter, and as many as that dialect lists (67)."""
        accounts = [f"account-{key}-{self.suffix}" for key in "ab"]
        names = [f"s4/{account}" for account in accounts]
        ids = [self.manual(name) for name in names]
        for one, account in zip(ids, accounts, strict=True):
            self.api("PUT", f"/tasks/{one}", {**self.written(one), "group_ids": [1], "labels": {"xhs_account_id": account}})
        account = accounts[0]
        self.open(f"/jobs?label=xhs_account_id%3D{account}")
        rows = self.page.locator("tr[data-job]")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(names[0])
        answer = self.page.request.get(f"{self.base}/compat/s4/api/v1/accounts/{account}/tasks").json()
        listed = answer.get("data", answer)
        assert listed["total"] == 1, listed
        self.open("/jobs")
        for one in ids:
            self.api("DELETE", f"/tasks/{one}")

    def jobs_as_a_file(self) -> None:
        """Chosen jobs are saved as a task file, and come back from it as they were; what is wrong in one is said, and nothing made (14)."""
        page, names = self.page, [f"console-filed-{key}-{self.suffix}" for key in "ab"]
        ids = [self.manual(name, {"command": f"echo '{name} 你好'", "env": {"A": "<b>"}}) for name in names]
        before = [self.written(one) for one in ids]
        self.open("/jobs?keyword=console-filed-&sort=name")
        expect(page.locator("tr[data-job]")).to_have_count(2)
        page.locator("thead input[type=checkbox]").check()
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save as file").click()
        filed = json.loads(Path(saved.value.path()).read_text())
        assert [one["name"] for one in filed] == names and "id" not in filed[0] and filed[0]["groups"] == ["all"], filed
        for one in ids:
            self.api("DELETE", f"/tasks/{one}")
        with tempfile.TemporaryDirectory() as place:
            bad, good = Path(place) / "bad.json", Path(place) / "good.json"
            bad.write_text(json.dumps([filed[0], {**filed[1], "timeout": 5, "groups": ["nowhere"]}]))
            good.write_text(json.dumps(filed))
            page.get_by_role("button", name="From a file").click()
            dialog = page.get_by_role("dialog")
            chooser = dialog.locator("input[type=file]")
            chooser.set_input_files(bad)
            expect(dialog).to_contain_text("nowhere")
            make = dialog.get_by_role("button", name=re.compile("^Make"))
            expect(make).to_be_disabled()
            chooser.set_input_files(good)
            expect(dialog.locator("[data-filed]")).to_have_count(2)
            self.check_axe(page, "jobs of a file", ["#overlays"])
            make.click()
            expect(dialog).to_have_count(0)
        expect(page.locator("tr[data-job]")).to_have_count(2)
        made = {one["name"]: one["id"] for one in self.api("GET", "/tasks?keyword=console-filed-")["items"]}
        assert sorted(made) == names, made
        assert [self.written(made[name]) for name in names] == before
        # Again they are there already: nothing is made twice.
        page.get_by_role("button", name="From a file").click()
        page.get_by_role("dialog").locator("input[type=file]").set_input_files(
            {"name": "again.json", "mimeType": "application/json", "buffer": json.dumps(filed).encode()}
        )
        expect(page.locator("[data-filed]", has_text="there already")).to_have_count(2)
        expect(make).to_be_disabled()
        self.open("/jobs")
        for one in made.values():
            self.api("DELETE", f"/tasks/{one}")
