import { del, get, post, put, type Query } from './client.ts';
import type { Bilingual, Page } from './types.ts';

export const HOOK_FORMATS = ['github', 'standard', 'stripe', 'token', 'message', 'host_joined', 'file'] as const;
export type HookFormat = typeof HOOK_FORMATS[number];

/** What its values are taken from: the body of a call, or what the event itself is. */
export type HookSource = 'call' | 'message' | 'host_joined' | 'file';
export const sourceOf = (format: HookFormat): HookSource =>
  format === 'message' || format === 'host_joined' || format === 'file' ? format : 'call';

/** Whether it is an address that others call; else an event starts it. */
export const isCalled = (format: HookFormat): boolean => sourceOf(format) === 'call';

export interface HookFile {
  path: string;
  settle_seconds: number;
}

/** A parameter of the run, and where it stands in what is sent (RFC 6901). */
export interface HookParam {
  name: string;
  pointer: string;
  default?: string | null;
}

/** What has to stand at a place, or nothing is started. */
export interface HookCondition {
  pointer: string;
  is: string[];
}

export interface HookBody {
  name: string;
  format: HookFormat;
  /** Blocks such as 192.0.2.0/24; none is everybody. */
  addresses: string[];
  params: HookParam[];
  when: HookCondition[];
  enabled: boolean;
  /** What messages have to be about, with the format message. */
  topic?: string | null;
  /** Which files start it, with the format file, and for how many seconds they have not changed then. */
  file?: HookFile | null;
  /** One that the sender has made. */
  secret?: string;
  /** A fresh one; the one before is good for a day. */
  rotate?: boolean;
}

export interface Hook extends HookBody {
  id: string;
  task_id: number;
  /** On this server, without the secret; null where an event starts it. */
  path: string | null;
  older_secret_until: string | null;
  created_at: string;
  updated_at: string;
  /** With the secret, where the address has it; told once. */
  call_path?: string;
}

export interface Delivery {
  id: number;
  at: string;
  outcome: 'started' | 'repeated' | 'filtered' | 'refused' | 'invalid' | 'disabled';
  /** Why, where it started nothing. */
  detail: string | null;
  detail_text?: Bilingual | null;
  run_id: string | null;
  address: string | null;
  bytes: number;
}

const at = (hook: Hook): string => `/tasks/${hook.task_id}/hooks/${encodeURIComponent(hook.id)}`;

export const hooks = {
  list: async (task: number) => (await get<{ items: Hook[] }>(`/tasks/${task}/hooks`)).items,
  create: (task: number, body: HookBody) => post<Hook>(`/tasks/${task}/hooks`, body),
  update: (hook: Hook, body: HookBody) => put<Hook>(at(hook), body),
  remove: (hook: Hook) => del<unknown>(at(hook)),
  deliveries: (hook: Hook, query: Query) =>
    get<Page<Delivery> & { total_exact?: boolean }>(`/hooks/${encodeURIComponent(hook.id)}/deliveries`, query),
};
