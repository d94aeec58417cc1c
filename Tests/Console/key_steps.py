# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about runs that do not listen, and about acts by keyboard alone."""

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

    # --- by keyboard alone (72) ---

    def tab_to(self, wanted: Locator, back: bool = False) -> None:
        """Tab by Tab, as somebody without a pointer goes; what Tab can't reach fails."""
        for _ in range(MOST_TABS):
            if wanted.count() and wanted.first.evaluate("(one) => one === one.getRootNode().activeElement"):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        focused = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        raise AssertionError(f"Tab does not lead to {wanted}; it is at {focused}")

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
