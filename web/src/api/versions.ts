import { get, type Query, request } from './client.ts';
import type { Page, Task, TaskBody } from './types.ts';

/** One of the definitions that a job had. */
export interface Version {
  version: number;
  created_at: string;
  /** Null for one that an older server stored. */
  created_by: string | null;
  status: 0 | 1;
  /** All of it was kept. */
  restorable: boolean;
  /** Fields that differ from the version before; null when that is not known. */
  changed: string[] | null;
}

export interface VersionDetail extends Version {
  definition: TaskBody | null;
}

export const versions = {
  list: (task: number, query: Query) => get<Page<Version>>(`/tasks/${task}/versions`, query),
  one: (task: number, version: number) => get<VersionDetail>(`/tasks/${task}/versions/${version}`),
  restore: (task: number, version: number) => request<Task>('POST', `/tasks/${task}/versions/${version}/restore`),
};
