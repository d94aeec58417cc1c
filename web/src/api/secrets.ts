import { del, get, put } from './client.ts';
import type { GrantScope } from './types.ts';

/** What is known of a secret; its value goes in and never out. */
export interface Secret {
  name: string;
  /** Grows with each value. */
  version: number;
  owner_groups: GrantScope;
  created_at: string;
  updated_at: string;
  updated_by: string | null;
}

export const secrets = {
  list: async () => (await get<{ items: Secret[] }>('/secrets')).items,
  /** With the jobs and the channels of notifications that name it. */
  one: (name: string) =>
    get<Secret & { tasks: { id: number; name: string }[]; channels: string[] }>(
      `/secrets/${encodeURIComponent(name)}`,
    ),
  /** Without a value the old one stays; `force` also where jobs lose it. */
  set: (name: string, body: { value?: string; owner_groups?: GrantScope; force?: boolean }) =>
    put<Secret>(`/secrets/${encodeURIComponent(name)}`, body),
  remove: (name: string, force: boolean) =>
    del<unknown>(`/secrets/${encodeURIComponent(name)}${force ? '?force=true' : ''}`),
};
