import { del, get, post, put } from './client.ts';
import type { Group, Host, HostDay, HostDays } from './types.ts';

/** Told once. */
export interface JoinToken {
  id: string;
  token: string;
  expires_at: string;
  /** Where hosts call the server. */
  agents_port: number;
}

export type GroupBody = Pick<Group, 'name' | 'description' | 'tags'>;

/** Answers that may come as a bare list or as a page of it. */
const itemsOf = <T>(data: T[] | { items: T[] } | null): T[] => Array.isArray(data) ? data : data?.items ?? [];

export const hosts = {
  list: async (): Promise<Host[]> => itemsOf(await get<{ items: Host[] }>('/clients')),
  /** A day of the host's clocks, `2026-11-21`; empty: today. */
  day: (id: string, date: string) => get<HostDay>(`/clients/${encodeURIComponent(id)}/stats`, { date }),
  /** What ended on each of its last days, on its own clocks. */
  days: (id: string, days: number) => get<HostDays>(`/clients/${encodeURIComponent(id)}/days`, { days }),
  /** A token by which one new host joins within the hour. */
  joinToken: () => post<JoinToken>('/join-tokens', {}),
  remove: (id: string) => del<unknown>(`/clients/${encodeURIComponent(id)}`),
  beginMaintenance: (id: string, body: { for_seconds?: number; until?: string; reason?: string }) =>
    put<Host>(`/clients/${encodeURIComponent(id)}/maintenance`, body),
  endMaintenance: (id: string) => del<Host>(`/clients/${encodeURIComponent(id)}/maintenance`),
};

export const groups = {
  list: async (): Promise<Group[]> => itemsOf(await get<Group[]>('/groups')),
  create: (body: GroupBody) => post<Group>('/groups', body),
  update: (id: number, body: GroupBody) => put<Group>(`/groups/${id}`, body),
  remove: (id: number) => del<unknown>(`/groups/${id}`),
  hosts: async (id: number): Promise<Host[]> => itemsOf(await get<{ items: Host[] }>(`/groups/${id}/clients`)),
  addHosts: (id: number, ids: string[]) => post<unknown>(`/groups/${id}/clients`, { client_ids: ids }),
  removeHost: (id: number, host: string) => del<unknown>(`/groups/${id}/clients/${encodeURIComponent(host)}`),
};
