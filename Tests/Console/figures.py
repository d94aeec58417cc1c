#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""How quick the console is: what a first visit costs, pages, lists with many jobs, pushes, a long log, and a tab left open for a day.

    figures.py --bin DIR [--jobs 10000] [--executions 1000000] [--only lists,pages,push,log,day] [--after FILE]

Starts a server of its own with that many jobs, puts the executions into its database while it is stopped, and prints one line for each figure
with its goal. Takes minutes; figures say something on a quiet machine and a release build only. With --after it measures once that file is
there: filling takes most of the time, and needs no quiet. Not part of the tests.
"""

import argparse
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from dev_server import USER, DevServer  # noqa: E402
from history import FAILED, HOUR_MS, SUCCEEDED, History, Past  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

REPEATS = 5
HOURS = 24 * 30
LINES = 20_000
#: Of a request that makes something, on a machine that builds beside.
PATIENCE_SECONDS = 120
DAY_HOURS = 24
#: Resolves when the selector has a certain number of matches (or more), from within the page: no polling from outside in the figure.
WHEN = """
    ([selector, count]) => new Promise((done) => {
      const begin = performance.now();
      const look = () => document.querySelectorAll(selector).length >= count && (watch.disconnect(), done(performance.now() - begin), true);
      const watch = new MutationObserver(look);
      watch.observe(document, { subtree: true, childList: true, attributes: true });
      look();
    })
