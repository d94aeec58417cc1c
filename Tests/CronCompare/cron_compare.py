#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""The same crontabs under Debian's cron and imported: what do the jobs see, and which lines does each take?

Usage: cron_compare.py --bin DIR

Cron runs in mount and process namespaces of its own, with an empty spool, so that the machine's own cron and crontabs
stay out of it; that needs root. All probes run in one minute. A probe that differs has to be in DIFFERENT, with the words
by which docs/migrating-from-cron.md tells it; one that no longer differs has to leave it. Debian's crontab(1) is asked about each
line of the import's corpus, too: what it refuses must not be imported without a word.
"""

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests/Support"))
from dev_server import USER, DevServer  # noqa: E402

# Each command's output is what is compared. '%' is written as in a crontab.
PLAIN = {
    "umask": "umask",
    "new_file": "rm -f $OUT/f; touch $OUT/f; stat -c \\%a $OUT/f; rm -f $OUT/f",
    "new_directory": "mkdir $OUT/d; stat -c \\%a $OUT/d; rmdir $OUT/d",
    "descriptors_soft": "ulimit -S -n",
    "descriptors_hard": "ulimit -H -n",
    "core_soft": "ulimit -S -c",
    "core_hard": "ulimit -H -c",
    "stack": "ulimit -S -s",
    "locked_memory": "ulimit -S -l",
    "processes": "ulimit -S -p",
    "nice": "nice",
    "directory": "pwd",
    "relative_path": "cd .; readlink /proc/self/cwd",
    "shell": "readlink /proc/$$/exe",
    "arguments": "echo $#",
    "own_name": "echo $0",
    "echo_escapes": 'echo "a\\nb"',
    "bash_redirect": "echo one &>> $OUT/redirect; wait; cat $OUT/redirect; rm -f $OUT/redirect",
    "path": "echo $PATH",
    "home": "echo $HOME",
    "tilde": "echo ~",
    "logname": "echo $LOGNAME",
    "shell_variable": "echo $SHELL",
    "environment": "env | cut -d= -f1 | grep -v -e ^OUT -e ^_ -e ^QF_ -e ^USER$ -e ^LANG$ -e ^LC_ -e ^LEVEL | sort",
    "locale": "locale 2> /dev/null | head -n 1",
    "groups": "id",
    "input": "wc -c",
    "exit_status": "sh -c 'exit 3'; echo $?",
    "ignored_signals": "sed -n 's/Sig\\(Ign\\|Blk\\).*\\(.......\\)$/\\1 \\2/p' /proc/self/status",
    "terminal": "tty; echo $?",
    "session": "test $(ps -o sid= -p $$) = $(ps -o pgid= -p $$) && echo own",
    "escaped_percent": "echo 100\\%",
    "two_backslashes": "printf '\\%s' 'a\\\\nb'",
    "percent_input": "cat%one%two\\%%",
    "percent_and_backslashes": "cat%a\\\\%b",
    "variable": "echo $LEVEL",
    "unexpanded": "echo $RAW",
    "core_raised": "ulimit -c unlimited && ulimit -S -c",
    "left_behind": "(sleep 3; echo lived) & echo started",
}
# Behind a second set of variables.
LATER = {"bash_version": "echo ${BASH_VERSION\\%\\%.*}", "home_set": "pwd; echo $HOME", "bash_brace": "echo {1..3}"}
# Lines of /etc/cron.d, as another user than the agent's.
CRON_USER = "games"
AS_USER = {
    "user_identity": "id",
    "user_directory": "pwd",
    "user_home": "echo $HOME ~ $LOGNAME $SHELL",
    "user_umask": "umask",
    "user_limits": "ulimit -S -n; ulimit -H -n",
    "user_rights": "cat /etc/shadow 2>&1 | wc -l; touch /etc/qf 2>&1 | wc -l",
    "user_error_again": "echo text > /dev/stderr",
    "user_input": "cat%one%two",
    "user_signals": "sed -n 's/Sig\\(Ign\\|Blk\\).*\\(.......\\)$/\\1 \\2/p' /proc/self/status",
    "user_capabilities": "grep -e ^CapEff -e ^CapPrm -e ^NoNewPrivs /proc/self/status",
}
# What crontab(1) refuses and the import takes without a word: nobody's cron ran it, and it can mean one thing only.
TAKEN = {"@Weekly", "EMPTY=", "CRON_TZ=", "@every_minute", "@every_second", "@every"}
DIFFERENT = {
    "two_backslashes": "Two backslashes",
    "own_name": "**`$0`**",
    "locale": "`LANG`",
}


def crontab(out: Path) -> str:
    """The probes with their output in files of `out`; a line each."""
    lines = [f"OUT={out}", "LEVEL=3", "RAW=$HOME/x"]
    later = ["SHELL=/bin/bash", "HOME=/tmp"]
    for group, variables in ((PLAIN, lines), (LATER, later)):
        variables += [line("", name, command) for name, command in group.items()]
    return "\n".join(lines + later) + "\n"


def line(user: str, name: str, command: str) -> str:
    head, percent, data = re.match(r"((?:\\.|[^%\\])*)(%?)(.*)", command, re.DOTALL).groups()
    return f"* * * * * {user}{{ {head.strip()}; }} > $OUT/{name}.new 2>&1; mv $OUT/{name}.new $OUT/{name}{percent}{data}"


def system_crontab(out: Path) -> str:
    return "\n".join([f"OUT={out}"] + [line(CRON_USER + " ", name, command) for name, command in AS_USER.items()]) + "\n"


CRON = """
set -e
mount -t tmpfs none /var/spool/cron
mkdir -m 1730 /var/spool/cron/crontabs
mount -t tmpfs none /etc/cron.d
mount -t tmpfs none /run
: > "$1/empty"
mount --bind "$1/empty" /etc/crontab
crontab "$1/crontab.cron"
install -m 644 "$1/system.cron" /etc/cron.d/probes
# Cron reads its crontabs at the start and fires at the next minute.
umask 022
env --default-signal=INT,QUIT /usr/sbin/cron -f > /dev/null 2>&1 &
sleep $((60 - $(date +%-S) + 10))
"""


def run_cron(directory: Path) -> None:
    # Just before the minute cron would miss it.
    if time.localtime().tm_sec > 55:
        time.sleep(6)
    subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", CRON, "sh", str(directory)],
        check=True,
        timeout=120,
        cwd="/",
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
    )


def run_imported(binaries: str, directory: Path) -> None:
    # What an init system gives, which is what Debian's cron gives its jobs by pam_limits.
    os.umask(0o022)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with DevServer(binaries) as server:
        sign_in(server)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "QUARTZFLOW_SERVER": server.base,
            "QUARTZFLOW_TOKEN": server.api.token,
        }
        for file, form in (("crontab.ours", "--user"), ("system.ours", "--system")):
            subprocess.run(
                [str(Path(binaries).resolve() / "quicflow"), "task", "import", str(directory / file), "--group",
                 "all", form, "--disabled", "--apply", "--name-prefix", form[2:] + " ", "--output", "json"],
                check=True, timeout=120, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        runs = []
        for task in server.api.pages("/tasks"):
            answer = server.api.post(f"/tasks/{task['id']}/trigger", {"params": {}})
            runs += [execution["id"] for execution in answer["executions"]]
        deadline = time.monotonic() + 90
        while runs and time.monotonic() < deadline:
            runs = [run for run in runs if server.api.get(f"/executions/{run}")["status_name"] in ("PENDING", "RUNNING")]
            time.sleep(0.2)
        # What was left behind has time to speak, as it has under cron.
        time.sleep(5)


CORPUS = """
set -e
mount -t tmpfs none /var/spool/cron
mkdir -m 1730 /var/spool/cron/crontabs
exec "$@"
"""


def judge_corpus() -> int:
    """Lines of the corpus that crontab(1) refuses, and that the corpus has as tasks without a remark."""
    lines: list[tuple[str, list[str]]] = []
    text = (ROOT / "Tests/QuicFlowTests/Corpus/crontabs.txt").read_text()
    for row in text[text.index("\n@@ ") + 1 :].split("\n"):
        if row[:2] in ("=>", "..", "!!", "??") and lines:
            lines[-1][1].append(row[:2])
        elif row.strip() and not row.startswith(("@@ ", "#")):
            lines.append((row, []))
    silent = [row for row, marks in lines if not {"!!", "??"} & set(marks)]
    script = "import subprocess, sys\nfor row in sys.stdin.read().split('\\n'):\n    " \
        "done = subprocess.run(['crontab', '-'], input=row + '\\n', text=True, stderr=subprocess.DEVNULL)\n    " \
        "print(done.returncode)"  # fmt: skip
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", CORPUS, "sh", sys.executable, "-c", script],
        input="\n".join(silent), text=True, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    failed = 0
    for row, code in zip(silent, done.stdout.split(), strict=True):
        refused = code != "0" and row.split(" ")[0] not in TAKEN
        failed += refused
        if refused:
            print(f"FAIL  crontab(1) refuses what is imported without a word: {row}")
    print(f"{'FAIL ' if failed else 'ok   '}  {len(silent)} lines of the corpus, judged by crontab(1)")
    return failed


def sign_in(server: DevServer) -> None:
    """Like `start_and_sign_in`, with patience: other tests may have the machine's attention."""
    server.start()
    server.wait_for_http(60)
    server.password = server.password_file.read_text().strip()
    body = {"username": USER, "password": server.password}
    server.api.token = server.api.call("POST", "/auth/login", body, timeout=60)["token"]
    server.wait_for_agent(60)


