import { get, type Query } from './client.ts';
import type { Bilingual, Page } from './types.ts';

export interface AuditDiffEntry {
  /** A JSON Pointer (RFC 6901). */
  path: string;
  old?: unknown;
  new?: unknown;
}

export interface AuditRow {
  id: number;
  at: string;
  actor_kind: string;
  actor: string | null;
  address: string | null;
  via: string;
  request_id: string | null;
  action: string;
  object_kind: string | null;
  object_id: string | null;
  object_name: string | null;
  outcome: 'ok' | 'denied' | 'failed';
  reason: string | null;
  /** What the server said as it refused; null of a reason that a person gave. */
  reason_text?: Bilingual | null;
  flags: string[];
  diff: AuditDiffEntry[];
  /** Part of the chain that shows tampering; rows are sealed moments after they are written. */
  sealed: boolean;
}

export type AuditPage = Page<AuditRow> & { total_exact?: boolean };

export const audit = {
  list: (query: Query) => get<AuditPage>('/audit', query),
};
