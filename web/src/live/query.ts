import { computed, type Ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';

type Values = Record<string, string>;

/** What says how a list is leafed through, and not what is in it. */
const PAGING = new Set(['page', 'page_size', 'sort']);

/** The last page there is, for an address whose page is none (any more); null where the answer is fine. */
export function lastPage(
  answer: { items: readonly unknown[]; total: number; page: number; page_size: number },
): string | null {
  if (answer.items.length || answer.total === 0 || answer.page <= 1) return null;
  return String(Math.max(1, Math.ceil(answer.total / answer.page_size)));
}

/**
 * A list's filters and page, kept in the address so that reload, Back and a shared link show the same list. Values
 * equal to their default are left out; changing a filter goes back to the first page. Each choice is a step that Back
 * undoes; text that is being typed replaces its own step.
 */
export function useListQuery<V extends Values>(
  defaults: V,
): {
  query: Ref<V>;
  set(patch: Partial<V>, how?: 'push' | 'replace'): void;
  /** A named filter takes the place of all that is set. */
  apply(view: Record<string, string>): void;
  reset(): void;
  dirty: Ref<boolean>;
} {
  const route = useRoute();
  const router = useRouter();
  const query = computed(() => {
    const values: Values = { ...defaults };
    for (const key of Object.keys(defaults)) {
      const value = route.query[key];
      if (typeof value === 'string') values[key] = value;
    }
    return values as V;
  });
  const dirty = computed(() =>
    Object.keys(defaults).some((key) => !PAGING.has(key) && query.value[key] !== defaults[key])
  );

  function go(values: Values, how: 'push' | 'replace' = 'push'): void {
    const kept: Record<string, string> = {};
    for (const [key, value] of Object.entries(values)) if (value !== defaults[key]) kept[key] = value;
    // Parameters of others (an open drawer) stay.
    for (const [key, value] of Object.entries(route.query)) {
      if (!(key in defaults) && typeof value === 'string') kept[key] = value;
    }
    void router[how]({ path: route.path, query: kept });
  }

  const set = (patch: Partial<V>, how?: 'push' | 'replace') =>
    go({ ...query.value, ...('page' in patch ? {} : { page: defaults.page ?? '1' }), ...patch } as V, how);

  return {
    query,
    dirty,
    set,
    apply: (view) => {
      const none = Object.keys(defaults).filter((key) => !PAGING.has(key)).map((key) => [key, '']);
      set({ ...Object.fromEntries(none), ...view } as Partial<V>);
    },
    reset: () => go({ ...defaults, page_size: query.value.page_size ?? '' }),
  };
}
