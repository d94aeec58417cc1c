import { ref } from 'vue';
import { groups as api } from '../api/hosts.ts';
import type { Group } from '../api/types.ts';
import { defineStore } from '../lib/store.ts';

/** All host groups: for filters, forms and the group page. */
export const useGroups = defineStore('groups', () => {
  const items = ref<Group[]>([]);

  async function load(): Promise<Group[]> {
    return items.value = await api.list();
  }

  /** For pickers: a missing list leaves the picker empty, the page itself reports what matters to it. */
  function loadQuietly(): void {
    load().catch(() => {});
  }

  return { items, load, loadQuietly };
});
