import { del, get, post } from './client.ts';

/** Lists that have views. */
export type ViewList = 'jobs' | 'executions' | 'tasks';

/** A filter that somebody has named; each person has their own. */
export interface SavedView {
  id: number;
  list: ViewList;
  name: string;
  /** Parameters of the address; only those that are not as usual. */
  query: Record<string, string>;
}

export const views = {
  list: async (): Promise<SavedView[]> => (await get<{ items: SavedView[] }>('/views')).items,
  /** One of the same list and name says this from now on. */
  keep: (view: Omit<SavedView, 'id'>) => post<SavedView>('/views', view),
  forget: (id: number) => del<unknown>(`/views/${id}`),
};
