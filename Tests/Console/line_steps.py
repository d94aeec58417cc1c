# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that proves lines of the acceptance list from end to end, with outages that are real."""

import re
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from dev_server import DevServer  # noqa: E402

# Less than three seconds, and less than one, on a machine of its own; beside a build it may be some more.
ROLLOUT_MS = 10_000
APPEND_MS = 5_000
# A page that is out of sight when a test says so.
SIGHT = """
    globalThis.isAway = false;
    Object.defineProperty(Document.prototype, 'hidden', { get: () => isAway, configurable: true });
"""
LOOK = "(away) => { isAway = away; document.dispatchEvent(new Event('visibilitychange')); }"
# Of each line of a log that is a time in milliseconds, how much later it was there.
NOTE_LINES = """(log) => {
    globalThis.late = new Map();
    const look = () => {
      for (const [, at] of log.textContent.matchAll(/at (\\d{13});/g)) {
        if (!late.has(at)) late.set(at, Date.now() - Number(at));
      }
    };
    new MutationObserver(look).observe(log, { subtree: true, childList: true, characterData: true });
}"""
MARKUP = "<img src=x onerror=window.seen=1><script>window.seen=1</script>"


class LineSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def row_says_all(self) -> None:
        """A row has name, kind, schedule in words, groups, state, last result, last runs and next start; pages have three sizes (1)."""
        name = f"console-row-{self.suffix}"
        body = {
            "name": name, "description": "what it is for", "executor_type": 1, "executor_config": {"command": "true"},
            "cron_expr": "30 3 * * *", "timezone": "UTC", "group_ids": [1], "status": 1,
        }  # fmt: skip
        job = self.api("POST", "/tasks", body)["id"]
        self.api("POST", f"/tasks/{job}/trigger", {"params": {}})
        self.open(f"/jobs?keyword={name}")
        row = self.page.locator(f"tr[data-job='{job}']")
        expect(row.get_by_role("link", name=name)).to_be_visible()
        expect(row).to_contain_text("what it is for")
        expect(row.locator(".c-schedule")).to_contain_text("03:30")
        expect(row.locator(".c-groups")).to_contain_text("all")
        expect(row.locator(".c-last").get_by_title("Success")).to_be_visible()
        expect(row.locator(".c-runs [data-run]")).to_have_count(1)
        expect(row.locator(".c-next time").first).to_have_attribute("datetime", re.compile("T03:30:00"))
        expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "true")
        pager = self.page.get_by_role("navigation", name="Pages", exact=True)
        expect(pager).to_contain_text("1 in total")
        sizes = pager.get_by_role("combobox")
        assert sizes.locator("option").all_inner_texts() == ["20", "50", "100"]
        sizes.select_option("100")
        expect(self.page).to_have_url(re.compile("page_size=100"))
        expect(row).to_be_visible()
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def refuses_edits_while_running(self) -> None:
        """A job that says so is not edited while it runs: the form says what runs, keeps what was typed, and saves later (20)."""
        name = f"console-pinned-{self.suffix}"
        job = self.manual(name, {"command": "sleep 60"})
        self.api("PUT", f"/tasks/{job}", {**self.written(job), "group_ids": [1], "on_edit_while_running": "refuse"})
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})
        self.open(f"/jobs/{job}")
        expect(self.page.locator("tr[data-execution] .pill").first).to_have_text("Running")
        self.open(f"/jobs/{job}/edit")
        self.field("description").fill("changed while it runs")
        self.refusals = {409}
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.get_by_role("alert").first).to_contain_text(re.compile("running"))
        self.refusals = set()
        expect(self.field("description")).to_have_value("changed while it runs")
        self.api("POST", f"/runs/{run['run_id']}/stop", {})
        # As soon as the server knows of its end.
        while self.api("GET", f"/executions/{run['execution_id']}")["status"] == 2:
            self.page.wait_for_timeout(50)
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page).to_have_url(f"{self.base}/jobs/{job}")
        assert self.api("GET", f"/tasks/{job}")["description"] == "changed while it runs"
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def arrives_at_hosts(self) -> None:
        """A change has reached the hosts that are there within three seconds, and the job's page says so by itself (21)."""
        job = self.manual(f"console-rollout-{self.suffix}")
        self.open(f"/jobs/{job}")
        told = self.page.locator("[data-rollout]")
        expect(told).to_have_text("v1 on 1 of 1")
        self.api("PUT", f"/tasks/{job}", {**self.written(job), "group_ids": [1], "description": "the second"})
        expect(told).to_have_text("v2 on 1 of 1", timeout=ROLLOUT_MS)
        expect(self.page.locator("main")).to_contain_text("the second")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def output_as_text(self) -> None:
        """Output is shown as it is, markup and all, and each line within a second of its writing (28, 79)."""
        command = f"echo '{MARKUP}'; for i in 1 2 3 4 5 6; do echo \"at $(date +%s%3N);\"; sleep 0.3; done"
        job = self.manual(f"console-output-{self.suffix}", {"command": f"sleep 1; {command}"})
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})["execution_id"]
        self.open(f"/executions/{run}")
        log = self.page.get_by_role("log")
        expect(log).to_be_visible()
        log.evaluate(NOTE_LINES)
        expect(log).to_contain_text(MARKUP)
        expect(log.locator("img, script")).to_have_count(0)
        expect(self.page.locator("main .pill").first).to_have_text("Success")
        late = self.page.evaluate("[...late.values()]")
        assert len(late) == 6, late
        assert sorted(late)[len(late) // 2] < APPEND_MS, f"lines came after {late} ms"
        assert self.page.evaluate("window.seen") is None, "markup in a log ran"
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def starts_by_a_file(self) -> None:
        """The form of a trigger by files speaks of files; a file that appears starts the job with its path."""
        job = self.manual(f"console-arrival-{self.suffix}", {"command": "echo \"came: $QF_PARAM_FILE\""}, overlap="queue")
        with tempfile.TemporaryDirectory() as place:
            self.open(f"/jobs/{job}/hooks")
            self.page.get_by_role("button", name="New webhook").first.click()
            dialog = self.drawer()
            expect(dialog).to_contain_text("Values at places of the body")
            dialog.get_by_label("Name", exact=False).first.fill("arrivals")
            started_by = dialog.get_by_label("Started by")
            for kind, words in (("message", "Values of the message"), ("host_joined", "Values of the host")):
                started_by.select_option(kind)
                expect(dialog).to_contain_text(words)
            started_by.select_option("file")
            expect(dialog).to_contain_text("Values of the file")
            expect(dialog).not_to_contain_text("body")
            dialog.get_by_label("Files", exact=False).fill(f"{place}/*.csv")
            dialog.get_by_label("Unchanged for (s)").fill("1")
            dialog.get_by_role("button", name="Add a parameter").click()
            expect(dialog.get_by_label("Place 1")).to_have_attribute("placeholder", "/path")
            self.page.keyboard.type("FILE")
            self.page.keyboard.press("Tab")
            self.page.keyboard.type("/path")
            dialog.get_by_role("button", name="Save").click()
            row = self.page.locator("[data-hook=arrivals]")
            expect(row).to_contain_text("FILE ← /path")
            row.get_by_role("button", name="Calls of arrivals").click()
            expect(self.drawer()).to_contain_text("No file has appeared")
            # What is there when the host looks for the first time is nothing new, so another one comes until one counts.
            started = self.drawer().locator("[data-call=started]")
            for number in range(30):
                (Path(place) / f"{number}.csv").write_text("a,b")
                self.page.wait_for_timeout(1000)
                if started.count():
                    break
            started.first.get_by_role("link").click()
        self.page.locator("tr[data-execution] .linkish").first.click()
        expect(self.drawer().get_by_role("log")).to_contain_text(re.compile(rf"came: {re.escape(place)}/\d+\.csv"))
        self.close_drawer()
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def goes_quiet(self) -> None:
        """A page out of sight gives its connection up after a minute and asks nothing; looked at again it shows what came (38)."""
        context = self.context("light", "en", storage_state=self.page.context.storage_state())
        context.add_init_script(SIGHT)
        page = context.new_page()
        asked: list[str] = []
        page.clock.install()
        page.goto(f"{self.base}/jobs?keyword=console-quiet-")
        # The empty page before had no storage to write the theme into.
        self.problems.clear()
        expect(page.locator("[data-live=live]")).to_be_visible()
        expect(page.get_by_text("Nothing matches these filters")).to_be_visible()
        page.evaluate(LOOK, True)
        page.clock.fast_forward(61_000)
        expect(page.locator("[data-live=paused]")).to_be_visible()
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        job = self.manual(f"console-quiet-{self.suffix}")
        page.clock.fast_forward(120_000)
        expect(page.locator("tr[data-job]")).to_have_count(0)
        assert not asked, asked
        page.evaluate(LOOK, False)
        expect(page.locator("[data-live=live]")).to_be_visible()
        expect(page.locator(f"tr[data-job='{job}']")).to_be_visible()
        context.close()
        self.api("DELETE", f"/tasks/{job}")

    def opens_again(self) -> None:
        """A dialog or a tab whose files can not be had says so, and comes when it is asked for again (70)."""
        page = self.page
        self.open("/hosts")
        expect(page.locator("tr[data-host]").first).to_be_visible()
        self.cut(page, re.compile(r"\.js$|:\d+/$"))
        page.keyboard.press("?")
        self.toasted("does not answer")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.unroute_all()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        page.keyboard.press("Escape")
        self.open("/settings/tokens")
        expect(page.locator("main h2").first).to_be_visible()
        self.cut(page, re.compile(r"\.js$|:\d+/$"))
        page.get_by_role("link", name="Audit", exact=True).click()
        expect(page.get_by_text("Could not be loaded")).to_be_visible()
        page.unroute_all()
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("[data-audit]").first).to_be_visible()

    def outlives_the_server(self) -> None:
        """A server that is killed under an open form: what was typed stays, is said not to be saved, and is saved by the next one (77)."""
        with DevServer(self.options.bin) as server:
            server.start_and_sign_in()
            context = self.context("light", "en")
            page = context.new_page()
            page.goto(f"{server.base}/login?next={quote('/jobs/new')}")
            self.problems.clear()
            page.locator("[name=username]").fill("admin")
            page.locator("[name=password]").fill(server.password)
            page.get_by_role("button", name="Sign in").click()
            expect(page.locator(".cm-content")).to_be_visible()
            page.locator("[data-path=name] input").fill("typed before the end")
            page.locator(".cm-content").click()
            page.keyboard.insert_text("echo typed")
            page.get_by_text("Manual only").click()
            server.kill_server()
            page.locator("[data-path=description]").locator("input, textarea").first.fill("typed after the end")
            page.get_by_role("button", name="Save and enable").click()
            expect(page.get_by_role("alert").first).to_contain_text("does not answer")
            expect(page).to_have_url(re.compile("/jobs/new"))
            server.start()
            server.wait_for_http()
            # By itself that takes as long as the last try was ago, up to fifteen seconds.
            page.evaluate("dispatchEvent(new Event('online'))")
            expect(page.locator("[data-live=live]")).to_be_visible()
            expect(page.locator("[data-path=name] input")).to_have_value("typed before the end")
            page.get_by_role("button", name="Save and enable").click()
            expect(page).to_have_url(re.compile(r"/jobs/\d+$"))
            saved = server.api.get(f"/tasks/{page.url.rsplit('/', 1)[1]}")
            assert saved["name"] == "typed before the end" and saved["description"] == "typed after the end", saved
            assert saved["executor_config"]["command"] == "echo typed", saved
            context.close()
        # What the browser says of connections that nobody takes is no fault of the console.
        self.problems[:] = [text for text in self.problems if "ERR_CONNECTION" not in text and "WebSocket" not in text]
