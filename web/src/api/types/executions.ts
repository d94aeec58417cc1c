// Runs, their executions on single hosts, attempts and output.

import type { Bilingual } from './base.ts';
import type { PlacementChoice } from './jobs.ts';

export interface Execution {
  id: string;
  run_id: string;
  task_id: number;
  task_name: string;
  client_id: string | null;
  client_name: string | null;
  kind: string;
  /** 1 pending, 2 running; the others are final: success, failure, timeout, cancelled, skipped, lost, missed. */
  status: number;
  status_name: string;
  reason: { code: string; text: Bilingual } | null;
  scheduled_time: string | null;
  start_time: string | null;
  end_time: string | null;
  /** Milliseconds. */
  duration: number | null;
  exit_code: number | null;
  retry_count: number;
  attempt: number;
  provisional: boolean;
  retry_of: string | null;
}

export interface ExecutionDetail extends Execution {
  /** Where the host was last seen; null when it was removed. */
  client_ip?: string | null;
  job_version: number | null;
  error: string | null;
  /** `error` in both languages, as far as its words are known; servers before this field leave it out. */
  error_text?: Bilingual | null;
  params: Record<string, string> | null;
  cancel_requested: boolean;
  /** The past time that a backfill makes up for; servers before this field leave it out. */
  data_time?: string | null;
  /** The answer's status where an HTTP request was the job; servers before this field put it into `exit_code`. */
  http_status?: number | null;
  output_preview: string | null;
  /** Why it is on its host; null where the job runs on each. */
  placement?: PlacementNote | null;
  attempts?: Attempt[];
}

/** Which slot of a run an execution is, and how it came to its host. */
export interface PlacementNote {
  /** From 1; higher each time the slot goes to another host. */
  fence: number;
  slot: number;
  slots: number;
  item: string | null;
  placed_at: string | null;
  moved_to: string | null;
  /** Hosts that held it before. */
  before: string[];
  choice: PlacementChoice | null;
}

/** One attempt of an execution; the last one is the execution's own end. */
export interface Attempt {
  attempt: number;
  status: number;
  status_name: string;
  reason: { code: string; text: Bilingual } | null;
  error: string | null;
  error_text?: Bilingual | null;
  start_time: string | null;
  end_time: string | null;
  duration: number | null;
  exit_code: number | null;
  output_bytes: number | null;
}

/** Output in the order in which it was written; without a stream it says where how much was cut. */
export interface LogPiece {
  from: number;
  stream: 'stdout' | 'stderr' | null;
  left_out: number | null;
  text: string;
}

export interface LogPage {
  output: string;
  error: string;
  /** Absent from servers that only tell the streams apart. */
  pieces?: LogPiece[];
  truncated: boolean;
  total_bytes: number;
  complete: boolean;
  /** Where to go on reading. */
  next?: number;
}

export interface TriggerResult {
  execution_id: string | null;
  run_id: string;
  executions: { id: string; client_id: string | null }[];
}

export interface ExecutionStats {
  total_count: number;
  success_count: number;
  failure_count: number;
  timeout_count: number;
  success_rate: number | null;
  avg_duration: number | null;
}

/** One fire, trigger or retry on all its hosts. */
export interface Run {
  id: string;
  task_id: number;
  task_name: string;
  task_version: number;
  type: string;
  /** pending, running, or how it ended. */
  status: string;
  source: string;
  caller: string | null;
  scheduled_time: string;
  /** The past time that a backfill makes up for. */
  data_time?: string | null;
  created_at: string;
  started_at?: string | null;
  finished_at?: string | null;
  /** Milliseconds. */
  duration?: number | null;
  retry_of: string | null;
  units: Record<string, number>;
  summary: Bilingual;
}

/** One thing that the server worked on for itself. */
export interface OwnWorkUnit {
  name: string;
  count: number;
  /** Milliseconds. */
  duration: number;
  failures: number;
  /** Of the last step, when that failed. */
  error: string | null;
  error_text?: Bilingual | null;
}

export interface RunDetail extends Run {
  started_at?: string | null;
  finished_at?: string | null;
  /** What the server did for itself; null for the run of a task. */
  work?: { kind: string; units: OwnWorkUnit[] } | null;
  params: Record<string, string> | null;
  executions: Execution[];
  /** Which slot each of them has, where the server placed them; servers before this field leave it out. */
  slots?: RunSlot[];
  /** What happened to it, in order of time. */
  timeline?: RunEvent[];
  /** How far it has come, where it goes over its hosts in waves. */
  waves?: RunWaves | null;
}

export interface RunEvent {
  time: string;
  action: string;
  /** None where the run as a whole is meant. */
  execution_id: string | null;
  client_id: string | null;
  client_name: string | null;
  status: string | null;
  /** Of several starts, which one; servers before this field leave it out. */
  attempt?: number | null;
  text: Bilingual;
  detail: string | null;
  /** `detail` in both languages; servers before this field leave it out. */
  detail_text?: Bilingual | null;
}

export type WavePhase = 'waiting' | 'running' | 'pausing' | 'held' | 'stopped' | 'over';

export interface RunWaves {
  phase: WavePhase;
  /** The last that has begun; 0 = none. */
  wave: number;
  waves: number;
  wave_began_at: string | null;
  next_at: string | null;
  held_by: string | null;
  text: Bilingual;
  list: { wave: number; hosts: number; units: Record<string, number>; executions: string[] }[];
}

/** What tells two executions of a run on one host apart. */
export interface RunSlot {
  execution_id: string;
  slot: number;
  slots: number;
  item: string | null;
}
