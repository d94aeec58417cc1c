# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Random cron expressions inside the domains in which each oracle is right (docs: semantics, section 9)."""

import random
from dataclasses import dataclass

MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split()
LIMITS = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "day": (1, 31),
    "month": (1, 12),
    "weekday": (0, 6),
}
# Zones whose clocks do odd things: gaps at midnight, shifts of two hours, offsets that are no whole hours.
ZONES = """UTC Europe/Berlin Europe/London Europe/Dublin America/New_York America/Los_Angeles America/Sao_Paulo
America/Santiago America/Havana America/Asuncion America/St_Johns Africa/Cairo Africa/Casablanca Asia/Beirut Asia/Gaza
Asia/Tehran Asia/Kolkata Asia/Kathmandu Asia/Shanghai Asia/Pyongyang Antarctica/Troll Atlantic/Azores
Australia/Adelaide Australia/Sydney Pacific/Apia Pacific/Auckland Pacific/Chatham Pacific/Easter""".split()


@dataclass(frozen=True)
class Domain:
    """What one oracle understands as we do."""

    seconds: bool = False
    years: bool = False
    wraps: bool = False
    specials: bool = False  # L, LW, nL
    workdays: bool = False  # nW
    nth: bool = False
    question: bool = False
    late_star: bool = False  # `*` in a list, not first
    single_range: bool = False  # a-a
    open_weekday: bool = False  # a/n of weekdays, which reaches 7


CRONSIM = Domain(specials=True, nth=True, late_star=True, single_range=True, open_weekday=True)
CRONSIM_SECONDS = Domain(
    seconds=True, specials=True, nth=True, late_star=True, single_range=True, open_weekday=True
)
CRONITER = Domain(wraps=True, question=True)
CRONITER_WORKDAYS = Domain(wraps=True, workdays=True)
CRONITER_NTH = Domain(wraps=True, nth=True)
CRONITER_SECONDS = Domain(seconds=True, wraps=True)
CRONITER_YEARS = Domain(seconds=True, years=True)


def value(rng: random.Random, field: str, number: int) -> str:
    if field == "month" and rng.random() < 0.3:
        return MONTHS[number - 1]
    if field == "weekday":
        if rng.random() < 0.3:
            return WEEKDAYS[number]
        if number == 0 and rng.random() < 0.3:
            return "7"
    return f"{number:02d}" if rng.random() < 0.05 else str(number)


def item(rng: random.Random, field: str, domain: Domain, first: bool) -> str:
    low, high = LIMITS[field]
    size = high - low + 1
    kind = rng.random()
    if kind < 0.15 and (first or domain.late_star):
        return "*" if rng.random() < 0.3 else f"*/{rng.randint(1, max(1, size // 2))}"
    if kind < 0.60:
        return value(rng, field, rng.randint(low, high))
    if kind < 0.90:
        a, b = rng.randint(low, high), rng.randint(low, high)
        if a == b and not domain.single_range:
            return value(rng, field, a)
        if a > b and not (domain.wraps and field in ("month", "weekday") and rng.random() < 0.5):
            a, b = b, a
        text = f"{plain(rng, field, a)}-{plain(rng, field, b)}"
        # CronSim 2.8 takes a-a/n for a/n; cron itself, and we, for a. croniter 7 loses count of a step over the wrap.
        if a < b and rng.random() < 0.4:
            text += f"/{rng.randint(1, max(1, size // 3))}"
        return text
    if field == "weekday" and not domain.open_weekday:
        return value(rng, field, rng.randint(low, high))
    return f"{rng.randint(low, high - 1)}/{rng.randint(1, max(1, size // 3))}"


def plain(rng: random.Random, field: str, number: int) -> str:
    """A value in a range, where 7 would be another range."""
    if field == "month" and rng.random() < 0.3:
        return MONTHS[number - 1]
    if field == "weekday" and rng.random() < 0.3:
        return WEEKDAYS[number]
    return str(number)


def special(rng: random.Random, field: str, domain: Domain) -> str | None:
    if field == "day" and rng.random() < 0.15:
        if domain.specials:
            return rng.choice(["L", "LW"])
    if field == "weekday" and rng.random() < 0.2:
        if domain.specials and rng.random() < 0.5:
            return f"{rng.randint(0, 7)}L"
        if domain.specials and domain.nth:
            return f"{value(rng, field, rng.randint(0, 6))}#{rng.randint(1, 5)}"
    return None


def field_text(rng: random.Random, field: str, domain: Domain, star: float) -> str:
    limit = LIMITS[field][1] - LIMITS[field][0] + 1
    if rng.random() < star:
        return "*" if rng.random() < 0.7 else f"*/{rng.choice([step for step in (2, 3, 4, 5, 7, 10, 12) if step <= limit])}"
    count = rng.choice([1, 1, 1, 1, 2, 3])
    if domain.workdays and field == "day" and rng.random() < 0.4:
        return f"{rng.randint(1, 31)}W"  # this oracle has no lists of them
    if domain.nth and not domain.specials and field == "weekday" and rng.random() < 0.4:
        return f"{value(rng, field, rng.randint(0, 6))}#{rng.randint(1, 5)}"  # nor mixes of # with plain values
    items = []
    for index in range(count):
        items.append(special(rng, field, domain) or item(rng, field, domain, first=index == 0))
    return ",".join(items)


def expression(rng: random.Random, domain: Domain) -> str:
    fields = [
        field_text(rng, "minute", domain, 0.25),
        field_text(rng, "hour", domain, 0.35),
        field_text(rng, "day", domain, 0.55),
        field_text(rng, "month", domain, 0.7),
        field_text(rng, "weekday", domain, 0.6),
    ]
    if not domain.specials:
        # This oracle reads W and # as "and": leave it no other day field to combine with.
        if "W" in fields[2]:
            fields[4] = "*"
        elif "#" in fields[4]:
            fields[2] = "*"
    if domain.question and rng.random() < 0.2:
        fields[rng.choice([2, 4])] = "?"
    if domain.seconds:
        fields.insert(0, field_text(rng, "second", domain, 0.2))
    if domain.years:
        first = rng.randint(2015, 2035)
        fields.append(rng.choice([str(first), f"{first}-{first + rng.randint(1, 9)}", f"{first},{first + 3}", "*"]))
    return " ".join(fields)
