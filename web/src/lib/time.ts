import { shallowRef } from 'vue';

// Times come as RFC 3339 UTC strings. They are shown as `2026-11-21 08:05:00`, the same in every language, in the
// reader's zone unless a zone is named.

interface Parts {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

const pad = (n: number): string => String(n).padStart(2, '0');
/** The zone that the reader has chosen; '' for the browser's. Reactive: every time shown follows it. */
const chosen = shallowRef('');

export function setReaderZone(zone: string): void {
  chosen.value = isZone(zone) ? zone : '';
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(ms: number, zone: string | undefined): Parts {
  const key = zone ?? chosen.value;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: key || undefined,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(key, format);
  }
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(ms)) parts[type] = value;
  return parts as unknown as Parts;
}

/** The zone in which times are shown and typed unless another one is named. */
export function readerZone(): string {
  return chosen.value || browserZone();
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export function isZone(zone: string): boolean {
  try {
    return zone !== '' && partsOf(0, zone) !== undefined;
  } catch {
    return false;
  }
}

/** `2026-11-21 08:05:00` */
export function dateTime(ms: number, zone?: string): string {
  const p = partsOf(ms, zone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
}

/** As short as it can be without doubt: no date when it is today, no year when it is this one. */
export function shortDateTime(ms: number, now: number, zone?: string): string {
  const [text, today] = [dateTime(ms, zone), dateTime(now, zone)];
  if (text.slice(0, 10) === today.slice(0, 10)) return text.slice(11);
  return text.slice(0, 4) === today.slice(0, 4) ? text.slice(5) : text.slice(0, 16);
}

/** Milliseconds by which the zone's wall clock is ahead of UTC at this moment. */
export function zoneOffset(ms: number, zone: string): number {
  const p = partsOf(ms, zone);
  const wall = Date.UTC(+p.year, +p.month - 1, +p.day, +p.hour, +p.minute, +p.second);
  return wall - Math.floor(ms / 1000) * 1000;
}

/** `UTC+08:00` */
export function offsetLabel(ms: number, zone: string): string {
  const minutes = Math.round(zoneOffset(ms, zone) / 60_000);
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** The value for a datetime-local field: `2026-11-21T08:05:00` on the zone's wall clock. */
export function toWallClock(ms: number, zone: string): string {
  return dateTime(ms, zone).replace(' ', 'T');
}

/**
 * The moment at which the zone's wall clock shows `local` (`2026-11-21T08:05` or with seconds). A time that is skipped
 * in spring becomes the one as much later; of a time that comes twice in autumn it is the first.
 */
export function fromWallClock(local: string, zone: string): number | null {
  const m = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/.exec(local);
  if (!m || !isZone(zone)) return null;
  const wall = Date.UTC(+m[1]!, +m[2]! - 1, +m[3]!, +m[4]!, +m[5]!, +(m[6] ?? 0));
  const before = wall - zoneOffset(wall - 86_400_000, zone);
  const after = wall - zoneOffset(wall + 86_400_000, zone);
  const fits = [before, after].filter((ms) => ms + zoneOffset(ms, zone) === wall);
  return fits.length ? Math.min(...fits) : before;
}

/** When a zone's clocks change next, and by how much. */
export interface ClockChange {
  at: number;
  /** Milliseconds by which they go forward; less than 0 when they go back. */
  by: number;
}

const DAY_MS = 86_400_000;
/** A zone without a change for so long is taken for one that has none. */
const CHANGE_DAYS = 370;

/** The next change of a zone's clocks after a moment; null when there is none within a year. */
export function nextClockChange(after: number, zone: string): ClockChange | null {
  const before = zoneOffset(after, zone);
  let day = 1;
  while (day <= CHANGE_DAYS && zoneOffset(after + day * DAY_MS, zone) === before) day += 1;
  if (day > CHANGE_DAYS) return null;
  // Within that day, to the second.
  let [low, high] = [after + (day - 1) * DAY_MS, after + day * DAY_MS];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle <= low) break;
    if (zoneOffset(middle, zone) === before) low = middle;
    else high = middle;
  }
  return { at: high, by: zoneOffset(high, zone) - before };
}

/** Whether a time of day is one that the change skips or repeats, on the zone's own clock. */
export function meetsChange(ms: number, zone: string, change: ClockChange): boolean {
  const clock = (moment: number, offset: number) => ((moment + offset) % DAY_MS + DAY_MS) % DAY_MS;
  const before = zoneOffset(change.at - 1000, zone);
  const from = clock(change.at, Math.min(before, before + change.by));
  return (clock(ms, zoneOffset(ms, zone)) - from + DAY_MS) % DAY_MS < Math.abs(change.by);
}

/** `in 3 min.`, `5 hours ago` in the reader's language. */
export function relative(ms: number, now: number, locale: string): string {
  const seconds = Math.round((ms - now) / 1000);
  const size = Math.abs(seconds);
  const format = new Intl.RelativeTimeFormat(locale, {
    numeric: size < 172_800 ? 'auto' : 'always',
    style: locale === 'en' ? 'short' : 'long',
  });
  // Numbers stand apart from Chinese characters, as in durations.
  const text = (count: number, unit: Intl.RelativeTimeFormatUnit) =>
    format.format(Math.trunc(count), unit).replace(/(\d)(?=[\u4e00-\u9fff])/g, '$1 ');
  if (size < 60) return text(seconds, 'second');
  if (size < 3600) return text(seconds / 60, 'minute');
  // Days are counted from two on: a number of hours does not say whether it is "tomorrow".
  if (size < 172_800) return text(seconds / 3600, 'hour');
  return text(seconds / 86_400, 'day');
}

const UNITS = {
  en: { ms: ' ms', s: ' s', m: ' m', h: ' h', d: ' d' },
  zh: { ms: ' \u6beb\u79d2', s: ' \u79d2', m: ' \u5206', h: ' \u5c0f\u65f6', d: ' \u5929' },
};

/** `820 ms`, `2.3 s`, `1 m 05 s`, `2 h 03 m`; in Chinese with Chinese units. */
export function duration(ms: number, locale: string = document.documentElement.lang): string {
  const unit = locale.startsWith('zh') ? UNITS.zh : UNITS.en;
  if (ms < 1) return `< 1${unit.ms}`;
  if (ms < 1000) return `${Math.round(ms)}${unit.ms}`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}${unit.s}`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}${unit.s}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${unit.m} ${pad(seconds % 60)}${unit.s}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}${unit.h} ${pad(minutes % 60)}${unit.m}`;
  return `${Math.floor(minutes / 1440)}${unit.d} ${pad(Math.floor((minutes % 1440) / 60))}${unit.h}`;
}
