import type { Trend } from '../../../api/types.ts';
import { dateTime, fromWallClock } from '../../../lib/time.ts';

/** One day of a job: what ended in it. */
export interface MapDay {
  /** `2026-11-21` in the reader's zone. */
  date: string;
  ok: number;
  bad: number;
  /** Skipped and cancelled. */
  other: number;
  week: number;
  /** 0 is Monday. */
  weekday: number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Monday of the week that a date is in, counted in days from 1970. */
function mondayOf(date: string): number {
  const days = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  return days - (days + 3) % 7;
}

/** The days of the last `weeks` weeks up to `now`, the oldest first, each there even when nothing ended in it. */
export function mapDays(trend: Trend, weeks: number, now: number, zone: string): MapDay[] {
  const today = dateTime(now, zone).slice(0, 10);
  const first = mondayOf(today) - (weeks - 1) * 7;
  const last = Date.parse(`${today}T00:00:00Z`) / DAY_MS;
  const days = Array.from({ length: last - first + 1 }, (_, index): MapDay => ({
    date: new Date((first + index) * DAY_MS).toISOString().slice(0, 10),
    ok: 0,
    bad: 0,
    other: 0,
    week: Math.floor(index / 7),
    weekday: index % 7,
  }));
  for (const item of trend.items) {
    // In zones that are off by half an hour, an hour belongs to the day in which its middle lies.
    const date = dateTime(Date.parse(item.hour) + 30 * MINUTE_MS, zone).slice(0, 10);
    const day = days[Date.parse(`${date}T00:00:00Z`) / DAY_MS - first];
    if (!day) continue;
    if (item.status === 3) day.ok += item.count;
    else if (item.status === 4 || item.status === 5) day.bad += item.count;
    else day.other += item.count;
  }
  return days;
}

/** Hours to ask for so that the whole map is filled, its first Monday in any zone included. */
export const mapHours = (weeks: number): number => (weeks * 7 + 1) * 24;

/** How large the mark of failure is, 0 to 1: a single failure is seen, and all of them fill the square. */
export function failureSize(day: MapDay): number {
  const judged = day.ok + day.bad;
  return day.bad ? 0.4 + 0.6 * day.bad / judged : 0;
}

/** The span of a day as the list of executions is asked for it. */
export function spanOf(date: string, zone: string): { from: string; to: string } {
  const start = fromWallClock(`${date}T00:00`, zone) ?? Date.parse(`${date}T00:00:00Z`);
  const next = new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
  const end = fromWallClock(`${next}T00:00`, zone) ?? start + DAY_MS;
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}
