import { computed, ref } from 'vue';
import { type SavedView, type ViewList, views as api } from '../api/views.ts';
import { dropLocalViews, localViews } from '../lib/saved-views.ts';
import { defineStore } from '../lib/store.ts';
import { useSession } from './session.ts';

const LISTS: ViewList[] = ['jobs', 'executions', 'tasks'];

/** The reader's own views, as the server keeps them. */
export const useViews = defineStore('views', () => {
  const session = useSession();
  const items = ref<SavedView[]>([]);
  const owner = ref<number | string>('');

  /** Those of a list; none of whoever was signed in before. */
  const of = (list: ViewList) =>
    computed(() => owner.value === session.user?.id ? items.value.filter((view) => view.list === list) : []);

  async function load(): Promise<void> {
    const asked = session.user?.id ?? '';
    const found = await api.list();
    items.value = found;
    owner.value = asked;
    await takeOver();
  }

  /** Views that an earlier version kept in this browser go to the server, once; what it has under a name stays. */
  async function takeOver(): Promise<void> {
    const known = new Set(items.value.map((view) => `${view.list} ${view.name}`));
    const left = LISTS.flatMap((list) => localViews(list).map(({ name, query }) => ({ list, name, query })));
    if (!left.length) return;
    // Before anything is sent: what the server refuses (too many, too long) would be refused each time.
    LISTS.forEach(dropLocalViews);
    const sent = await Promise.allSettled(
      left.filter((view) => !known.has(`${view.list} ${view.name}`)).map(api.keep),
    );
    const kept = sent.flatMap((answer) => answer.status === 'fulfilled' ? [answer.value] : []);
    const old = new Set(kept.map((view) => view.id));
    items.value = [...items.value.filter((view) => !old.has(view.id)), ...kept];
  }

  async function keep(view: Omit<SavedView, 'id'>): Promise<void> {
    const kept = await api.keep(view);
    items.value = [...items.value.filter((other) => other.id !== kept.id), kept].sort((a, b) => a.id - b.id);
  }

  async function forget(view: SavedView): Promise<void> {
    await api.forget(view.id);
    items.value = items.value.filter((other) => other.id !== view.id);
  }

  return { items, of, load, keep, forget };
});
