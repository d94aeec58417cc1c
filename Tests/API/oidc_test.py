#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Signs in at an OpenID provider that others have written (oidc-provider-mock, on Authlib), over HTTP, as a browser does.

    oidc_test.py --bin DIR
"""

import argparse
import html
import http.cookiejar
import json
import logging
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Support"))

import werkzeug.serving  # noqa: E402
from dev_server import MARK, DevServer, free_port  # noqa: E402
from oidc_provider_mock import app as provider_app  # noqa: E402


class Provider:
    """The provider, in a thread of this process."""

    def __init__(self):
        self.port = free_port()
        self.issuer = f"http://localhost:{self.port}"
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = werkzeug.serving.make_server(
            "localhost", self.port, provider_app(require_nonce=True), threaded=True
        )
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put_user(self, subject: str, **claims):
        request = urllib.request.Request(f"{self.issuer}/users/{subject}", method="PUT")
        request.data = json.dumps(claims).encode()
        request.add_header("Content-Type", "application/json")
        opener().open(request, timeout=60).close()


class ServeServer(DevServer):
    """A server with a configuration file, without an agent."""

    def __init__(self, binaries: str, issuer: str):
        super().__init__(binaries)
        self.config = self.directory / "server.yaml"
        self.config.write_text(f"""\
data-directory: {self.directory / "data"}
http: {{listen: "127.0.0.1:{self.http_port}", public-url: "{self.base}"}}
agents: {{listen: "127.0.0.1:{self.agent_port}"}}
admin: {{password-file: "{self.password_file}"}}
sign-on:
  oidc:
    corp:
      title: Corp
      issuer: {issuer}
      client-id: quartzflow
      client-secret-file: {self.directory / "secret"}
      scopes: [openid, profile]
      admin-group: flow-admins
      group-map: [ops=operator]
""")
        (self.directory / "secret").write_text("not-much-of-a-secret\n")

    def start(self) -> None:
        arguments = [str(self.binary), "serve", "--config", str(self.config)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(os.environ, **{MARK: self.mark}),
                start_new_session=True,
            )


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def opener(*handlers):
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect(), *handlers)


class Browser:
    """Cookies, and answers of any status."""

    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        self.opener = opener(urllib.request.HTTPCookieProcessor(self.jar))

    def open(self, url: str, form: dict | None = None, headers: dict | None = None):
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(url, data=data, headers={"Accept": "text/html", **(headers or {})})
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers, answer.read().decode()


def sign_in(server: DevServer, subject: str | None) -> tuple[Browser, int, str]:
    """There and back; without a subject the person says no."""
    browser = Browser()
    status, headers, _ = browser.open(f"{server.base}/api/v1/auth/oidc/corp/start?return_to=/tasks")
    assert status == 302, status
    form = {"sub": subject} if subject else {"action": "deny"}
    there = headers["Location"]
    status, headers, page = browser.open(there, form)
    assert status == 302, (status, page)
    back = headers["Location"]
    if "state=" not in back:
        # This provider forgets it when it says no, which RFC 6749, 4.1.2.1 does not let it.
        back += "&state=" + urllib.parse.parse_qs(urllib.parse.urlparse(there).query)["state"][0]
    assert back.startswith(f"{server.base}/api/v1/auth/oidc/corp/callback?"), back
    status, _, page = browser.open(back)
    return browser, status, page


def sign_in_at_the_shell(binaries: str, server: DevServer, subject: str) -> tuple[subprocess.CompletedProcess, dict]:
    """`quicflow login --provider`: a browser elsewhere signs in, and its page's code is brought back."""
    home = server.directory / "home"
    home.mkdir(exist_ok=True)
    words = [str(Path(binaries).resolve() / "quicflow"), "login", "--provider", "corp", "--server", server.base]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    command = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    lines = [command.stderr.readline() for _ in range(3)]
    address = lines[1].strip()
    assert address.startswith(f"{server.base}/api/v1/auth/oidc/corp/start?challenge="), lines
    browser = Browser()
    status, headers, _ = browser.open(address)
    assert status == 302, status
    status, headers, page = browser.open(headers["Location"], {"sub": subject})
    assert status == 302, (status, page)
    status, _, page = browser.open(headers["Location"])
    assert status == 200, page
    assert not any(cookie.name.startswith("qf_session") for cookie in browser.jar), "the browser has no session"
    mark = re.search(r"shows (\S{4}-\S{4}) as well", lines[2]).group(1)
    assert f"<code>{mark}</code>" in page and "<strong>ada@corp</strong>" in page, page
    code = html.unescape(re.search(r"readonly>([^<]+)<", page).group(1))
    out, err = command.communicate(code + "\n", timeout=60)
    done = subprocess.CompletedProcess(words, command.returncode, out, "".join(lines) + err)
    asked = subprocess.run(
        [words[0], "api", "GET", "/auth/me", "--server", server.base],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )
    return done, json.loads(asked.stdout or "{}")


def me(server: DevServer, browser: Browser) -> dict:
    status, _, text = browser.open(f"{server.base}/api/v1/auth/me", headers={"Accept": "application/json"})
    assert status == 200, text
    return json.loads(text)["data"]


def run(server: DevServer, provider: Provider, binaries: str) -> int:
    passed = 0

    def check(what: str, holds: bool, detail="") -> None:
        nonlocal passed
        assert holds, f"{what}: {detail}"
        passed += 1

    provider.put_user("u-1", preferred_username="ada", groups=["ops"])
    provider.put_user("u-2", preferred_username="eve", groups=["guests"])
    browser, status, page = sign_in(server, "u-1")
    check("signing in answers a page that goes on", status == 200 and "url=/tasks" in page, page)
    user = me(server, browser)
    check("the account is the provider's", user["username"] == "ada@corp", user)
    check("the group's role counts", user["role"] == "operator", user)

    provider.put_user("u-1", preferred_username="ada", groups=["flow-admins"])
    browser, status, _ = sign_in(server, "u-1")
    check("the role follows the group", me(server, browser)["role"] == "admin")

    done, user = sign_in_at_the_shell(binaries, server, "u-1")
    check("the command is signed in", done.returncode == 0 and "as ada@corp until" in done.stdout, done)
    check("its session is the provider's account", user.get("username") == "ada@corp", user)
    check("and knows where it is from", user.get("provider") == "corp", user)

    _, status, page = sign_in(server, "u-2")
    check("nobody gets in without a mapped group", status == 403 and "none of your groups" in page.lower(), page)
    _, status, page = sign_in(server, None)
    check("a no of the person is told", status == 401 and "refused" in page, page)

    request = urllib.request.Request(f"{server.base}/api/v1/auth/logout", data=b"{}", method="POST")
    request.add_header("X-QF-CSRF", "1")
    request.add_header("Content-Type", "application/json")
    answer = json.load(browser.opener.open(request, timeout=60))
    check("signing out leads to the provider's page", answer["data"]["url"].startswith(provider.issuer), answer)
    status, _, _ = browser.open(f"{server.base}/api/v1/auth/me")
    check("the session is over", status == 401, status)

    log = server.log.read_text()
    check("no token, code or secret is in the log", not re.search(r"eyJ|not-much-of-a-secret|code=", log), log[-2000:])
    return passed


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    arguments = parser.parse_args()
    provider = Provider()
    server = ServeServer(arguments.bin, provider.issuer)
    try:
        server.start()
        server.wait_for_http(90)
        print(f"{run(server, provider, arguments.bin)} passed, 0 failed")
        return 0
    except Exception:
        print(server.tail())
        raise
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
