# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The part of the journey that is about notifications: channels, rules, incidents and messages."""

from playwright.sync_api import expect


class AlertSteps:
    """Steps of the journey; `Journey` has the tools they use."""

    def report_by_mail(self) -> None:
        """A report by mail says what it lacks, is sent now and kept for its time, and is deleted again."""
        name = f"<b>Week</b> {self.suffix}"
        self.open("/reports")
        self.page.get_by_role("button", name="Send by mail").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.locator("[data-path=name] .error")).to_be_visible()
        expect(dialog.get_by_label("Name")).to_be_focused()
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Time zone").fill("Mars/Base")
        dialog.get_by_label("Recipients").fill("nobody")
        self.refusals = {422}
        dialog.get_by_role("button", name="Save").click()
        # What was typed stays, and each fault stands at its field.
        expect(dialog.locator("[data-path=timezone] .error")).to_be_visible()
        expect(dialog.locator("[data-path=recipients] .error")).to_be_visible()
        expect(dialog.get_by_label("Name")).to_have_value(name)
        self.refusals = set()
        dialog.get_by_label("Time zone").fill("Asia/Shanghai")
        dialog.get_by_label("Recipients").fill("ops@example.com, ada@example.com")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        row = self.page.locator("[data-report-mail]", has_text=name)
        expect(row).to_contain_text("08:00 Asia/Shanghai")
        row.get_by_role("button", name="Send now").click()
        self.toasted("On its way: ")
        row.get_by_role("button", name=f"Change {name}").click()
        expect(dialog.get_by_label("Recipients")).to_have_value("ops@example.com, ada@example.com")
        dialog.get_by_label("Switched on").uncheck()
        dialog.get_by_role("button", name="Save").click()
        expect(row).to_contain_text("off")
        row.get_by_role("button", name=f"Delete {name}").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(row).to_have_count(0)
        sent = self.api("GET", "/notify/deliveries?page_size=50")["items"]
        assert any(one["purpose"] == "report" and name in one["subject"] for one in sent), sent

    def channels(self) -> None:
        """A channel says what it lacks, keeps its secrets to itself, and shows what became of a test."""
        self.open("/alerts/channels")
        self.page.get_by_role("button", name="New channel").first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.locator("[data-path=name] .error")).to_be_visible()
        expect(dialog.get_by_label("Name")).to_be_focused()
        dialog.get_by_label("Name").fill(self.channel)
        expect(dialog.locator("[data-path=name] .error")).to_have_count(0)
        self.refusals = {422}
        dialog.get_by_label("URL").fill("ftp://example.com/secret-path")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.locator("[data-path=url] .error")).to_be_visible()
        self.refusals = set()
        # Nobody may post to the server's own host here: the message is given up at once, and nothing leaves the machine.
        dialog.get_by_label("URL").fill("http://127.0.0.1:9/secret-path")
        dialog.get_by_role("button", name="Save").click()
        row = self.page.locator(f"[data-channel='{self.channel}']")
        expect(row).to_contain_text("http://127.0.0.1:9/…")
        row.get_by_role("button", name=f"Test the channel {self.channel}").click()
        dialog.get_by_role("button", name="Test", exact=True).click()
        expect(dialog.locator("[data-test=dead]")).to_contain_text("private addresses are not allowed")
        self.page.keyboard.press("Escape")
        row.get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name="Edit").click()
        expect(dialog.get_by_label("URL")).to_have_value("")
        expect(dialog.get_by_text("Now http://127.0.0.1:9/…")).to_be_visible()
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)

    def dead_letters(self) -> None:
        """A message that was given up shows why, and is sent again."""
        self.open(f"/alerts/deliveries?channel={self.channel}")
        self.page.get_by_text("Given up", exact=True).first.click()
        row = self.page.locator("[data-delivery]").first
        expect(row).to_contain_text(f"Test of '{self.channel}'")
        row.get_by_role("button", name="Message").click()
        expect(self.page.locator(".unfolded pre")).to_contain_text("Nothing has failed")
        row.get_by_role("button", name="Send again").click()
        self.toasted("Queued again")
        # Refused again, after one more try.
        expect(self.page.locator(".unfolded")).to_contain_text("2 tries")

    def notify_rules(self) -> None:
        """A rule is tried with sample values, says which variable is none, and names jobs by a search."""
        self.open("/alerts/rules")
        self.page.get_by_role("button", name="New rule").first.click()
        drawer = self.drawer()
        # Names are text, whatever is in them.
        drawer.get_by_label("Name").fill(self.notify_rule)
        target = drawer.locator("[data-target='0']")
        expect(target.get_by_label("Channel", exact=True)).to_have_value(self.channel)
        target.get_by_label("In my own words").check()
        target.get_by_label("Text template").fill("{{nobody}}")
        self.refusals = {422}
        target.get_by_role("button", name="Preview").click()
        expect(target.get_by_role("alert")).to_contain_text("is no variable")
        drawer.get_by_role("button", name="Save").click()
        expect(target.locator("[data-path='channels[0].body_template'] .error")).to_be_visible()
        self.refusals = set()
        target.get_by_label("Text template").fill("Look after ")
        target.get_by_text("Insert a variable").click()
        target.get_by_role("button", name="task_name", exact=True).click()
        expect(target.get_by_label("Text template")).to_have_value("Look after {{task_name}}")
        target.get_by_role("button", name="Preview").click()
        expect(target.get_by_role("status")).to_contain_text("Look after nightly-backup")
        drawer.get_by_role("combobox", name="Jobs").fill(self.flaky)
        expect(drawer.get_by_role("option", name=self.flaky)).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(drawer.locator("[data-chosen-job]")).to_contain_text(self.flaky)
        drawer.get_by_role("button", name="Save").click()
        expect(drawer).to_have_count(0)
        row = self.page.locator("[data-notify-rule]", has_text=self.notify_rule)
        expect(row).to_contain_text("technical failure")
        row.get_by_role("switch").click()
        expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "false")
        row.get_by_role("switch").click()
        expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "true")

    def incident(self) -> None:
        """A job that fails makes an incident with its messages; somebody takes it on."""
        self.open(f"/jobs?keyword={self.flaky}")
        self.run_now(self.flaky)
        self.close_drawer()
        self.open("/alerts")
        row = self.page.locator("[data-incident]", has_text=self.flaky)
        expect(row).to_be_visible()
        row.get_by_role("button", name="Log").click()
        expect(self.drawer().get_by_role("log")).to_contain_text("attempt by")
        self.close_drawer()
        row.get_by_role("button", name="Acknowledge").click()
        expect(row).to_contain_text("Taken on")
        expect(row).to_contain_text(self.options.username)

    def end_alerts(self) -> None:
        """A channel that a rule names stays; after the rule it goes."""
        self.open("/alerts/channels")
        row = self.page.locator(f"[data-channel='{self.channel}']")

        def delete() -> None:
            row.get_by_role("button", name="More actions").click()
            self.page.get_by_role("menuitem", name="Delete").click()
            self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()

        self.refusals = {409}
        delete()
        self.toasted(f"the rules {self.notify_rule} name it")
        self.refusals = set()
        self.open("/alerts/rules")
        rule = self.page.locator("[data-notify-rule]", has_text=self.notify_rule)
        rule.get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name="Delete").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(rule).to_have_count(0)
        self.open("/alerts/channels")
        delete()
        expect(row).to_have_count(0)
