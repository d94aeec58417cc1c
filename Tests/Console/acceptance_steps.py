# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that goes by lines of the acceptance list of the console: menus of rows, keys, running times."""

import re

from playwright.sync_api import expect


class AcceptanceSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def row_menus(self) -> None:
        """A row's menu opens by pointer and by key with the same entries, closes by Escape, and gives the focus back (6)."""
        self.open(f"/jobs?keyword={self.sleeper}")
        button = self.page.get_by_role("button", name=f"More actions for {self.sleeper}")
        menu = self.page.get_by_role("menu")
        button.click()
        entries = menu.get_by_role("menuitem").all_inner_texts()
        assert {"Details", "Run now…", "Pause until…", "Edit", "Delete…", "History"} <= set(entries), entries
        self.page.keyboard.press("Escape")
        expect(menu).to_have_count(0)
        expect(button).to_be_focused()
        self.page.keyboard.press("j")
        self.page.keyboard.press(".")
        expect(menu).to_be_visible()
        assert menu.get_by_role("menuitem").all_inner_texts() == entries
        self.page.keyboard.press("Escape")
        expect(menu).to_have_count(0)

    def goes_by_keys(self) -> None:
        """Each sequence of the sheet leads where the sheet says (12)."""
        self.open("/")
        expect(self.page.locator("[data-kpi=ended] .value")).to_be_visible()
        self.page.keyboard.press("?")
        sheet = self.page.get_by_role("dialog")
        expect(sheet).to_contain_text("Go to the task centre")
        self.page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)
        for key, path in (
            ("j", "/jobs"), ("e", "/executions"), ("t", "/tasks"), ("w", "/workflows"), ("c", "/calendar"),
            ("h", "/hosts"), ("r", "/groups"), ("p", "/reports"), ("a", "/alerts"), ("s", "/settings"), ("o", "/"),
        ):  # fmt: skip
            self.page.keyboard.press("g")
            self.page.keyboard.press(key)
            expect(self.page).to_have_url(re.compile(rf"{re.escape(self.base + path)}(?:[/?].*)?$"))

    def running_time_ticks(self) -> None:
        """What runs shows how long it has, without a reload, and is gone from what runs when it is stopped (24)."""
        job = self.api("GET", f"/tasks?keyword={self.sleeper}")["items"][0]["id"]
        run = self.api("POST", f"/tasks/{job}/trigger")["run_id"]
        try:
            self.open(f"/executions?keyword={self.sleeper}&status=2")
            row = self.page.locator("tbody tr", has_text=self.sleeper).first
            expect(row).to_be_visible()
            self.page.evaluate("globalThis.kept = true")
            before = row.inner_text()
            expect(row).not_to_have_text(before, use_inner_text=True)
        finally:
            self.api("POST", f"/runs/{run}/stop", {})
        expect(row).to_have_count(0)
        assert self.page.evaluate("globalThis.kept"), "the page was loaded anew"
