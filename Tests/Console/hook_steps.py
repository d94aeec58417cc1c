# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about webhooks."""

import hashlib
import hmac
import json
import re
import urllib.error
import urllib.request

from playwright.sync_api import expect


class HookSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def call_hook(self, address: str, secret: str, body: dict) -> int:
        """What GitHub would send; the status of the answer."""
        data = json.dumps(body).encode()
        code = hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()
        request = urllib.request.Request(
            address, data, {"X-Hub-Signature-256": f"sha256={code}", "Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def webhooks(self) -> None:
        """A webhook is made, its secret told once; calls start the job or are told why not; it is changed and deleted."""
        job = self.new_job("hooked")
        self.open(f"/jobs/{job}")
        self.page.get_by_role("link", name="Webhooks").click()
        expect(self.page.get_by_text("No webhooks yet")).to_be_visible()
        self.page.get_by_role("button", name="New webhook").first.click()
        dialog = self.drawer()
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.locator("[data-path=name] .error")).to_be_visible()
        dialog.get_by_label("Name", exact=False).first.fill("push")
        dialog.get_by_role("button", name="Add a parameter").click()
        self.page.keyboard.type("COMMIT")
        self.page.keyboard.press("Tab")
        self.page.keyboard.type("after")
        dialog.get_by_role("button", name="Add a condition").click()
        self.page.keyboard.type("/ref")
        self.page.keyboard.press("Tab")
        self.page.keyboard.type("refs/heads/main, a\\,b")
        dialog.get_by_label("Who may call").fill("127.0.0.0/8 nonsense")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_text("This is no JSON pointer")).to_be_visible()
        dialog.get_by_label("Place 1").first.fill("/after")
        self.refusals = {400, 422}
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.locator("[data-path=addresses] .error")).to_contain_text("nonsense")
        self.refusals = set()
        dialog.get_by_label("Who may call").fill("127.0.0.0/8\n::1")
        self.shoot(self.page, "journey-hook-form")
        dialog.get_by_role("button", name="Save").click()
        address = dialog.locator("[data-secret=address]").inner_text()
        secret = dialog.locator("[data-secret=secret]").inner_text()
        assert address.startswith(f"{self.base}/hooks/"), address
        dialog.get_by_role("button", name="I have kept it").click()
        row = self.page.locator("[data-hook=push]")
        expect(row).to_contain_text("COMMIT ← /after")
        expect(self.page.get_by_text(secret)).to_have_count(0)

        body = {"ref": "refs/heads/main", "after": "4fa1c2"}
        assert self.call_hook(address, secret, body) == 202
        assert self.call_hook(address, secret, body) == 200
        assert self.call_hook(address, secret, {**body, "ref": "refs/heads/next"}) == 204
        assert self.call_hook(address, "not the secret", body) == 401
        row.get_by_role("button", name="Calls of push").click()
        calls = self.drawer().locator("[data-call]")
        expect(calls).to_have_count(4)
        expect(self.drawer().locator("[data-call=refused] .why")).not_to_be_empty()
        self.shoot(self.page, "journey-hook-calls")
        self.drawer().locator("[data-call=started]").get_by_role("link").click()
        expect(self.page.locator("tr[data-execution]")).to_have_count(1)
        expect(self.page.locator("tr[data-execution]")).to_contain_text("Webhook")

        self.open(f"/jobs/{job}/hooks")
        row.get_by_role("switch").click()
        expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "false")
        assert self.call_hook(address, secret, {**body, "after": "1"}) == 409
        # What it waits for is what it was told, comma and all; a fresh secret leaves the old one for a day.
        row.get_by_role("button", name="Edit push").click()
        expect(dialog.get_by_label("Values, separated by commas 1")).to_have_value("refs/heads/main, a\\,b")
        dialog.get_by_label("Make a fresh secret").check()
        dialog.get_by_label("Enabled", exact=True).check()
        dialog.get_by_role("button", name="Save").click()
        fresh = dialog.locator("[data-secret=secret]").inner_text()
        dialog.get_by_role("button", name="I have kept it").click()
        expect(row).to_contain_text("Old secret good until")
        assert self.api("GET", f"/tasks/{job}/hooks")["items"][0]["when"][0]["is"] == ["refs/heads/main", "a,b"]
        assert fresh != secret
        assert [self.call_hook(address, key, {**body, "after": key}) for key in (secret, fresh)] == [202, 202]
        row.get_by_role("button", name="Delete push").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(self.page.get_by_text("No webhooks yet")).to_be_visible()
        assert self.call_hook(address, fresh, {**body, "after": "2"}) == 404
        self.open("/jobs")
        self.api("DELETE", f"/tasks/{job}")
