#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Pictures of every page of the console with data in it, in both themes and languages and four widths, and sheets of them to look at.

    shots.py --bin DIR --out DIR [--pages REGEX] [--widths 1366,390] [--looks N] [--full]

Starts a server of its own, fills it with jobs and a week of their runs, failures, a workflow that waits and alerts, and writes
PAGE-WIDTH-THEME-LANGUAGE.png and, for each page, PAGE.png with all of them: what people look at after a change of the console. It prints which
English sentences stand on Chinese pages; those that people typed belong there.
Not part of the tests. Needs what the journey needs.
"""

import argparse
import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Support"))
from dev_server import USER, DevServer  # noqa: E402
from history import FAILED, HOUR_MS, TIMED_OUT, History, Past  # noqa: E402
from overlays import LATIN_SENTENCES  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

WIDTHS = {390: 844, 820: 1180, 1366: 768, 1920: 1080}
LOOKS = (("light", "zh-CN"), ("dark", "en"), ("light", "en"), ("dark", "zh-CN"))
#: Of a sheet; pictures are shown smaller there.
SHEET_WIDTH = 2000
#: How long jobs run by themselves before pictures are taken: several fires of each quick one.
LIVE_SECONDS = 25
PAST_DAYS = 7
#: Of a request, on a machine that builds beside.
PATIENCE_SECONDS = 120
#: Name, command, schedule, minutes between fires (of the past), usual seconds, share that fails, description, labels.
JOBS = (
    ("db-backup", "pg_dump --format=custom orders > /srv/backup/orders.dump", "15 * * * *", 60, 48, 0.02, "主库每小时备份", {"team": "db"}),
    ("order-sync", "bin/sync-orders --since 10m", "*/10 * * * *", 10, 21, 0.01, "把订单同步到数据仓库", {"team": "shop"}),
    ("report-daily", "bin/report --day yesterday", "30 8 * * *", 1440, 190, 0.2, "每天的销售日报", {"team": "bi"}),
    ("log-rotate", "find /var/log/app -mtime +7 -delete", "0 3 * * *", 1440, 6, 0, "Delete application logs after a week", {"team": "ops"}),
    ("certificate-check", "bin/check-certificates --warn 21d", "0 */6 * * *", 360, 9, 0, "", {"team": "ops"}),
    ("全量索引重建", "bin/reindex --all", "0 2 * * 0", 10_080, 2400, 0, "每周日凌晨重建搜索索引", {"team": "search"}),
    ("invoice-mailer", "bin/mail-invoices --batch 200", "*/20 9-18 * * 1-5", 60, 33, 0.06, "Send invoices that are due", {"team": "shop"}),
    ("nightly-archive-of-a-rather-long-name-with-a-suffix", "bin/archive", "30 2 * * 1-5", 1440, 320, 0, "Long names are cut, not wrapped", {}),
    ("metrics-rollup", "bin/rollup --hour last", "5 * * * *", 60, 14, 0, "", {"team": "bi"}),
    ("session-cleanup", "bin/clean-sessions", "*/15 * * * *", 15, 3, 0, "", {"team": "shop"}),
)


def post(api, path: str, body: dict | None = None) -> dict:
    return api.call("POST", path, body, timeout=PATIENCE_SECONDS)


def fill_past(server: DevServer) -> None:
    """A week of runs: most as usual, a bad hour of one job, one that ran too long."""
    chance = random.Random(7)
    now = int(time.time() * 1000)

    def past(history: History) -> Iterator[Past]:
        for name, _, _, minutes, usual, fails, _, _ in JOBS:
            step = minutes * 60_000
            for nominal in range((now - PAST_DAYS * 24 * HOUR_MS) // step * step, now - 10 * 60_000, step):
                duration = int(usual * 1000 * chance.uniform(0.8, 1.25))
                status = FAILED if chance.random() < fails else 3
                if name == "order-sync" and 5 * HOUR_MS < now - nominal < 6.2 * HOUR_MS:
                    status = FAILED
                if name == "invoice-mailer" and chance.random() < 0.03:
                    status, duration = TIMED_OUT, 300_000
                if nominal + duration < now:
                    yield Past(history.jobs[name], nominal, duration, status, late=chance.randint(2, 60))

    history = History(server.directory / "data" / "server" / "quartzflow.db")
    history.write(past(history))


def job(api, name: str, command: str, cron: str | None = None, **more) -> int:
    schedule = {"schedule_type": "cron", "cron_expr": cron} if cron else {"schedule_type": "manual"}
    body = {"name": name, "executor_type": 1, "executor_config": {"command": command}, "group_ids": [1], "status": 1}
    return post(api, "/tasks", {**body, **schedule, "timezone": "Asia/Shanghai", **more})["id"]


def fill_jobs(api) -> dict[str, object]:
    group = post(api, "/groups", {"name": "数据库", "description": "主库与备库", "tags": ["prod"]})["id"]
    host = api.get("/clients")["items"][0]["client_id"]
    post(api, f"/groups/{group}/clients", {"client_ids": [host]})
    post(api, "/groups", {"name": "web", "description": "Front ends", "tags": ["prod", "eu"]})
    ids = {
        name: job(api, name, command, cron, description=text, labels=labels, group_ids=[group if name == "db-backup" else 1])
        for name, command, cron, _, _, _, text, labels in JOBS
    }
    return {"group": group, "host": host, "job": ids["db-backup"]}


def fill(server: DevServer) -> dict[str, object]:
    """Jobs with a past, and beside them what runs, fails and waits now."""
    facts = fill_jobs(server.api)
    server.stop(60)
    fill_past(server)
    server.start()
    server.wait_for_http()
    server.api.login(server.password)
    server.wait_for_agent()
    api = server.api
    post(api, "/notify/channels", {"name": "ops-hook", "type": "webhook", "url": "https://hooks.example.com/ops"})
    triggers = ["business_failure", "technical_failure", "timeout"]
    post(api, "/notify/rules", {"name": "失败就通知", "triggers": triggers, "channels": [{"channel": "ops-hook"}]})
    backup = job(api, "wal-archive", "echo 归档 $(date); seq 1 40; sleep 0.3", "*/3 * * * * *", labels={"team": "db"})
    broken = job(api, "disk-report", "echo reading /srv; echo 'disk /srv is full: 98 % used' >&2; exit 2", "*/7 * * * * *", description="磁盘用量")
    slow = job(api, "full-restore-test", "for i in $(seq 600); do echo step $i of 600; sleep 1; done", timeout=3600)
    api.call("PATCH", "/settings", {"values": {"network.loopback": "allow"}})
    request = {"executor_type": 2, "executor_config": {"url": f"{api.base}/api/v1/health"}}
    job(api, "health-check", "", "*/5 * * * * *", **request)
    off = job(api, "old-sync", "true", "0 5 * * *")
    post(api, f"/tasks/{off}/disable")
    flow = post(
        api,
        "/workflows",
        {
            "name": "月末结算",
            "group_ids": [1],
            "nodes": [
                {"key": "load", "kind": "script", "script": "echo load"},
                {"key": "rates", "kind": "script", "script": "echo rates"},
                {"key": "check", "kind": "script", "script": "echo check"},
                {"key": "mirror", "kind": "script", "script": "echo mirror"},
                {"key": "ok", "kind": "approval", "message": "结算数字对吗？"},
                {"key": "book", "kind": "script", "script": "true"},
                {"key": "report", "kind": "script", "script": "bin/report --month last"},
            ],
            "edges": [
                {"from": one, "to": other}
                for one, other in (
                    ("load", "check"), ("rates", "check"), ("load", "mirror"), ("check", "ok"), ("ok", "book"), ("book", "report"),
                    ("mirror", "report"),
                )
            ],
        },
    )["id"]
    flow_run = post(api, f"/workflows/{flow}/run", {})["run_id"]
    started = post(api, f"/tasks/{slow}/trigger", {"params": {}})
    for name, role in (("olga", "operator"), ("vera", "viewer")):
        post(api, "/users", {"username": name, "role": role})
    time.sleep(LIVE_SECONDS)
    deadline = time.monotonic() + 300
    while True:
        failed = api.call("GET", "/executions", timeout=PATIENCE_SECONDS, status="4", task_id=broken, page_size=1)["items"]
        good = api.call("GET", "/executions", timeout=PATIENCE_SECONDS, status="3", task_id=backup, page_size=2)["items"]
        if (failed and len(good) == 2) or time.monotonic() > deadline:
            break
        time.sleep(1)
    return facts | {
        "broken": broken, "workflow": flow, "flow": flow_run, "run": failed[0]["run_id"], "failed": failed[0]["id"],
        "running": started["execution_id"], "a": good[1]["id"], "b": good[0]["id"],
    }  # fmt: skip


PAGES = {
    "login": "/login",
    "overview": "/",
    "jobs": "/jobs",
    "job-new": "/jobs/new",
    "job": "/jobs/{job}",
    "job-edit": "/jobs/{broken}/edit",
    "job-versions": "/jobs/{job}/versions",
    "job-hooks": "/jobs/{job}/hooks",
    "executions": "/executions",
    "drawer": "/executions?run={failed}",
    "execution": "/executions/{running}",
    "compare": "/executions/compare?a={a}&b={b}",
    "timeline": "/executions/timeline",
    "tasks": "/tasks",
    "task": "/tasks/{run}",
    "workflows": "/workflows",
    "workflow-new": "/workflows/new",
    "workflow": "/workflows/{workflow}",
    "workflow-edit": "/workflows/{workflow}/edit",
    "workflow-step": "/workflows/{workflow}/edit",
    "workflow-run": "/workflows/runs/{flow}",
    "calendar": "/calendar",
    "hosts": "/hosts",
    "host": "/hosts/{host}",
    "groups": "/groups",
    "group-board": "/groups/board",
    "group-rules": "/groups/rules",
    "incidents": "/alerts/incidents",
    "deliveries": "/alerts/deliveries",
    "notify-rules": "/alerts/rules",
    "channels": "/alerts/channels",
    "silences": "/alerts/silences",
    "reports": "/reports",
    "approvals": "/approvals",
    "users": "/settings/users",
    "roles": "/settings/roles",
    "tokens": "/settings/tokens",
    "secrets": "/settings/secrets",
    "system": "/settings/system",
    "audit": "/settings/audit",
    "preferences": "/me",
    "wall": "/wall",
    "missing": "/no-such-page",
}

#: What is pressed on a page before its pictures are taken.
PRESSED = {"workflow-step": "[data-step=check]"}


def settle(page: Page) -> None:
    """Until nothing is on its way and no skeleton is left, at most some seconds."""
    for _ in range(40):
        page.wait_for_timeout(150)
        if not page.locator(".skeleton").count() and page.locator("h1, [data-wall], form").count():
            break
    page.wait_for_timeout(250)


def shoot(browser: Browser, server: DevServer, facts: dict, options) -> None:
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    widths = [int(width) for width in options.widths.split(",")]
    names = [name for name in PAGES if re.search(options.pages, name)]
    problems: list[str] = []
    english: dict[str, str] = {}
    state = None
    for theme, language in LOOKS[: options.looks]:
        context = browser.new_context(reduced_motion="reduce", storage_state=state)
        context.set_default_timeout(60_000)
        context.add_init_script(f"localStorage['qf.theme'] = '{theme}'; localStorage['qf.lang'] = '{language}';")
        page = context.new_page()
        if state is None:
            page.goto(server.base + "/login")
            page.locator("[name=username]").fill(USER)
            page.locator("[name=password]").fill(server.password)
            page.keyboard.press("Enter")
            page.locator("[data-kpi=ended]").wait_for()
            state = context.storage_state()
        page.on("pageerror", lambda error: problems.append(str(error)))
        for name in names:
            for width in widths:
                page.set_viewport_size({"width": width, "height": WIDTHS[width]})
                if width == widths[0]:
                    page.goto(server.base + PAGES[name].format(**facts))
                    if name in PRESSED:
                        page.locator(PRESSED[name]).first.click()
                settle(page)
                if options.full:
                    # The page scrolls within itself: a window as high as it is shows all of it.
                    high = page.evaluate("Math.max(...[...document.querySelectorAll('main')].map((m) => m.scrollHeight), 0)")
                    page.set_viewport_size({"width": width, "height": min(4000, max(WIDTHS[width], high + 60))})
                    page.wait_for_timeout(200)
                if language == "zh-CN" and width == widths[0]:
                    english.update({text: name for text in page.evaluate(LATIN_SENTENCES) if text not in english})
                page.screenshot(path=out / f"{name}-{width}-{theme}-{language}.png", caret="initial")
        context.close()
    for name in names:
        sheet(browser, out, name, widths, LOOKS[: options.looks])
    for text, name in english.items():
        print(f"English on a Chinese page ({name}): {text}")
    for problem in sorted(set(problems)):
        print(f"uncaught: {problem}")


def sheet(browser: Browser, out: Path, name: str, widths: list[int], looks) -> None:
    """All pictures of a page beside each other, with what they are of."""
    total = sum(widths)
    cells = "".join(
        "<tr>"
        + "".join(
            f'<td style="width:{width / total * 100:.1f}%"><p>{width} {theme} {language}</p>'
            f'<img src="{(out / f"{name}-{width}-{theme}-{language}.png").as_uri()}"></td>'
            for width in widths
        )
        + "</tr>"
        for theme, language in looks
    )
    page = browser.new_page(viewport={"width": SHEET_WIDTH, "height": 600})
    place = out / "sheet.html"
    style = "body{margin:0;font:12px sans-serif}table{width:100%;table-layout:fixed}td{vertical-align:top}img{width:100%}p{margin:2px}"
    place.write_text(f"<style>{style}</style><table>{cells}</table>")
    page.goto(place.as_uri())
    page.screenshot(path=out / f"{name}.png", full_page=True)
    page.close()
    place.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--pages", default="", help="only pages whose name matches this")
    parser.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    parser.add_argument("--looks", type=int, default=len(LOOKS), help="how many pairs of theme and language")
    parser.add_argument("--full", action="store_true", help="the whole height of each page")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with DevServer(options.bin) as server, sync_playwright() as playwright:
        server.start_and_sign_in()
        facts = fill(server)
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--disable-dev-shm-usage", "--allow-file-access-from-files"]
        )
        shoot(browser, server, facts, options)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
