# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about workflows: written down, run, answered, stopped and repeated."""

import json
import re

from playwright.sync_api import Locator, expect


class WorkflowSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def workflow_text(self, value: dict) -> None:
        self.type_command(json.dumps(value))

    def step_box(self, key: str) -> Locator:
        return self.page.locator(f"[data-step='{key}']")

    def new_workflow(self) -> None:
        """A definition is drawn while it is typed; what the server refuses is shown at its place."""
        self.open("/workflows")
        self.page.get_by_role("link", name="New workflow").first.click()
        self.field("name").fill(self.workflow)
        graph = self.page.locator(".graph")
        expect(graph.locator("[data-step]")).to_have_count(5)
        self.page.get_by_role("radio", name="JSON").check(force=True)
        expect(self.page.locator(".cm-content")).to_be_visible()
        others = ["never"]
        steps = [
            {"key": "first", "kind": "script", "script": "echo $QF_PARAM_WHO", "parameters": {"who": "{{params.who}}"}},
            {"key": "choose", "kind": "decision", "cases": [{"when": "params.who == 'me'", "to": ["ok"]}], "else": others},
            {"key": "ok", "kind": "approval", "message": "Go on?"},
            {"key": "never", "kind": "noop"},
            {"key": "last", "kind": "script", "script": "echo last"},
        ]
        definition = {
            "parameters": [{"name": "who", "type": "string", "default": "you"}, {"name": "n", "type": "int"}],
            "nodes": [*steps[:4], {"key": "last", "kind": "shout"}],
            "edges": [{"from": "first", "to": "choose"}, {"from": "ok", "to": "last"}],
        }
        self.workflow_text(definition)
        expect(self.step_box("choose")).to_be_visible()
        expect(graph.locator("[data-edge='choose ok']")).to_be_attached()
        self.refusals = {422}
        self.page.get_by_role("button", name="Save").click()
        fault = self.page.locator("[data-fault='nodes[4].kind']")
        expect(fault).to_contain_text("shout")
        expect(fault).to_contain_text("Line 1")
        expect(self.page.locator(".cm-content")).to_be_focused()
        # It is chosen in the text: typing replaces it.
        self.page.keyboard.insert_text('"script", "script": "echo last"')
        expect(self.page.locator("[data-fault]")).to_have_count(0)
        self.page.get_by_role("button", name="Save").click()
        expect(self.page).to_have_url(re.compile(r"/workflows/\d+$"))
        self.refusals = set()
        self.workflow_id = self.page.url.rsplit("/", 1)[1]

    def walks_the_graph(self) -> None:
        """One stop of Tab for the drawing; arrows follow the edges, Enter chooses, the table says the same."""
        self.open(f"/workflows/{self.workflow_id}")
        expect(self.step_box("first")).to_have_attribute("tabindex", "0")
        expect(self.page.locator(".graph [tabindex='0']")).to_have_count(1)
        self.step_box("first").focus()
        self.page.keyboard.press("ArrowRight")
        expect(self.step_box("choose")).to_be_focused()
        self.page.keyboard.press("ArrowRight")
        here = self.page.locator(".graph :focus")
        expect(here).to_have_attribute("data-step", re.compile("ok|never"))
        self.page.keyboard.press("End")
        expect(self.step_box("last")).to_be_focused()
        self.page.keyboard.press("ArrowLeft")
        expect(self.step_box("ok")).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.step_box("ok")).to_have_attribute("aria-pressed", "true")
        row = self.page.get_by_role("table", name="Steps").locator("tr", has_text="Go on?")
        expect(row).to_contain_text("choose (params.who == 'me')")

    def run_workflow(self) -> None:
        """From the list, with a parameter that has no default; the run is followed to its question."""
        self.open("/workflows")
        self.page.get_by_role("button", name=f"Run {self.workflow} now").click()
        dialog = self.page.get_by_role("dialog")
        expect(self.field("parameters.who")).to_have_value("you")
        self.field("parameters.who").fill("me")
        dialog.get_by_role("button", name="Run now").click()
        expect(dialog.locator("[data-path='parameters.n'] .error")).to_contain_text("whole number")
        self.field("parameters.n").fill("3")
        dialog.get_by_role("button", name="Run now").click()
        expect(self.page).to_have_url(re.compile("/workflows/runs/"))
        expect(self.step_box("ok")).to_have_attribute("data-state", "started")
        expect(self.step_box("first")).to_have_attribute("data-state", "succeeded")
        expect(self.step_box("never")).to_contain_text("not chosen")
        self.flow_id = self.page.url.rsplit("/", 1)[1]

    def approve(self) -> None:
        """The question is answered with a comment, and the run ends; its log is where all logs are."""
        self.open("/")
        self.page.locator("[data-waiting-approval]", has_text=self.workflow).get_by_role("link", name="Answer").click()
        question = self.page.locator("[data-approval=ok]")
        expect(question).to_contain_text("Go on?")
        question.get_by_label("Comment").fill("looks right")
        question.get_by_role("button", name="Approve").click()
        expect(self.page.locator("[data-run-state=succeeded]")).to_be_visible()
        expect(self.page.locator("[data-row=ok]")).to_contain_text("looks right")
        self.step_box("first").click()
        self.page.locator("[data-panel=first]").get_by_role("link", name="Open its log").click()
        expect(self.page.locator("tr[data-execution]")).to_have_count(1)

    def stop_workflow(self) -> None:
        """A run is paused, goes on, and is stopped; it is repeated from a step."""
        self.open(f"/workflows/{self.workflow_id}")
        self.page.get_by_role("button", name="Run now").click()
        dialog = self.page.get_by_role("dialog")
        self.field("parameters.who").fill("me")
        self.field("parameters.n").fill("4")
        dialog.get_by_role("button", name="Run now").click()
        expect(self.step_box("ok")).to_have_attribute("data-state", "started")
        self.page.get_by_role("button", name="Pause").click()
        expect(self.page.locator("[data-run-state=paused]")).to_be_visible()
        self.page.get_by_role("button", name="Go on").click()
        expect(self.page.locator("[data-run-state=running]")).to_be_visible()
        self.page.get_by_role("button", name="Stop…").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Stop the run").click()
        expect(self.page.locator("[data-run-state=cancelled]")).to_be_visible()
        expect(self.step_box("last")).to_have_attribute("data-state", "cancelled")
        self.step_box("ok").click()
        self.page.locator("[data-panel=ok]").get_by_role("button", name="Repeat from here").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Repeat").click()
        expect(self.step_box("first")).to_contain_text("kept")
        self.page.locator("[data-approval=ok]").get_by_role("button", name="Reject").click()
        expect(self.page.locator("[data-run-state=failed]")).to_be_visible()

    def delete_workflow(self) -> None:
        self.open("/workflows")
        self.page.get_by_role("button", name=f"More actions for {self.workflow}").click()
        self.page.get_by_role("menuitem", name="Delete").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(self.row(self.workflow)).to_have_count(0)
