import type { Execution } from '../../api/types.ts';
import { RUNNING } from '../../lib/status.ts';
import { zoneOffset } from '../../lib/time.ts';

/** One execution on its host's line; times in milliseconds, cut to the span that is shown. */
export interface Bar {
  row: Execution;
  from: number;
  to: number;
  /** Executions at the same time stand under each other. */
  lane: number;
}

export interface HostLine {
  id: string;
  name: string;
  bars: Bar[];
  lanes: number;
}

/** A bar is drawn at least this part of the span wide, so that the eye and the pointer find it. */
export const LEAST = 1 / 250;

/** What ran on which host between two moments: hosts by name, bars by time, as few lanes as there were at once. */
export function linesOf(executions: Iterable<Execution>, from: number, to: number, now: number): HostLine[] {
  const hosts = new Map<string, { name: string; rows: { row: Execution; from: number; to: number }[] }>();
  for (const row of executions) {
    if (!row.start_time || !row.client_id) continue;
    const begin = Date.parse(row.start_time);
    const end = row.end_time ? Date.parse(row.end_time) : row.status === RUNNING ? now : begin + (row.duration ?? 0);
    if (Number.isNaN(begin) || begin > to || end < from) continue;
    const host = hosts.get(row.client_id) ?? { name: row.client_name ?? row.client_id, rows: [] };
    host.rows.push({ row, from: Math.max(begin, from), to: Math.min(Math.max(end, begin), to) });
    hosts.set(row.client_id, host);
  }
  const least = (to - from) * LEAST;
  return [...hosts].map(([id, host]) => {
    const ends: number[] = [];
    const bars = host.rows.sort((a, b) => a.from - b.from || (a.row.id < b.row.id ? -1 : 1)).map((bar): Bar => {
      const free = ends.findIndex((end) => end <= bar.from);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = Math.max(bar.to, bar.from + least);
      return { row: bar.row, from: bar.from, to: bar.to, lane };
    });
    return { id, name: host.name, bars, lanes: ends.length };
  }).sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || (a.id < b.id ? -1 : 1));
}

const MINUTE = 60_000;
const STEPS = [5, 10, 15, 30, 60, 120, 180, 360].map((minutes) => minutes * MINUTE);
const MOST_TICKS = 8;

/** Round moments of the zone's clocks within a span. */
export function ticksOf(from: number, to: number, zone: string): number[] {
  const step = STEPS.find((size) => (to - from) / size <= MOST_TICKS) ?? STEPS[STEPS.length - 1]!;
  const offset = zoneOffset(from, zone);
  const first = Math.ceil((from + offset) / step) * step - offset;
  const ticks: number[] = [];
  for (let at = first; at <= to; at += step) ticks.push(at);
  return ticks;
}

/** Where an arrow key leads: along a host's line, or to the bar of the next host that is nearest in time. */
export function stepFrom(lines: HostLine[], id: string, key: string): Bar | null {
  const at = lines.findIndex((line) => line.bars.some((bar) => bar.row.id === id));
  const line = lines[at];
  if (!line) return lines[0]?.bars[0] ?? null;
  const index = line.bars.findIndex((bar) => bar.row.id === id);
  const here = line.bars[index]!;
  if (key === 'ArrowLeft') return line.bars[index - 1] ?? here;
  if (key === 'ArrowRight') return line.bars[index + 1] ?? here;
  if (key === 'Home') return line.bars[0]!;
  if (key === 'End') return line.bars[line.bars.length - 1]!;
  const next = key === 'ArrowUp' ? lines[at - 1] : key === 'ArrowDown' ? lines[at + 1] : undefined;
  if (!next) return here;
  const far = (bar: Bar) => Math.abs(bar.from - here.from);
  return next.bars.reduce((best, bar) => far(bar) < far(best) ? bar : best);
}
