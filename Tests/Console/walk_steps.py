# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that goes by the acceptance list: filters, orders, keys, files, and what a cut connection loses."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, WebSocketRoute, expect

SERVER_AWAY = '{"code":1,"error":"unavailable","message":"The database does not answer."}'
# What the page looks like when its body comes into being, before anything is painted.
NOTE_FIRST_THEME = """
    new MutationObserver((_, watch) => {
      if (!document.body) return;
      globalThis.firstTheme = document.documentElement.dataset.theme;
      watch.disconnect();
    }).observe(document, { childList: true, subtree: true });
"""


class WalkSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def jobs_filters(self) -> None:
        """The views, a group and a word narrow the list, in the address; Enter searches at once, and Back undoes (2)."""
        names = [f"console-narrow-{key}-{self.suffix}" for key in "ab"]
        ids = [self.manual(name) for name in names]
        self.api("POST", f"/tasks/{ids[1]}/disable", {})
        group = self.api("POST", "/groups", {"name": f"narrow-{self.suffix}"})["id"]
        self.api("PUT", f"/tasks/{ids[0]}", {**self.written(ids[0]), "group_ids": [1, group]})
        self.open("/jobs")
        rows = self.page.locator("tr[data-job]")
        box = self.page.get_by_role("searchbox")
        box.fill("console-narrow-")
        box.press("Enter")
        expect(self.page).to_have_url(re.compile("keyword=console-narrow-"))
        expect(rows).to_have_count(2)
        views = self.page.get_by_role("navigation", name="Views")
        views.get_by_role("button", name=re.compile("^Disabled")).click()
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(names[1])
        self.page.go_back()
        expect(self.page).not_to_have_url(re.compile("status="))
        expect(rows).to_have_count(2)
        self.page.get_by_role("search").get_by_role("combobox", name="Groups").select_option(label=f"narrow-{self.suffix}")
        expect(self.page).to_have_url(re.compile(f"group_id={group}"))
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(names[0])
        self.page.reload()
        expect(rows).to_have_count(1)
        # Each column that sorts does so both ways, as the server does (3).
        self.open("/jobs?page_size=50")
        for field in ("name", "next_exec_time"):
            head = self.page.locator("thead").get_by_role("button", name=re.compile("^Job" if field == "name" else "^Next"))
            for way, sort in (("ascending", field), ("descending", f"-{field}")):
                head.click()
                expect(self.page.locator(f"th[aria-sort={way}]")).to_have_count(1)
                expect(self.page).to_have_url(re.compile(f"sort={sort}"))
                asked = [str(one["id"]) for one in self.api("GET", f"/tasks?sort={sort}&page_size=50")["items"]]
                expect(rows.first).to_have_attribute("data-job", asked[0])
        self.open("/jobs")
        for one in ids:
            self.api("DELETE", f"/tasks/{one}")
        self.api("DELETE", f"/groups/{group}")

    def row_keys(self) -> None:
        """Lists are walked, chosen from and acted on by the keys of the sheet, and so are the runs in the drawer (6, 12)."""
        page, names = self.page, [f"console-keyed-{key}-{self.suffix}" for key in "abc"]
        ids = [self.manual(name) for name in names]
        self.open("/jobs?keyword=console-keyed-&sort=name")
        rows = page.locator("tr[data-job]")
        expect(rows).to_have_count(3)

        def here(number: int) -> Locator:
            return rows.nth(number).locator("a.linkish")

        # A range begins at a row that is chosen, not where one was in another order.
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("tr.chosen[data-job]")).to_have_count(1)
        page.locator("thead").get_by_role("button", name=re.compile("^Job")).click()
        expect(here(0)).to_have_text(names[2])
        expect(page.locator("tr.chosen[data-job]")).to_have_count(0)
        page.keyboard.press("j")
        page.keyboard.press("End")
        expect(here(2)).to_be_focused()
        page.keyboard.press("Shift+X")
        expect(rows.last).to_have_class(re.compile("chosen"))
        expect(page.locator("tr.chosen[data-job]")).to_have_count(1)
        self.open("/jobs?keyword=console-keyed-&sort=name")
        expect(rows).to_have_count(3)
        for key, number in (("j", 0), ("End", 2), ("k", 1), ("Home", 0)):
            page.keyboard.press(key)
            expect(here(number)).to_be_focused()
        page.keyboard.press("x")
        page.keyboard.press("End")
        page.keyboard.press("Shift+X")
        expect(page.locator("tr.chosen[data-job]")).to_have_count(3)
        page.keyboard.press("x")
        expect(page.locator("tr.chosen[data-job]")).to_have_count(2)
        page.keyboard.press("Control+a")
        expect(page.locator("tr.chosen[data-job]")).to_have_count(3)
        page.keyboard.press("ContextMenu")
        expect(page.get_by_role("menuitem", name="Edit")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("Home")
        page.keyboard.press("s")
        page.get_by_role("alertdialog").get_by_role("button", name="Disable").press("Enter")
        expect(rows.first.get_by_role("switch")).to_have_attribute("aria-checked", "false")
        page.keyboard.press("s")
        expect(rows.first.get_by_role("switch")).to_have_attribute("aria-checked", "true")
        page.keyboard.press("r")
        expect(page.get_by_role("dialog").get_by_text("Will run on 1 hosts")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("e")
        expect(page).to_have_url(f"{self.base}/jobs/{ids[0]}/edit")
        for one in ids:
            self.api("POST", f"/tasks/{one}/trigger", {"params": {}})
        self.open("/executions?keyword=console-keyed-&status=3")
        runs = page.locator("tr[data-execution]")
        expect(runs).to_have_count(3)
        # What was pushed stands where it came in; from here on nothing comes.
        page.reload()
        expect(runs).to_have_count(3)
        order = [runs.nth(number).get_attribute("data-execution") for number in range(3)]
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(self.drawer().get_by_role("log")).to_be_visible()
        for key, number in (("", 0), ("]", 1), ("]", 2), ("[", 1), ("j", 2), ("k", 1)):
            if key:
                page.keyboard.press(key)
            expect(page).to_have_url(re.compile(f"run={order[number]}"))
        page.keyboard.press("Escape")
        expect(self.drawer()).to_have_count(0)
        # The second key of a pair is none of the row's, and a key that is held acts once.
        runs.first.locator("button").first.focus()
        page.keyboard.press("g")
        page.keyboard.press("r")
        expect(page).to_have_url(re.compile("/groups"))
        expect(page.locator("tbody tr").first).to_be_visible()
        assert self.api("GET", "/executions?keyword=console-keyed-")["total"] == 3
        self.open("/executions?keyword=console-keyed-&status=3")
        expect(runs).to_have_count(3)
        runs.first.locator("button").first.focus()
        for _ in range(3):
            page.keyboard.down("r")
        page.keyboard.up("r")
        expect(page).to_have_url(re.compile("run="))
        expect(self.drawer().get_by_text("Success")).to_be_visible()
        assert self.api("GET", "/executions?keyword=console-keyed-")["total"] == 4
        self.open("/jobs")
        for one in ids:
            self.api("DELETE", f"/tasks/{one}")

    def warns_of_clocks(self) -> None:
        """The preview shows the job's clock and the reader's, and says what a change of clocks does to it (17)."""
        self.open("/jobs/new")
        self.field("timezone").fill("America/New_York")
        self.field("cron_expr").fill("30 2 * * *")
        preview = self.page.locator("[data-preview]")
        expect(preview.locator("tbody tr")).to_have_count(5)
        expect(preview.locator("thead")).to_contain_text("America/New_York")
        expect(preview.locator("thead th")).to_have_count(3)
        note = preview.locator("[data-clock-change]")
        expect(note).to_contain_text("the clocks of America/New_York go forward")
        expect(note).to_contain_text("if the job fires on that day")
        expect(note).to_contain_text("Times skipped in spring run once")
        self.field("cron_expr").fill("30 4 * * *")
        expect(preview.locator("tbody tr").first).to_contain_text("04:30")
        expect(note).to_have_count(0)
        self.page.get_by_role("link", name="Cancel", exact=True).click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Discard").click()

    def runs_again(self) -> None:
        """A failed row stands out in words, is run again from there, and the new run leads to its origin (26, 27, 44 to 47)."""
        page, name = self.page, f"console-again-{self.suffix}"
        job = self.manual(name, {"command": "echo tried; exit 7"})
        first = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})
        self.open(f"/executions?keyword={name}")
        rows = page.locator("tr[data-execution]")
        expect(rows.first.locator(".pill")).to_have_text("Failed")
        expect(rows.first.locator(".pill svg")).to_be_attached()
        # Where the drawer covers the list, its mask closes it, too, and so does its button.
        page.set_viewport_size({"width": 1000, "height": 768})
        for close in (lambda: page.mouse.click(12, 400), lambda: self.drawer().get_by_role("button", name="Close").click()):
            rows.first.locator("button").first.click()
            expect(self.drawer().get_by_role("log")).to_contain_text("tried")
            close()
            expect(self.drawer()).to_have_count(0)
            expect(page).to_have_url(re.compile(f"keyword={name}"))
        page.set_viewport_size({"width": 1366, "height": 768})
        rows.first.get_by_role("button", name=f"Retry {name}").click()
        expect(self.drawer().get_by_text("exit code 7")).to_be_visible()
        self.drawer().get_by_role("button", name="More", exact=False).first.click()
        facts = self.drawer().locator(".facts")
        for text in ("Started", "Ended", "Host", "local"):
            expect(facts).to_contain_text(text)
        expect(facts.get_by_role("link", name="the one before")).to_have_attribute(
            "href", f"/executions/{first['execution_id']}"
        )
        second = page.url.partition("run=")[2].partition("&")[0]
        # Another run takes the drawer over, while the list stays usable.
        rows.last.get_by_role("button", name=f"Retry {name}").press("Enter")
        expect(page).not_to_have_url(re.compile(f"run={second}"))
        expect(self.drawer().get_by_text("exit code 7")).to_be_visible()
        self.drawer().locator("[data-to-run]").click()
        expect(page.locator("[data-retry-of] a")).to_have_attribute("href", f"/tasks/{first['run_id']}")
        page.get_by_role("button", name=f"More actions for {name}").click()
        with page.expect_download() as saved:
            page.get_by_role("menuitem", name="Save as JSON").click()
        told = json.loads(Path(saved.value.path()).read_text())
        assert page.url.rsplit("/", 1)[1] in json.dumps(told), told
        # The old one is what it was.
        assert self.api("GET", f"/runs/{first['run_id']}")["status"] == "failed"
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def centre_order(self) -> None:
        """Runs are put in the order of their ends and durations, found by their host, and counted while they run (25, 36 to 38, 42)."""
        page, name = self.page, f"console-order-{self.suffix}"
        job = self.manual(name, {"command": "sleep $QF_PARAM_TIME; echo done"})

        def start(seconds: str) -> str:
            return self.api("POST", f"/tasks/{job}/trigger", {"params": {"TIME": seconds}})["run_id"]

        # One after the other: they may not overlap.
        rows = page.locator("tr[data-run]")
        runs: list[str] = []
        self.open(f"/tasks?keyword={name}")
        for seconds in ("1.2", "0.1"):
            runs.append(start(seconds))
            expect(page.locator(f"tr[data-run='{runs[-1]}'] .pill")).to_have_text("Succeeded")
        for way, head in (("-duration", "descending"), ("duration", "ascending")):
            page.get_by_label("Order", exact=True).select_option(way)
            expect(page).to_have_url(re.compile(f"sort={way}"))
            wanted = runs if way == "-duration" else runs[::-1]
            expect(rows.first).to_have_attribute("data-run", wanted[0])
            expect(page.locator("th.took")).to_have_attribute("aria-sort", head)
        expect(rows.last.locator("td.took")).to_have_text(re.compile(r"^\d+(\.\d)? s$"))
        page.keyboard.press("j")
        expect(rows.first.locator("button").first).to_be_focused()
        host = self.api("GET", "/clients")["items"][0]
        self.open(f"/tasks?keyword={host['name'].upper()[:4]}")
        expect(rows.first).to_be_visible()
        # The page of a run, and the number in the navigation, follow it to its end by themselves.
        last = start("2")
        self.open(f"/tasks/{last}")
        expect(page.locator("[data-run-state=running]")).to_be_visible()
        expect(page.locator("nav a[href='/executions'] .count")).to_have_text(re.compile(r"^\d+$"))
        page.evaluate("globalThis.kept = true")
        expect(page.locator("[data-run-state=succeeded]")).to_be_visible()
        assert page.evaluate("globalThis.kept"), "the page was loaded anew"
        self.open("/executions")
        page.get_by_label("Host", exact=True).select_option(host["client_id"])
        expect(page).to_have_url(re.compile(f"client_id={host['client_id']}"))
        expect(page.locator("tr[data-execution]").first).to_contain_text(host["name"])
        # By a group that the job is bound to: of one that nothing is bound to there is nothing.
        group = self.api("POST", "/groups", {"name": f"unbound-{self.suffix}"})["id"]
        page.reload()
        page.get_by_role("search").get_by_role("combobox", name="Groups").select_option(str(group))
        expect(page).to_have_url(re.compile(f"group_id={group}"))
        expect(page.get_by_text("Nothing matches these filters")).to_be_visible()
        page.get_by_role("search").get_by_role("combobox", name="Groups").select_option("1")
        expect(page.locator("tr[data-execution]").first).to_be_visible()
        self.api("DELETE", f"/groups/{group}")
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def searches_a_log(self) -> None:
        """Hits are gone through by keys, following is paused, and the whole is copied (28)."""
        page = self.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        # "Pause" is there as long as it runs.
        command = "echo needle 1; echo needle 2; sleep 5; echo needle 3"
        job = self.manual(f"console-needle-{self.suffix}", {"command": command})
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})["execution_id"]
        self.open(f"/executions/{run}")
        log = page.get_by_role("log")
        page.get_by_role("button", name="Pause", exact=True).click()
        expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()
        expect(log).to_contain_text("needle 3")
        page.keyboard.press("/")
        page.keyboard.type("needle")
        expect(page.get_by_text("line 1 of 3")).to_be_visible()
        log.focus()
        for key, number in (("n", 2), ("n", 3), ("N", 2)):
            page.keyboard.press(key)
            expect(log.locator(".line.at")).to_contain_text(f"needle {number}")
        page.get_by_role("button", name="Copy the log").click()
        copied = ""
        for _ in range(100):
            copied = page.evaluate("navigator.clipboard.readText()")
            if "needle 3" in copied:
                break
            page.wait_for_timeout(50)
        assert copied.splitlines() == ["needle 1", "needle 2", "needle 3"], copied
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def drills_down(self) -> None:
        """A report's bars lead to their runs by pointer, its table by keys, and a span of one's own is in the address (32, 58 to 60)."""
        page = self.page
        self.open("/reports?range=today")
        chart = page.locator("section[aria-labelledby=report-trend]")
        expect(chart.locator("svg[role=img]")).to_have_attribute("aria-label", re.compile(r"\d"))
        chart.locator("summary").press("Enter")
        link = chart.get_by_role("table").get_by_role("link").last
        link.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/executions\?from=.*&to=.*&status=3"))
        page.go_back()
        expect(page).to_have_url(re.compile("/reports.*range=today"))
        chart.locator("svg g .hit").last.click()
        expect(page).to_have_url(re.compile(r"/executions\?from="))
        page.go_back()
        page.get_by_text("Custom", exact=False).first.click()
        expect(page).to_have_url(re.compile(r"range=custom.*since=\d{4}-\d\d-\d\d.*through="))
        expect(chart).to_contain_text("day")
        # More than the two months that are shown by days, and less than the year that there can be.
        since = (date.today() - timedelta(days=200)).isoformat()
        page.get_by_label("From", exact=True).fill(since)
        expect(page).to_have_url(re.compile(f"since={since}"))
        page.reload()
        expect(page.locator("[data-figure=total] .value")).to_have_text(re.compile(r"\d"))
        expect(chart).to_contain_text("week")

    def groups_found(self) -> None:
        """A group is found by its tag, and a second one of its name is refused at the field (50, 51)."""
        page, name = self.page, f"tagged-{self.suffix}"
        group = self.api("POST", "/groups", {"name": name, "tags": [f"tag{self.suffix}"]})["id"]
        self.open("/groups")
        page.get_by_role("searchbox").fill(f"tag{self.suffix}")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody tr")).to_contain_text(name)
        page.get_by_role("button", name="New group").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
        expect(dialog.get_by_label("Name")).to_be_focused()
        page.keyboard.press("Escape")
        self.api("DELETE", f"/groups/{group}")

    def moves_only_what_waits(self) -> None:
        """A job that runs is not moved, and the dialog says so and keeps what was typed; afterwards it is moved earlier (67)."""
        page = self.page
        body = {
            "name": f"console-busy-{self.suffix}", "executor_type": 1, "executor_config": {"command": "sleep 60"},
            "schedule_type": "every", "every_seconds": 86400, "group_ids": [1], "status": 1,
        }  # fmt: skip
        made = self.api("POST", "/tasks", body)
        run = self.api("POST", f"/tasks/{made['id']}/trigger", {"params": {}})["run_id"]
        self.open(f"/jobs/{made['id']}")
        expect(page.locator("tr[data-execution] .pill").first).to_have_text("Running")
        page.get_by_role("button", name="More actions for").click()
        page.get_by_role("menuitem", name="Move the next run").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Seconds").fill("3600")
        self.refusals = {409}
        dialog.get_by_role("button", name="Move", exact=True).click()
        expect(dialog.get_by_role("alert")).to_contain_text("is running")
        self.refusals = set()
        expect(dialog.get_by_label("Seconds")).to_have_value("3600")
        self.check_on_top("a next run that can not be moved")
        self.api("POST", f"/runs/{run}/stop", {})
        expect(page.locator("tr[data-execution] .pill").first).to_have_text("Cancelled")
        dialog.get_by_role("button", name="Move", exact=True).click()
        self.toasted("The next run of")
        assert self.api("GET", f"/tasks/{made['id']}")["next_exec_time"] < made["next_exec_time"]
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{made['id']}")

    def moves_a_host_by_keys(self) -> None:
        """A host is put into a group without a pointer, from the top of the page (72)."""
        page, name = self.page, f"bykeys-{self.suffix}"
        group = self.api("POST", "/groups", {"name": name})["id"]
        host = self.api("GET", "/clients")["items"][0]["client_id"]
        self.open("/groups/board")
        card = page.locator(f"[data-column='0'] [data-host='{host}']")
        expect(card).to_be_visible()
        self.tab_to(card.get_by_role("button"))
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        choice = page.get_by_label("Into the group")
        expect(choice).to_be_focused()
        page.keyboard.type(name)
        self.tab_to(page.get_by_role("dialog").get_by_role("button", name="Move", exact=True))
        page.keyboard.press("Enter")
        expect(page.locator(f"[data-column='{group}'] [data-host='{host}']")).to_be_visible()
        self.api("DELETE", f"/groups/{group}")

    def no_flash(self) -> None:
        """A dark page is dark before it has anything to paint (71)."""
        context = self.context("dark", "en")
        context.add_init_script(NOTE_FIRST_THEME)
        page = context.new_page()
        page.goto(self.base + "/login")
        self.problems.clear()
        expect(page.locator("[name=username]")).to_be_visible()
        assert page.evaluate("firstTheme") == "dark"
        context.close()

    def zone_of_all_times(self) -> None:
        """Another zone shows every time of a list otherwise: by its distance from the one before (74)."""
        page = self.page
        times = "[...document.querySelectorAll('tbody time')].map((one) => [one.dateTime, one.textContent.trim()])"

        def shown(zone: str) -> dict[str, str]:
            page.evaluate(f"localStorage['qf.zone'] = '{zone}'")
            self.open("/executions?status=3,4&page_size=20")
            expect(page.locator("tr[data-execution] time").first).to_be_visible()
            return dict(page.evaluate(times))

        utc, india = shown("UTC"), shown("Asia/Kolkata")
        page.evaluate("delete localStorage['qf.zone']")
        common = [moment for moment in utc if moment in india and re.search(r"\d\d:\d\d", utc[moment])]
        assert len(common) >= 5, (utc, india)

        def minutes(text: str) -> int:
            hour, minute = re.search(r"(\d\d):(\d\d)", text).groups()
            return int(hour) * 60 + int(minute)

        wrong = [moment for moment in common if (minutes(india[moment]) - minutes(utc[moment])) % 1440 != 330]
        assert not wrong, [(utc[moment], india[moment]) for moment in wrong]

    def survives_a_cut(self) -> None:
        """While the live connection is cut a page says that it polls, and a log that grew meanwhile lacks no line (77)."""
        job = self.manual(f"console-cut-{self.suffix}", {"command": "for i in $(seq 40); do echo line $i.; sleep 0.25; done"})
        run = self.api("POST", f"/tasks/{job}/trigger", {"params": {}})["execution_id"]
        page = self.page.context.new_page()
        sockets: list[WebSocketRoute] = []
        cut = {"on": False}

        def relay(socket: WebSocketRoute) -> None:
            if cut["on"]:
                socket.close()
                return
            sockets.append(socket)
            socket.connect_to_server()

        page.route_web_socket(re.compile("/api/v1/ws"), relay)
        page.goto(f"{self.base}/executions/{run}")
        self.problems.clear()
        log = page.get_by_role("log")
        expect(page.locator("[data-live=live]")).to_be_visible()
        expect(log).to_contain_text("line 2.")
        assert sockets, "the live connection is none that can be cut"
        cut["on"] = True
        sockets[-1].close()
        expect(page.locator("[data-live=polling]")).to_be_visible()
        assert self.api("GET", f"/executions/{run}")["status"] == 2, "it ended before the cut was seen"
        expect(log).to_contain_text("line 12.")
        cut["on"] = False
        expect(page.locator("[data-live=live]")).to_be_visible()
        expect(log).to_contain_text("line 40.")
        lines = page.get_by_text(re.compile("40 lines"))
        expect(lines.first).to_be_visible()
        page.close()
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")

    def waits_for_the_server(self) -> None:
        """A page that is opened while the server can ask no database says so, and shows by itself; nobody signs in anew."""
        page: Page = self.page.context.new_page()
        page.goto(self.base + "/login")
        self.problems.clear()
        self.refusals = {503}
        page.route(
            "**/api/v1/**", lambda route: route.fulfill(status=503, body=SERVER_AWAY, content_type="application/json")
        )
        page.goto(self.base + "/hosts?keyword=local")
        expect(page.locator("[data-away] h1")).to_be_visible()
        self.check_axe(page, "the server is away")
        page.unroute_all()
        page.get_by_role("button", name="Try now").click()
        expect(page.locator("tr[data-host]").first).to_be_visible()
        expect(page).to_have_url(self.base + "/hosts?keyword=local")
        page.close()
        self.refusals = set()
