import { get, request } from './client.ts';
import type { Bilingual } from './types.ts';

export type SettingValue = string | number;

export interface Setting {
  key: string;
  section: string;
  type: 'integer' | 'choice' | 'timezone';
  value: SettingValue;
  default: SettingValue;
  source: 'default' | 'database' | 'file' | 'environment';
  /** Who wins over what is set here; null: it can be changed. */
  fixed_by: 'file' | 'environment' | null;
  label: Bilingual;
  unit: 's' | 'min' | 'h' | 'd' | null;
  minimum: number | null;
  maximum: number | null;
  /** 0 is possible too, and means for ever. */
  zero: boolean;
  choices: string[] | null;
  updated_at: string | null;
  updated_by: string | null;
}

export interface Settings {
  /** Raised by every change. */
  revision: number;
  items: Setting[];
}

/** An error of the console in somebody's browser, as often as it was seen. */
export interface ClientError {
  message: string;
  place: string;
  page: string;
  username: string;
  count: number;
  first_at: string;
  last_at: string;
}

export const settings = {
  clientErrors: async () => (await get<{ items: ClientError[] }>('/client-errors')).items,
  all: () => get<Settings>('/settings'),
  /** All or none; null is the default again. Refused when somebody has changed something since `revision`. */
  change: (values: Record<string, SettingValue | null>, revision: number) =>
    request<Settings>('PATCH', '/settings', { body: { values }, headers: { 'If-Match': `"${revision}"` } }),
};
