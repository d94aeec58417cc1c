# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about runs as people end and read them, and everything by keyboard alone."""

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

# More than any page has between its top and what is looked for.
MOST_TABS = 150


class KeySteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def stops_by_force(self) -> None:
        """Stopping asks politely first; only then is force offered, in stronger words, and it ends what does not listen (43)."""
        name = f"console-deaf-{self.suffix}"
        job = self.manual(name, {"command": "trap '' TERM; echo deaf; for i in $(seq 120); do sleep 1; done"})
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})["execution_id"]
        self.open(f"/executions/{run}")
        expect(self.page.get_by_role("log")).to_contain_text("deaf")
        force = self.page.get_by_role("button", name="Force stop…")
        expect(force).to_have_count(0)
        self.page.get_by_role("button", name="Stop").click()
        question = self.page.get_by_role("alertdialog")
        expect(question).not_to_contain_text("killed at once")
        question.get_by_role("button", name="Cancel run").click()
        expect(self.page.get_by_text("Stopping: the processes were asked to end")).to_be_visible()
        force.click()
        expect(question).to_contain_text("It may leave half-written data behind")
        expect(question.locator(".danger")).to_be_visible()
        # Twice is no harm.
        self.api("POST", f"/executions/{run}/cancel", {})
        question.get_by_role("button", name="Force stop", exact=True).click()
        expect(self.page.get_by_text("Cancelled", exact=True).first).to_be_visible()
        expect(force).to_have_count(0)
        expect(self.page.get_by_role("button", name="Run again")).to_be_visible()
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def says_what_a_log_lacks(self) -> None:
        """No output is said to be none, and a log too long for a page says what it left out, and is saved whole (29)."""
        job = self.manual(f"console-silent-{self.suffix}")
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})["execution_id"]
        self.open(f"/executions/{run}")
        expect(self.page.get_by_role("log")).to_contain_text("This run wrote no output")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")
        job = self.manual(f"console-loud-{self.suffix}", {"command": "seq 1 60000"})
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})["execution_id"]
        self.open(f"/executions/{run}")
        expect(self.page.get_by_text("lines are no longer in the page")).to_be_visible()
        expect(self.page.get_by_role("log")).to_contain_text("60000")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    # --- by keyboard alone (72) ---

    def tab_to(self, wanted: Locator, back: bool = False) -> None:
        """Tab by Tab, as somebody without a pointer goes; what Tab can't reach fails."""
        for _ in range(MOST_TABS):
            if wanted.count() and wanted.first.evaluate("(one) => one === one.getRootNode().activeElement"):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        focused = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        raise AssertionError(f"Tab does not lead to {wanted}; it is at {focused}")

    def by_keys_alone(self) -> None:
        """A job is made, run, read, stopped, and an export saved, without a pointer."""
        page, name = self.page, f"console-keys-{self.suffix}"
        self.open("/")
        expect(page.locator("[data-kpi=ended] .value")).to_be_visible()
        page.keyboard.press("n")
        expect(page).to_have_url(self.base + "/jobs/new")
        expect(page.locator(".cm-content")).to_be_visible()
        self.tab_to(self.field("name"))
        page.keyboard.type(name)
        self.tab_to(page.locator(".cm-content"))
        page.keyboard.insert_text("echo by keys; sleep 60")
        page.keyboard.press("Escape")
        self.tab_to(page.get_by_role("radio", name="Cron", exact=True))
        # Within a group of choices the arrows go.
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        expect(page.get_by_role("radio", name="Manual only")).to_be_checked()
        page.keyboard.press("Control+Enter")
        expect(page).to_have_url(re.compile(r"/jobs/\d+$"))
        job = page.url.rsplit("/", 1)[1]
        self.tab_to(page.get_by_role("button", name="Run now…"))
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("Will run on 1 hosts")).to_be_visible()
        self.tab_to(dialog.get_by_role("button", name="Run now", exact=True))
        page.keyboard.press("Enter")
        log = self.drawer().get_by_role("log")
        expect(log).to_contain_text("by keys")
        page.keyboard.press("l")
        expect(log).to_be_focused()
        page.keyboard.press("/")
        page.keyboard.type("KEYS")
        expect(log.locator(".hit")).to_have_text(["keys"])
        self.tab_to(self.drawer().get_by_role("button", name="Stop…"))
        page.keyboard.press("Enter")
        question = page.get_by_role("alertdialog")
        self.tab_to(question.get_by_role("button", name="Cancel run"))
        page.keyboard.press("Enter")
        expect(self.drawer().get_by_text("Cancelled", exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        expect(self.drawer()).to_have_count(0)
        page.keyboard.press("g")
        page.keyboard.press("p")
        expect(page).to_have_url(re.compile("/reports"))
        export = page.get_by_role("button", name="Export CSV")
        expect(export).to_be_visible()
        self.tab_to(export)
        with page.expect_download() as saved:
            page.keyboard.press("Enter")
        assert Path(saved.value.path()).read_text("utf-8-sig")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def approves_by_keys(self) -> None:
        """A question of a workflow is answered without a pointer."""
        body = {
            "name": f"console-asks-{self.suffix}",
            "group_ids": [1],
            "nodes": [{"key": "ok", "kind": "approval", "message": "By keys?"}],
        }
        flow = self.api("POST", "/workflows", body)["id"]
        run = self.api("POST", f"/workflows/{flow}/run", {})["run_id"]
        self.open(f"/workflows/runs/{run}")
        question = self.page.locator("[data-approval=ok]")
        expect(question).to_be_visible()
        self.tab_to(question.get_by_label("Comment"))
        self.page.keyboard.type("seen")
        self.tab_to(question.get_by_role("button", name="Approve"))
        self.page.keyboard.press("Enter")
        expect(self.page.locator("[data-run-state=succeeded]")).to_be_visible()
        expect(self.page.locator("[data-row=ok]")).to_contain_text("seen")
        self.open("/workflows")
        self.api("DELETE", f"/workflows/{flow}")
