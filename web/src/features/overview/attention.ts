import type { Execution, Host } from '../../api/types.ts';
import { failingFor, type StripRun, usualOf } from '../../lib/strip.ts';

/** Something on the overview that needs a person, with the act that helps. */
export interface Attention {
  kind: 'failing' | 'long' | 'host';
  key: string;
  name: string;
  /** Failures in a row; how many times longer than usual; minutes without a heartbeat. */
  n: number;
  since: string | null;
  runs: StripRun[];
  taskId?: number;
  execution?: string;
}

/** Whether the last runs of every job that failed are there: before that nobody knows which of them still fail. */
export const isJudged = (failed: Execution[], strips: Map<number, StripRun[]>): boolean =>
  failed.every((row) => strips.has(row.task_id));

/** A run is too long when it has taken this much more than the job's usual longest. */
const TOO_LONG = 1.5;

/** What needs a person now: jobs that fail, runs that take too long, hosts that are away; the worst first. */
export function attentionOf(
  failed: Execution[],
  running: Execution[],
  hosts: Host[],
  strips: Map<number, StripRun[]>,
  now: number,
): Attention[] {
  const found: Attention[] = [];
  for (const [id, name] of new Map(failed.map((row) => [row.task_id, row.task_name]))) {
    const runs = strips.get(id) ?? [];
    const { count, since, last } = failingFor(runs);
    if (!last) continue;
    found.push({ kind: 'failing', key: `job-${id}`, name, n: count, since, runs, taskId: id, execution: last.id });
  }
  found.sort((a, b) => b.n - a.n);
  for (const row of running) {
    const usual = usualOf(strips.get(row.task_id) ?? []);
    const took = row.start_time ? now - Date.parse(row.start_time) : 0;
    if (!usual || took < usual.p95 * TOO_LONG || took < 10_000) continue;
    found.push({
      kind: 'long',
      key: row.id,
      name: row.task_name,
      n: Math.round(took / Math.max(1, usual.p50) * 10) / 10,
      since: row.start_time,
      runs: strips.get(row.task_id) ?? [],
      taskId: row.task_id,
      execution: row.id,
    });
  }
  for (const host of hosts) {
    if (host.status === 'online') continue;
    const minutes = host.last_heartbeat ? Math.floor((now - Date.parse(host.last_heartbeat)) / 60_000) : 0;
    const name = host.name || host.hostname || host.client_id;
    found.push({ kind: 'host', key: host.client_id, name, n: minutes, since: host.last_heartbeat, runs: [] });
  }
  return found;
}
