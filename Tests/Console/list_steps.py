# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that goes by the acceptance list: several jobs at once, copies, schedules, groups."""

import re

from playwright.sync_api import expect

class ListSteps:
    """Steps of the journey; `Journey` has the tools they use."""

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

    def manual(self, name: str, config: dict | None = None) -> int:
        """A job that only people start."""
        body = {
            "name": name,
            "executor_type": 1,
            "executor_config": config or {"command": "true"},
            "schedule_type": "manual",
            "group_ids": [1],
            "status": 1,
        }
        return self.api("POST", "/tasks", body)["id"]
