import { load, save } from './storage.ts';

/** A filter that somebody has named. */
export interface SavedView {
  name: string;
  /** Parameters of the address; only those that are not as usual. */
  query: Record<string, string>;
}

/** So that the tabs stay readable. */
export const MOST_VIEWS = 12;
export const LONGEST_NAME = 40;

const key = (page: string): string => `qf.views.${page}`;

const isView = (value: unknown): value is SavedView => {
  const view = value as Partial<SavedView> | null;
  return typeof view?.name === 'string' && typeof view.query === 'object' && view.query !== null &&
    Object.values(view.query).every((text) => typeof text === 'string');
};

/** What is stored in this browser; nothing when it cannot be read. */
export function savedViews(page: string): SavedView[] {
  try {
    const stored: unknown = JSON.parse(load(key(page)) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isView).slice(0, MOST_VIEWS) : [];
  } catch {
    return [];
  }
}

/** The views with one more; one of the same name is replaced, the oldest makes room. */
export function withView(views: SavedView[], view: SavedView): SavedView[] {
  return [...views.filter((other) => other.name !== view.name), view].slice(-MOST_VIEWS);
}

export function keepViews(page: string, views: SavedView[]): void {
  save(key(page), JSON.stringify(views));
}

const inOrder = (query: Record<string, string>): string =>
  JSON.stringify(Object.entries(query).filter(([, value]) => value).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether two filters show the same list; pages and sizes are no part of a view. */
export function sameQuery(one: Record<string, string>, other: Record<string, string>): boolean {
  return inOrder(one) === inOrder(other);
}
