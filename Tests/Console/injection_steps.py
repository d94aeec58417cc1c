# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about texts of people that want to be something else (attack class 7)."""

import json
from pathlib import Path

PAYLOADS = json.loads((Path(__file__).resolve().parent.parent / "Fixtures" / "injection.json").read_text())
# What a payload would run; and what counts elements that only a payload could have brought.
CANARY = "window.canaries = 0; window.canary = () => { window.canaries += 1; };"
FOREIGN = "document.querySelectorAll('img[src=x], main script, main svg[onload], main [onerror], main [onload]').length"
PAGE = 100


class InjectionSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def shows_text_as_text(self) -> None:
        """Five hundred texts in names, descriptions and labels of jobs: every page shows them as they are, and nothing runs."""
        kept: list[tuple[int, str]] = []
        self.page.add_init_script(CANARY)
        for number, payload in enumerate(PAYLOADS):
            body = {
                "name": payload, "description": payload, "executor_type": 1, "executor_config": {"command": "true"},
                "schedule_type": "manual", "group_ids": [1], "status": 0, "labels": {"team": f"n{number}"},
            }
            answer = self.page.request.post(f"{self.base}/api/v1/tasks", data=body, headers={"X-QF-CSRF": "1"})
            assert answer.status in (201, 400, 409, 422), f"{answer.status} {payload!r}"
            if answer.status == 201:
                kept.append((answer.json()["data"]["id"], payload))
        assert len(kept) > 200, len(kept)
        total = self.api("GET", "/tasks?page_size=1")["total"]
        seen: list[str] = []
        for page in range(1, (total + PAGE - 1) // PAGE + 1):
            self.open(f"/jobs?page={page}&page_size={PAGE}")
            self.page.locator("main tbody tr").first.wait_for()
            seen += self.page.locator("main tbody tr").evaluate_all("rows => rows.map(row => row.textContent)")
            assert self.page.evaluate("window.canaries") == 0
            assert self.page.evaluate(FOREIGN) == 0
        text = "\n".join(seen)
        missing = [payload for _, payload in kept if payload not in text]
        assert not missing, missing[:5]
        # A page of its own has it in its title, in headings and in its form.
        marked = next(entry for entry in kept if "<img" in entry[1])
        for path in (f"/jobs/{marked[0]}", f"/jobs/{marked[0]}/edit"):
            self.open(path)
            self.page.locator("main h1").wait_for()
            assert self.page.evaluate("window.canaries") == 0
            assert self.page.evaluate(FOREIGN) == 0
        for job, _ in kept:
            self.api("DELETE", f"/tasks/{job}")
