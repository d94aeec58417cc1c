#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Compares `quicflow cron batch` with CronSim and croniter on random expressions, zones and starts.

Usage: cron_diff.py [BINARY] [--cases N] [--seed S] [--zoneinfo DIR]

Both sides read the same zone files. A difference is printed with the seed that makes it again; the exit code is 1 then.
"""

import argparse
import os
import random
import subprocess
import sys
import time
import zoneinfo
from pathlib import Path

import generators
import oracles


def zone_directory(given: str | None) -> str:
    if given:
        return given
    try:
        import tzdata

        return str(Path(tzdata.__file__).parent / "zoneinfo")
    except ImportError:
        return "/usr/share/zoneinfo"


def random_start(rng: random.Random, zone: str, near: bool) -> int:
    changes = oracles.instants(zone)
    if near and changes:
        return rng.choice(changes) + rng.randint(-3 * 86_400, 86_400)
    return rng.randint(0, 2_100_000_000)


def make_case(seed: int):
    """One case from one number, so that a difference can be made again alone."""
    rng = random.Random(seed)
    pick = rng.random()
    count = 10
    if pick < 0.6:
        oracle, domain, near = "cronsim", generators.CRONSIM, rng.random() < 0.7
    elif pick < 0.7:
        oracle, domain, near = "cronsim", generators.CRONSIM_SECONDS, rng.random() < 0.7
    else:
        oracle, near, count = "croniter", False, 5
        domain = rng.choice(
            [
                generators.CRONITER,
                generators.CRONITER,
                generators.CRONITER_WORKDAYS,
                generators.CRONITER_NTH,
                generators.CRONITER_SECONDS,
                generators.CRONITER_YEARS,
            ]
        )
    zone = rng.choice(generators.ZONES) if rng.random() < 0.85 else "UTC"
    if oracle == "croniter" and rng.random() < 0.02:
        expression = rng.choice(["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"])
    else:
        expression = generators.expression(rng, domain)
    return oracle, zone, random_start(rng, zone, near), expression, count


def ask(binary: str, directory: str, lines: list[str]) -> list[str]:
    process = subprocess.run(
        [binary, "cron", "batch"],
        input="".join(line + "\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TZDIR": directory},
    )
    return process.stdout.splitlines()


def judge(case, answer: str) -> tuple[str, str]:
    """'equal', 'excluded' or 'different', and what the oracle says."""
    oracle, zone, start, expression, count = case
    if oracle == "cronsim":
        expected = oracles.cronsim(zone, start, expression, count)
        if expected is None:
            return "excluded", ""
        if expected == "error":
            # Both must refuse; CronSim has no reasons, so none are compared.
            return ("equal" if answer.startswith("error:") else "different"), "error"
        if answer.startswith("error:"):
            # We look to the end of 2199 and refuse what never fires; CronSim ends after 50 years.
            return ("equal" if not expected and "2199" in answer else "different"), str(expected)
        ours = [int(word) for word in answer.split()]
        if len(expected) < count:
            ours = ours[: len(expected)]
        return ("equal" if ours == expected else "different"), " ".join(map(str, expected))
    expected = oracles.croniter_fires(zone, start, expression, count)
    if expected is None:
        return "excluded", ""
    fires, end = expected
    if answer.startswith("error:"):
        return ("equal" if not fires and "2199" in answer else "different"), str(fires)
    ours = [int(word) for word in answer.split() if int(word) < end]
    return ("equal" if ours == fires else "different"), " ".join(map(str, fires))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default=".build/debug/quicflow")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zoneinfo", help="zone files for both sides; default those of the tzdata package")
    parser.add_argument("--show", type=int, default=20, help="print at most this many differences")
    arguments = parser.parse_args()

    directory = zone_directory(arguments.zoneinfo)
    zoneinfo.reset_tzpath([directory])
    started = time.monotonic()
    verdicts: dict[str, int] = {"equal": 0, "different": 0, "excluded": 0}
    by_oracle: dict[str, int] = {"cronsim": 0, "croniter": 0}
    seed = arguments.seed * 1_000_000_000
    # Cases an oracle has no opinion on do not count: more are made until enough were compared.
    while verdicts["equal"] + verdicts["different"] < arguments.cases:
        wanted = min(5_000, arguments.cases - verdicts["equal"] - verdicts["different"])
        seeds = range(seed, seed + wanted)
        seed += wanted
        cases = [make_case(number) for number in seeds]
        lines = [f"{zone}\t{start}\t{expression}\t{count}" for _, zone, start, expression, count in cases]
        answers = ask(arguments.binary, directory, lines)
        if len(answers) != len(cases):
            print(f"{len(cases)} lines were asked, {len(answers)} were answered", file=sys.stderr)
            return 1
        for number, case, answer in zip(seeds, cases, answers, strict=True):
            verdict, expected = judge(case, answer)
            verdicts[verdict] += 1
            if verdict == "equal":
                by_oracle[case[0]] += 1
            if verdict == "different" and verdicts["different"] <= arguments.show:
                oracle, zone, start, expression, count = case
                print(f"DIFFERENT case seed {number}: {zone}\t{start}\t{expression}\t{count}")
                print(f"  {oracle}: {expected}\n  quicflow: {answer}")
    took = time.monotonic() - started
    print(
        f"cronsim {by_oracle['cronsim']}, croniter {by_oracle['croniter']} equal; "
        f"{verdicts['excluded']} outside of the oracle's domain; {took:.1f} s; zone files in {directory}"
    )
    print(f"{verdicts['equal']} passed, {verdicts['different']} failed")
    return 1 if verdicts["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
