import type { Punctuality } from '../../api/types.ts';

const HOUR_MS = 3_600_000;

/** A point of a line: the hour (0 is the first of the day) and how high between the bottom (0) and the top (1). */
export interface Point {
  hour: number;
  height: number;
}

export interface PunctualLines {
  p50: Point[];
  p99: Point[];
  /** Marks of the scale, milliseconds, each with its height. */
  marks: { ms: number; height: number }[];
}

/**
 * Half of a day's starts and nearly all of them by the hour, on a scale on which each step is ten times the one before: a
 * start of 5 ms and one of 24 minutes are both seen.
 */
export function punctualLines(day: Punctuality): PunctualLines {
  const begin = Math.floor(Date.parse(day.from) / HOUR_MS) * HOUR_MS;
  const longest = Math.max(1, ...day.hours.map((hour) => hour.p99_ms ?? 0));
  // From one millisecond to the power of ten that holds all, a second at least.
  const top = Math.max(3, Math.ceil(Math.log10(longest)));
  const height = (ms: number) => Math.log10(Math.max(1, ms)) / top;
  const line = (value: (hour: Punctuality['hours'][number]) => number | null): Point[] =>
    day.hours.flatMap((hour) => {
      const ms = value(hour);
      return ms === null ? [] : [{ hour: Math.round((Date.parse(hour.hour) - begin) / HOUR_MS), height: height(ms) }];
    });
  return {
    p50: line((hour) => hour.p50_ms),
    p99: line((hour) => hour.p99_ms),
    marks: Array.from({ length: top + 1 }, (_, power) => ({ ms: 10 ** power, height: power / top })),
  };
}
