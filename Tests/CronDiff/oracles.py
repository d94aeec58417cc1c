# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Other implementations of cron, each asked only what it is known to answer rightly."""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from croniter import croniter
from cronsim import CronSim, CronSimError


@lru_cache
def transitions(zone: str) -> tuple[tuple[int, int], ...]:
    """The instants between 1970 and 2045 at which the zone's offset changes, and by how much."""
    info = ZoneInfo(zone)

    def offset(second: int) -> int:
        return int(datetime.fromtimestamp(second, info).utcoffset().total_seconds())

    found = []
    step = 6 * 86_400
    last = 2_366_841_600
    for start in range(0, last, step):
        before, after = offset(start), offset(start + step)
        if before == after:
            continue
        low, high = start, start + step
        while high - low > 1:
            middle = (low + high) // 2
            if offset(middle) == before:
                low = middle
            else:
                high = middle
        found.append((high, after - before))
    return tuple(found)


@lru_cache
def instants(zone: str) -> tuple[int, ...]:
    return tuple(instant for instant, _ in transitions(zone))


def odd_shift_between(zone: str, start: int, end: int, fixed: bool) -> bool:
    """Whether the clock shifts in a way that CronSim gets wrong.

    It steps over shifts that are no whole hours. Where a schedule is not of fixed times, it also steps over those that
    do not happen on the hour (Chatham), and where midnight itself is jumped over, it loses the day (Beirut, Cairo).
    """
    changes = transitions(zone)
    first = bisect_left(changes, (start - 86_400, 0))
    for at, shift in changes[first:]:
        if at > end + 86_400:
            return False
        if shift % 3600:
            return True
        if not fixed:
            before = datetime.fromtimestamp(at - 1, ZoneInfo(zone))
            after = datetime.fromtimestamp(at, ZoneInfo(zone))
            if before.date() != after.date() or after.minute:
                return True
    return False


@lru_cache
def last_day_repeated(zone: str) -> int:
    """The last instant at which the clock went back over midnight; 0 if it never did."""
    info = ZoneInfo(zone)
    back = [
        at
        for at, _ in transitions(zone)
        if datetime.fromtimestamp(at, info).date() < datetime.fromtimestamp(at - 1, info).date()
    ]
    return back[-1] if back else 0


def is_fixed_time(expression: str) -> bool:
    """Our rule: neither minute nor hour starts with a star, and there is one second."""
    fields = expression.split()
    second = "0"
    if len(fields) > 5:
        second, fields = fields[0], fields[1:]
    return not fields[0].startswith("*") and not fields[1].startswith("*") and second.isdigit()


def cronsim(zone: str, start: int, expression: str, count: int) -> list[int] | None | str:
    """The fires by CronSim; None where it is not an authority, 'error' where it refuses the expression."""
    info = UTC if zone == "UTC" else ZoneInfo(zone)
    fixed = is_fixed_time(expression)
    if len(expression.split()) == 6 and fixed and zone != "UTC":
        return None
    if not fixed and start < last_day_repeated(zone) + 86_400:
        # CronSim may never come back from such a midnight.
        return None
    try:
        simulation = CronSim(expression, datetime.fromtimestamp(start, info))
    except CronSimError:
        return "error"
    fires: list[int] = []
    stale = 0
    for moment in simulation:
        second = int(moment.timestamp())
        if zone != "UTC" and not fixed:
            # A local time that does not exist, which CronSim lets through after a jump to a midnight in a gap.
            back = datetime.fromtimestamp(second, info)
            if back.replace(tzinfo=None) != moment.replace(tzinfo=None):
                return None
        if second <= (fires[-1] if fires else start):
            # A start in the second copy of an hour, which CronSim takes for the first; or it does not move at all.
            stale += 1
            if stale > 200:
                return None
            continue
        fires.append(second)
        if len(fires) == count:
            break
    if odd_shift_between(zone, start, fires[-1] if fires else start, fixed):
        return None
    return fires


def croniter_fires(zone: str, start: int, expression: str, count: int) -> tuple[list[int], int] | None:
    """The fires by croniter and the instant up to which they count; None where it is not an authority."""
    end = 1 << 40
    if zone != "UTC":
        margin = 30 * 3600
        changes = instants(zone)
        index = bisect_right(changes, start)
        if index and start - changes[index - 1] <= margin:
            return None
        if index < len(changes):
            end = changes[index] - margin
        if end <= start:
            return None
    info = UTC if zone == "UTC" else ZoneInfo(zone)
    iterator = croniter(
        expression,
        datetime.fromtimestamp(start, info),
        ret_type=datetime,
        implement_cron_bug=True,
        second_at_beginning=True,
    )
    fires: list[int] = []
    try:
        while len(fires) < count:
            second = int(iterator.get_next().timestamp())
            if second >= end:
                break
            fires.append(second)
    except Exception as error:  # croniter has no common base for "nothing left"
        if "failed to find" not in str(error):
            raise
        # Its horizon is 50 years; ours is 2199.
        end = (fires[-1] if fires else start) + 1
    return fires, end
