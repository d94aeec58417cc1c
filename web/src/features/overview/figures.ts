import type { Page, Trend } from '../../api/types.ts';

/** How many are in the lists that the figures lead to; a very long list says only that there are more. */
export type ListTotal = Pick<Page<unknown>, 'total'> & { total_exact?: boolean };

export interface DayTotals {
  ended: ListTotal;
  skipped: ListTotal;
}

/** The states of what has ended, as the list of executions is asked for them. */
export const ENDED = '3,4,5,6,7';

/** Sums of a day's ended executions. */
export interface DayFigures {
  total: number;
  ok: number;
  bad: number;
  skipped: number;
  /** Percent of those that came to a result of their own; null without any. */
  rate: number | null;
}

/** Adds up the hours `from` to `to` (counted from the trend's beginning, `to` excluded). */
export function figuresOf(trend: Trend, from: number, to: number): DayFigures {
  const begin = Date.parse(trend.from);
  const sums: DayFigures = { total: 0, ok: 0, bad: 0, skipped: 0, rate: null };
  for (const item of trend.items) {
    const hour = Math.round((Date.parse(item.hour) - begin) / 3_600_000);
    if (hour < from || hour >= to) continue;
    sums.total += item.count;
    if (item.status === 3) sums.ok += item.count;
    else if (item.status === 4 || item.status === 5) sums.bad += item.count;
    else if (item.status === 7) sums.skipped += item.count;
  }
  const judged = sums.ok + sums.bad;
  sums.rate = judged ? Math.round(sums.ok / judged * 1000) / 10 : null;
  return sums;
}

/** How a figure moved against the day before. */
export interface Delta {
  text: string;
  /** Null: neither way is better. */
  good: boolean | null;
}

/** None where nothing moved, and none against a day on which nothing ended: that would say nothing. */
export function deltaOf(
  now: number,
  then: number,
  better: 'up' | 'down' | null,
  before: DayFigures | null,
): Delta | undefined {
  const change = Math.round((now - then) * 10) / 10;
  if (!change || !before?.total) return undefined;
  const text = `${change > 0 ? '\u25b2' : '\u25bc'} ${Math.abs(change).toLocaleString('en-US')}`;
  return { text, good: better === null ? null : (change > 0) === (better === 'up') };
}

/** One hour of the day's picture. */
export interface HourBar {
  hour: string;
  ok: number;
  failed: number;
  timeout: number;
  skipped: number;
}

/** The last `hours` hours, each there even when nothing ended in it. */
export function hourBars(trend: Trend, hours: number): HourBar[] {
  const begin = Date.parse(trend.from) + (trend.hours - hours) * 3_600_000;
  const bars = Array.from({ length: hours }, (_, index): HourBar => ({
    hour: new Date(begin + index * 3_600_000).toISOString(),
    ok: 0,
    failed: 0,
    timeout: 0,
    skipped: 0,
  }));
  const names = { 3: 'ok', 4: 'failed', 5: 'timeout', 6: 'skipped', 7: 'skipped' } as const;
  for (const item of trend.items) {
    const bar = bars[Math.round((Date.parse(item.hour) - begin) / 3_600_000)];
    const name = names[item.status as keyof typeof names];
    if (bar && name) bar[name] += item.count;
  }
  return bars;
}
