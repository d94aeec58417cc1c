# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about the graph editor of workflows: with keys alone, and with a pointer."""

import json
import re

from playwright.sync_api import Locator, expect


class FlowSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def form_of(self, key: str) -> Locator:
        return self.page.locator(f"[data-step-form='{key}']")

    def add_by_keys(self, kind: str, key: str) -> None:
        """A step of a kind after the one that has the focus, with a key of its own; the focus ends in its form."""
        page = self.page
        page.keyboard.press("n")
        item = page.get_by_role("menuitem", name=kind, exact=True)
        expect(item).to_be_visible()
        while not item.evaluate("(one) => one === document.activeElement"):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        field = page.locator("[data-step-form] [data-path=key] input")
        expect(field).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type(key)
        page.keyboard.press("Enter")
        expect(self.form_of(key)).to_be_visible()

    def close_form(self, key: str) -> None:
        """Esc leads from the form back to the step's box."""
        self.page.keyboard.press("Escape")
        expect(self.page.locator("[data-step-form]")).to_have_count(0)
        expect(self.step_box(key)).to_be_focused()

    def write_script(self, key: str, text: str) -> None:
        self.tab_to(self.form_of(key).locator(".cm-content"))
        self.page.keyboard.insert_text(text)
        # Out of the editor, as the job's form does it; the form itself stays.
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Shift+Tab")
        expect(self.form_of(key)).to_be_visible()

    def choose_by_keys(self, box: Locator, value: str) -> None:
        self.tab_to(box)
        self.page.keyboard.type(value)
        expect(box).to_have_value(value)

    def draws_a_workflow(self) -> None:
        """A workflow is drawn, refused a circle, taken back, broken as text, mended, saved and run without a pointer (10.7)."""
        page, name = self.page, f"console-drawn-{self.suffix}"
        self.open("/workflows/new")
        expect(self.step_box("extract")).to_be_visible()
        self.tab_to(self.field("name"))
        page.keyboard.type(name)
        self.tab_to(page.locator("[data-begin] input[value=example]"))
        page.keyboard.press("ArrowRight")
        expect(self.step_box("collect")).to_be_visible()
        page.keyboard.press("ArrowRight")
        expect(page.locator("[data-step]")).to_have_count(0)
        self.tab_to(page.get_by_role("button", name="Add a step"))
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("menuitem", name="Script")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("[data-step-form='script'] [data-path=key] input")).to_be_focused()
        self.write_script("script", 'echo rows=3 >> "$QF_OUTPUT"')
        self.close_form("script")

        self.add_by_keys("Script", "many")
        self.write_script("many", 'echo "many: $QF_PARAM_ROWS"')
        self.tab_to(self.form_of("many").get_by_role("button", name="Add a parameter"))
        page.keyboard.press("Enter")
        page.keyboard.type("rows")
        page.keyboard.press("Tab")
        page.keyboard.insert_text("{{steps.script.outputs.rows}}")
        self.close_form("many")
        expect(page.locator("[data-edge='script many']")).to_be_attached()

        page.keyboard.press("ArrowLeft")
        expect(self.step_box("script")).to_be_focused()
        self.add_by_keys("Decision", "choose")
        self.tab_to(self.form_of("choose").get_by_role("button", name="Add a condition"))
        page.keyboard.press("Enter")
        page.keyboard.insert_text("int(steps.script.outputs.rows) > 2")
        targets = self.form_of("choose").locator("[data-case='0'] select")
        self.tab_to(targets)
        page.keyboard.type("many")
        expect(self.form_of("choose").locator("[data-case='0'] [data-target=many]")).to_be_visible()
        self.close_form("choose")
        self.add_by_keys("Junction", "few")
        self.close_form("few")
        expect(page.locator("[data-edge='choose few']")).to_be_attached()

        self.refuses_a_circle()
        self.renames_and_takes_back()
        self.breaks_the_text()

        page.keyboard.press("Control+Enter")
        expect(page).to_have_url(re.compile(r"/workflows/\d+$"))
        flow = page.url.rsplit("/", 1)[1]
        kept = self.api("GET", f"/workflows/{flow}")
        assert [node["key"] for node in kept["nodes"]] == ["extract", "many", "choose", "few"], kept["nodes"]
        assert kept["nodes"][1]["parameters"] == {"rows": "{{steps.extract.outputs.rows}}"}, kept["nodes"][1]
        assert kept["nodes"][2]["cases"] == [{"when": "int(steps.extract.outputs.rows) > 2", "to": ["many"]}], kept
        assert kept["nodes"][2]["else"] == ["few"], kept
        self.tab_to(page.get_by_role("button", name="Run now…"))
        page.keyboard.press("Enter")
        self.tab_to(page.get_by_role("dialog").get_by_role("button", name="Run now"))
        page.keyboard.press("Enter")
        expect(page.locator("[data-run-state=succeeded]")).to_be_visible()
        expect(self.step_box("many")).to_have_attribute("data-state", "succeeded")
        expect(self.step_box("few")).to_contain_text("not chosen")
        self.open("/workflows")
        self.api("DELETE", f"/workflows/{flow}")

    def begins_with_a_list(self) -> None:
        """A new workflow begins as list, map, collect, and runs as it stands: what was listed is collected (flows.md P10)."""
        page, name = self.page, f"console-list-{self.suffix}"
        self.open("/workflows/new")
        page.locator("[data-begin] label", has_text="List, map, collect").click()
        for key in ("list", "each", "collect"):
            expect(self.step_box(key)).to_be_visible()
        expect(page.locator("[data-edge='each collect']")).to_be_attached()
        self.field("name").fill(name)
        # What somebody has changed is not taken away by another beginning.
        expect(page.locator("[data-begin]")).to_be_visible()
        page.get_by_role("button", name="Save").click()
        expect(page).to_have_url(re.compile(r"/workflows/\d+$"))
        flow = page.url.rsplit("/", 1)[1]
        page.get_by_role("button", name="Run now…").click()
        page.get_by_role("dialog").get_by_role("button", name="Run now").click()
        expect(page.locator("[data-run-state=succeeded]")).to_be_visible()
        for key in ("list", "each", "collect"):
            expect(self.step_box(key)).to_have_attribute("data-state", "succeeded")
        runs = self.api("GET", f"/workflow-runs?workflow_id={flow}")["items"]
        nodes = self.api("GET", f"/workflow-runs/{runs[0]['run_id']}")["nodes"]
        collected = next(node for node in nodes if node["key"] == "collect")
        execution = self.api("GET", f"/runs/{collected['child_run_id']}")["executions"][0]
        log = self.api("GET", f"/executions/{execution['id']}/logs")
        assert 'succeeded: ["done: alpha","done: beta","done: gamma"]' in json.dumps(log).replace('\\"', '"'), log
        self.open("/jobs/new")
        page.locator("[data-path='placement.kind'] label", has_text="In shards").click()
        expect(page.locator("[data-path='placement.kind'] a")).to_have_attribute("href", "/workflows/new?form=map")
        self.open("/workflows/new?form=map")
        expect(self.step_box("collect")).to_be_visible()
        self.open("/workflows")
        self.api("DELETE", f"/workflows/{flow}")

    def refuses_a_circle(self) -> None:
        """Said as soon as it is chosen, with the steps that would wait for each other; nothing is connected."""
        page = self.page
        page.keyboard.press("End")
        here = page.locator(".graph :focus").get_attribute("data-step")
        page.keyboard.press("Home")
        expect(self.step_box("script")).to_be_focused()
        assert here != "script"
        page.keyboard.press("ArrowRight")
        while page.locator(".graph :focus").get_attribute("data-step") != "many":
            page.keyboard.press("ArrowRight")
        page.keyboard.press("c")
        dialog = page.get_by_role("dialog")
        self.choose_by_keys(dialog.locator("[data-path=to] select"), "script")
        expect(dialog.locator("[data-path=to] .error")).to_have_text(
            "The steps would wait for each other: many → script → many"
        )
        self.tab_to(dialog.get_by_role("button", name="Connect"))
        page.keyboard.press("Enter")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(page.locator("[data-edge='many script']")).to_have_count(0)
        expect(self.step_box("many")).to_be_focused()

    def renames_and_takes_back(self) -> None:
        """A new key is in all that names the step; a step that is removed comes back with its lines."""
        page = self.page
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        expect(self.form_of("script").locator("[data-path=key] input")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("many")
        page.keyboard.press("Enter")
        expect(self.form_of("script").locator("[data-path=key] .error")).to_contain_text("There is a step many already")
        page.keyboard.press("Control+A")
        page.keyboard.type("extract")
        page.keyboard.press("Enter")
        expect(self.form_of("extract")).to_be_visible()
        self.close_form("extract")
        expect(page.locator("[data-edge='extract choose']")).to_be_attached()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("End")
        page.keyboard.press("Home")
        page.keyboard.press("Delete")
        expect(self.step_box("extract")).to_have_count(0)
        expect(page.locator(".graph :focus")).to_have_count(1)
        page.keyboard.press("Control+z")
        expect(page.locator("[data-edge='extract choose']")).to_be_attached()
        page.keyboard.press("Control+Shift+z")
        expect(self.step_box("extract")).to_have_count(0)
        page.keyboard.press("Control+z")
        expect(self.step_box("extract")).to_be_visible()

    def breaks_the_text(self) -> None:
        """A text that cannot be read says where, and takes neither itself nor the drawing away."""
        page = self.page
        self.tab_to(page.get_by_role("radio", name="Graph"), back=True)
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("radio", name="JSON")).to_be_checked()
        text = page.locator(".cm-content")
        expect(text).to_contain_text("steps.extract.outputs.rows")
        self.tab_to(text)
        page.keyboard.press("Control+Home")
        page.keyboard.insert_text("\n\n{")
        fault = page.locator("[data-fault='']")
        expect(fault).to_contain_text("This is no JSON")
        expect(fault).to_contain_text(re.compile(r"Line \d"))
        page.keyboard.press("Escape")
        self.tab_to(page.get_by_role("radio", name="JSON"), back=True)
        page.keyboard.press("ArrowLeft")
        expect(self.step_box("many")).to_be_visible()
        expect(page.locator(".held")).to_contain_text("cannot be read now")
        expect(page.locator("[data-undo]")).to_be_disabled()
        page.keyboard.press("ArrowRight")
        expect(text).to_contain_text("{{")
        page.keyboard.press("ArrowLeft")
        self.tab_to(page.get_by_role("button", name="Drop the changes of the text"))
        page.keyboard.press("Enter")
        expect(page.locator(".held")).to_have_count(0)
        expect(page.locator("[data-fault]")).to_have_count(0)

    def mends_a_workflow(self) -> None:
        """What the server refuses stands at its step and goes when that is mended; lines are drawn and changed with a pointer."""
        page = self.page
        name = f"console-mended-{self.suffix}"
        job = self.api("POST", "/tasks", {
            "name": name, "executor_type": 1, "executor_config": {"command": "true"}, "schedule_type": "manual",
            "group_ids": [1], "status": 1,
        })["id"]  # fmt: skip
        body = {
            "name": name,
            "group_ids": [1],
            "nodes": [{"key": key, "kind": "noop"} for key in ("a", "b", "c")],
            "edges": [{"from": "a", "to": "b"}],
        }
        flow = self.api("POST", "/workflows", body)["id"]
        self.open(f"/workflows/{flow}/edit")
        self.step_box("b").click()
        page.get_by_role("button", name="Add a step").click()
        page.get_by_role("menuitem", name="Task").click()
        expect(page.locator("[data-edge='b job']")).to_be_attached()
        page.get_by_role("button", name="Check").click()
        fault = page.locator("[data-fault='nodes[3].task_id']")
        expect(fault).to_contain_text("say which task runs")
        expect(self.step_box("job")).to_have_attribute("aria-label", re.compile("something is wrong"))
        picker = self.form_of("job").locator("[data-path=task_id] input")
        expect(picker).to_be_focused()
        expect(picker).to_have_attribute("aria-invalid", "true")
        page.keyboard.type(name)
        expect(self.form_of("job").get_by_role("option", name=name)).to_be_visible()
        page.keyboard.press("Enter")
        expect(self.form_of("job").locator(f"[data-chosen='{job}']")).to_contain_text(name)
        expect(page.locator("[data-fault]")).to_have_count(0)
        page.get_by_role("button", name="Check").click()
        expect(page.locator("[data-checked]")).to_be_visible()

        self.drag("c", "job")
        expect(page.locator("[data-edge='c job']")).to_be_attached()
        self.drag("job", "a")
        self.toasted("would wait for each other: job → a → b → job")
        expect(page.locator("[data-edge='job a']")).to_have_count(0)
        # A press on a line leads to its condition.
        page.locator("[data-hit='a b']").click(force=True)
        condition = self.form_of("a").locator("[data-link='a b'] select")
        expect(condition).to_be_focused()
        condition.select_option("failure")
        self.form_of("a").get_by_label("catches the failure").check()
        page.locator(".panel").get_by_role("button", name="Close").click()
        self.small_screen()
        page.get_by_role("button", name="Save").click()
        expect(page).to_have_url(re.compile(r"/workflows/\d+$"))
        kept = self.api("GET", f"/workflows/{flow}")
        lines = [(edge["from"], edge["to"], edge["on"], edge.get("catch", False)) for edge in kept["edges"]]
        assert lines == [("a", "b", "failure", True), ("b", "job", "success", False)], lines
        assert (kept["cron_expr"], kept["timezone"]) == ("30 4 * * *", "UTC"), kept
        assert kept["overlap"] == "queue_one" and kept["labels"] == {"team": "bi"}, kept
        assert kept["parameters"] == [{"name": "day", "type": "int", "default": 3}], kept["parameters"]
        self.open("/workflows")
        self.api("DELETE", f"/workflows/{flow}")
        self.api("DELETE", f"/tasks/{job}")

    def drag(self, source: str, target: str) -> None:
        port = self.page.locator(f"[data-port='{source}']")
        port.scroll_into_view_if_needed()
        at, to = port.bounding_box(), self.step_box(target).bounding_box()
        mouse = self.page.mouse
        mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        mouse.down()
        mouse.move(to["x"] + 60, to["y"] + 10, steps=6)
        mouse.move(to["x"] + 70, to["y"] + to["height"] / 2, steps=4)
        mouse.up()

    def small_screen(self) -> None:
        """On a phone the form of a step lies over the page; a reload keeps what was not saved."""
        page = self.page
        page.set_viewport_size({"width": 390, "height": 844})
        self.step_box("c").click()
        sheet = page.get_by_role("dialog", name="Step c")
        expect(sheet.locator("[data-step-form='c']")).to_be_visible()
        assert self.too_wide() <= 0, self.too_wide()
        page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)
        expect(self.step_box("c")).to_be_focused()
        page.keyboard.press("Enter")
        expect(sheet.locator("[data-path=key] input")).to_be_focused()
        page.keyboard.press("Escape")
        expect(self.step_box("c")).to_be_focused()
        page.keyboard.press("Delete")
        expect(self.step_box("c")).to_have_count(0)
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        expect(page.get_by_text("What you had not saved is back")).to_be_visible()
        expect(self.step_box("job")).to_be_visible()
        expect(self.step_box("c")).to_have_count(0)
        page.set_viewport_size({"width": 1366, "height": 768})
        page.locator(".settings summary").click()
        self.field("overlap").select_option("queue_one")
        page.get_by_role("radio", name="Schedule").check(force=True)
        expect(self.field("cron_expr")).to_have_value("0 2 * * *")
        page.locator("[data-cron-builder] input[type=time]").fill("04:30")
        expect(self.field("cron_expr")).to_have_value("30 4 * * *")
        expect(page.locator("[data-preview]")).to_contain_text("04:30")
        page.get_by_role("button", name="Add a label").click()
        page.keyboard.type("team")
        page.keyboard.press("Tab")
        page.keyboard.type("bi")
        rows = page.locator(".settings [data-path=parameters]")
        rows.get_by_role("button", name="Add a parameter").click()
        rows.get_by_label("Name 1").fill("day")
        page.keyboard.press("Tab")
        rows.get_by_label("Type 1").select_option("int")
        rows.get_by_label("needed").uncheck()
        rows.get_by_label("Default 1").fill("three")
        expect(rows.get_by_text("Give a whole number.")).to_be_visible()
        rows.get_by_label("Default 1").fill("3")
        expect(rows.locator(".t-bad")).to_have_count(0)

