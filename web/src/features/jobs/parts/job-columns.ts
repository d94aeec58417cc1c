import { ref } from 'vue';
import { load, save } from '../../../lib/storage.ts';

/** Columns of the list of jobs that can be left out; the name and what can be done stay. */
export const COLUMNS = ['schedule', 'groups', 'runs', 'last', 'next'] as const;
export type Column = typeof COLUMNS[number];

const KEY = 'qf.jobColumns';

/** The columns that are shown, from what the browser keeps: those that are left out, so that a new one appears. */
export function shownColumns(hidden: string | null): Column[] {
  const out = (hidden ?? '').split(',');
  return COLUMNS.filter((column) => !out.includes(column));
}

const shown = ref(shownColumns(load(KEY)));

/** Which columns the reader wants to see; kept in the browser. */
export function useJobColumns(): { shown: typeof shown; choose(columns: string[]): void } {
  return {
    shown,
    choose(columns) {
      const hidden = COLUMNS.filter((column) => !columns.includes(column)).join(',');
      save(KEY, hidden);
      shown.value = shownColumns(hidden);
    },
  };
}
