import { HASHING_MS, post, request } from './client.ts';
import type { User } from './types.ts';

/** How people sign in here, other than with a password. */
export interface SignOn {
  /** A proxy in front of the server does it, and says at each request who asks. */
  proxy: boolean;
  /** OpenID providers, each with a page to sign in at. */
  providers?: { name: string; title: string }[];
}

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
  /** Where to sign out of the proxy, too, if one signs people in. */
  logout: () => post<{ url: string | null } | null>('/auth/logout'),
  signOn: async () => (await request<{ sign_on?: SignOn }>('GET', '/version')).sign_on,
  /** All rights for a while: a session takes the place of this one. */
  breakGlass: (body: { password?: string; reason: string; minutes?: number }) =>
    request<{ until: string }>('POST', '/auth/break-glass', { body, patience: HASHING_MS }),
  mendGlass: () => request<null>('DELETE', '/auth/break-glass'),
  me: () => request<User>('GET', '/auth/me', { expectUnauthorized: true }),
};
