# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""A short journey through the console in Firefox, against a running server with at least one agent.

    python firefox_test.py http://127.0.0.1:8080 --username admin --password-file FILE [--screenshots DIR]

Needs Debian's firefox-esr and nothing else: it is driven by Firefox's own protocol (Marionette: WebDriver's commands as JSON over a
socket). Signs in, lists jobs, makes one, runs it and reads its log while it grows, all by keyboard where a person could. What
Firefox reports of our pages (errors, violations of the content security policy) fails. The last line is `N passed, N failed`.
"""

import argparse
import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS = 60
ENTER, ESCAPE, TAB, CONTROL = "\ue007", "\ue00c", "\ue004", "\ue009"
PREFERENCES = {
    "marionette.port": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
    "intl.accept_languages": "en-US, en",
}
# Everything that Firefox says of pages of the server: errors of scripts, and what a policy has refused.
CONSOLE = """
    return Services.console.getMessageArray()
      .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag))
      .filter((one) => /^https?:|^$/.test(one.sourceName))
      .map((one) => `${one.category}: ${one.errorMessage} ${one.sourceName}:${one.lineNumber}`)
      .filter((text) => text.includes(arguments[0]) || /Content-Security|content javascript/i.test(text));
"""


class Firefox:
    """One headless Firefox with a profile of its own."""

    def __init__(self, program: str) -> None:
        self.profile = tempfile.TemporaryDirectory(prefix="qf-firefox-", ignore_cleanup_errors=True)
        place = Path(self.profile.name)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (place / "user.js").write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "--profile", str(place)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ, HOME=str(place), MOZ_CRASHREPORTER_DISABLE="1"),
        )
        self.buffer = b""
        self.number = 0
        self.socket = None
        try:
            port = self.port(place / "MarionetteActivePort")
            # The first answer of a browser takes its time on a machine that builds beside the test.
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=300)
            self.receive()
            self.version = self.call("WebDriver:NewSession")["capabilities"]["browserVersion"]
        except BaseException:
            self.close()
            raise

    def port(self, file: Path) -> int:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"Firefox ended with {self.process.returncode}")
            text = file.read_text() if file.exists() else ""
            if text.strip().isdigit():
                return int(text)
            time.sleep(0.1)
        raise RuntimeError("Firefox opens no port")

    def receive(self) -> object:
        """One message: its length, a colon, JSON."""
        while b":" not in self.buffer:
            self.more()
        length, _, self.buffer = self.buffer.partition(b":")
        while len(self.buffer) < int(length):
            self.more()
        text, self.buffer = self.buffer[: int(length)], self.buffer[int(length) :]
        return json.loads(text)

    def more(self) -> None:
        data = self.socket.recv(1 << 16)
        if not data:
            raise RuntimeError("Firefox has closed the connection")
        self.buffer += data

    def call(self, command: str, **parameters: object) -> object:
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(str(len(text)).encode() + b":" + text)
        _, _, error, result = self.receive()
        if error:
            raise RuntimeError(f"{command}: {error.get('error')}: {error.get('message')}")
        return result.get("value") if isinstance(result, dict) and set(result) == {"value"} else result

    def script(self, text: str, *arguments: object) -> object:
        return self.call("WebDriver:ExecuteScript", script=text, args=list(arguments))

    def goto(self, url: str) -> None:
        self.call("WebDriver:Navigate", url=url)

    def keys(self, text: str, held: str = "") -> None:
        """As from a keyboard, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        if held:
            strokes = [{"type": "keyDown", "value": held}, *strokes, {"type": "keyUp", "value": held}]
        self.call("WebDriver:PerformActions", actions=[{"type": "key", "id": "keyboard", "actions": strokes}])
        self.call("WebDriver:ReleaseActions")

    def until(self, what: str, text: str, *arguments: object) -> object:
        """Until a script returns something; `what` names it where it does not."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (value := self.script(text, *arguments)):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}")
            time.sleep(0.1)
        return value

    def shown(self, selector: str, text: str = "") -> None:
        self.until(
            f"{selector} {text!r}",
            "return [...document.querySelectorAll(arguments[0])]"
            ".some((one) => one.getClientRects().length && one.textContent.includes(arguments[1]))",
            selector,
            text,
        )

    def focus(self, selector: str) -> None:
        self.shown(selector)
        self.script("document.querySelector(arguments[0]).focus()", selector)

    def complaints(self, base: str) -> list[str]:
        self.call("Marionette:SetContext", value="chrome")
        try:
            return self.script(CONSOLE, base)
        finally:
            self.call("Marionette:SetContext", value="content")

    def picture(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self.call("WebDriver:TakeScreenshot", full=False)))

    def close(self) -> None:
        try:
            self.call("Marionette:Quit", flags=["eForceQuit"])
        except (AttributeError, OSError, RuntimeError):
            self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.profile.cleanup()


class Journey:
    """The steps, one after another."""

    def __init__(self, firefox: Firefox, options: argparse.Namespace) -> None:
        self.firefox = firefox
        self.options = options
        self.base = options.base.rstrip("/")
        self.job = f"firefox-{os.getpid()}"
        self.passed = self.failed = 0

    def step(self, name: str, body: Callable[[], None]) -> bool:
        start = time.monotonic()
        before = len(self.firefox.complaints(self.base))
        try:
            body()
            said = self.firefox.complaints(self.base)[before:]
            assert not said, "; ".join(said)
        except (AssertionError, RuntimeError) as error:
            self.failed += 1
            print(f"FAILED {name}\n    {error}")
        else:
            self.passed += 1
            print(f"ok     {name} ({time.monotonic() - start:.1f} s)")
            return True
        finally:
            if self.options.screenshots:
                self.firefox.picture(Path(self.options.screenshots) / f"firefox-{self.passed + self.failed:02}.png")
        return False

    def sign_in(self) -> None:
        firefox = self.firefox
        firefox.goto(self.base + "/login")
        firefox.script("localStorage['qf.lang'] = 'en'")
        firefox.goto(self.base + "/login")
        firefox.focus("[name=username]")
        firefox.keys(self.options.username + TAB)
        firefox.keys(Path(self.options.password_file).read_text().strip() + ENTER)
        firefox.shown("h1", "Overview")
        firefox.shown("[data-live=live]")

    def makes_a_job(self) -> None:
        firefox = self.firefox
        firefox.keys("gj")
        firefox.shown("h1", "Jobs")
        firefox.keys("n")
        firefox.focus("[data-path=name] input")
        firefox.keys(self.job)
        # The editor lives in a shadow root, with its style sheets adopted.
        editor = "return !!document.querySelector('.host')?.shadowRoot?.querySelector('.cm-content')"
        firefox.until("the editor", editor)
        firefox.script("document.querySelector('.host').shadowRoot.querySelector('.cm-content').focus()")
        firefox.keys("echo first; sleep 2; echo last")
        firefox.script("[...document.querySelectorAll('label')].find((one) => one.textContent.includes('Manual only')).click()")
        firefox.keys(ENTER, held=CONTROL)
        firefox.until("the job's page", "return /\\/jobs\\/\\d+$/.test(location.pathname)")

    def runs_it(self) -> None:
        firefox = self.firefox
        firefox.goto(f"{self.base}/jobs?keyword={self.job}")
        firefox.shown("tr[data-job]", self.job)
        firefox.keys("j")
        firefox.keys("r")
        firefox.shown("[role=dialog]", "Will run on 1 hosts")
        firefox.keys(ENTER)
        firefox.shown("[role=dialog] [role=log]", "first")
        firefox.shown("[role=dialog] [role=log]", "last")
        firefox.shown("[role=dialog] .pill", "Success")
        firefox.keys("/last")
        firefox.shown("[role=log] .hit", "last")
        firefox.keys(ESCAPE)
        firefox.keys(ESCAPE)
        firefox.until("the drawer is closed", "return !document.querySelector('[role=dialog]')")

    def draws_a_workflow(self) -> None:
        """A step by keys, taken back and done again; a line by dragging with a pointer. Nothing is saved."""
        firefox = self.firefox
        firefox.goto(self.base + "/workflows/new")
        firefox.focus("[data-step=alarm]")
        firefox.keys("n")
        firefox.shown("[role=menuitem]", "Junction")
        firefox.keys("\ue010" + ENTER)
        firefox.shown("[data-step-form=noop]")
        firefox.keys(ESCAPE)
        firefox.until("the focus is back on the step", "return document.activeElement.dataset.step === 'noop'")
        firefox.keys("z", held=CONTROL)
        firefox.until("it is taken back", "return !document.querySelector('[data-step=noop]')")
        firefox.keys("y", held=CONTROL)
        firefox.shown("[data-step=noop]")
        firefox.script("document.querySelector('.flow-editor').scrollIntoView()")
        self.drag("[data-port=check]", "[data-step=noop]")
        firefox.until("a line leads there", "return !!document.querySelector(\"[data-edge='check noop']\")")
        # What was typed is kept for the next visit, and asked about on leaving.
        firefox.script("sessionStorage.clear()")

    def drag(self, source: str, target: str) -> None:
        (x, y), (to_x, to_y) = (
            self.firefox.script(
                "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
                "return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]",
                selector,
            )
            for selector in (source, target)
        )
        moves = [
            {"type": "pointerMove", "x": x, "y": y, "duration": 0},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "x": (x + to_x) // 2, "y": (y + to_y) // 2, "duration": 100},
            {"type": "pointerMove", "x": to_x, "y": to_y, "duration": 100},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves}
        self.firefox.call("WebDriver:PerformActions", actions=[mouse])
        self.firefox.call("WebDriver:ReleaseActions")

    def looks_around(self) -> None:
        firefox = self.firefox
        for path, ready in (
            ("/", "[data-kpi=ended] .value"),
            ("/executions", "tr[data-execution]"),
            ("/tasks", "tr[data-run]"),
            ("/executions/timeline", "[data-bar]"),
            ("/calendar", ".map i"),
            ("/hosts", "tr[data-host]"),
            ("/groups/board", "main .card"),
            ("/reports", "[data-figure=total]"),
            ("/settings/system", "[data-source]"),
            ("/wall", "[data-wall=hosts] dd"),
        ):
            firefox.goto(self.base + path)
            firefox.shown(ready)

    def speaks_chinese(self) -> None:
        firefox = self.firefox
        firefox.script("localStorage['qf.lang'] = 'zh-CN'; localStorage['qf.theme'] = 'dark'")
        firefox.goto(self.base + "/jobs")
        firefox.shown("h1", "定时任务")
        firefox.until("a dark page", "return document.documentElement.dataset.theme === 'dark'")

    def cleans_up(self) -> None:
        firefox = self.firefox
        firefox.until(
            "the job is deleted",
            """return (async () => {
                const list = await (await fetch('/api/v1/tasks?keyword=' + arguments[0])).json();
                for (const task of list.data.items) {
                  await fetch('/api/v1/tasks/' + task.id, { method: 'DELETE', headers: { 'X-QF-CSRF': '1' } });
                }
                return true;
            })()""",
            self.job,
        )

    def run(self) -> None:
        if not self.step("Firefox: signs in by keyboard, and is live", self.sign_in):
            return
        if self.step("Firefox: makes a job with the editor", self.makes_a_job):
            self.step("Firefox: runs it by keyboard, and reads its log", self.runs_it)
        self.step("Firefox: draws a workflow by keys and by pointer", self.draws_a_workflow)
        self.step("Firefox: shows every kind of page", self.looks_around)
        self.step("Firefox: speaks Chinese, in the dark", self.speaks_chinese)
        self.step("Firefox: cleans up", self.cleans_up)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="address of the server, e.g. http://127.0.0.1:8080")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password-file", required=True)
    parser.add_argument("--screenshots", help="folder for a picture after each step")
    parser.add_argument("--firefox", default="/usr/bin/firefox-esr")
    options = parser.parse_args()
    if options.screenshots:
        Path(options.screenshots).mkdir(parents=True, exist_ok=True)
    firefox = Firefox(options.firefox)
    try:
        print(f"Firefox {firefox.version}")
        journey = Journey(firefox, options)
        journey.run()
    finally:
        firefox.close()
    print(f"{journey.passed} passed, {journey.failed} failed")
    return 1 if journey.failed else 0


if __name__ == "__main__":
    sys.exit(main())
