# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about the installation: its settings, own roles, and secrets."""

import re

from playwright.sync_api import expect


class SettingsSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def wall(self) -> None:
        """A wallboard lives on a read-only token, which stands in no address, no request's address and no cookie."""
        made = self.api("POST", "/tokens", {"name": f"wall-{self.suffix}", "role": "viewer"})
        context = self.context("dark", "en")
        page, other = context.new_page(), context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(f"socket {socket.url}"))
        page.goto(f"{self.base}/wall#token={made['token']}")
        # Pages that were still empty had no storage to choose a theme in, and said so.
        self.problems.clear()
        expect(page.locator("[data-wall=hosts] dd")).to_have_text(re.compile(r"^\d+ / \d+$"))
        assert page.url == f"{self.base}/wall", page.url
        assert page.evaluate("history.length") <= 2, "the address with the token is a step of its own"
        assert not [url for url in asked if made["token"] in url or "socket" in url], asked
        assert context.cookies() == []
        # What happens is told at once, not at the next question: those come each ten seconds.
        assert any("/api/v1/events?" in url and "executions" in url for url in asked), asked
        job = self.api("GET", f"/tasks?keyword={self.sleeper}")["items"][0]["id"]
        started = self.api("POST", f"/tasks/{job}/trigger")
        try:
            page.get_by_text(self.sleeper).first.wait_for(timeout=4_000)
        finally:
            self.api("POST", f"/runs/{started['run_id']}/stop", {})
        # Nothing to press but the way to fill the screen; a reload keeps the token, for this tab only.
        expect(page.locator("main a")).to_have_count(0)
        page.reload()
        expect(page.locator("[data-wall=hosts] dd")).to_have_text(re.compile(r"^\d+ / \d+$"))
        other.goto(self.base + "/wall")
        expect(other.get_by_label("Access token")).to_be_visible()
        other.get_by_label("Access token").fill(made["token"])
        other.keyboard.press("Enter")
        expect(other.locator("[data-wall=running]")).to_be_visible()
        other.goto(self.base + "/jobs")
        expect(other).to_have_url(re.compile("/login"))
        # Revoked, it says so.
        self.refusals = {401}
        self.api("DELETE", f"/tokens/{made['id']}")
        expect(page.get_by_text("was revoked")).to_be_visible()
        context.close()
        self.refusals = set()

    def settings_centre(self) -> None:
        """A setting is checked against its limits, saved with the name of who did it, and made the default again."""
        self.open("/settings/system")
        row = self.page.locator("[data-path='retention.statistics-days']")
        expect(row).to_contain_text("default 400 days")
        days = row.get_by_label("Statistics stay longer than executions by", exact=True)
        days.fill("4000")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(row.locator(".error")).to_contain_text("1 to 3650")
        expect(days).to_be_focused()
        days.fill("410")
        expect(row.locator(".error")).to_have_count(0)
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(row).to_have_attribute("data-source", "database")
        expect(row).to_contain_text(f"Set by {self.options.username}")
        # Somebody else saves meanwhile: what was typed here is kept, and saved when it was looked at again.
        days.fill("420")
        self.api("PATCH", "/settings", {"values": {"retention.statistics-days": 415}})
        self.refusals = {412}
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.get_by_role("alert")).to_contain_text("meanwhile")
        self.refusals = set()
        expect(days).to_have_value("420")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
        row.get_by_role("button", name=re.compile("Default again")).click()
        expect(row).to_have_attribute("data-source", "default")
        expect(days).to_have_value("400")

    def explains_rights(self) -> None:
        """Under the own name one asks about oneself, below the users about others; what is missing is named."""
        user = f"rita-{self.suffix}"
        made = self.api("POST", "/users", {"username": user, "role": "viewer"})
        self.open("/settings/users")
        card = self.page.locator("[data-rights]")
        card.get_by_label("User (you without)").fill(user)
        card.get_by_label("Permission", exact=True).select_option("jobs:run")
        card.get_by_label("Kind of object").select_option("group")
        card.get_by_role("button", name="Explain").click()
        expect(card.locator("[data-path=object] .error")).to_have_text("Write its ID.")
        card.get_by_label("ID", exact=True).fill("1")
        card.get_by_role("button", name="Explain").click()
        answer = card.locator("[data-rights-answer]")
        expect(answer).to_contain_text("Not allowed")
        expect(answer).to_contain_text("jobs:run")
        expect(card.locator("li")).to_contain_text("does not have it")
        self.check_axe(self.page, "rights, explained")
        self.refusals = {404}
        card.get_by_label("User (you without)").fill("nobody-at-all")
        card.get_by_role("button", name="Explain").click()
        expect(card.get_by_role("alert")).to_be_visible()
        self.refusals = set()
        self.open("/me")
        card.get_by_role("button", name="Explain").click()
        expect(answer).to_contain_text("Allowed")
        self.api("DELETE", f"/users/{made['id']}")

    def own_roles(self) -> None:
        """A role of some permissions is made, given to somebody, kept while somebody has it, and deleted."""
        role = f"night-{self.suffix}"
        user = f"nina-{self.suffix}"
        self.open("/settings/roles")
        expect(self.page.locator("[data-role=admin]")).to_contain_text(self.options.username)
        self.page.get_by_role("button", name="New role").click()
        dialog = self.page.get_by_role("dialog")
        dialog.locator("[data-path=name] input").fill(role)
        dialog.get_by_role("button", name="Create").click()
        expect(dialog.get_by_text("Choose at least one.")).to_be_visible()
        dialog.get_by_label("Like", exact=True).select_option("viewer")
        dialog.get_by_label("stop by force").check()
        dialog.get_by_role("button", name="Create").click()
        row = self.page.locator(f"[data-role='{role}']")
        expect(row).to_contain_text("Who has it: nobody")
        self.api("POST", "/users", {"username": user})
        self.open("/settings/users")
        self.page.get_by_role("button", name=f"More actions for {user}").click()
        self.page.get_by_role("menuitem", name="Give a role").click()
        dialog.get_by_label("Role", exact=True).select_option(role)
        dialog.get_by_role("button", name="Give", exact=True).click()
        expect(self.page.locator(f"[data-user='{user}']")).to_contain_text(role)
        self.open("/settings/roles")
        expect(row).to_contain_text(f"Who has it: {user}")
        self.refusals = {409}
        self.page.get_by_role("button", name=f"Delete the role {role}").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        self.toasted(user)
        self.refusals = set()
        self.page.get_by_role("button", name=f"Change the role {role}").click()
        dialog.get_by_label("stop by force").uncheck()
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        mine = next(one for one in self.api("GET", "/roles")["items"] if one["name"] == role)
        assert "executions:kill" not in mine["permissions"] and "jobs:read" in mine["permissions"], mine
        people = self.api("GET", "/users")["items"]
        self.api("DELETE", f"/users/{next(one['id'] for one in people if one['username'] == user)}")
        self.page.reload()
        self.page.get_by_role("button", name=f"Delete the role {role}").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(row).to_have_count(0)

    def secrets_page(self) -> None:
        """A secret goes in and never out; the page says which jobs name it, and asks before it is taken from them."""
        name = f"PASS_{self.suffix.replace('-', '_')}"
        value = "correct horse battery"
        self.open("/settings/secrets")
        self.page.get_by_role("button", name="New secret").first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Value").fill("short")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_text("At least 6 bytes")).to_be_visible()
        dialog.get_by_label("Value").fill(value)
        dialog.get_by_role("button", name="Save").click()
        row = self.page.locator(f"[data-secret-name='{name}']")
        expect(row).to_contain_text("version 1")
        job = self.api(
            "POST",
            "/tasks",
            {
                "name": f"console-secret-{self.suffix}",
                "executor_type": 1,
                "executor_config": {"command": "true", "env": {"PASS": f"secret:{name}"}},
                "schedule_type": "manual",
                "group_ids": self.api("GET", f"/tasks/{self.job_id}")["group_ids"],
                "status": 0,
            },
        )["id"]
        self.page.get_by_role("button", name=f"Which jobs name {name}?").click()
        expect(row.get_by_role("link", name=f"console-secret-{self.suffix}")).to_be_visible()
        self.page.get_by_role("button", name=f"Change the secret {name}").click()
        expect(dialog.get_by_label("Value")).to_have_value("")
        dialog.get_by_label("Value").fill(value + " staple")
        dialog.get_by_role("button", name="Save").click()
        expect(row).to_contain_text("version 2")
        assert value not in self.page.content(), "the page shows the value of a secret"
        self.refusals = {409}
        self.page.get_by_role("button", name=f"Delete the secret {name}").click()
        question = self.page.get_by_role("alertdialog")
        question.get_by_role("button", name="Delete", exact=True).click()
        expect(question).to_contain_text(f"console-secret-{self.suffix}")
        question.get_by_role("button", name="Delete all the same").click()
        expect(row).to_have_count(0)
        self.refusals = set()
        self.api("DELETE", f"/tasks/{job}")
