import { uid } from '../lib/uid.ts';
import { get, post, type Query, request } from './client.ts';
import type {
  BulkAnswer,
  Execution,
  ExecutionDetail,
  ExecutionStats,
  LogPage,
  Page,
  Stats,
  TriggerResult,
} from './types.ts';

/** A thousand one after the other take their time. */
const BULK_MS = 120_000;

export const executions = {
  list: (query: Query) => get<Page<Execution> & { total_exact?: boolean }>('/executions', query),
  one: (id: string) => get<ExecutionDetail>(`/executions/${encodeURIComponent(id)}`),
  /** Without an attempt the newest one's. */
  log: (id: string, from: number, attempt?: number) =>
    get<LogPage>(`/executions/${encodeURIComponent(id)}/logs`, { from, attempt }),
  stats: (query: Query) => get<ExecutionStats>('/executions/stats', query),
  overview: () => get<Stats>('/stats'),
  cancel: (id: string, force: boolean) => post<unknown>(`/executions/${encodeURIComponent(id)}/cancel`, { force }),
  /** All that a filter finds: counted first, then done with the token. */
  bulk: (act: 'stop' | 'retry', filter: Query, token?: string) =>
    request<BulkAnswer>('POST', `/executions/bulk/${act}`, {
      query: filter,
      body: token ? { token } : {},
      patience: BULK_MS,
    }),
  retry: (id: string) =>
    request<TriggerResult>('POST', `/executions/${encodeURIComponent(id)}/retry`, {
      body: {},
      headers: { 'Idempotency-Key': uid() },
    }),
};
