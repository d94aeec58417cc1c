import { isFinal, PENDING } from '../../lib/status.ts';
import type { StripRun } from '../../lib/strip.ts';

/** Puts a pushed run into a strip: in its place by number (which begins with the time), the oldest leaves. */
export function takeRun(runs: StripRun[], run: StripRun, count: number): StripRun[] {
  const at = runs.findIndex((known) => known.id === run.id);
  if (at >= 0) {
    // Late news never turn an ended run back into a running one.
    if (isFinal(runs[at]!.status) && !isFinal(run.status)) return runs;
    return runs.map((known, index) => index === at ? run : known);
  }
  if (run.status === PENDING) return runs;
  return [...runs, run].sort((a, b) => a.id < b.id ? -1 : 1).slice(-count);
}
