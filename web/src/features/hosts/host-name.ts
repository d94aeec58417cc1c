import type { Host } from '../../api/types.ts';

export const nameOf = (host: Host): string => host.name || host.hostname || host.client_id;

export const hostPage = (id: string): string => `/hosts/${encodeURIComponent(id)}`;

const DAY_MS = 86_400_000;
/** A certificate is renewed by itself well before its end; less than this left means that it was not. */
export const RENEWAL_DAYS = 30;

/** Whole days until an instant; null without one. */
export function daysLeft(until: string | null | undefined, now: number): number | null {
  return until ? Math.floor((Date.parse(until) - now) / DAY_MS) : null;
}
