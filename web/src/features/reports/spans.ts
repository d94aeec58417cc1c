import type { Trend } from '../../api/types.ts';
import { dateTime, fromWallClock } from '../../lib/time.ts';

/** The span of a report: whole days of the reader's zone, and how finely its picture is cut. */
export interface Span {
  /** Milliseconds; `to` is excluded and may lie in the future. */
  from: number;
  to: number;
  unit: 'hour' | 'day' | 'week';
}

/** One bar of the picture: what ended from `from` to before `to`. */
export interface Bucket {
  from: number;
  to: number;
  ok: number;
  failed: number;
  timeout: number;
  /** Skipped or cancelled. */
  skipped: number;
  /** A day of another calendar than the reader's, `2026-11-21`. */
  date?: string;
}

export const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Above this many days a bar is a week. */
const DAILY = 62;
/** What the server keeps sums of at most. */
const LONGEST_DAYS = 366;
const DAY = /^\d{4}-\d\d-\d\d$/;

const midnight = (day: string, zone: string): number => fromWallClock(`${day}T00:00`, zone) ?? NaN;

/** The day of the calendar `days` after the given one. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The span of a choice: `today`, `7d`, `30d`, or from one day through another. Days that are none, are turned round or
 * are more than a year fall back to seven days.
 */
export function spanOf(range: string, since: string, through: string, now: number, zone: string): Span {
  const today = dateTime(now, zone).slice(0, 10);
  const whole = (first: string, last: string): Span => {
    const [from, to] = [midnight(first, zone), midnight(dayAfter(last, 1), zone)];
    const days = Math.round((to - from) / DAY_MS);
    return { from, to, unit: days <= 2 ? 'hour' : days <= DAILY ? 'day' : 'week' };
  };
  if (range === 'today') return whole(today, today);
  if (range === '30d') return whole(dayAfter(today, -29), today);
  if (range === 'custom' && DAY.test(since) && DAY.test(through) && since <= through) {
    const span = whole(since, through);
    if (span.to - span.from <= LONGEST_DAYS * DAY_MS) return span;
  }
  return whole(dayAfter(today, -6), today);
}

/** The span as long, right before. */
export const before = (span: Span): Span => ({ ...span, from: 2 * span.from - span.to, to: span.from });

/** How many hours back the server has to count so that the span is covered. */
export function hoursBack(from: number, now: number): number {
  return Math.max(1, Math.min(24 * 366, Math.ceil((now - from) / HOUR_MS) + 1));
}

/** Where the bars of a span begin; the last entry is its end. A day of the zone may have 23 or 25 hours. */
function edges(span: Span, zone: string): number[] {
  const list: number[] = [];
  if (span.unit === 'hour') {
    for (let at = span.from; at < span.to; at += HOUR_MS) list.push(at);
  } else {
    let day = dateTime(span.from, zone).slice(0, 10);
    const step = span.unit === 'day' ? 1 : 7;
    for (let at = span.from; at < span.to; at = midnight(day, zone)) {
      list.push(at);
      day = dayAfter(day, step);
    }
  }
  return [...list, span.to];
}

/** Adds the trend's hours up into the bars of the span, each there even when nothing ended in it. */
export function bucketsOf(trend: Trend, span: Span, zone: string): Bucket[] {
  const cuts = edges(span, zone);
  const buckets = cuts.slice(0, -1).map((from, index): Bucket => ({
    from,
    to: cuts[index + 1]!,
    ok: 0,
    failed: 0,
    timeout: 0,
    skipped: 0,
  }));
  const names = { 3: 'ok', 4: 'failed', 5: 'timeout', 6: 'skipped', 7: 'skipped' } as const;
  for (const item of trend.items) {
    const at = Date.parse(item.hour);
    const bucket = buckets.find((known) => at >= known.from && at < known.to);
    const name = names[item.status as keyof typeof names];
    if (bucket && name) bucket[name] += item.count;
  }
  return buckets;
}

export interface Sums {
  total: number;
  ok: number;
  bad: number;
  skipped: number;
  /** Percent with one decimal; null when nothing came to a result of its own. */
  rate: number | null;
}

export function sumsOf(buckets: Bucket[]): Sums {
  const sum = (pick: (bucket: Bucket) => number) => buckets.reduce((all, bucket) => all + pick(bucket), 0);
  const ok = sum((bucket) => bucket.ok);
  const bad = sum((bucket) => bucket.failed + bucket.timeout);
  const skipped = sum((bucket) => bucket.skipped);
  return {
    total: ok + bad + skipped,
    ok,
    bad,
    skipped,
    rate: ok + bad ? Math.round(ok / (ok + bad) * 1000) / 10 : null,
  };
}
