import type { Execution } from '../../../api/types.ts';
import { dateTime } from '../../../lib/time.ts';

/** The words that a table of executions needs in the language of the reader. */
export interface TableWords {
  head: string[];
  status(row: Execution): string;
  kind(row: Execution): string;
  reason(row: Execution): string;
}

const time = (text: string | null): string => {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? '' : dateTime(at);
};

/** Executions as rows of a table, the head first: for spreadsheets, so that times are the reader's and lengths are numbers. */
export function executionTable(rows: readonly Execution[], words: TableWords): (string | number)[][] {
  return [
    words.head,
    ...rows.map((row) => [
      row.task_name,
      row.client_name ?? row.client_id ?? '',
      words.status(row),
      words.kind(row),
      time(row.scheduled_time),
      time(row.start_time),
      time(row.end_time),
      row.duration === null ? '' : row.duration / 1000,
      row.exit_code ?? '',
      row.attempt,
      words.reason(row),
      row.id,
    ]),
  ];
}
