import { computed, ref } from 'vue';
import { preferences } from '../../../api/preferences.ts';
import { load, save } from '../../../lib/storage.ts';
import { defineStore } from '../../../lib/store.ts';
import { useSession } from '../../../stores/session.ts';

/** Columns of the list of jobs that can be left out; the name and what can be done stay. */
export const COLUMNS = ['schedule', 'groups', 'runs', 'last', 'next'] as const;
export type Column = typeof COLUMNS[number];

/** As the account keeps it. */
const NAME = 'jobs.hidden_columns';
/** What was shown last in this browser, and to whom: the first paint waits for no answer. */
const SHOWN_LAST = 'qf.jobColumnsOf';
/** Where an earlier version kept the choice, of whoever used this browser. */
const OF_BROWSER = 'qf.jobColumns';

/** The columns that are shown, from what is kept: those that are left out, so that a new one appears. */
export function shownColumns(hidden: string | null): Column[] {
  const out = (hidden ?? '').split(',');
  return COLUMNS.filter((column) => !out.includes(column));
}

/** What this browser has shown last, if it was to the same person. */
export function shownLast(kept: string | null, user: number | string): string | null {
  const owner = `${user}:`;
  return kept?.startsWith(owner) ? kept.slice(owner.length) : null;
}

/** With the account; what an earlier version left in the browser has been taken over then. */
async function keep(text: string): Promise<void> {
  await preferences.change({ [NAME]: text || null });
  save(OF_BROWSER, '');
}

/** Which columns the reader wants to see; kept with the account, so that they are the same in every browser. */
export const useJobColumns = defineStore('job-columns', () => {
  const session = useSession();
  const user = () => session.user?.id ?? '';
  /** Of whom `hidden` is. */
  const owner = ref<number | string>('');
  const hidden = ref('');
  let choices = 0;

  function show(text: string): void {
    owner.value = user();
    hidden.value = text;
    save(SHOWN_LAST, `${user()}:${text}`);
  }

  const shown = computed(() =>
    shownColumns(owner.value === user() ? hidden.value : shownLast(load(SHOWN_LAST), user()) ?? load(OF_BROWSER))
  );

  /** Asks for what the account has; a choice that is made meanwhile counts. */
  async function ask(): Promise<void> {
    const before = choices;
    const kept = (await preferences.own())[NAME];
    if (choices !== before) return;
    const ofBrowser = load(OF_BROWSER);
    show(kept ?? ofBrowser ?? '');
    if (kept === undefined && ofBrowser) await keep(ofBrowser);
    else if (ofBrowser) save(OF_BROWSER, '');
  }

  async function choose(columns: string[]): Promise<void> {
    choices += 1;
    const text = COLUMNS.filter((column) => !columns.includes(column)).join(',');
    show(text);
    await keep(text);
  }

  return { shown, ask, choose };
});