def read(directory: Path, name: str) -> str:
    try:
        return (directory / name).read_text().replace(str(directory), "OUT")
    except OSError:
        return "(nothing)"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of the built executables")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or not Path("/usr/sbin/cron").exists() or not shutil.which("unshare"):
        print("skipped: this needs root, Debian's cron and unshare(1)")
        return 0
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: no namespaces can be made here")
        return 0
    directory = Path(tempfile.mkdtemp(prefix="qf-cron-", dir="/var/tmp"))
    directory.chmod(0o755)
    for kind in ("cron", "ours"):
        (directory / kind).mkdir()
        # The probes' other user writes there as well.
        (directory / kind).chmod(0o1777)
        (directory / f"system.{kind}").write_text(system_crontab(directory / kind))
        (directory / f"crontab.{kind}").write_text(crontab(directory / kind))
    try:
        with ThreadPoolExecutor() as pool:
            for future in [pool.submit(run_cron, directory), pool.submit(run_imported, arguments.bin, directory)]:
                future.result()
        return 1 if report(directory) + judge_corpus() else 0
    finally:
        if os.environ.get("QF_TEST_KEEP"):
            print(f"kept {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)


def report(directory: Path) -> int:
    page = (ROOT / "docs/migrating-from-cron.md").read_text()
    failed = 0
    for name in {**PLAIN, **LATER, **AS_USER}:
        cron, ours = read(directory / "cron", name), read(directory / "ours", name)
        reason = DIFFERENT.get(name)
        if cron == "(nothing)":
            verdict = "FAIL  cron wrote nothing"
        elif (cron == ours) == (reason is None):
            verdict = "ok   " if reason is None else f"ok    differs: {reason}"
        else:
            verdict = "FAIL  no longer differs" if reason else "FAIL  differs"
        if reason and reason not in page:
            verdict = f"FAIL  docs/migrating-from-cron.md does not say '{reason}'"
        failed += verdict.startswith("FAIL")
        print(f"{verdict}  {name}")
        if verdict.startswith("FAIL"):
            print(f"      cron: {cron!r}\n      ours: {ours!r}")
    count = len(PLAIN) + len(LATER) + len(AS_USER)
    print(f"\n{count - failed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
