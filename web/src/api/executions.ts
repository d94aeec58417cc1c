import { uid } from '../lib/uid.ts';
import { get, post, type Query, request } from './client.ts';
import type { Execution, ExecutionDetail, ExecutionStats, LogPage, Page, Stats, TriggerResult } from './types.ts';

export const executions = {
  list: (query: Query) => get<Page<Execution> & { total_exact?: boolean }>('/executions', query),
  one: (id: string) => get<ExecutionDetail>(`/executions/${encodeURIComponent(id)}`),
  /** Without an attempt the newest one's. */
  log: (id: string, from: number, attempt?: number) =>
    get<LogPage>(`/executions/${encodeURIComponent(id)}/logs`, { from, attempt }),
  stats: (query: Query) => get<ExecutionStats>('/executions/stats', query),
  overview: () => get<Stats>('/stats'),
  cancel: (id: string, force: boolean) => post<unknown>(`/executions/${encodeURIComponent(id)}/cancel`, { force }),
  retry: (id: string) =>
    request<TriggerResult>('POST', `/executions/${encodeURIComponent(id)}/retry`, {
      body: {},
      headers: { 'Idempotency-Key': uid() },
    }),
};
