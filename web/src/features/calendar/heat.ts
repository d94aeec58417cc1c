import type { Upcoming, UpcomingMinute } from '../../api/types.ts';

/** The server names the first jobs of a minute, at most this many. */
const NAMED = 20;

/** How many jobs share a minute: a job of each second is one. Beyond the named ones the fires say how many there are. */
export const jobsIn = (item: UpcomingMinute): number => item.tasks.length < NAMED ? item.tasks.length : item.count;

/** One minute of a day's map. */
export interface HeatCell {
  minute: number;
  at: number;
  /** Jobs that fire in it. */
  count: number;
  /** 0 (nothing) to 5: how much happens, on a scale that does not change with the day. */
  level: number;
}

const STEPS = [1, 2, 4, 8, 13];

/** 0 for none, then up to 1, 3, 7, 12 and more jobs in the minute. */
export function levelOf(count: number): number {
  return count === 0 ? 0 : STEPS.filter((step) => count >= step).length;
}

/** The map of 24 hours from `start` (milliseconds): a row per hour with its 60 minutes. */
export function heatRows(upcoming: Upcoming, start: number): HeatCell[][] {
  const counts = new Map(
    upcoming.items.map((item) => [Math.round((Date.parse(item.minute) - start) / 60_000), jobsIn(item)]),
  );
  return Array.from({ length: 24 }, (_hours, hour) =>
    Array.from({ length: 60 }, (_minutes, minute): HeatCell => {
      const count = counts.get(hour * 60 + minute) ?? 0;
      return { minute, at: start + (hour * 60 + minute) * 60_000, count, level: levelOf(count) };
    }));
}

/** The quietest minutes of the hour around a busy one, nearest first: where a job could move to. */
export function quieter(row: HeatCell[], busy: HeatCell, wanted = 3): HeatCell[] {
  const distance = (cell: HeatCell) => Math.abs(cell.minute - busy.minute);
  return row.filter((cell) => cell.count < busy.count).sort((a, b) => a.count - b.count || distance(a) - distance(b))
    .slice(0, wanted);
}

export const minuteOf = (upcoming: Upcoming, at: number): UpcomingMinute | undefined =>
  upcoming.items.find((item) => Date.parse(item.minute) === at);
