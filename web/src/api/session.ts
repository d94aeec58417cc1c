import { HASHING_MS, post, request } from './client.ts';
import type { User } from './types.ts';

export const sessionApi = {
  login: (username: string, password: string) =>
    request<{ user: User }>('POST', '/auth/login', {
      body: { username, password },
      expectUnauthorized: true,
      patience: HASHING_MS,
    }),
  /** The second step, for who has one-time codes: a code of the phone, or a recovery code. */
  code: (ticket: string, code: string) =>
    request<{ user: User }>('POST', '/auth/login/totp', { body: { ticket, code }, expectUnauthorized: true }),
  logout: () => post<unknown>('/auth/logout'),
  me: () => request<User>('GET', '/auth/me', { expectUnauthorized: true }),
};
