# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""What opens over a page, and how: by nothing that depends on the language."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

# The page; what of it is clicked, the first of each one after the other; what has to be there then.
CLICKS = {
    "menu": ("/jobs?page_size=20", ["tr[data-job] [aria-haspopup=menu]"], "[role=menu]"),
    "run": ("/jobs?page_size=20", ["tr[data-job] td:last-child > button.icon-only"], "[role=dialog]"),
    "deletion": ("/jobs?page_size=20", ["tr[data-job] [aria-haspopup=menu]", "[role=menu] .danger"], "[role=alertdialog]"),
    "columns": ("/jobs?page_size=20", [".view-acts button"], ".view-acts [role=group] input"),
    "group": ("/groups", [".page-head .primary"], "[role=dialog]"),
    "move": ("/groups/board", ["[data-host] [aria-haspopup=menu]", "[role=menu] button"], "[role=dialog]"),
    "rule": ("/alerts/rules", ["[data-notify-rule] .linkish"], "[data-target='0']"),
    "channel": ("/alerts/channels", [".card-head .primary"], "[role=dialog]"),
    "silence": ("/alerts/silences", [".filters .primary"], "[role=dialog]"),
    "user": ("/settings/users", [".card-head .primary"], "[role=dialog]"),
    "role": ("/settings/roles", [".card-head .primary"], "[data-permission]"),
    "token": ("/settings/tokens", [".card-head .primary"], "[role=dialog]"),
    "secret": ("/settings/secrets", [".card-head .primary"], "[role=dialog]"),
    "hook": ("/jobs/{job}/hooks", [".card-head .primary"], "[role=dialog]"),
    "flow-step": ("/workflows/{workflow}/edit", ["[data-step=choose]"], "[data-step-form=choose] [data-case]"),
    "flow-script": ("/workflows/{workflow}/edit", ["[data-step=first]"], "[data-step-form=first] .cm-content"),
    "flow-connect": ("/workflows/{workflow}/edit", ["[data-step=first]", ".links .btn"], "#connect-form"),
    "flow-settings": ("/workflows/{workflow}/edit", [".settings summary"], ".settings [data-path=overlap] select"),
    "flow-schedule": ("/workflows/{workflow}/edit", [".head .segments label:last-child"], "[data-cron-builder]"),
    "mail": ("/reports", [".mails .btn"], "[role=dialog]"),
    "chip": ("/executions", [".filter .chip"], ".filters .panel input:visible"),
    "labels": ("/executions", [".filters .filter >> nth=3 >> .chip"], ".filters .panel input.field:visible"),
    "view": ("/executions?status=4", [".quiet"], "[role=dialog]"),
    "all": ("/executions", [".page-head [aria-haspopup=menu]"], "[role=menu]"),
    "file": ("/jobs", [".page-head button"], "[role=dialog] [type=file]"),
    "pause": ("/jobs/{job}", [".page-head [aria-haspopup=menu]", "[role=menu] button"], "[role=dialog]"),
    "backfill": ("/jobs/{yearly}", ["[data-backfill] [data-begin]"], "[role=dialog]"),
    "calls": ("/jobs/{job}/hooks", ["[data-hook] td:last-child button"], "[role=dialog] [data-call]"),
    "run-menu": ("/tasks", ["tr[data-run] [aria-haspopup=menu]"], "[role=menu]"),
    "event": ("/tasks/{run}", ["[data-event] td:last-child button"], ".unfolded pre"),
    "start": ("/workflows/{workflow}", [".page-head .primary"], "[role=dialog]"),
    "maintenance": ("/hosts/{host}", [".page-head [aria-haspopup=menu]", "[role=menu] button"], "[role=alertdialog]"),
    "members": ("/groups?open=1", [], "[role=dialog] tr[data-host]"),
    "test": ("/alerts/channels", ["[data-channel] .btn.sm"], "[role=dialog]"),
    "message": ("/alerts/deliveries", ["[data-delivery] [aria-expanded]"], ".unfolded pre"),
    "stop": ("/settings/system", ["[data-scheduler] .btn"], "[role=alertdialog]"),
    "change": ("/settings/audit?action=job.update", ["[data-audit] [aria-expanded]"], ".unfolded"),
    "account": ("/groups", [".foot .tools [aria-haspopup=menu]"], "[role=menu]"),
    "theme": ("/groups", [".foot .tools [aria-haspopup=menu] >> nth=1"], "[role=menu]"),
}
# What unfolds within a page; nothing lies on top.
WITHIN = {"event": [".unfolded"], "message": [".unfolded"], "change": [".unfolded"]}
# Whatever is on top of the page, which was looked at by itself.
ON_TOP = ["#overlays", ".panel", "[role=menu]", ".head .settings", ".head .schedule"]


def opened(page: Page, base: str, path: Callable[[str], str], name: str) -> None:
    """Goes to the page of an overlay, and opens it."""
    address, clicks, ready = CLICKS[name]
    page.goto(base + path(address))
    for selector in clicks:
        page.locator(selector).first.click()
    expect(page.locator(ready).first).to_be_visible()


# Sentences in Latin letters that a page shows or tells a screen reader: three words or more, of which two have no capital. What people
# typed, programs wrote and what is quoted as code stands apart.
LATIN_SENTENCES = """() => {
    const pattern = /[A-Za-z][A-Za-z'’]*,? [a-z][a-z'’]*,? [a-z][a-z'’]+/;
    const apart = 'code, pre, .mono, bdi, time, [role=log], .cm-editor, cm-editor, svg, script, style, option, textarea, .own-words';
    const found = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode.textContent.trim();
      if (pattern.test(text) && !walk.currentNode.parentElement.closest(apart)) found.add(text);
    }
    for (const one of document.body.querySelectorAll('[aria-label], [title], [placeholder]')) {
      for (const name of ['aria-label', 'title', 'placeholder']) {
        const text = one.getAttribute(name) ?? '';
        if (pattern.test(text) && !one.closest(apart)) found.add(`${name}: ${text}`);
      }
    }
    return [...found];
}"""
