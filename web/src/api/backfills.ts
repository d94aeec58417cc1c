import { get, post } from './client.ts';
import type { Bilingual, Page } from './types.ts';

export interface Backfill {
  id: string;
  task_id: number;
  from: string;
  to: string;
  concurrency: number;
  per_minute: number;
  force: boolean;
  state: 'open' | 'done' | 'cancelled' | 'ended';
  /** Why the next time has to wait; `running` and `rate` are how it goes. */
  waiting: string | null;
  /** How it stands, in a sentence. */
  text: Bilingual;
  total: number;
  /** Times that had their turn: the sum of the next but one, and the last two. */
  looked_at: number;
  started: number;
  /** Of those started, the ones that some host missed because it was away. */
  incomplete: number;
  already_ran: number;
  missed: number;
  created_by: string;
  created_at: string;
  ended_at: string | null;
}

export interface BackfillBody {
  from: string;
  to: string;
  concurrency?: number;
  per_minute?: number;
  force?: boolean;
  dry_run?: boolean;
}

/** What a backfill would do; with it, unless that was only asked. */
export interface BackfillPreview {
  total: number;
  first_time: string;
  last_time: string;
  already_ran: number;
  backfill: Backfill | null;
}

export const backfills = {
  newest: (task: number) => get<Page<Backfill>>(`/tasks/${task}/backfills`, { page: 1, page_size: 1 }),
  create: (task: number, body: BackfillBody) => post<BackfillPreview>(`/tasks/${task}/backfill`, body),
  cancel: (id: string) => post<Backfill>(`/backfills/${id}/cancel`),
};
