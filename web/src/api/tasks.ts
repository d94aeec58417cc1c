import { uid } from '../lib/uid.ts';
import { del, type FieldError, get, post, put, type Query, request } from './client.ts';
import type { BulkAnswer, CronPreview, Page, PlacementChoice, Task, TaskBody, TriggerResult } from './types.ts';

/** A thousand tasks are changed one after the other. */
const BULK_MS = 120_000;

export const tasks = {
  list: (query: Query) => get<Page<Task>>('/tasks', query),
  one: (id: number) => get<Task>(`/tasks/${id}`),
  create: (body: TaskBody) => post<Task>('/tasks', body),
  update: (id: number, body: TaskBody & { version?: number }) => put<Task>(`/tasks/${id}`, body),
  /** `detach`: jobs that wait for it no longer do. */
  remove: (id: number, detach = false) => del<unknown>(`/tasks/${id}${detach ? '?detach=true' : ''}`),
  /** Without a token nothing is done: it is counted. */
  bulk: (action: string, filter: Query, token?: string) =>
    request<BulkAnswer>('POST', '/tasks/bulk', {
      query: filter,
      body: { action, ...(token ? { token } : {}) },
      patience: BULK_MS,
    }),
  /** What jobs would become if all were saved, in their order; nothing is. Those that are not there yet have the numbers -1, -2, … here. */
  check: async (bodies: object[]) =>
    (await post<{ items: { faults: FieldError[] }[] }>('/task-files/check', {
      tasks: bodies.map((task) => ({ task, id: null })),
    })).items,
  setEnabled: (id: number, enabled: boolean) => post<Task | null>(`/tasks/${id}/${enabled ? 'enable' : 'disable'}`),
  /** Off until the server's clock resumes it; RFC 3339. */
  pause: (id: number, until: string, reason: string) =>
    post<Task | null>(`/tasks/${id}/disable`, { until, ...(reason ? { reason } : {}) }),
  trigger: (id: number, params: Record<string, string>) =>
    request<TriggerResult>('POST', `/tasks/${id}/trigger`, {
      body: { params },
      headers: { 'Idempotency-Key': uid() },
    }),
  /** The next run earlier or later, and with it all later ones; of a job with a fixed interval. */
  shift: (id: number, seconds: number) => post<Task | null>(`/tasks/${id}/shift`, { seconds }),
  /** Once on one host, as it would be saved; `id` is the job that it would replace. */
  testRun: (task: TaskBody, host: string, id: number | null, params: Record<string, string>) =>
    post<TriggerResult>('/tasks/test-run', { task, client_id: host, params, ...(id ? { id } : {}) }),
  /** Where a run would go now, for each of its slots; none of a job that runs on each host. */
  placement: async (id: number) => (await get<{ slots: PlacementChoice[] }>(`/tasks/${id}/placement`)).slots,
  /** `also` fires too, and what `except` says is left out; semicolons stand between expressions. */
  preview: (expr: string, timezone: string, dst: string, also: string[] = [], except: string[] = []) =>
    get<CronPreview>('/tasks/cron/parse', {
      expr,
      timezone,
      dst,
      count: 5,
      also: also.join(';'),
      except: except.join(';'),
    }),
};
