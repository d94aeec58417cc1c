import { get, post } from './client.ts';
import type { Bilingual, Deadline, DependencyEdge, DependencyJoin, DependencyOutcome, TriggerResult } from './types.ts';

export type EdgeNews = 'waiting' | 'met' | 'unmet';
export type MarkState =
  | 'waiting'
  | 'consumed'
  | 'withdrawn'
  | 'unmet'
  | 'skipped'
  | 'disabled'
  | 'stale'
  | 'superseded'
  | 'late';

/** A parent, and what is known of it since the job's last start. */
export interface EdgeState extends DependencyEdge {
  /** Null when the reader may not see the parent. */
  name: string | null;
  state: EdgeNews;
  run_id: string | null;
  at: string | null;
}

/** What became of the end of one run of a parent. */
export interface Mark {
  task_id: number;
  name: string | null;
  run_id: string;
  state: MarkState;
  at: string;
  started_run_id: string | null;
}

/** What a job waits for, and how that stands. */
export interface Dependencies {
  version: number;
  edges: EdgeState[];
  join: DependencyJoin | null;
  deadline: Deadline | null;
  /** When the deadline is next. */
  due: string | null;
  met: number;
  /** It can be started for those that have come. */
  ready: boolean;
  /** As whom it starts. */
  owner: string | null;
  marks: Mark[];
  text: Bilingual;
}

export interface Dependents {
  total: number;
  /** Others that the reader may not see. */
  hidden: number;
  items: { task_id: number; name: string; on: string | null; join: DependencyJoin | null; status: 0 | 1 }[];
}

/** Who starts whom around a job. */
export interface DependencyMap {
  nodes: { task_id: number; name: string; status: 0 | 1; join: DependencyJoin | null; scheduled: boolean }[];
  /** From the job that ends to the one that it starts. */
  edges: { from: number; to: number; on: DependencyOutcome }[];
  /** Others that the reader may not see. */
  hidden: number;
  /** False when there are more than are shown. */
  whole: boolean;
}

export const dependencies = {
  map: (id: number, depth: number) => get<DependencyMap>(`/tasks/${id}/graph`, { depth }),
  of: (id: number) => get<Dependencies>(`/tasks/${id}/dependencies`),
  dependents: (id: number) => get<Dependents>(`/tasks/${id}/dependents`),
  reset: (id: number) => post<Dependencies>(`/tasks/${id}/dependencies/reset`),
  start: (id: number) => post<TriggerResult>(`/tasks/${id}/dependencies/start`),
};
