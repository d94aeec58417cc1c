import { get, post, type Query } from './client.ts';
import type { Page, TaskBody } from './types.ts';

export type ApprovalState =
  | 'pending'
  | 'approved'
  | 'applied'
  | 'failed'
  | 'rejected'
  | 'withdrawn'
  | 'expired'
  | 'stale';

/** What somebody wants to do that takes another person. */
export interface Approval {
  id: string;
  action: 'edit' | 'delete' | 'enable' | 'disable' | 'run' | 'backfill' | 'stop' | 'grant' | 'settings';
  object: { kind: string; id: string; name: string };
  version: number | null;
  /** Of all that is asked for: goes back with the approval. */
  digest: string;
  requester: string;
  reason: string | null;
  state: ApprovalState;
  decider: string | null;
  comment: string | null;
  /** The run that began, or why it came to nothing. */
  result: string | null;
  can_decide: boolean;
  can_withdraw: boolean;
  created_at: string;
  expires_at: string;
  decided_at: string | null;
}

export interface ApprovalDetail extends Approval {
  details: Record<string, unknown> | null;
  before: TaskBody | null;
  after: TaskBody | null;
  changed: string[];
  current_version: number | null;
}

export const approvals = {
  list: (query: Query) => get<Page<Approval>>('/approvals', query),
  one: (id: string) => get<ApprovalDetail>(`/approvals/${id}`),
  /** How many wait for this person's decision. */
  waiting: async () =>
    (await get<Page<Approval>>('/approvals', { view: 'decide', state: 'pending', page: 1, page_size: 1 })).total,
  approve: (id: string, digest: string, comment: string) =>
    post<ApprovalDetail>(`/approvals/${id}/approve`, { digest, ...(comment ? { comment } : {}) }),
  reject: (id: string, comment: string) => post<ApprovalDetail>(`/approvals/${id}/reject`, comment ? { comment } : {}),
  withdraw: (id: string) => post<ApprovalDetail>(`/approvals/${id}/withdraw`),
};