"""


class Figures:
    """Prints figures, and keeps which are over their goals."""

    def __init__(self, chosen: str | None) -> None:
        self.chosen = set(filter(None, (chosen or "").split(",")))
        self.over: list[str] = []

    def wants(self, area: str) -> bool:
        return not self.chosen or area in self.chosen

    def tell(self, name: str, value: float, goal: float, unit: str = "ms") -> None:
        mark = "" if value <= goal else "   OVER"
        if mark:
            self.over.append(name)
        print(f"{name:<52} {value:>9,.1f} {unit}  (goal {goal:,.0f}){mark}", flush=True)


def post(api, path: str, body: dict) -> dict:
    return api.call("POST", path, body, timeout=PATIENCE_SECONDS)


def fill_history(database: Path, wanted: int) -> None:
    """Executions of the jobs that are there, over thirty days."""
    history = History(database)
    jobs = list(history.jobs.values())
    begin = int(time.time() * 1000) - HOURS * HOUR_MS
    step = (HOURS - 1) * HOUR_MS // wanted
    history.write(
        Past(jobs[number % len(jobs)], begin + number * step, 500 + number % 900, FAILED if number % 50 == 7 else SUCCEEDED, late=3 + number % 40)
        for number in range(wanted)
    )


def make_jobs(api, count: int) -> None:
    def make(number: int) -> None:
        post(
            api,
            "/tasks",
            {
                "name": f"job-{number:05}", "executor_type": 1, "executor_config": {"command": "true"},
                "cron_expr": f"{number % 60} {number % 24} * * *", "group_ids": [1], "status": 1 if number % 10 else 0,
                "labels": {"team": f"t{number % 20}"},
            },
        )  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(count)))


def timed(body) -> float:
    start = time.perf_counter()
    body()
    return (time.perf_counter() - start) * 1000


def lists(figures: Figures, api) -> None:
    """Each question that a list, a search or a picker asks: the median of several."""
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 86_400))
    job = api.get("/tasks", keyword="job-00042")["items"][0]["id"]
    asked = {
        "jobs, first page": ("/tasks", {}), "jobs, last page": ("/tasks", {"page": 100, "page_size": 100}),
        "jobs, 100 rows": ("/tasks", {"page_size": 100}), "jobs, keyword": ("/tasks", {"keyword": "b-0999"}),
        "jobs, state and label": ("/tasks", {"status": 0, "label": "team=t3"}), "jobs, by next run": ("/tasks", {"sort": "next_exec_time"}),
        "jobs, picker": ("/tasks", {"keyword": "job-0042", "page_size": 50}),
        "executions, first page": ("/executions", {"status": "2,3,4,5,6,7"}),
        "executions, failed of a day": ("/executions", {"status": "4,5", "start_time": since}),
        "executions, keyword": ("/executions", {"keyword": "job-00042"}), "executions of a job": ("/executions", {"task_id": job}),
        "executions, by label": ("/executions", {"label": "team=t3"}), "executions, page 100": ("/executions", {"page": 100, "page_size": 100}),
        "runs, first page": ("/runs", {}), "runs, keyword": ("/runs", {"keyword": "job-00042"}), "runs, failed": ("/runs", {"status": "failed"}),
        "hosts": ("/clients", {}), "groups": ("/groups", {}), "report of a month": ("/reports/runs", {"from": since[:8] + "01T00:00:00Z"}),
        "trend of 48 hours": ("/executions/trend", {"hours": 48}), "coming fires of a day": ("/upcoming", {}),
        "punctuality": ("/executions/punctuality", {}), "strips of 100 jobs": ("/executions/recent", {"task_ids": ",".join(map(str, range(job, job + 100))), "count": 20}),
        "audit": ("/audit", {}),
    }  # fmt: skip
    for name, (path, query) in asked.items():
        try:
            times = [timed(lambda p=path, q=query: api.call("GET", p, timeout=60, **q)) for _ in range(REPEATS)]
        except Exception as error:  # noqa: BLE001 -- a question that an older server refuses has no figure
            print(f"{name:<52} none: {error}")
            continue
        figures.tell(name, statistics.median(times), 500)


def first_visit(figures: Figures, base: str, context, language: str) -> None:
    """What somebody costs who has nothing of the console yet, in one language."""
    costs = []
    for _ in range(3):
        fresh = context.browser.new_context(storage_state=context.storage_state())
        fresh.add_init_script(f"localStorage['qf.lang'] = '{language}';")
        tab = fresh.new_page()
        start = time.perf_counter()
        tab.goto(base + "/jobs", wait_until="commit")
        tab.locator("tr[data-job]").first.wait_for()
        whole = (time.perf_counter() - start) * 1000
        sizes = tab.evaluate(
            "() => [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]"
            ".filter((one) => !one.name.includes('/api/')).map((one) => [one.name.endsWith('.woff2'), one.transferSize])"
        )
        fonts, rest = ([size for is_font, size in sizes if is_font == wanted] for wanted in (True, False))
        painted = tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")
        costs.append((whole, painted, sum(rest) / 1024, len(rest), sum(fonts) / 1024))
        fresh.close()
    name = f"first visit, {language}"
    figures.tell(f"{name}: first paint", statistics.median(cost[1] for cost in costs), 1000)
    figures.tell(f"{name}: jobs with their rows", statistics.median(cost[0] for cost in costs), 1000)
    figures.tell(f"{name}: {costs[0][3]} files over the wire", costs[0][2], 127, "KiB")
    print(f"{f'{name}: fonts over the wire':<52} {costs[0][4]:>9,.1f} KiB")


def pages(figures: Figures, base: str, page: Page, context) -> None:
    """A first visit and what follows it, as a person sees it."""
    for language in ("zh-CN", "en"):
        first_visit(figures, base, context, language)
    page.goto(base + "/jobs")
    page.locator("tr[data-job]").first.wait_for()
    routes = (("Executions", "tr[data-execution]"), ("Hosts", "tr[data-host]"), ("Jobs", "tr[data-job]"))
    for turn in range(3):
        for link, ready in routes:
            # Clicked from within: the way from here to the browser is no part of it.
            shown = page.evaluate(
                """([path]) => new Promise((done) => {
                    const begin = performance.now();
                    const again = () => location.pathname === path && document.querySelector('main h1')
                      ? requestAnimationFrame(() => done(performance.now() - begin)) : setTimeout(again, 1);
                    document.querySelector(`nav a[href="${path}"]`).click();
                    again();
                })""",
                [f"/{link.lower()}"],
            )
            rows = page.evaluate(WHEN, [ready, 1])
            if turn == 2:
                figures.tell(f"to {link}: the page", shown, 100)
                figures.tell(f"to {link}: its rows, after the page", rows, 500)
    page.goto(base + "/jobs?page_size=20")
    page.locator("tr[data-job]").nth(19).wait_for()
    page.locator(".pager select").evaluate("(s) => setTimeout(() => { s.value = '100'; s.dispatchEvent(new Event('change', { bubbles: true })); })")
    figures.tell("100 rows", page.evaluate(WHEN, ["tr[data-job]", 100]), 250)
    page.locator("tr[data-job] a.linkish").first.evaluate("(one) => setTimeout(() => one.click())")
    figures.tell("chart of durations", page.evaluate(WHEN, [".figures dd", 1]), 500)
    page.goto(base + "/reports")
    page.locator("[data-figure=total]").wait_for()
    figures.tell("palette: finds one of all jobs", palette(page), 500)


def palette(page: Page) -> float:
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").first.wait_for()
    start = time.perf_counter()
    page.keyboard.type("job-00042")
    page.locator("[role=option]", has_text="job-00042").first.wait_for()
    took = (time.perf_counter() - start) * 1000
    page.keyboard.press("Escape")
    return took


def push(figures: Figures, api, base: str, page: Page) -> None:
    """From the answer to somebody's change until another page shows it."""
    page.goto(base + "/jobs?keyword=job-0000")
    page.locator("[data-live=live]").wait_for()
    page.locator("tr[data-job]").first.wait_for()
    first = page.locator("tr[data-job]").first
    job = first.get_attribute("data-job")
    times = []
    for _ in range(REPEATS):
        on = first.locator("[role=switch]").get_attribute("aria-checked") == "true"
        times.append(
            page.evaluate(
                """([job, act, state]) => new Promise((done) => {
                    const wanted = `tr[data-job="${job}"] [role=switch][aria-checked=${state}]`;
                    fetch(`/api/v1/tasks/${job}/${act}`, { method: 'POST', headers: { 'X-QF-CSRF': '1' } }).then(() => {
                      const begin = performance.now();
                      const again = () => document.querySelector(wanted) ? done(performance.now() - begin) : setTimeout(again, 1);
                      again();
                    });
                })""",
                [job, "disable" if on else "enable", "false" if on else "true"],
            )
        )
    figures.tell("push: a switch that somebody else pressed", statistics.median(times), 300)


