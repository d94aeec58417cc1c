import { get } from './client.ts';
import type { Bilingual, Execution } from './types.ts';

export type Verdict =
  | 'not_due'
  | 'unscheduled'
  | 'will_fire'
  | 'fired'
  | 'running'
  | 'late'
  | 'waiting'
  | 'pending'
  | 'cancelled'
  | 'coalesced'
  | 'skipped'
  | 'disabled'
  | 'stopped'
  | 'missed';

/** What happened or will happen at an instant, and which rule decided it. */
export interface Explanation {
  verdict: Verdict;
  rule: string;
  at: string;
  executions: Execution[];
  text: Bilingual;
}

export type RolloutState = 'waiting' | 'sent' | 'acknowledged' | 'applied' | 'failed';

export type PlanOrigin = 'own' | 'server_rules' | 'orders';

/** How far the present version of a job has come. */
export interface Rollout {
  version: number;
  total: number;
  counts: Record<RolloutState, number>;
  /** `plan` is whose zone rules the host goes by; `orders`: it runs the job on orders only, and not while it is away. */
  items: { client_id: string; state: RolloutState; connected: boolean; plan?: PlanOrigin | null }[];
}

/** Fires of a host that is away: nobody knows yet what became of them. */
export interface Owed {
  client_id: string;
  since: string;
  until: string | null;
  count: number;
  /** There are more than were counted. */
  is_at_least: boolean;
}

export const explain = {
  at: (task: number, at: string) => get<Explanation>(`/tasks/${task}/explain`, { at }),
  rollout: (task: number) => get<Rollout>(`/tasks/${task}/rollout`),
  owed: async (task: number) => (await get<{ items: Owed[] }>(`/tasks/${task}/owed`)).items,
};
