# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about hosts: who belongs to which group, and what ran where."""

import re
from pathlib import Path

from playwright.sync_api import Locator, expect


class HostSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def board(self) -> None:
        """A host is put into a group by dragging, moved on by its menu with keys alone, and each step can be undone."""
        names = {key: f"console-{key}-{self.suffix}" for key in ("a", "b")}
        ids = {key: self.api("POST", "/groups", {"name": name})["id"] for key, name in names.items()}
        host = self.api("GET", "/clients")["items"][0]["client_id"]

        def column(key: str) -> Locator:
            return self.page.locator(f"[data-column='{ids.get(key, 0)}']")

        def inside(key: str) -> Locator:
            return column(key).locator(f"[data-host='{host}']")

        self.open("/groups/board")
        expect(inside("none")).to_be_visible()
        inside("none").drag_to(column("a"))
        expect(inside("a")).to_be_visible()
        expect(inside("none")).to_have_count(0)
        assert [one["client_id"] for one in self.api("GET", f"/groups/{ids['a']}/clients")["items"]] == [host]
        # The same without a pointer.
        inside("a").get_by_role("button").focus()
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_label("Into the group")).to_be_focused()
        self.page.get_by_label("Into the group").select_option(names["b"])
        self.page.get_by_role("dialog").get_by_role("button", name="Move", exact=True).press("Enter")
        expect(inside("b")).to_be_visible()
        expect(inside("a")).to_have_count(0)
        self.page.locator(".toast", has_text=names["b"]).get_by_role("button", name="Undo").click()
        expect(inside("a")).to_be_visible()
        expect(inside("b")).to_have_count(0)
        # Several at once, here one: chosen, and taken out.
        inside("a").get_by_role("checkbox").check()
        bar = self.page.get_by_role("region", name="Acts on the chosen hosts")
        bar.get_by_role("button", name="Take out of").click()
        expect(inside("none")).to_be_visible()
        expect(bar).to_have_count(0)
        for one in ids.values():
            self.api("DELETE", f"/groups/{one}")

    def centre(self) -> None:
        """A run is stopped as a whole, run again as a new one that names the old, and saved as a file."""
        name = f"console-centre-{self.suffix}"
        body = {"name": name, "executor_type": 1, "executor_config": {"command": "echo 在这里; sleep 60"}}
        job = self.api("POST", "/tasks", {**body, "schedule_type": "manual", "group_ids": [1], "status": 1})["id"]
        first = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})["run_id"]
        self.open(f"/tasks?keyword={name}")
        row = self.page.locator(f"tr[data-run='{first}']")
        expect(row).to_contain_text("Running")

        def menu(item: str) -> None:
            row.get_by_role("button", name=f"More actions for {name}").click()
            self.page.get_by_role("menuitem", name=item, exact=True).click()

        menu("Stop…")
        self.page.get_by_role("alertdialog").get_by_role("button", name="Cancel run").click()
        expect(row).to_contain_text("Cancelled")
        with self.page.expect_download() as saved:
            menu("Save as text")
        assert "在这里" in Path(saved.value.path()).read_text("utf-8"), "the file lacks what was written"
        assert saved.value.suggested_filename.endswith(".txt"), saved.value.suggested_filename
        # Its page says who stopped it, and what came of that.
        menu("Open as a page")
        expect(self.page).to_have_url(f"{self.base}/tasks/{first}")
        expect(self.page.locator("[data-event='execution.cancel']")).to_contain_text(self.options.username)
        expect(self.page.locator("[data-event=unit-cancelled]")).to_be_visible()
        self.page.go_back()
        expect(row).to_be_visible()
        menu("Run again")
        expect(self.drawer().get_by_role("log")).to_contain_text("在这里")
        self.drawer().get_by_role("button", name="Stop").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Cancel run").click()
        expect(self.drawer().get_by_text("Cancelled", exact=True)).to_be_visible()
        self.close_drawer()
        expect(self.page.locator("tr[data-run]")).to_have_count(2)
        self.api("DELETE", f"/tasks/{job}")

    def timeline(self) -> None:
        """What ran on a host stands as bars, is walked by keys, opens its log, and is there as a table, too."""
        self.open("/executions")
        self.page.get_by_role("link", name="Timeline of hosts").click()
        expect(self.page).to_have_url(self.base + "/executions/timeline")
        expect(self.page.locator("[data-line] [data-bar]").first).to_be_attached()
        chart = self.page.get_by_role("application", name="What ran on each host")
        chart.focus()
        self.page.keyboard.press("ArrowRight")
        self.page.keyboard.press("End")
        expect(chart.locator("[aria-live]")).to_contain_text(re.compile(r" · \d\d:\d\d:\d\d · "))
        newest = chart.locator(".bar.on").get_attribute("data-bar")
        self.page.keyboard.press("Enter")
        expect(self.page).to_have_url(re.compile(f"run={newest}"))
        expect(self.drawer().get_by_role("log")).to_be_visible()
        self.close_drawer()
        self.page.get_by_text("Table", exact=True).click()
        expect(self.page).to_have_url(re.compile("view=table"))
        expect(self.page.locator(f"tr[data-execution='{newest}']")).to_be_visible()
        self.page.get_by_role("button", name="Earlier").click()
        expect(self.page).to_have_url(re.compile("end="))
        self.page.get_by_role("button", name="Now").click()
        expect(self.page).not_to_have_url(re.compile("end="))
