import type { Execution, Page } from '../../../api/types.ts';
import { isFinal } from '../../../lib/status.ts';
import { startedBy } from '../../../lib/traits.ts';

export interface Filter {
  task_id?: string;
  client_id?: string;
  /** Numbers, separated by commas. */
  status?: string;
  run_id?: string;
  keyword?: string;
  /** How runs came to be, separated by commas. */
  type?: string;
  /** Of the job; no pushed execution tells of it. */
  executor_type?: string;
  label?: string[];
  start_time?: string;
  end_time?: string;
}

/** Pushed rows that wait, by number. */
export type Held = Map<string, Execution>;

/** Whether a pushed execution belongs to a list with this filter. */
export function fits(row: Execution, filter: Filter): boolean {
  const at = row.start_time ?? row.scheduled_time ?? '';
  return (!filter.task_id || String(row.task_id) === filter.task_id) &&
    (!filter.client_id || row.client_id === filter.client_id) &&
    (!filter.status || filter.status.split(',').includes(String(row.status))) &&
    startedBy(row.kind, filter.type ?? '') &&
    (!filter.run_id || row.run_id === filter.run_id) &&
    (!filter.keyword || row.task_name.toLowerCase().includes(filter.keyword.toLowerCase())) &&
    (!filter.start_time || Date.parse(at) >= Date.parse(filter.start_time)) &&
    (!filter.end_time || Date.parse(at) <= Date.parse(filter.end_time));
}

/**
 * Puts pushed executions into a page of the list: known ones change (or leave, when they do not fit any more), new ones
 * take their place by time on the first page. A late push never turns an ended execution back into a running one.
 * Rows that would move what somebody points at go to `held` instead, to be merged when the pointer has left.
 */
export function mergeExecutions(page: Page<Execution>, pushed: Execution[], filter: Filter, held?: Held): void {
  // A new array: components that were given the old one notice the change.
  page.items = [...page.items];
  for (const row of pushed) {
    const at = page.items.findIndex((item) => item.id === row.id);
    const known = page.items[at];
    if (known) {
      if (isFinal(known.status) && !isFinal(row.status)) continue;
      // A row that does not fit any more leaves, but not from under the pointer.
      if (fits(row, filter) || held) page.items[at] = row;
      else {
        page.items.splice(at, 1);
        page.total = Math.max(0, page.total - 1);
      }
    } else if (fits(row, filter) && page.page === 1) {
      if (held) {
        held.set(row.id, row);
        continue;
      }
      // Ids begin with the nominal time: their order is the list's.
      const older = page.items.findIndex((item) => item.id < row.id);
      const place = older < 0 ? page.items.length : older;
      if (place >= page.page_size) continue;
      page.items.splice(place, 0, row);
      page.total += 1;
      if (page.items.length > page.page_size) {
        page.items.length = page.page_size;
        page.has_next = true;
      }
    }
  }
}
