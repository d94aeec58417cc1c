import { uid } from '../lib/uid.ts';
import { get, post, type Query, request } from './client.ts';
import type { Page, Run, RunDetail, RunWaves, TriggerResult } from './types.ts';

const path = (id: string) => `/runs/${encodeURIComponent(id)}`;

export const runs = {
  list: (query: Query) => get<Page<Run> & { total_exact?: boolean }>('/runs', query),
  one: (id: string) => get<RunDetail>(path(id)),
  /** Asks all units that are open to end; repeated it does no harm. */
  stop: (id: string) => post<{ asked: number; refused_count: number }>(`${path(id)}/stop`, { force: false }),
  /** The same parameters on the same hosts, as a new run. */
  retry: (id: string) =>
    request<TriggerResult>('POST', `${path(id)}/retry`, { body: {}, headers: { 'Idempotency-Key': uid() } }),
  /** Holds the waves of a run, continues them, or lets no further one begin. */
  waves: (id: string, wish: 'hold' | 'continue' | 'stop') => post<RunWaves>(`${path(id)}/waves/${wish}`),
  /** Where the run is had as a file. */
  file: (id: string, format: 'json' | 'text', language: 'zh' | 'en') =>
    `/api/v1${path(id)}/export?format=${format}&language=${language}`,
};
