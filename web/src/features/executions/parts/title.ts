import type { Execution } from '../../../api/types.ts';
import { dateTime, shortDateTime } from '../../../lib/time.ts';

const timeOf = (row: Execution): number => Date.parse(row.scheduled_time ?? row.start_time ?? '');
const hostOf = (row: Execution): string => row.client_name ?? row.client_id ?? '';

/** "db-backup · 19:18:23 · web1": what people call a run. Its number says nothing to them, and begins alike for a hundred. */
export function executionTitle(row: Execution, now: number): string {
  const at = timeOf(row);
  return [row.task_name, Number.isNaN(at) ? '' : shortDateTime(at, now), hostOf(row)].filter(Boolean).join(' \u00b7 ');
}

/** A file name that tells the runs of a job apart: `db-backup-20261029-191823-web1`. */
export function executionFile(row: Execution): string {
  const at = timeOf(row);
  const time = Number.isNaN(at) ? row.id.slice(0, 18) : dateTime(at).replace(/[-:]/g, '').replace(' ', '-');
  return [row.task_name, time, hostOf(row)].filter(Boolean).join('-').replace(/[\\/:*?"<>|\s]+/g, '_');
}
