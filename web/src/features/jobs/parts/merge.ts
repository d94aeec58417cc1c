import type { Execution, Page, Task } from '../../../api/types.ts';
import { isFinal, PENDING } from '../../../lib/status.ts';

/** Puts one pushed job into a page of the list; says 'reload' when only the server knows where it belongs. */
export function takeJob(
  page: Page<Task>,
  pushed: { id?: number; task?: Task | null; cause?: string },
): 'reload' | void {
  // The snapshot of the topic says only that the watch has begun.
  if (pushed.id === undefined) return;
  const at = page.items.findIndex((item) => item.id === pushed.id);
  if (!pushed.task) return at >= 0 ? 'reload' : undefined;
  const known = page.items[at];
  // A job that merely ran elsewhere in the list is no reason to fetch this page again.
  if (!known) return pushed.cause === 'ran' ? undefined : 'reload';
  if (pushed.task.version < known.version) return;
  const last = pushed.task.last_execution;
  const keep = last?.status === PENDING && known.last_execution !== null;
  page.items[at] = { ...known, ...pushed.task, ...(keep ? { last_execution: known.last_execution } : {}) };
}

const startOf = (time: string | null | undefined): number => time ? Date.parse(time) : 0;

/** Whether an execution says more about "last status" than what is known. */
function isNewer(row: Execution, last: Task['last_execution']): boolean {
  if (!last) return true;
  if (last.status === PENDING) return true;
  if (row.id === last.id) return isFinal(row.status) || !isFinal(last.status);
  return startOf(row.start_time ?? row.scheduled_time) >= startOf(last.start_time);
}

/** Carries pushed executions over to the jobs' last status. */
export function lastOf(page: Page<Task>, rows: Execution[]): void {
  for (const row of rows) {
    // Planned ahead of its time: nothing has run yet.
    if (row.status === PENDING) continue;
    const at = page.items.findIndex((item) => item.id === row.task_id);
    const task = page.items[at];
    if (!task || !isNewer(row, task.last_execution)) continue;
    const last = {
      id: row.id,
      status: row.status,
      status_name: row.status_name,
      start_time: row.start_time ?? row.scheduled_time,
    };
    page.items[at] = { ...task, last_execution: last };
  }
}
