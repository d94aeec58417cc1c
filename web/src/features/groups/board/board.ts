import type { Group, Host } from '../../../api/types.ts';
import { nameOf } from '../../hosts/host-name.ts';

/** The column of hosts that are in no group of one's own; the group of all hosts is nobody's choice. */
export const LOOSE = 0;

export interface Column {
  /** Of the group, or `LOOSE`. */
  id: number;
  name: string;
  hosts: Host[];
}

/** What becomes of one group: hosts that come into it, and hosts that leave it. */
export interface Change {
  group: number;
  add: string[];
  remove: string[];
}

const byName = (a: string, b: string) => a.localeCompare(b, undefined, { numeric: true });

/** A column for each group that hosts can be put into, with its hosts; first those that are in none. */
export function columnsOf(groups: readonly Group[], hosts: readonly Host[]): Column[] {
  const own = groups.filter((group) => !group.builtin).sort((a, b) => byName(a.name, b.name));
  const ids = new Set(own.map((group) => group.id));
  const sorted = [...hosts].sort((a, b) => byName(nameOf(a), nameOf(b)));
  const inside = (id: number) => sorted.filter((host) => host.groups.some((group) => group.id === id));
  const loose = sorted.filter((host) => !host.groups.some((group) => ids.has(group.id)));
  return [
    { id: LOOSE, name: '', hosts: loose },
    ...own.map((group) => ({ id: group.id, name: group.name, hosts: inside(group.id) })),
  ];
}

/**
 * What a move comes to. Hosts come into the new group before they leave the old one, so that a job that fires meanwhile
 * finds them in one of them; `keep` leaves them in both.
 */
export function changesOf(columns: Column[], ids: string[], from: number, to: number, keep: boolean): Change[] {
  if (from === to || !ids.length) return [];
  const there = new Set(columns.find((column) => column.id === to)?.hosts.map((host) => host.client_id));
  const add = ids.filter((id) => !there.has(id));
  return [
    ...(to !== LOOSE && add.length ? [{ group: to, add, remove: [] }] : []),
    ...(from !== LOOSE && !(keep && to !== LOOSE) ? [{ group: from, add: [], remove: ids }] : []),
  ];
}

/** What takes changes back; again hosts come in before they leave. */
export const undone = (changes: Change[]): Change[] =>
  [...changes].reverse().map(({ group, add, remove }) => ({ group, add: remove, remove: add }));
