import { get, request } from './client.ts';

/** What the reader has chosen for their own eyes, by name; the server keeps it with the account. */
export type Preferences = Record<string, string>;

export const preferences = {
  own: async (): Promise<Preferences> => (await get<{ values: Preferences }>('/preferences')).values,
  /** null forgets one; others stay. */
  change: (values: Record<string, string | null>) =>
    request<{ values: Preferences }>('PATCH', '/preferences', { body: { values } }),
};
