# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about single jobs: why they ran or did not, and their finer policies."""

import re

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
        self.page.locator("[data-why]").first.click(timeout=30_000)
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
