import type { HostDay, HostDays, JobDay } from '../../api/types.ts';
import type { Bucket } from '../reports/spans.ts';

/** What the host says; until it has told, what is recorded of it. */
export const sumsOf = (line: HostDay['tasks'][number]): JobDay => line.agent ?? line.server;

const badOf = (sum: { failure: number; timeout: number }): number => sum.failure + sum.timeout;

/** The figures of a job, and the difference to what is recorded; those with failures first, then the busiest. */
export interface DayLine {
  id: number;
  name: string;
  total: number;
  good: number;
  bad: number;
  average: number | null;
  longest: number | null;
  difference: number;
}

export function linesOf(day: HostDay): DayLine[] {
  return day.tasks.map((line) => {
    const sums = sumsOf(line);
    return {
      id: line.task_id,
      name: line.task_name,
      total: sums.total,
      good: sums.success,
      bad: badOf(sums),
      average: sums.total ? sums.avg_duration_ms : null,
      longest: sums.total ? sums.max_duration_ms : null,
      difference: line.difference?.total ?? 0,
    };
  }).filter((line) => line.total || line.difference).sort((a, b) => b.bad - a.bad || b.total - a.total || a.id - b.id);
}

/** How many ended in each hour of the host's clocks, and how many of them badly. */
export function hoursOf(day: HostDay): { hour: number; total: number; bad: number }[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const sums = day.tasks.map((line) => sumsOf(line).hourly[String(hour).padStart(2, '0')]).filter(Boolean);
    return {
      hour,
      total: sums.reduce((sum, part) => sum + part!.total, 0),
      bad: sums.reduce((sum, part) => sum + badOf(part!), 0),
    };
  });
}

/** Each day as a bar, under the date that the host's calendar gives it. */
export const barsOf = (days: HostDays): Bucket[] =>
  days.items.map((day) => ({
    from: Date.parse(day.from),
    to: Date.parse(day.to),
    ok: day.success,
    failed: day.failure,
    timeout: day.timeout,
    skipped: day.cancelled,
    date: day.date,
  }));

/** The day before or after, as the calendar has it. */
export function dayBeside(date: string, by: -1 | 1): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}
