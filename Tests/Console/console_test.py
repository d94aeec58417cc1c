# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""A journey through the console in a real browser, against a running server with at least one agent.

    python console_test.py http://127.0.0.1:8080 --username admin --password-file FILE [--screenshots DIR]

Needs Debian's chromium and `pip install playwright==1.65.2 axe-playwright-python==0.1.8` (no `playwright install`).
It makes jobs and a group of its own and deletes them again. Any console error, uncaught error, violation of the content
security policy or accessibility finding fails. The last line is `N passed, N failed`.
"""

import argparse
import base64
import hashlib
import hmac
import os
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import openpyxl
from acceptance_steps import AcceptanceSteps
from alert_steps import AlertSteps
from cause_steps import CauseSteps
from fault_steps import FaultSteps
from flow_steps import FlowSteps
from hook_steps import HookSteps
from host_steps import HostSteps
from injection_steps import InjectionSteps
from job_steps import JobSteps
from key_steps import KeySteps
from list_steps import ListSteps
from line_steps import LineSteps
from overlays import CLICKS, ON_TOP, WITHIN, opened
from playwright.sync_api import Browser, BrowserContext, Download, Locator, Page, Route, expect, sync_playwright
from proof_steps import ProofSteps
from record_steps import RecordSteps
from settings_steps import SettingsSteps
from trial_steps import TrialSteps
from walk_steps import WalkSteps
from workflow_steps import WorkflowSteps

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
RECORD_VIOLATIONS = """
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', (e) => {
      violations.push(`${e.violatedDirective} ${e.blockedURI}`);
      console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`);
    });
"""
# A message stands for four seconds only: who looks after that still learns that it was there.
RECORD_TOASTS = """
    globalThis.toasted = [];
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          if (node instanceof Element && node.matches('.toast')) toasted.push(`${node.className}: ${node.textContent}`);
        }
      }
    }).observe(document, { childList: true, subtree: true });
"""
THEMES = ("light", "dark")
LANGUAGES = ("en", "zh-CN")
# Path, and what has to be there before the page counts as complete.
PAGES = {
    "overview": ("/", "[data-kpi=ended] .value"),
    "wall": ("/wall", "[data-wall=hosts] dd"),
    "jobs": ("/jobs", "tr[data-job]"),
    "job-new": ("/jobs/new", ".cm-content"),
    "job": ("/jobs/{job}", ".figures dd"),
    "job-versions": ("/jobs/{job}/versions", "[data-diff]"),
    "job-hooks": ("/jobs/{job}/hooks", ".card-head"),
    "job-edit": ("/jobs/{job}/edit", ".cm-content"),
    "executions": ("/executions", "tbody tr"),
    "timeline": ("/executions/timeline", "[data-bar]"),
    "execution": ("/executions/{execution}", ".panel .pill"),
    "compare": ("{compared}", "[data-compare]"),
    "tasks": ("/tasks", "tr[data-run]"),
    "task": ("/tasks/{run}", "[data-event]"),
    "workflows": ("/workflows", "[data-workflow]"),
    "workflow-new": ("/workflows/new", "[data-step]"),
    "workflow": ("/workflows/{workflow}", "[data-step]"),
    "workflow-edit": ("/workflows/{workflow}/edit", "[data-step]"),
    "workflow-run": ("/workflows/runs/{flow}", "[data-step]"),
    "calendar": ("/calendar", ".map i"),
    "hosts": ("/hosts", "tr[data-host]"),
    "host": ("/hosts/{host}", "tr[data-execution]"),
    "groups": ("/groups", "tbody tr"),
    "group-board": ("/groups/board", "main .card"),
    "group-rules": ("/groups/rules", "h1"),
    "incidents": ("/alerts/incidents", "[data-incident]"),
    "deliveries": ("/alerts/deliveries", "[data-delivery]"),
    "notify-rules": ("/alerts/rules", "[data-notify-rule]"),
    "channels": ("/alerts/channels", "[data-channel]"),
    "silences": ("/alerts/silences", ".filters .primary"),
    "approvals": ("/approvals", "main h1"),
    "reports": ("/reports", "[data-figure=total]"),
    "users": ("/settings/users", "[data-user]"),
    "roles": ("/settings/roles", "[data-role]"),
    "tokens": ("/settings/tokens", "main h2"),
    "secrets": ("/settings/secrets", "main h2"),
    "system": ("/settings/system", "[data-source]"),
    "audit": ("/settings/audit", "[data-audit]"),
    "preferences": ("/me", "#me-rights"),
    "missing": ("/no-such-page", "h1"),
}


OVERLAYS = ("drawer", "shortcuts", "palette", "ended", *CLICKS)


class Journey(
    AcceptanceSteps,
    AlertSteps,
    CauseSteps,
    FaultSteps,
    FlowSteps,
    HookSteps,
    HostSteps,
    InjectionSteps,
    JobSteps,
    KeySteps,
    LineSteps,
    ListSteps,
    ProofSteps,
    RecordSteps,
    SettingsSteps,
    TrialSteps,
    WalkSteps,
    WorkflowSteps,
):
    """Runs the steps one after another, counts them, and goes on after a failure where that makes sense."""

    def __init__(self, browser: Browser, options: argparse.Namespace) -> None:
        self.browser = browser
        self.options = options
        self.base = options.base.rstrip("/")
        self.password = Path(options.password_file).read_text().strip()
        self.passed = 0
        self.failed = 0
        self.problems: list[str] = []
        # Status codes that the present step provokes. What was asked meanwhile may be refused later, and is no fault then.
        self.refusals: set[int] = set()
        self.expected: dict[str, list[set[int]]] = {}
        # Addresses of requests that a step has cut off, each as often as it did.
        self.cut_off: Counter[str] = Counter()
        self.suffix = f"{os.getpid()}-{int(time.time()) % 100000}"
        self.ticker = f"console-tick-{self.suffix}"
        self.sleeper = f"console-sleep-{self.suffix}"
        self.flaky = f"console-flaky-{self.suffix}"
        self.group = f"console-group-{self.suffix}"
        self.channel = f"hook-{self.suffix}"
        self.notify_rule = f"<b>rule</b> {self.suffix}"
        self.workflow = f"console-flow-{self.suffix}"
        self.workflow_id = ""
        self.flow_id = ""
        self.job_id = ""
        self.yearly_id = 0
        self.execution_id = ""
        self.run_id = ""
        self.host_id = ""
        self.compared = ""
        self.page = self.context("light", "en").new_page()

    # --- tools ---

    def context(self, theme: str, language: str, **extra: object) -> BrowserContext:
        context = self.browser.new_context(
            viewport={"width": 1366, "height": 768}, reduced_motion="reduce", **extra
        )
        context.set_default_timeout(self.options.patience * 1000)
        context.add_init_script(RECORD_VIOLATIONS)
        context.add_init_script(RECORD_TOASTS)
        # Only when nothing is chosen yet, so that a choice made in the journey survives a reload.
        context.add_init_script(
            f"localStorage['qf.theme'] ??= '{theme}'; localStorage['qf.lang'] ??= '{language}';"
        )
        context.on("page", self.watch)
        return context

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("request", lambda request: self.asked(request.url))
        page.on("response", lambda response: self.answered(response.url) if response.status < 400 else None)
        page.on("requestfailed", lambda request: self.answered(request.url))
        page.on("console", lambda message: self.heard(message.type, message.text, message.location.get("url", "")))

    def asked(self, url: str) -> None:
        if self.refusals:
            self.expected.setdefault(url, []).append(set(self.refusals))

    def answered(self, url: str) -> None:
        if self.expected.get(url):
            self.expected[url].pop(0)

    def heard(self, kind: str, text: str, url: str) -> None:
        if kind not in ("error", "warning"):
            return
        # Browsers log each refused request; those that a step provokes are not faults of the console.
        status = re.search(r"status of (\d+)", text)
        if status:
            allowed = self.expected[url].pop(0) if self.expected.get(url) else set()
            if int(status[1]) in allowed | self.refusals:
                return
        if "ERR_FAILED" in text and self.cut_off[url] > 0:
            self.cut_off[url] -= 1
            return
        self.problems.append(f"{kind}: {text} {url}".rstrip())

    def cut(self, page: Page, pattern: str | re.Pattern[str], when: Callable[[], bool] = lambda: True) -> None:
        """Requests that match fail from now on, as in an outage; what the browser says of them is no fault."""

        def handle(route: Route) -> None:
            if not when():
                route.continue_()
                return
            self.cut_off[route.request.url] += 1
            route.abort()

        page.route(pattern, handle)

    def step(self, name: str, body: Callable[[], None]) -> bool:
        if self.options.only and not re.search(self.options.only, name):
            return True
        self.problems.clear()
        # Those of a step that failed are no longer provoked.
        self.refusals = set()
        start = time.monotonic()
        try:
            body()
            assert not self.problems, "; ".join(self.problems)
        except Exception as error:  # noqa: BLE001 -- a failed step must not end the journey
            self.failed += 1
            print(f"FAILED {name}")
            print("    " + str(error).strip().replace("\n", "\n    ")[:3000])
            if self.options.verbose:
                traceback.print_exc()
            try:
                self.shoot(self.page, f"failed-{self.failed}")
            except Exception as problem:  # noqa: BLE001 -- nor must a picture that can't be taken
                print(f"    no picture: {problem}")
            return False
        self.passed += 1
        print(f"ok     {name} ({time.monotonic() - start:.1f} s)")
        return True

    def shoot(self, page: Page, name: str) -> None:
        if self.options.screenshots:
            # Hiding the caret would add a style element, which the policy refuses.
            page.screenshot(path=Path(self.options.screenshots) / f"{name}.png", caret="initial")

    def row(self, name: str) -> Locator:
        return self.page.locator("tr", has=self.page.get_by_role("link", name=name, exact=True))

    def field(self, path: str) -> Locator:
        return self.page.locator(f"[data-path='{path}']").locator("input, select, textarea").first

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def type_command(self, text: str) -> None:
        self.page.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        # First away with it: text that is put over styled text takes its style along, inline, and the policy objects.
        self.page.keyboard.press("Delete")
        # As typed by a person, but without the editor's own indentation and brackets.
        self.page.keyboard.insert_text(text)

    def save(self) -> None:
        self.page.get_by_role("button", name="Save and enable").click()
        expect(self.page).to_have_url(re.compile(r"/jobs/\d+$"))

    def drawer(self) -> Locator:
        return self.page.get_by_role("dialog")

    def sheet(self, saved: Download) -> list[tuple]:
        """The rows of a workbook as a spreadsheet reads them."""
        with tempfile.TemporaryDirectory() as place:
            book = Path(place) / saved.suggested_filename
            assert book.suffix == ".xlsx", book
            saved.save_as(book)
            return list(openpyxl.load_workbook(book).active.values)

    def toasted(self, text: str, page: Page | None = None) -> None:
        """Until a message with the text has appeared on the page that is open."""
        page = page or self.page
        deadline = time.monotonic() + 60
        while not any(text in shown for shown in page.evaluate("toasted")):
            assert time.monotonic() < deadline, f"no message says {text!r}"
            page.wait_for_timeout(50)

    def close_drawer(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.drawer()).to_have_count(0)

    def run_now(self, name: str) -> None:
        self.page.get_by_role("button", name=f"Run {name} now", exact=True).click()
        expect(self.page.get_by_role("dialog").get_by_text("Will run on 1 hosts")).to_be_visible()
        self.page.get_by_role("dialog").get_by_role("button", name="Run now", exact=True).click()
        expect(self.drawer().get_by_role("log")).to_be_visible()

    # --- steps ---

    def sign_in(self) -> None:
        self.open("/jobs?status=1")
        expect(self.page).to_have_url(re.compile(r"/login\?next="))
        self.page.locator("[name=username]").fill(self.options.username)
        self.page.locator("[name=password]").fill("this is not it")
        self.refusals = {401, 429}
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("alert")).to_be_visible()
        self.refusals = set()
        self.page.locator("[name=password]").fill(self.password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).to_have_url(self.base + "/jobs?status=1")

    def live(self) -> None:
        expect(self.page.locator("[data-live=live]")).to_be_visible()

    def cron_preview(self) -> None:
        self.open("/jobs")
        self.page.get_by_role("link", name="New job").first.click()
        self.field("name").fill(self.ticker)
        self.type_command('echo "tick from the console"; echo "and a warning" >&2')
        preview = self.page.locator("[data-preview]")
        self.refusals = {422, 400}
        self.field("cron_expr").fill("61 * * * *")
        expect(self.field("cron_expr")).to_have_attribute("aria-invalid", "true")
        self.field("cron_expr").fill("* * *")
        expect(self.page.locator("[data-path=cron_expr] .error")).to_be_visible()
        self.field("cron_expr").fill("* * * * * *")
        expect(preview.locator("tbody tr")).to_have_count(5)
        self.refusals = set()
        expect(preview.locator(".words")).to_contain_text("second")
        expect(self.field("cron_expr")).not_to_have_attribute("aria-invalid", "true")
        self.shoot(self.page, "journey-form")

    def refuse_form(self) -> None:
        self.field("timeout").fill("5")
        self.page.get_by_role("button", name="Save and enable").click()
        expect(self.page.get_by_role("alert")).to_be_visible()
        expect(self.field("timeout")).to_be_focused()
        expect(self.page.locator("[data-path=timeout] .error")).to_be_visible()
        self.field("timeout").fill("300")

    def create(self) -> None:
        self.page.keyboard.press("Control+Enter")
        # To the new job itself: in a long list it would be on the last page.
        expect(self.page).to_have_url(re.compile(r"/jobs/\d+$"))
        self.job_id = self.page.url.rsplit("/", 1)[1]
        self.open(f"/jobs?keyword={self.suffix}")
        expect(self.row(self.ticker)).to_be_visible()

    def see_it_run(self) -> None:
        # By push: nothing reloads the page.
        expect(self.row(self.ticker).get_by_title("Success")).to_be_visible()
        # Each run is a bar of the strip.
        expect(self.row(self.ticker).locator(".strip [data-run]").first).to_be_attached()
        self.shoot(self.page, "journey-jobs")

    def read_log(self) -> None:
        self.row(self.ticker).get_by_role("button", name="execution log").click()
        log = self.drawer().get_by_role("log")
        expect(log).to_contain_text("tick from the console")
        expect(log.locator(".line.err")).to_contain_text("and a warning")
        expect(self.page).to_have_title(re.compile(re.escape(self.ticker)))
        with self.page.expect_download() as saved:
            self.drawer().get_by_role("button", name="Download the log").click()
        assert saved.value.suggested_filename.startswith(self.ticker), saved.value.suggested_filename
        # The keys of the log work in the whole drawer: `e` is the first error, `/` the search.
        self.drawer().get_by_role("button", name="Close").focus()
        self.page.keyboard.press("e")
        expect(log.locator(".line.at")).to_contain_text("and a warning")
        self.page.keyboard.press("/")
        expect(self.drawer().get_by_role("searchbox")).to_be_focused()
        self.drawer().get_by_role("searchbox").fill("TICK")
        expect(log.locator(".hit")).to_have_text(["tick"])
        self.shoot(self.page, "journey-log")
        self.execution_id = re.search(r"run=([0-9a-f-]+)", self.page.url)[1]
        # Esc in a search box empties it first.
        self.page.keyboard.press("Escape")
        expect(self.drawer().get_by_role("searchbox")).to_have_value("")
        # Lines have addresses, and wrap; both are there after a reload.
        log.locator(".line.err .no").click()
        expect(self.page).to_have_url(re.compile(r"line=\d"))
        self.drawer().get_by_role("button", name="Wrap long lines").click()
        self.page.reload()
        expect(log.locator(".line.at")).to_contain_text("and a warning")
        wrap = self.drawer().get_by_role("button", name="Wrap long lines")
        expect(wrap).to_have_attribute("aria-pressed", "true")
        wrap.click()
        self.close_drawer()

    def disable(self) -> None:
        switch = self.row(self.ticker).get_by_role("switch")
        switch.click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Disable").click()
        expect(switch).to_have_attribute("aria-checked", "false")
        self.page.reload()
        expect(self.row(self.ticker).get_by_role("switch")).to_have_attribute("aria-checked", "false")

    def run_by_hand(self) -> None:
        self.run_now(self.ticker)
        expect(self.drawer().get_by_role("log")).to_contain_text("tick from the console")
        expect(self.drawer().get_by_text("Success")).to_be_visible()
        expect(self.drawer().get_by_text("Manual")).to_be_visible()
        self.close_drawer()

    def same_name(self) -> None:
        self.open("/jobs/new")
        self.field("name").fill(self.ticker)
        self.type_command("true")
        self.refusals = {409, 422}
        self.page.get_by_role("button", name="Save and enable").click()
        expect(self.page.locator("[data-path=name] .error")).to_be_visible()
        expect(self.field("name")).to_be_focused()
        self.refusals = set()

    def cancel(self) -> None:
        self.field("name").fill(self.sleeper)
        self.type_command("echo started; sleep 60")
        self.page.get_by_text("Manual only").click()
        self.save()
        self.open(f"/jobs?keyword={self.sleeper}")
        self.run_now(self.sleeper)
        expect(self.drawer().get_by_role("log")).to_contain_text("started")
        self.drawer().get_by_role("button", name="Stop").click()
        expect(self.page.get_by_role("alertdialog").get_by_role("button", name="Keep it running")).to_be_visible()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Cancel run").click()
        expect(self.drawer().get_by_text("Cancelled", exact=True)).to_be_visible()
        self.shoot(self.page, "journey-cancelled")
        self.close_drawer()

    def attempts(self) -> None:
        """Each attempt of a retried run keeps its output, as a tab over the log."""
        self.open("/jobs/new")
        self.field("name").fill(self.flaky)
        # The process's number tells the attempts apart.
        self.type_command('echo "attempt by $$"; exit 3')
        self.page.get_by_text("Manual only").click()
        self.field("retry_count").fill("2")
        self.field("retry_interval").fill("1")
        self.save()
        self.open(f"/jobs?keyword={self.flaky}")
        self.run_now(self.flaky)
        tabs = self.drawer().locator("[data-attempt]")
        expect(tabs).to_have_count(3)
        log = self.drawer().get_by_role("log")
        expect(self.drawer().get_by_text("Failed").first).to_be_visible()
        texts = []
        for number in range(3):
            tabs.nth(number).click()
            expect(tabs.nth(number)).to_have_attribute("aria-current", "true")
            for text in texts:
                expect(log).not_to_contain_text(text)
            expect(log).to_contain_text("attempt by")
            texts.append(re.search(r"attempt by \d+", log.inner_text())[0])
        assert len(set(texts)) == 3, "attempts show the same output"
        # The run as a whole has a page with everything that happened.
        self.drawer().locator("[data-to-run]").click()
        expect(self.page).to_have_url(re.compile("/tasks/[0-9a-f-]+$"))
        expect(self.drawer()).to_have_count(0)
        self.run_id = self.page.url.rsplit("/", 1)[1]
        expect(self.page.locator("[data-run-state=failed]")).to_be_visible()
        expect(self.page.locator("[data-event=attempt-failed]")).to_have_count(2)
        ended = self.page.locator("[data-event=unit-failed]")
        expect(ended).to_contain_text("exit status 3")
        ended.get_by_role("button", name="All of this event").click()
        expect(self.page.locator(".unfolded pre")).to_contain_text('"action": "unit-failed"')
        ended.locator(".linkish").click()
        expect(self.drawer().get_by_role("log")).to_contain_text("attempt by")
        self.close_drawer()
        expect(self.page).to_have_url(re.compile("/tasks/[0-9a-f-]+$"))

    def edit(self) -> None:
        self.open(f"/jobs/{self.job_id}")
        self.page.get_by_role("link", name="Edit").click()
        self.field("description").fill("Changed in the browser")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{self.job_id}")
        expect(self.page.get_by_text("Changed in the browser")).to_be_visible()

    def filter_executions(self) -> None:
        self.open("/executions")
        self.page.get_by_role("button", name="Cancelled", exact=True).click()
        self.page.get_by_role("searchbox").fill(self.sleeper)
        expect(self.page.locator("tbody tr")).to_have_count(1)
        expect(self.page).to_have_url(re.compile(rf"status=6.*keyword={self.sleeper}|keyword={self.sleeper}.*status=6"))
        self.page.reload()
        expect(self.page.locator("tbody tr")).to_have_count(1)
        expect(self.page.locator("tbody tr").get_by_text("Cancelled")).to_be_visible()
        # All that match: counted by the server before anything is done, and saved as a workbook.
        match = self.page.get_by_role("button", name="All that match")
        match.click()
        self.page.get_by_role("menuitem", name="Stop those that are open").click()
        self.toasted("None of those that match is open")
        match.click()
        self.page.get_by_role("menuitem", name="Run those that have ended again").click()
        question = self.page.get_by_role("alertdialog")
        expect(question).to_contain_text("Run 1 executions again?")
        expect(question).to_contain_text(self.sleeper)
        question.get_by_role("button", name="Cancel", exact=True).click()
        match.click()
        with self.page.expect_download() as saved:
            self.page.get_by_role("menuitem", name="Export Excel").click()
        rows = self.sheet(saved.value)
        assert [row[:3] for row in rows[1:]] == [(self.sleeper, "local", "Cancelled")], rows

    def filters_by_back(self) -> None:
        """Each filter is a step that Back undoes; closing the drawer leaves nothing for Back to open again."""
        self.open("/executions")
        expect(self.page.locator("tbody tr").first).to_be_visible()
        self.page.get_by_role("button", name="Running", exact=True).click()
        expect(self.page).to_have_url(re.compile(r"status=2"))
        self.page.go_back()
        expect(self.page).to_have_url(self.base + "/executions")
        self.page.locator("tbody tr .linkish").first.click()
        expect(self.drawer()).to_be_visible()
        self.close_drawer()
        expect(self.page).to_have_url(self.base + "/executions")

    def types_a_loop(self) -> None:
        """Enter is a line break, whatever word stands before it: nothing completes it away."""
        # What an earlier step left half written may be previewed first, and be refused.
        self.refusals = {400, 422}
        self.open("/jobs/new")
        self.type_command("for i in 1 2 3; do")
        # Time for a completion to appear, were there one.
        self.page.wait_for_timeout(500)
        self.page.keyboard.press("Enter")
        self.page.keyboard.insert_text("echo $i")
        expect(self.page.locator(".cm-line").nth(0)).to_have_text("for i in 1 2 3; do")
        expect(self.page.locator(".cm-line").nth(1)).to_contain_text("echo $i")
        self.refusals = set()

    def keeps_a_draft(self) -> None:
        """What was typed is there after a reload, and thrown away when asked."""
        # An earlier step left an expression that is none, which is previewed, and refused, until it is thrown away.
        self.refusals = {400, 422}
        expect(self.field("name")).to_be_visible()
        self.field("name").fill("half written")
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.reload()
        expect(self.field("name")).to_have_value("half written")
        self.page.get_by_role("button", name="Throw it away").click()
        expect(self.field("name")).to_have_value("")
        self.refusals = set()

    def mends_errors(self) -> None:
        """An error goes when its field changes; a value without a name is said instead of dropped."""
        self.field("timeout").fill("5")
        self.page.get_by_role("button", name="Add a variable").click()
        self.page.keyboard.press("Tab")
        self.page.keyboard.type("a value")
        self.page.get_by_role("button", name="Save and enable").click()
        expect(self.page.locator("[data-path=timeout] .error")).to_be_visible()
        expect(self.page.locator("[data-path='executor_config.env'] .error")).to_contain_text("no name")
        self.field("timeout").fill("60")
        expect(self.page.locator("[data-path=timeout] .error")).to_have_count(0)
        self.page.get_by_role("link", name="Cancel", exact=True).click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Discard").click()

    def signs_in_in_place(self) -> None:
        """A session that ends under a form: sign in on top of it, and everything typed is still there."""
        self.open("/jobs/new")
        self.field("name").fill("survives")
        self.type_command("true")
        self.refusals = {401}
        self.page.context.clear_cookies()
        # The dialog may be there before: any request finds out that the session has ended.
        self.page.get_by_role("button", name="Save and enable").dispatch_event("click")
        dialog = self.page.get_by_role("alertdialog", name="Your session has ended")
        dialog.locator("[name=password]").fill(self.password)
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog).to_have_count(0)
        self.refusals = set()
        expect(self.field("name")).to_have_value("survives")
        self.page.get_by_role("link", name="Cancel", exact=True).click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Discard").click()

    def recovers(self) -> None:
        """A page opened while nothing answers says so, and shows its data by itself when something does."""
        failed = {"on": True}
        self.cut(self.page, "**/api/v1/**", lambda: failed["on"])
        self.page.get_by_role("link", name="Hosts", exact=True).click()
        expect(self.page.get_by_text("Could not be loaded")).to_be_visible()
        failed["on"] = False
        expect(self.page.locator("tr[data-host]").first).to_be_visible()
        self.page.unroute_all()

    def bad_page(self) -> None:
        self.open("/jobs?page=9999")
        expect(self.page.locator("tr[data-job]").first).to_be_visible()
        expect(self.page).not_to_have_url(re.compile("page=9999"))
        # Columns that are left out stay out.
        self.page.get_by_role("button", name="Columns").click()
        self.page.get_by_role("group", name="Columns").get_by_label("Groups").uncheck()
        self.page.keyboard.press("Escape")
        head = self.page.get_by_role("columnheader", name="Groups")
        expect(head).to_have_count(0)
        self.page.reload()
        expect(self.page.locator("tr[data-job]").first).to_be_visible()
        expect(head).to_have_count(0)
        self.page.get_by_role("button", name="Columns").click()
        self.page.get_by_role("group", name="Columns").get_by_label("Groups").check()
        expect(head).to_have_count(1)

    def palette(self) -> None:
        self.open("/")
        expect(self.page.locator("[data-kpi=ended]")).to_be_visible()
        self.page.keyboard.press("Control+k")
        expect(self.page.get_by_role("combobox", name="A job, a host")).to_be_focused()
        self.page.keyboard.type(self.ticker)
        expect(self.page.get_by_role("option", name=self.ticker)).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(self.page).to_have_url(f"{self.base}/jobs/{self.job_id}")
        expect(self.page).to_have_title(re.compile(re.escape(self.ticker)))

    def bulk(self) -> None:
        self.open(f"/jobs?keyword={self.suffix}")
        expect(self.page.locator("tr[data-job]")).to_have_count(3)
        self.page.get_by_role("checkbox", name="Choose all on this page").check()
        bar = self.page.get_by_role("region", name="Acts on the chosen jobs")
        bar.get_by_role("button", name="Disable").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Disable").click()
        expect(bar).to_have_count(0)
        expect(self.page.locator("tr[data-job] [role=switch][aria-checked=false]")).to_have_count(3)
        # All that match, also on pages that are not shown.
        self.open(f"/jobs?keyword={self.suffix}&page_size=2")
        expect(self.page.locator("tr[data-job]")).to_have_count(2)
        self.page.get_by_role("checkbox", name="Choose all on this page").check()
        bar.get_by_role("button", name="Choose all 3 that match").click()
        expect(bar).to_contain_text("All 3 that match")
        bar.get_by_role("button", name="Enable").click()
        dialog = self.page.get_by_role("alertdialog")
        expect(dialog).to_contain_text("Enable 3 jobs?")
        dialog.get_by_role("button", name="Enable").click()
        self.toasted("3 jobs enabled")
        for task in self.api("GET", f"/tasks?keyword={self.suffix}")["items"]:
            assert task["status"] == 1, task["name"]
            self.api("POST", f"/tasks/{task['id']}/disable")

    def approvals(self) -> None:
        """A request for another person shows as soon as it is asked, and goes when it is taken back; nothing is reloaded."""
        # It stays: one person alone can't delete it.
        name = f"guarded {int(time.time())}"
        body = {"name": name, "executor_type": 1, "executor_config": {"command": "true"}, "cron_expr": "0 3 * * *"}
        guarded = self.api("POST", "/tasks", {**body, "group_ids": [1], "two_person": ["edit"]})["id"]
        self.open("/approvals?view=mine")
        expect(self.page.locator("[data-live=live]")).to_be_visible()
        self.api("POST", f"/tasks/{guarded}/disable")
        row = self.page.locator("tr[data-approval]", has_text=name)
        # The page asks by itself every 15 s, and not at all while the live connection stands.
        expect(row).to_be_visible()
        row.get_by_role("button").click()
        self.page.get_by_role("button", name="Withdraw").click()
        expect(row).to_contain_text("Withdrawn")
        # Asked again: an account that the one has made for the other is no second person, and the page says so.
        self.api("POST", f"/tasks/{guarded}/disable")
        other = f"otto-{self.suffix}"
        made = self.api("POST", "/users", {"username": other, "role": "admin"})
        context = self.context("light", "en")
        page = context.new_page()
        self.first_sign_in(page, other, made["password"], "quite another thing 8")
        page.goto(self.base + "/approvals")
        asked = page.locator("tr[data-approval]", has_text=name)
        asked.get_by_role("button").click()
        self.refusals = {403}
        page.get_by_role("button", name="Approve and do it").click()
        self.toasted("the two count as one person", page)
        expect(asked).to_have_count(1)
        context.close()
        self.refusals = set()
        assert self.api("GET", f"/tasks/{guarded}")["status"] == 1
        row.filter(has_text="Waiting").get_by_role("button").click()
        self.page.get_by_role("button", name="Withdraw").click()
        expect(row.filter(has_text="Withdrawn")).to_have_count(2)
        self.open("/jobs")
        self.api("DELETE", f"/users/{made['id']}")

    def approved_by_another(self) -> None:
        """What one administrator asks for, another one sees, approves and so does; the first one's page tells it at once."""
        name = f"two persons {self.suffix}"
        body = {"name": name, "executor_type": 1, "executor_config": {"command": "true"}, "cron_expr": "0 3 * * *"}
        guarded = self.api("POST", "/tasks", {**body, "group_ids": [1], "two_person": ["edit"]})["id"]
        self.open("/approvals?view=mine")
        expect(self.page.locator("[data-live=live]")).to_be_visible()
        self.api("POST", f"/tasks/{guarded}/disable")
        assert self.api("GET", f"/tasks/{guarded}")["status"] == 1, "done by one person alone"
        mine = self.page.locator("tr[data-approval]", has_text=name)
        expect(mine).to_contain_text("Waiting")
        other, password = Path(self.options.second_file).read_text().split()
        context = self.context("light", "en")
        page = context.new_page()
        self.first_sign_in(page, other, password, "another thing altogether 9")
        page.goto(self.base + "/approvals")
        asked = page.locator("tr[data-approval]", has_text=name)
        expect(asked).to_contain_text(self.options.username)
        asked.get_by_role("button").click()
        page.get_by_role("button", name="Approve and do it").click()
        expect(asked).to_have_count(0)
        expect(mine).to_contain_text("Done")
        assert self.api("GET", f"/tasks/{guarded}")["status"] == 0
        done = [row["actor"] for row in self.api("GET", "/audit?action=approval.approve")["items"]]
        assert any(other in str(actor) for actor in done), done
        context.close()

    def hosts(self) -> None:
        self.open("/hosts")
        expect(self.page.locator("tr[data-host]").first).to_be_visible()
        expect(self.page.locator("tr[data-host]").get_by_text("Online").first).to_be_visible()
        self.host_id = self.page.locator("tr[data-host]").first.get_attribute("data-host")
        self.page.get_by_role("button", name="Add a host").click()
        # One line to copy, with a token that the server has made for it.
        self.page.get_by_role("button", name="Make the line").click()
        expect(self.page.get_by_text("quicflow agent run --server")).to_contain_text("QUARTZFLOW_JOIN_TOKEN=qf1.")
        self.check_axe(self.page, "the line by which a host joins")

    def host_page(self) -> None:
        """A host shows what it has run and what comes to it, and a job shows where it runs."""
        self.page.locator("tr[data-host] a.linkish").first.click()
        expect(self.page).to_have_url(f"{self.base}/hosts/{self.host_id}")
        expect(self.page.locator("tr[data-execution]").first).to_be_visible()
        expect(self.page.get_by_text("Certificate")).to_be_visible()
        expect(self.page.locator("[data-host-days] h2")).to_contain_text("30 days")
        # A host tells its sums every five minutes: the day may still be empty.
        expect(self.page.locator("[data-day-told]")).to_be_visible()
        self.page.get_by_role("button", name="The day before").click()
        expect(self.page.get_by_role("button", name="The day after")).to_be_enabled()
        expect(self.page.get_by_text("Nothing ended on this day")).to_be_visible()
        if self.job_id:
            self.open(f"/jobs/{self.job_id}")
            where = self.page.locator(f"[data-where={self.host_id}]")
            where.get_by_role("button").click()
            expect(self.drawer().get_by_role("log")).to_contain_text("tick from the console")
            self.close_drawer()
            where.get_by_role("link").click()
            expect(self.page).to_have_url(f"{self.base}/hosts/{self.host_id}")
        self.open("/hosts/agt_0000000000000000")
        expect(self.page.get_by_text("There is no such host")).to_be_visible()

    def reports(self) -> None:
        """Figures of a span lead to the runs behind them; the span is in the address."""
        self.open("/reports")
        expect(self.page.locator("[data-figure=total] .value")).not_to_have_text("0")
        expect(self.page.get_by_role("table", name="Most runs").get_by_role("link", name=self.ticker)).to_be_visible()
        self.page.get_by_text("Today", exact=True).click()
        expect(self.page).to_have_url(re.compile("range=today"))
        with self.page.expect_download() as saved:
            self.page.get_by_role("button", name="Export CSV").click()
        assert self.ticker in Path(saved.value.path()).read_text("utf-8-sig"), "the export lacks the job"
        # On paper there is no navigation, and a dark screen prints on white.
        self.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        self.page.emulate_media(media="print")
        expect(self.page.locator(".side")).to_be_hidden()
        paper = self.page.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
        assert min(int(part) for part in re.findall(r"\d+", paper)[:3]) > 240, paper
        self.page.emulate_media(media="screen")
        self.page.evaluate("document.documentElement.dataset.theme = 'light'")
        shown = self.page.get_by_role("table", name="Most runs").locator("tr", has_text=self.ticker)
        shown.locator("td").nth(2).get_by_role("link").click()
        expect(self.page).to_have_url(re.compile(rf"/executions\?.*task_id={self.job_id}"))
        expect(self.page.locator("tbody tr").first).to_be_visible()

    def groups(self) -> None:
        self.open("/groups")
        self.page.get_by_role("button", name="New group").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(self.group)
        dialog.get_by_label("Tags").fill("one, two")
        dialog.get_by_role("button", name="Save").click()
        self.page.get_by_role("button", name=self.group, exact=True).click()
        drawer = self.drawer()
        drawer.get_by_role("button", name="Add hosts").click()
        drawer.get_by_role("checkbox").first.check()
        drawer.get_by_role("button", name="Add 1").click()
        expect(drawer.locator("tr[data-host]")).to_have_count(1)
        drawer.locator("tr[data-host] button").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
        expect(drawer.locator("tr[data-host]")).to_have_count(0)
        self.close_drawer()
        self.page.get_by_role("button", name=f"More actions for {self.group}").click()
        self.page.get_by_role("menuitem", name="Delete").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(self.page.get_by_role("button", name=self.group, exact=True)).to_have_count(0)

    def new_group(self, name: str) -> None:
        self.open("/groups")
        self.page.get_by_role("button", name="New group").click()
        self.page.get_by_role("dialog").get_by_label("Name").fill(name)
        self.page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(self.page.get_by_role("button", name=name, exact=True)).to_be_visible()

    def delete_group(self, name: str) -> None:
        self.page.get_by_role("button", name=f"More actions for {name}").click()
        self.page.get_by_role("menuitem", name="Delete").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(self.page.get_by_role("button", name=name, exact=True)).to_have_count(0)

    def group_rules(self) -> None:
        """A rule is tried before it is saved, says what it lacks, and is gone when it is taken away."""
        name = f"{self.group}-ruled"
        self.new_group(name)
        self.page.get_by_role("link", name="Rules").click()
        self.page.get_by_role("button", name="Add a rule").click()
        rule = self.page.locator("[data-rule='0']")
        self.page.get_by_role("button", name="Preview").click()
        expect(rule.get_by_role("alert")).to_contain_text("Choose a group")
        rule.get_by_label("Into the group").select_option(label=name)
        rule.get_by_label("Addresses").fill("no address")
        self.refusals = {400, 422}
        self.page.get_by_role("button", name="Preview").click()
        expect(rule.get_by_role("alert")).to_contain_text("no address")
        self.refusals = set()
        rule.get_by_label("Addresses").fill("")
        rule.get_by_label("Host names").fill("*")
        self.page.get_by_role("button", name="Preview").click()
        expect(self.page.locator(f"[data-move={self.host_id}]")).to_contain_text(name)
        self.page.get_by_role("button", name="Save").click()
        self.toasted("Saved the rules")
        self.page.reload()
        expect(rule.get_by_label("Host names")).to_have_value("*")
        self.page.get_by_role("button", name="Remove rule 1").click()
        self.page.get_by_role("button", name="Save").click()
        expect(self.page.get_by_role("button", name="Save")).to_be_disabled()
        self.open("/groups")
        self.delete_group(name)

    def keyboard(self) -> None:
        self.open("/jobs")
        expect(self.page.locator("tr[data-job]").first).to_be_visible()
        self.page.keyboard.press("?")
        expect(self.page.get_by_role("dialog", name="Keyboard shortcuts").get_by_text("First error")).to_be_visible()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("j")
        first = self.page.locator("tr[data-job]").first
        expect(first.locator("a.linkish")).to_be_focused()
        self.page.keyboard.press("x")
        expect(first.get_by_role("checkbox")).to_be_checked()
        self.page.keyboard.press(".")
        expect(self.page.get_by_role("menuitem", name="Edit")).to_be_visible()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("/")
        expect(self.page.get_by_role("searchbox")).to_be_focused()
        self.page.keyboard.type("gh?")  # letters in a field are letters
        expect(self.page.get_by_role("searchbox")).to_have_value("gh?")
        self.page.locator("h1").click()
        # Two keys in a row are no sequence when the machine stands still between them.
        for _ in range(5):
            self.page.keyboard.press("g")
            self.page.keyboard.press("e")
            if self.page.url == self.base + "/executions":
                break
        expect(self.page).to_have_url(self.base + "/executions")

    def audit_trail(self) -> None:
        """Who changed the job is there, with what it was before and what after."""
        self.open("/settings/audit")
        self.page.get_by_label("Action", exact=True).select_option(label="Changed a job")
        expect(self.page.locator("[data-audit]").filter(has_not_text="Changed a job")).to_have_count(0)
        row = self.page.locator("[data-audit]", has=self.page.get_by_role("link", name=self.ticker)).first
        row.get_by_role("button").click()
        change = self.page.get_by_role("group", name="Change")
        expect(change.locator(".come")).to_contain_text("Changed in the browser")
        expect(self.page).to_have_url(re.compile("action=job.update"))
        with self.page.expect_download() as saved:
            self.page.get_by_role("button", name="Export CSV").click()
        text = Path(saved.value.path()).read_text("utf-8-sig")
        assert self.ticker in text, "the export lacks the change"

    def people(self) -> None:
        """A new user has to change the first password, sees what the role allows, and is gone when deleted."""
        name = f"vera-{self.suffix}"
        self.open("/settings")
        expect(self.page).to_have_url(self.base + "/settings/users")
        self.page.get_by_role("button", name="New user").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("User name").fill(name)
        dialog.get_by_role("button", name="Create").click()
        # Hashing a password takes its time, on a machine that builds beside the test a long one.
        expect(self.page.locator("[data-secret]")).to_be_visible()
        password = self.page.locator("[data-secret]").inner_text()
        self.page.get_by_role("button", name="I have kept it").click()
        row = self.page.locator(f"[data-user='{name}']")
        expect(row).to_contain_text("Viewer")
        context = self.context("light", "en", bypass_csp=True)
        page = context.new_page()
        self.first_sign_in(page, name, password, "quite another thing 7")
        expect(page.get_by_role("link", name="New job")).to_have_count(0)
        self.one_time_codes(page, name, "quite another thing 7")
        context.close()
        self.page.get_by_role("button", name=f"More actions for {name}").click()
        self.page.get_by_role("menuitem", name="Delete").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(row).to_have_count(0)

    def first_sign_in(self, page: Page, name: str, password: str, wanted: str) -> None:
        """With the password that was made for somebody, which has to be changed before anything else."""
        page.goto(self.base + "/login")
        # The empty page before had no storage to write the theme into.
        self.problems.clear()
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile("/password"))
        for label, text in (
            ("Present password", password),
            ("New password", wanted),
            ("The new one again", wanted),
        ):
            page.get_by_label(label, exact=True).fill(text)
        page.get_by_role("button", name="Change password").click()
        expect(page.locator("h1")).to_have_text("Overview")

    def one_time_codes(self, page: Page, name: str, password: str) -> None:
        """Turned on with the first code, signing in takes one beside the password; a recovery code takes its place."""
        page.goto(self.base + "/me")
        part = page.get_by_role("region", name="One-time codes")
        part.get_by_label("Your password").fill(password)
        part.get_by_role("button", name="Set up").click()
        key = part.locator(".key")
        expect(key).to_be_visible()
        secret = key.inner_text().replace(" ", "")
        part.get_by_label("The code that the application shows now").fill("000000")
        part.get_by_role("button", name="Turn on").click()
        expect(part.get_by_role("alert")).to_be_visible()
        part.get_by_label("The code that the application shows now").fill(one_time_code(secret))
        part.get_by_role("button", name="Turn on").click()
        recovery = part.locator(".codes li")
        expect(recovery.first).to_be_visible()
        codes = recovery.all_inner_texts()
        self.check_axe(page, "recovery codes")
        part.get_by_role("button", name="I have kept them").click()
        expect(part).to_contain_text(f"Recovery codes left: {len(codes)}")
        page.context.clear_cookies()
        page.goto(self.base + "/login")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("[name=code]")).to_be_focused()
        self.check_axe(page, "one-time code")
        page.locator("[name=code]").fill("12")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("The code is wrong")
        page.locator("[name=code]").fill(codes[0])
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h1")).to_have_text("Overview")
        page.goto(self.base + "/me")
        part.get_by_label("Your password").fill(password)
        part.get_by_label("A code of the application").fill(codes[1])
        part.get_by_role("button", name="Turn off").click()
        expect(part).to_contain_text("takes the password alone")
        # The refusals above are what the browser reports.
        self.problems[:] = [text for text in self.problems if "status of 401" not in text and "status of 403" not in text]

    def token(self) -> None:
        """A token is shown once, works, and is refused when it was revoked."""
        name = f"ci-{self.suffix}"
        self.open("/settings/tokens")
        self.page.get_by_role("button", name="New token").first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_role("button", name="Create").click()
        secret = self.page.locator("[data-secret]").inner_text()
        self.check_on_top("a secret that is told once")
        self.page.get_by_role("button", name="I have kept it").click()
        expect(self.page.locator(f"[data-token='{name}']")).to_be_visible()
        headers = {"Authorization": f"Bearer {secret}"}
        assert self.page.context.browser.new_context().request.get(self.base + "/api/v1/tasks", headers=headers).ok
        self.page.get_by_role("button", name=f"Revoke the token {name}").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Revoke").click()
        self.toasted(f'Revoked the token "{name}"')
        answer = self.page.context.browser.new_context().request.get(self.base + "/api/v1/tasks", headers=headers)
        assert answer.status == 401, answer.status

    def preferences(self) -> None:
        """A zone of the reader's choice changes every time shown; single keys can be switched off."""
        self.open("/me")
        self.page.locator("[data-path=zone] input").fill("Asia/Nowhere")
        self.page.keyboard.press("Tab")
        expect(self.page.locator("[data-path=zone] .error")).to_be_visible()
        self.page.locator("[data-path=zone] input").fill("Asia/Kolkata")
        self.page.keyboard.press("Tab")
        expect(self.page.locator(".side .zone")).to_contain_text("+05:30")
        self.page.get_by_role("switch").click()
        self.page.locator("h1").click()
        self.page.keyboard.press("?")
        self.page.reload()
        expect(self.page.locator(".side .zone")).to_contain_text("Asia/Kolkata")
        expect(self.page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        self.page.get_by_role("switch").click()
        self.page.locator("[data-path=zone] input").fill("")
        self.page.keyboard.press("Tab")
        expect(self.page.locator(".side .zone")).not_to_contain_text("Kolkata")

    def other_rights(self) -> None:
        """When the server ends the connection because rights have changed, the page asks for all it shows anew."""
        page = self.page.context.new_page()
        sockets = []

        def relay(socket) -> None:
            sockets.append(socket)
            socket.connect_to_server()

        page.route_web_socket(re.compile("/api/v1/ws"), relay)
        page.goto(self.base + "/jobs")
        # The empty page before had no storage to write the theme into.
        self.problems.clear()
        expect(page.locator("[data-live=live]")).to_be_visible()
        with page.expect_request("**/api/v1/auth/me"), page.expect_request("**/api/v1/tasks?*"):
            sockets[0].close(code=4403, reason="scope_changed")
        expect(page.locator("[data-live=live]")).to_be_visible()
        page.close()

    def looks(self) -> None:
        self.open("/jobs")
        self.page.get_by_role("button", name="Theme").click()
        self.page.get_by_role("menuitemradio", name="Dark").click()
        expect(self.page.locator("html")).to_have_attribute("data-theme", "dark")
        self.page.get_by_role("button", name="Language").click()
        self.page.get_by_role("menuitemradio", name="中文").click()
        expect(self.page.locator("h1")).to_have_text("定时任务")
        self.page.reload()
        expect(self.page.locator("h1")).to_have_text("定时任务")
        expect(self.page.locator("html")).to_have_attribute("data-theme", "dark")
        self.page.evaluate("localStorage['qf.theme'] = 'light'; localStorage['qf.lang'] = 'en'")
        # With the system's own few colours a switch that is on still looks different from one that is off.
        self.page.emulate_media(forced_colors="active")
        shades = self.page.locator("[role=switch][aria-checked=true]").first.evaluate(
            "(s) => [...s.querySelectorAll('span')].map((part) => getComputedStyle(part).backgroundColor)"
        )
        assert len(set(shades)) == 2, f"the switch has no visible knob: {shades}"
        self.page.emulate_media(forced_colors="none")

    def fits(self) -> None:
        for path, ready in PAGES.values():
            self.open(self.path(path))
            expect(self.page.locator(ready).first).to_be_visible()
            for width, height in ((1366, 768), (1920, 1080), (820, 1180), (390, 844)):
                self.page.set_viewport_size({"width": width, "height": height})
                over = self.too_wide()
                # What measures its place follows a frame later.
                deadline = time.monotonic() + 10
                while over > 0 and time.monotonic() < deadline:
                    self.page.wait_for_timeout(100)
                    over = self.too_wide()
                assert over <= 0, f"{path} is {over} px too wide at {width}"
        self.page.set_viewport_size({"width": 1366, "height": 768})

    def too_wide(self) -> int:
        """By how many pixels the page can be scrolled sideways."""
        return self.page.evaluate(
            "Math.max(document.body.scrollWidth - innerWidth,"
            " ...[...document.querySelectorAll('main')].map((m) => m.scrollWidth - m.clientWidth))"
        )

    def path(self, template: str) -> str:
        return template.format(
            job=self.job_id,
            yearly=self.yearly_id,
            execution=self.execution_id,
            host=self.host_id,
            compared=self.compared,
            workflow=self.workflow_id,
            flow=self.flow_id,
            run=self.run_id,
        )

    def clean_up(self) -> None:
        for name in (self.ticker, self.sleeper, self.flaky):
            self.open(f"/jobs?keyword={name}")
            self.page.get_by_role("button", name=f"More actions for {name}").click()
            self.page.get_by_role("menuitem", name="Delete").click()
            self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
            expect(self.row(name)).to_have_count(0)

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="Account").click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        expect(self.page).to_have_url(self.base + "/login")
        self.open("/hosts")
        expect(self.page).to_have_url(re.compile("/login"))

    # --- accessibility ---

    def check_axe(self, page: Page, name: str, within: list[str] | None = None) -> None:
        if not page.evaluate("'axe' in globalThis"):
            page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
        parts = "within.flatMap((one) => [...document.querySelectorAll(one)])"
        # What passes is neither described nor handed over: that took several times as long as looking.
        found = page.evaluate(
            f"([runOnly, within]) => axe.run(within ? {parts} : document, {{ runOnly, resultTypes: ['violations'] }})"
            ".then((found) => found.violations.map((one) => `${one.id} at ${one.nodes[0].target}`))",
            [AXE_RULES, within],
        )
        assert not found, f"{name}: " + "; ".join(found)

    def check_on_top(self, name: str) -> None:
        """What lies on top of the page and needs a state of its own to be there, in both themes."""
        for theme in reversed(THEMES):
            self.page.evaluate("(theme) => document.documentElement.dataset.theme = theme", theme)
            self.check_axe(self.page, f"{name}, {theme}", ON_TOP)

    def overlay(self, page: Page, name: str) -> None:
        if name in CLICKS:
            opened(page, self.base, self.path, name)
        elif name == "ended":
            page.goto(self.base + "/jobs")
            expect(page.locator("tr[data-job]").first).to_be_visible()
            self.refusals = {401}
            page.route("**/api/v1/**", lambda route: route.fulfill(status=401, body="{}", content_type="application/json"))
            page.locator("nav a[href='/reports']").click()
            expect(page.locator("[role=alertdialog] [name=password]")).to_be_visible()
        elif name == "drawer":
            page.goto(f"{self.base}/jobs?run={self.execution_id}")
            expect(page.get_by_role("log").locator(".line").first).to_be_visible()
        else:
            page.goto(self.base + "/jobs")
            expect(page.locator("tr[data-job]").first).to_be_visible()
            page.keyboard.press("?" if name == "shortcuts" else "Control+k")
            expect(page.locator("[role=dialog]")).to_be_visible()

    def accessibility(self) -> None:
        # axe is injected into the page, which the policy forbids: hence bypass_csp, in windows of their own.
        # Hosts are moved only where there is a group for them.
        group = self.api("POST", "/groups", {"name": f"axe-{self.suffix}"})["id"]
        # Nor has a webhook calls before one has come.
        hook = {"name": "axe", "format": "message", "topic": f"axe/{self.suffix}", "addresses": [], "params": [], "when": []}
        hook = self.api("POST", f"/tasks/{self.job_id}/hooks", {**hook, "enabled": True})["id"]
        self.api("POST", "/messages", {"topic": f"axe/{self.suffix}"})
        # Past times are made up for of a job that has some.
        yearly = {"name": f"axe-yearly-{self.suffix}", "executor_type": 1, "executor_config": {"command": "true"}, "status": 1}
        schedule = {"schedule_type": "cron", "cron_expr": "0 0 1 1 *"}
        self.yearly_id = self.api("POST", "/tasks", {**yearly, **schedule, "group_ids": [1]})["id"]
        state = self.page.context.storage_state()
        for origin in state["origins"]:
            keep = [item for item in origin["localStorage"] if item["name"] == "qf.signedIn"]
            origin["localStorage"] = keep
        for language in LANGUAGES:
            context = self.context("system", language, bypass_csp=True, storage_state=state)
            page = context.new_page()
            for name, (path, ready) in PAGES.items():
                self.visit(page, name, language, lambda p=path, r=ready: self.show_page(page, p, r))
            for name in OVERLAYS:
                # A drawer belongs to the page beside it.
                within = None if name == "drawer" else WITHIN.get(name, ON_TOP)
                self.visit(page, f"{name} on top", language, lambda n=name: self.overlay(page, n), within)
                self.refusals = set()
                page.unroute_all()
            context.close()
            anonymous = self.context("system", language, bypass_csp=True)
            page = anonymous.new_page()
            self.visit(page, "login", language, lambda: self.show_page(page, "/login", "[name=username]"))
            anonymous.close()
        self.api("DELETE", f"/tasks/{self.job_id}/hooks/{hook}")
        self.api("DELETE", f"/tasks/{self.yearly_id}")
        self.api("DELETE", f"/groups/{group}")

    def show_page(self, page: Page, path: str, ready: str) -> None:
        page.goto(self.base + self.path(path))
        expect(page.locator(ready).first).to_be_visible()

    def visit(
        self, page: Page, name: str, language: str, show: Callable[[], None], within: list[str] | None = None
    ) -> None:
        """Looks at a page once, and checks it in both themes, as when the system changes over."""

        def check() -> None:
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                if theme == THEMES[0]:
                    show()
                expect(page.locator("html")).to_have_attribute("data-theme", theme)
                self.shoot(page, f"{name}-{theme}-{language}")
                self.check_axe(page, f"{name}, {theme}", within)

        self.step(f"axe: {name}, {language}, both themes", check)

    def run(self) -> int:
        if not self.step("signs in and comes back to the wanted page", self.sign_in):
            return 1
        self.step("is connected live", self.live)
        if self.options.first:
            self.step("leads a first visitor to a second host and a first job", self.first_visit)
        self.step("previews the schedule while it is typed", self.cron_preview)
        self.step("points at the first wrong field", self.refuse_form)
        if self.step("creates a job", self.create):
            self.step("shows the job run without a reload", self.see_it_run)
            self.step("shows the log of an execution", self.read_log)
            self.step("disables a job", self.disable)
            self.step("runs a job now, with a live log", self.run_by_hand)
            self.step("refuses a second job of the same name, at the field", self.same_name)
            self.step("cancels a long job", self.cancel)
            self.step("keeps the output of each attempt", self.attempts)
            self.step("filters the task centre, in the address", self.centre_filters)
            self.step("edits a job", self.edit)
            self.step("tries a job before it is saved", self.test_run)
            self.step("shows two editors of one job each other", self.other_editors)
            self.step("moves the next run of a job", self.moves_the_next_run)
            self.step("lets a job wait for another, and refuses circles", self.dependencies)
            self.step("keeps how a script is started, and checks it", self.scripts)
            self.step("keeps the finer policies of a job, and checks them", self.policies)
            self.step("lets the server choose a host, and says why it did", self.placement)
            self.step("sorts jobs, and shows what others and refusals make of them", self.job_list)
            self.step("says what a list is about while it has no rows", self.list_states)
            self.step("shows a hundred rows, and finds one job of many", self.hundred_rows)
            self.step("tells two shards on one host apart", self.shards)
            self.step("shows the versions of a job, and restores one", self.versions)
            self.step("writes jobs of the other kinds, and asks for declared parameters", self.kinds)
            self.step("builds a schedule by choice", self.builds_a_schedule)
            self.step("starts a job by a webhook, and says who called", self.webhooks)
            self.step("explains why a fire was skipped", self.explains)
            self.step("filters executions, in the address", self.filter_executions)
            self.step("filters by several states and a span, and keeps the view", self.filters)
            self.step("filters by what started it, by kind and by label", self.traits)
            self.step("lets Back undo filters, and closes drawers for good", self.filters_by_back)
            self.step("shows no row of the filter before, when one fails", self.fails_a_filter)
            self.step("holds rows still under the pointer", self.holds_still)
            self.step("comes back to the place in a list", self.keeps_its_place)
            self.step("shows half a year of a job by the day", self.year_map)
            self.step("compares a run with the last good one, and pauses a job", self.compares)
            self.step("takes the buttons of a deleted job away, and keeps what was typed", self.deleted_by_others)
            self.step("shows what somebody else has changed before it is overwritten", self.changed_by_others)
            self.step("says what a deletion takes along, or refuses it", self.says_what_goes)
            self.step("speaks Chinese to readers of Chinese", self.speaks_chinese)
            self.step("says on every page that the scheduler is stopped", self.says_it_is_stopped)
            self.step("stops the scheduler, and starts it again", self.stops_the_scheduler)
            self.step("counts what its lists hold", self.agrees_with_its_list)
            self.step("says which of several jobs was not deleted", self.bulk_partly)
            self.step("copies a job", self.copies)
            self.step("keeps schedules of each kind", self.schedule_kinds)
            self.step("binds a live job to another group", self.rebinds)
            self.step("stops by force what does not listen", self.stops_by_force)
            self.step("says what a log lacks", self.says_what_a_log_lacks)
            self.step("makes, runs, reads and stops a job by keyboard alone", self.by_keys_alone)
            self.step("approves by keyboard alone", self.approves_by_keys)
            self.step("opens a row's menu by pointer and by key", self.row_menus)
            self.step("goes where the sheet of keys says", self.goes_by_keys)
            self.step("counts the time of what runs", self.running_time_ticks)
            self.step("says in a row all that a job is", self.row_says_all)
            self.step("refuses to edit what runs, where that is wanted", self.refuses_edits_while_running)
            self.step("says when a change has reached the hosts", self.arrives_at_hosts)
            self.step("shows output as text, while it is written", self.output_as_text)
            self.step("starts a job by a file that appears on a host", self.starts_by_a_file)
            self.step("goes quiet while nobody looks", self.goes_quiet)
            self.step("opens a dialog that did not come at the next try", self.opens_again)
            if self.options.bin:
                self.step("loses nothing of a form when the server is killed and started again", self.outlives_the_server)
            self.step("goes to a job by the palette", self.palette)
            self.step("keeps columns with the account", self.columns_follow)
            self.step("shows each fact of an execution", self.each_fact)
            if self.options.bin:
                self.step("says of a late host that it is late", self.late_host)
                self.step("reads old output from the archive, and says when it is deleted", self.old_output)
                self.step("stays usable with ten thousand jobs", self.many_jobs)
            self.step("finds the last page when there is none of that number, and keeps the columns", self.bad_page)
        self.step("shows what another did to the job under the pointer, at once", self.pushed_under_the_pointer)
        self.step("says in figures what a job has done", self.figures_of_a_job)
        self.step("says how the day moved against the one before", self.moved_since_yesterday)
        self.step("lists the tasks of one account", self.tasks_of_an_account)
        self.step("saves jobs as a file, and reads them from one", self.jobs_as_a_file)
        self.step("narrows and sorts the list of jobs, in the address", self.jobs_filters)
        self.step("walks lists by the keys of the sheet", self.row_keys)
        self.step("says what a change of clocks does to a schedule", self.warns_of_clocks)
        self.step("runs again what failed, and leads to its origin", self.runs_again)
        self.step("puts runs in order, and follows one to its end", self.centre_order)
        self.step("goes through the hits in a log, and copies it", self.searches_a_log)
        self.step("finds groups by tag, and refuses a second name", self.groups_found)
        self.step("moves the next run only of what waits", self.moves_only_what_waits)
        self.step("moves a host by keyboard alone", self.moves_a_host_by_keys)
        self.step("is dark from the beginning", self.no_flash)
        self.step("shows all times in the chosen zone", self.zone_of_all_times)
        self.step("loses no line of a log over a cut connection", self.survives_a_cut)
        self.step("waits for a server that has lost its database", self.waits_for_the_server)
        self.step("leaves Enter to the script that is typed", self.types_a_loop)
        self.step("keeps what was typed over a reload", self.keeps_a_draft)
        self.step("takes errors away when they are mended", self.mends_errors)
        self.step("signs in again in place when the session has ended", self.signs_in_in_place)
        self.step("signs in again in another tab where a proxy does it", self.signs_in_elsewhere)
        self.step("recovers by itself when the server is back", self.recovers)
        self.step("stays on the page when the next one can not be had", self.leaves_in_an_outage)
        self.step("says how old the page is while nothing answers", self.says_how_old)
        self.step("shows the agent online", self.hosts)
        self.step("shows a host, and where a job runs", self.host_page)
        self.step("stops, repeats and saves a run as a whole", self.centre)
        self.step("counts the segments of the task centre", self.counts_segments)
        self.step("tells the server of its errors, once", self.tells_its_errors)
        self.step("costs no more than it may", self.weighs)
        self.step("shows what ran on which host over time", self.timeline)
        self.step("reports a span, and leads to its runs", self.reports)
        self.step("shows failures of one cause as one, and opens them", self.failed_alike)
        self.step("draws who starts whom, for keys as well", self.who_starts_whom)
        self.step("leads from a report's bars to their runs", self.drills_down)
        self.step("sends a report by mail", self.report_by_mail)
        if self.job_id:
            self.step("saves a report as a workbook", self.workbook)
        self.step("makes a group, adds and removes a host", self.groups)
        self.step("moves a host between groups by dragging and by keys, and back", self.board)
        self.step("tries rules for groups before it saves them", self.group_rules)
        self.step("makes a channel, and tests it", self.channels)
        self.step("shows messages that were given up, and sends them again", self.dead_letters)
        self.step("makes a rule for notifications, with a preview", self.notify_rules)
        self.step("shows what a rule has caught, and lets somebody take it on", self.incident)
        if self.job_id:
            self.step("keeps rules of notification with a job", self.job_rules)
        if self.step("writes a workflow, and is told what is wrong at its place", self.new_workflow):
            self.step("walks a workflow's graph by keyboard", self.walks_the_graph)
            if self.step("runs a workflow with a parameter, and follows it", self.run_workflow):
                self.step("approves a step, and sees the run end", self.approve)
                self.step("pauses, stops and repeats a run of a workflow", self.stop_workflow)
        self.step("draws a workflow by keyboard alone, and runs it", self.draws_a_workflow)
        self.step("begins a workflow as list, map, collect, and runs it", self.begins_with_a_list)
        self.step("mends a workflow where it was refused, and draws its lines", self.mends_a_workflow)
        self.step("obeys the keyboard", self.keyboard)
        self.step("shows who changed what, and exports it", self.audit_trail)
        self.step("makes a user, who changes the first password", self.people)
        self.step("makes a token, and revokes it", self.token)
        self.step("shows a wallboard by a token", self.wall)
        self.step("checks settings, and says who changed them", self.settings_centre)
        self.step("makes a role, gives it, and keeps it while somebody has it", self.own_roles)
        if self.job_id:
            self.step("keeps secrets to itself, and says which jobs name them", self.secrets_page)
        self.step("keeps preferences, and shows times in the chosen zone", self.preferences)
        self.step("explains rights", self.explains_rights)
        self.step("shows text of people as text", self.shows_text_as_text)
        self.step("leads to the API reference", self.reference)
        self.step("asks anew when rights have changed", self.other_rights)
        self.step("switches theme and language, and keeps them", self.looks)
        if self.execution_id:
            self.step("fits 1366, 1920, 820 and 390 pixels", self.fits)
            self.accessibility()
        if self.workflow_id:
            self.step("deletes a workflow", self.delete_workflow)
        self.step("takes rules and channels away", self.end_alerts)
        if self.job_id:
            self.step("disables several jobs at once", self.bulk)
            self.step("deletes jobs", self.clean_up)
        self.step("shows a request for another person as it comes and goes", self.approvals)
        if self.options.second_file:
            self.step("lets another person approve, and does it", self.approved_by_another)
        self.step("signs out", self.sign_out)
        return 0


def one_time_code(secret: str) -> str:
    """The code of now (RFC 6238: SHA-1, 30 s, 6 digits)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="address of the server, e.g. http://127.0.0.1:8080")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password-file", required=True)
    parser.add_argument("--second-file", help="name and first password of an administrator that this one has not made")
    parser.add_argument("--bin", help="folder of the built programs, for a second host that joins by the copied line")
    parser.add_argument("--first", action="store_true", help="nothing is there yet: the first visit is a part of the journey")
    parser.add_argument("--screenshots", help="folder for pictures of every page")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--only", help="only steps whose name matches this; for working on one of them")
    parser.add_argument("--patience", type=float, default=60, help="seconds until something that does not come is a fault")
    parser.add_argument("--verbose", action="store_true", help="with tracebacks")
    options = parser.parse_args()
    if options.screenshots:
        Path(options.screenshots).mkdir(parents=True, exist_ok=True)
    # A machine that builds beside the test is slow; what is wrong stays wrong.
    expect.set_options(timeout=options.patience * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=options.chromium,
            args=["--no-sandbox", "--disable-dev-shm-usage"],  # root needs --no-sandbox
        )
        journey = Journey(browser, options)
        try:
            journey.run()
        finally:
            browser.close()
    print(f"{journey.passed} passed, {journey.failed} failed")
    return 1 if journey.failed else 0


if __name__ == "__main__":
    sys.exit(main())
