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
# Asks for many things, some at once as a page would: the status of each answer, and the number of what was made.
SEVERAL = """async (questions) => {
    const answers = [];
    let next = 0;
    const ask = async () => {
      for (let at = next++; at < questions.length; at = next++) {
        const { method, path, body } = questions[at];
        const headers = { 'X-QF-CSRF': '1', 'Content-Type': 'application/json' };
        const answer = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
        answers[at] = [answer.status, answer.status === 201 ? (await answer.json()).data.id : null];
      }
    };
    await Promise.all(Array.from({ length: 6 }, ask));
    return answers;
}"""


class InjectionSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def shows_text_as_text(self) -> None:
        """Five hundred texts in names, descriptions and labels of jobs: every page shows them as they are, and nothing runs."""
        self.page.add_init_script(CANARY)
        jobs = [
            {
                "name": payload, "description": payload, "executor_type": 1, "executor_config": {"command": "true"},
                "schedule_type": "manual", "group_ids": [1], "status": 0, "labels": {"team": f"n{number}"},
            }
            for number, payload in enumerate(PAYLOADS)
        ]
        # A page that asks for no jobs by itself.
        self.open("/me")
        self.page.locator("#me-rights").wait_for()
        self.refusals = {400, 409, 422}
        made = self.page.evaluate(SEVERAL, [{"method": "POST", "path": "/tasks", "body": job} for job in jobs])
        self.refusals = set()
        wrong = [(status, payload) for (status, _), payload in zip(made, PAYLOADS) if status not in (201, 400, 409, 422)]
        assert not wrong, wrong[:5]
        kept = [(job, payload) for (_, job), payload in zip(made, PAYLOADS) if job is not None]
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
        self.open("/me")
        self.page.locator("#me-rights").wait_for()
        gone = self.page.evaluate(SEVERAL, [{"method": "DELETE", "path": f"/tasks/{job}"} for job, _ in kept])
        assert all(status == 200 for status, _ in gone), gone[:5]
