import { load, save } from './storage.ts';

/** A filter that somebody has named. */
export interface NamedFilter {
  name: string;
  /** Parameters of the address; only those that are not as usual. */
  query: Record<string, string>;
}

/** As the server has it. */
export const LONGEST_NAME = 40;

const key = (page: string): string => `qf.views.${page}`;

const isView = (value: unknown): value is NamedFilter => {
  const view = value as Partial<NamedFilter> | null;
  return typeof view?.name === 'string' && typeof view.query === 'object' && view.query !== null &&
    Object.values(view.query).every((text) => typeof text === 'string');
};

/** What an earlier version left in this browser; nothing when it cannot be read. */
export function localViews(page: string): NamedFilter[] {
  try {
    const stored: unknown = JSON.parse(load(key(page)) ?? '[]');
    return Array.isArray(stored)
      ? stored.filter(isView).map(({ name, query }) => ({ name: name.slice(0, LONGEST_NAME), query }))
      : [];
  } catch {
    return [];
  }
}

export const dropLocalViews = (page: string): void => save(key(page), '[]');

const inOrder = (query: Record<string, string>): string =>
  JSON.stringify(Object.entries(query).filter(([, value]) => value).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether two filters show the same list; pages and sizes are no part of a view. */
export function sameQuery(one: Record<string, string>, other: Record<string, string>): boolean {
  return inOrder(one) === inOrder(other);
}
