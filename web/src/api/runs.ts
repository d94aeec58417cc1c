import { get, type Query } from './client.ts';
import type { Page, Run, RunDetail } from './types.ts';

export const runs = {
  list: (query: Query) => get<Page<Run> & { total_exact?: boolean }>('/runs', query),
  one: (id: string) => get<RunDetail>(`/runs/${encodeURIComponent(id)}`),
};