def long_log(figures: Figures, api, base: str, page: Page) -> None:
    body = {"executor_type": 1, "executor_config": {"command": f"seq 1 {LINES}"}, "schedule_type": "manual"}
    job = post(api, "/tasks", {"name": "long-log", "group_ids": [1], "status": 1, **body})["id"]
    run = post(api, f"/tasks/{job}/trigger", {"params": {}})["execution_id"]
    for _ in range(200):
        if api.get(f"/executions/{run}")["status"] == 3:
            break
        time.sleep(0.1)
    page.goto(f"{base}/executions/{run}")
    page.get_by_text(f"{LINES:,} lines").or_(page.get_by_text(f"{LINES} lines")).first.wait_for()
    # Everything is there: what a key press costs is the page's own work.
    find = page.locator("section.log input[type=search]")
    took = find.evaluate(
        """(box) => new Promise((done) => {
            const begin = performance.now();
            box.value = '19999';
            box.dispatchEvent(new Event('input', { bubbles: true }));
            const again = () => document.querySelector('.log .hit') ? requestAnimationFrame(() => done(performance.now() - begin)) : setTimeout(again, 1);
            again();
        })"""
    )
    figures.tell(f"log of {LINES:,} lines: finds and shows a word", took, 100)
    took = page.locator("section.log .scroller").evaluate(
        """(box) => new Promise((done) => {
            const begin = performance.now();
            box.scrollTop = box.scrollHeight / 2;
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
        })"""
    )
    figures.tell(f"log of {LINES:,} lines: jumps to the middle", took, 100)


def day_open(figures: Figures, base: str, context) -> None:
    """A tab on the overview through a day of its own clock, hour by hour; what is left after collecting garbage."""
    page = context.new_page()
    page.clock.install()
    page.goto(base + "/")
    page.locator("[data-kpi=ended] .value").wait_for()
    session = context.new_cdp_session(page)

    def heap() -> float:
        session.send("HeapProfiler.collectGarbage")
        return session.send("Runtime.getHeapUsage")["usedSize"] / 1024 / 1024

    # What is loaded later belongs to the first hours.
    page.clock.run_for(3_600_000)
    time.sleep(1)
    before = heap()
    for _ in range(DAY_HOURS):
        page.clock.run_for(3_600_000)
        time.sleep(0.3)
    after = heap()
    print(f"{'a tab through a day: heap before, after':<52} {before:>9,.1f} MiB, {after:,.1f} MiB")
    figures.tell("a tab through a day: grows by", after - before, max(2.0, before * 0.1), "MiB")
    page.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--executions", type=int, default=1_000_000)
    parser.add_argument("--only", help="lists, pages, push, log, day")
    parser.add_argument("--after", type=Path, help="a file to wait for once all is filled")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    figures = Figures(options.only)
    with DevServer(options.bin) as server:
        server.start_and_sign_in()
        took = timed(lambda: make_jobs(server.api, options.jobs))
        print(f"{options.jobs:,} jobs in {took / 1000:.0f} s", flush=True)
        server.stop(60)
        took = timed(lambda: fill_history(server.directory / "data" / "server" / "quartzflow.db", options.executions))
        print(f"{options.executions:,} executions in {took / 1000:.0f} s", flush=True)
        server.start()
        server.wait_for_http()
        server.api.login(server.password)
        server.wait_for_agent()
        if options.after:
            print(f"filled; waiting for {options.after}", flush=True)
            while not options.after.exists():
                time.sleep(0.2)
        if figures.wants("lists"):
            lists(figures, server.api)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
            context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
            context.set_default_timeout(60_000)
            context.add_init_script("localStorage['qf.lang'] ??= 'en';")
            page = context.new_page()
            page.goto(server.base + "/login")
            page.locator("[name=username]").fill(USER)
            page.locator("[name=password]").fill(server.password)
            page.keyboard.press("Enter")
            page.locator("[data-kpi=ended]").wait_for()
            if figures.wants("pages"):
                pages(figures, server.base, page, context)
            if figures.wants("push"):
                push(figures, server.api, server.base, page)
            if figures.wants("log"):
                long_log(figures, server.api, server.base, page)
            if figures.wants("day"):
                day_open(figures, server.base, context)
            browser.close()
    print(f"{len(figures.over)} over their goals" + (": " + "; ".join(figures.over) if figures.over else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
