import { del, get, HASHING_MS, post, put, request } from './client.ts';
import type { Grant, GrantScope, Permission, RoleName } from './types.ts';

export interface Account {
  id: number;
  username: string;
  /** The highest of the grants' roles; null without any. */
  role: RoleName | null;
  grants: Grant[];
  state: 'active' | 'disabled';
  must_change_password: boolean;
  last_sign_in: string | null;
  created_at: string;
}

export interface SignedIn {
  id: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  address: string | null;
  user_agent: string | null;
  /** The session that asks. */
  current: boolean;
}

export interface Token {
  id: number;
  name: string;
  username: string;
  /** How the secret begins. */
  prefix: string;
  permissions: Permission[];
  scope: GrantScope;
  created_at: string;
  expires_at: string;
  expired: boolean;
  last_used_at: string | null;
  last_address: string | null;
}

/** Whether somebody may do something, and why or why not. */
export interface AccessAnswer {
  user: string;
  allowed: boolean;
  text: { en: string; zh: string };
  two_persons: boolean;
  grants: { role: string; scope: GrantScope; has_permission: boolean; suffices: boolean }[];
  missing_groups: number[];
  /** Of groups that whoever asks does not see. */
  others_missing: number;
}

interface Items<T> {
  items: T[];
}

/** Without groups the role holds everywhere. */
export interface RoleAt {
  role: string;
  group_ids?: number[];
}

export const users = {
  list: async () => (await get<Items<Account>>('/users')).items,
  explain: (query: { permission: Permission; user?: string; object?: string }) =>
    get<AccessAnswer>('/access/explain', query),
  /** The answer holds the first password, once. */
  create: (body: { username: string } & Partial<RoleAt>) =>
    request<Account & { password: string }>('POST', '/users', { body, patience: HASHING_MS }),
  rename: (id: number, username: string) => put<Account>(`/users/${id}`, { username }),
  remove: (id: number) => del<unknown>(`/users/${id}`),
  setActive: (id: number, active: boolean) => post<Account>(`/users/${id}/${active ? 'enable' : 'disable'}`),
  resetPassword: (id: number) =>
    request<{ password: string }>('POST', `/users/${id}/reset-password`, { body: {}, patience: HASHING_MS }),
  addGrant: (id: number, at: RoleAt) => post<Grant>(`/users/${id}/grants`, at),
  removeGrant: (id: number, grant: number) => del<unknown>(`/users/${id}/grants/${grant}`),
  endSessions: (id: number) => del<unknown>(`/users/${id}/sessions`),
};

/** A set of permissions with a name. */
export interface Role {
  name: string;
  built_in: boolean;
  description: string;
  permissions: Permission[];
  /** How many have it; null for those that are built in. */
  users: number | null;
}

export interface RoleContent {
  description: string;
  permissions: Permission[];
}

export const roles = {
  list: async () => (await get<Items<Role>>('/roles')).items,
  create: (body: RoleContent & { name: string }) => post<Role>('/roles', body),
  update: (name: string, body: RoleContent) => put<Role>(`/roles/${encodeURIComponent(name)}`, body),
  remove: (name: string) => del<unknown>(`/roles/${encodeURIComponent(name)}`),
};

/** Whether signing in takes a code beside the password. */
export interface OneTimeCodes {
  enabled: boolean;
  /** The role asks for them, and they are not set up. */
  required: boolean;
  recovery_codes_left: number;
}

export const own = {
  changePassword: (old_password: string, new_password: string) =>
    request<unknown>('POST', '/auth/password', { body: { old_password, new_password }, patience: HASHING_MS }),
  codes: () => get<OneTimeCodes>('/auth/totp'),
  beginCodes: (password: string) =>
    request<{ secret: string; uri: string }>('POST', '/auth/totp', { body: { password }, patience: HASHING_MS }),
  confirmCodes: (code: string) => post<{ recovery_codes: string[] }>('/auth/totp/confirm', { code }),
  endCodes: (password: string, code: string) =>
    request<unknown>('POST', '/auth/totp/disable', { body: { password, code }, patience: HASHING_MS }),
  sessions: async () => (await get<Items<SignedIn>>('/auth/sessions')).items,
  endOthers: () => del<unknown>('/auth/sessions'),
  endSession: (id: string) => del<unknown>(`/auth/sessions/${encodeURIComponent(id)}`),
};

export const tokens = {
  list: async (all: boolean) => (await get<Items<Token>>('/tokens', all ? { all: 'true' } : {})).items,
  /** The answer holds the secret, once. */
  create: (body: { name: string; role: string; group_ids?: number[]; expires_at?: string }) =>
    post<Token & { token: string }>('/tokens', body),
  remove: (id: number) => del<unknown>(`/tokens/${id}`),
};
