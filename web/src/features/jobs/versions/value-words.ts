import type { Group } from '../../../api/types.ts';

/** Values that people call by a name: groups, and whether a job is enabled. */
export function valueWords(groups: Group[], word: (key: string) => string) {
  const name = (id: unknown) => groups.find((group) => group.id === id)?.name ?? `#${id}`;
  return (path: string, value: unknown): unknown => {
    if (path === 'group_ids' && Array.isArray(value)) return value.map(name);
    if (path === 'status' && value !== undefined) return word(value === 1 ? 'version.on' : 'version.off');
    return value;
  };
}
