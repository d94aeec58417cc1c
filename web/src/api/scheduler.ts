import { get, post } from './client.ts';
import type { Bilingual } from './types.ts';

/** Whether schedules fire at all, and the newest stop, over or not. */
export interface SchedulerStatus {
  is_running: boolean;
  stop: {
    since: string;
    until: string | null;
    by: string;
    ended_by: string | null;
    reason: string | null;
    text: Bilingual;
  } | null;
  hosts_connected: number;
  /** Connected hosts where that is in force. */
  hosts_told: number;
  /** Connected hosts of a version that goes on by its own clock. */
  hosts_deaf: number;
}

export const scheduler = {
  status: () => get<SchedulerStatus>('/scheduler'),
  /** Without a reason nothing is said of it. */
  stop: (reason: string) => post<SchedulerStatus>('/scheduler/stop', reason ? { reason } : {}),
  start: () => post<SchedulerStatus>('/scheduler/start'),
};
