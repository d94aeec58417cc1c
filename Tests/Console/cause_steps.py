# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about causes: failures that read alike, and who starts whom."""

import re
import time

from playwright.sync_api import expect


class CauseSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def failed_alike(self) -> None:
        """Failures of one cause are one line with how often, on how many hosts, since when and seen before; it opens them."""
        name = f"console-alike-{self.suffix}"
        # What differs from run to run alone, numbers and ids, does not count.
        job = self.manual(name, {"command": "echo reading block $$; echo disk of console-alike is broken at $$ >&2; exit 9"})
        alike = []
        for count in (1, 2, 3):
            self.api("POST", f"/tasks/{job}/trigger", {"params": {}})
            deadline = time.monotonic() + self.options.patience
            while [one["count"] for one in alike] != [count]:
                assert time.monotonic() < deadline, f"{count} failures are not one cause: {alike}"
                self.page.wait_for_timeout(100)
                alike = self.api("GET", f"/reports/fingerprints?task_id={job}")["items"]
        mark = alike[0]["fingerprint"]
        # Of today, in the report.
        self.open("/reports?range=today")
        line = self.page.get_by_role("table", name="Failures that read alike").locator(f"tr[data-fingerprint='{mark}']")
        expect(line).to_contain_text("disk of console-alike is broken")
        expect(line).to_contain_text("Failed · exit code 9")
        expect(line.locator("td").nth(1)).to_have_text("3")
        expect(line.locator("[data-cell=hosts]")).to_have_text("1")
        expect(line.locator("[data-cell=since] time")).to_have_attribute("datetime", re.compile("^20"))
        expect(line.locator("[data-cell=before]")).to_have_text("new")
        expect(line.get_by_role("link", name=name)).to_have_attribute("href", f"/jobs/{job}")
        line.locator("td").first.get_by_role("link").click()
        expect(self.page).to_have_url(re.compile(f"/executions\\?.*fingerprint={mark}"))
        rows = self.page.locator("tr[data-execution]")
        expect(rows).to_have_count(3)
        for number in range(3):
            expect(rows.nth(number)).to_contain_text(name)
        # Before the list of what failed of a job, what they have in common; from there it is one click as well.
        self.open(f"/executions?status=4,5&task_id={job}")
        expect(rows).to_have_count(3)
        card = self.page.get_by_role("table", name="Failures that read alike").locator("tr[data-fingerprint]")
        expect(card).to_have_count(1)
        card.get_by_role("link").first.press("Enter")
        expect(self.page).to_have_url(re.compile(f"fingerprint={mark}&task_id={job}"))
        expect(rows).to_have_count(3)
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def who_starts_whom(self) -> None:
        """The drawing of what starts what: one stop of Tab, arrows along the lines, Enter to the next; the list says the same."""
        names = [f"console-chain-{key}-{self.suffix}" for key in "abc"]
        ids = [self.manual(names[0])]
        for number, on in ((1, "success"), (2, "failure")):
            body = {
                "name": names[number], "executor_type": 1, "executor_config": {"command": "true"}, "group_ids": [1],
                "dependencies": [{"task_id": ids[-1], "on": on}], "status": number == 1 and 1 or 0,
            }  # fmt: skip
            ids.append(self.api("POST", "/tasks", body)["id"])
        self.open(f"/jobs/{ids[1]}")
        self.page.get_by_role("navigation", name="Pages of the job").get_by_role("link", name="Who starts whom").click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{ids[1]}/graph")
        drawing = self.page.get_by_role("group", name="Jobs that start each other")
        box = [drawing.locator(f"[data-task='{one}']") for one in ids]
        expect(drawing.locator("[data-task]")).to_have_count(3)
        expect(box[1]).to_have_attribute("aria-current", "true")
        expect(box[1]).to_have_attribute("aria-label", re.compile(f"after {names[0]}.*starts {names[2]}"))
        expect(box[2]).to_contain_text("disabled")
        expect(drawing.locator("[tabindex='0']")).to_have_count(1)
        box[1].focus()
        for key, number in (("ArrowLeft", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowRight", 2), ("Home", 0), ("End", 2)):
            self.page.keyboard.press(key)
            expect(box[number]).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.page).to_have_url(f"{self.base}/jobs/{ids[2]}/graph")
        expect(box[2]).to_have_attribute("aria-current", "true")
        # The same as a list, for who sees no lines.
        lines = self.page.get_by_role("table", name="As a list").locator("tbody tr")
        expect(lines).to_have_count(2)
        expect(lines.filter(has_text=names[2])).to_contain_text(names[1])
        # As far as somebody wants to see.
        self.page.get_by_role("combobox", name="How far").select_option("1")
        expect(drawing.locator("[data-task]")).to_have_count(2)
        lines.first.get_by_role("link", name=names[1]).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{ids[1]}")
        self.open("/jobs")
        for one in reversed(ids):
            self.api("DELETE", f"/tasks/{one}")
