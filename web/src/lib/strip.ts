import { isBad, isFinal, PENDING, RUNNING } from './status.ts';

/** One run in a strip: number, state, duration in milliseconds and when it began (RFC 3339). */
export interface StripRun {
  id: string;
  status: number;
  duration: number | null;
  start: string | null;
  name?: string | undefined;
}

/** A bar of the strip: place and height on a ground of `STRIP_HEIGHT`, and the shape that tells its state. */
export interface StripBar {
  run: StripRun;
  x: number;
  y: number;
  height: number;
  shape: 'bar' | 'foot' | 'hatch' | 'hollow' | 'ring' | 'cut' | 'dash';
  tone: 'ok' | 'bad' | 'warn' | 'run' | 'idle';
}

export const STRIP_HEIGHT = 19;
export const BAR_WIDTH = 5;
const STEP = 7;
const LOWEST = 3;

const LOOKS: Record<number, Pick<StripBar, 'shape' | 'tone'>> = {
  1: { shape: 'ring', tone: 'idle' },
  2: { shape: 'hollow', tone: 'run' },
  3: { shape: 'bar', tone: 'ok' },
  4: { shape: 'foot', tone: 'bad' },
  5: { shape: 'hatch', tone: 'warn' },
  6: { shape: 'cut', tone: 'idle' },
  7: { shape: 'ring', tone: 'idle' },
};

const SUCCESS = 3;

const percentile = (sorted: number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
const durations = (runs: StripRun[]): number[] =>
  runs.filter((run) => isFinal(run.status) && run.duration !== null).map((run) => run.duration!).sort((a, b) => a - b);

/** The duration that gets the full height: the 95th percentile of those that ended, so that one outlier flattens none. */
export function usualLongest(runs: StripRun[]): number {
  return percentile(durations(runs), 0.95);
}

/** How long a job usually takes, milliseconds: of the runs that succeeded; null with fewer than three of them. */
export function usualOf(runs: StripRun[]): { p50: number; p95: number } | null {
  const took = durations(runs.filter((run) => run.status === SUCCESS));
  return took.length < 3 ? null : { p50: percentile(took, 0.5), p95: percentile(took, 0.95) };
}

/** How many of the newest runs in a row went wrong; those that were skipped or are still running do not interrupt it. */
export function failingFor(runs: StripRun[]): { count: number; since: string | null; last: StripRun | null } {
  let count = 0;
  let since: string | null = null;
  let last: StripRun | null = null;
  for (const run of [...runs].reverse()) {
    if (run.status === SUCCESS) break;
    if (!isBad(run.status)) continue;
    count += 1;
    since = run.start;
    last ??= run;
  }
  return { count, since, last };
}

/** Bars for the newest `count` runs, oldest left; where there were fewer, dashes fill the left. */
export function stripBars(runs: StripRun[], count: number): (StripBar | { x: number })[] {
  // A planned run has no place here: nothing has happened yet.
  const shown = runs.filter((run) => run.status !== PENDING || run.start !== null).slice(-count);
  const longest = usualLongest(shown);
  const empty = Array.from({ length: count - shown.length }, (_, index) => ({ x: index * STEP }));
  const bars = shown.map((run, index): StripBar => {
    const looks = LOOKS[run.status] ?? { shape: 'dash' as const, tone: 'idle' as const };
    const part = longest > 0 && run.duration !== null ? Math.min(1, run.duration / longest) : 0;
    const full = run.status === RUNNING || looks.shape === 'hatch';
    const height = full ? STRIP_HEIGHT : Math.max(LOWEST, Math.round(part * STRIP_HEIGHT));
    const { shape, tone } = looks;
    return { run, x: (empty.length + index) * STEP, y: STRIP_HEIGHT - height, height, shape, tone };
  });
  return [...empty, ...bars];
}

/** How many runs of each state, for the words beside the picture. */
export function tally(runs: StripRun[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const run of runs) counts.set(run.status, (counts.get(run.status) ?? 0) + 1);
  return counts;
}
