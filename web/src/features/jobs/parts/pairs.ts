import type { Pair } from '../../../ui/KeyValueEditor.vue';

/**
 * What is wrong with names and values that become one record: a value without a name would be dropped, of two equal
 * names the first. Rows that are empty altogether do not count. Null when nothing is wrong.
 */
export function pairFault(pairs: Pair[]): 'nameless' | 'repeated' | null {
  const names = new Set<string>();
  for (const { key, value } of pairs) {
    const name = key.trim();
    if (!name && value !== '') return 'nameless';
    if (name && names.has(name)) return 'repeated';
    names.add(name);
  }
  return null;
}
