// Jobs, as they are written and as they are shown.

import type { NotifyRule } from '../notify.ts';
import type { Bilingual } from './base.ts';
import type { DependencyFields } from './dependencies.ts';

export interface ShellConfig {
  command: string;
  interpreter?: string | null;
  work_dir?: string;
  scratch_dir?: boolean;
  leave_processes?: boolean;
  interpreter_args?: string[];
  success_codes?: number[];
  umask?: string | null;
  nice?: number | null;
  run_as?: string | null;
  limits?: Record<string, number | null>;
  /** The unit of the host's systemd that it runs in; null: none of its own. */
  unit?: { slice?: string | null; description?: string | null } | null;
  env?: Record<string, string>;
}

export interface HttpConfig {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  expected_status?: number[];
  /** JSON pointers by the names of the outputs. */
  outputs?: Record<string, string>;
}

/** Plugin, SQL and built-in jobs (docs/executors.md); shown as they are. */
export type WorkConfig = Record<string, unknown>;

export type ScheduleType = 'cron' | 'every' | 'delay' | 'once' | 'manual';

export type Dst = 'debian' | 'skip' | 'both';

export type Overlap = 'skip' | 'queue_one' | 'queue' | 'cancel_previous' | 'allow';

export type Misfire = 'fire_once' | 'fire_all' | 'skip';

/** What becomes of a run that falls into a calendar's times. */
export type BlackoutPolicy = 'skip' | 'before' | 'after';

/** Policies that few jobs need (docs/scheduling.md). */
export interface FinePolicies {
  queue_limit?: number;
  misfire_limit?: number | null;
  misfire_threshold_seconds?: number;
  catch_up_seconds?: number;
  start_deadline_seconds?: number | null;
  jitter_seconds?: number;
  retry_backoff?: number;
  retry_max_interval?: number;
  retry_jitter?: number;
  retry_on?: string[];
  not_before?: string | null;
  not_after?: string | null;
  window?: { from: string; to: string } | null;
  calendars?: { calendar: string; on_blackout?: BlackoutPolicy }[];
  cron_exprs?: string[];
  cron_except?: string[];
  pool?: { name: string; places: number } | null;
  on_interrupt?: 'retry' | 'fail' | null;
  offline?: 'run' | 'skip' | 'run_for';
  offline_max_seconds?: number | null;
  pause_after_failures?: number | null;
  on_edit_while_running?: 'pinned' | 'refuse';
  on_disable_while_running?: 'finish' | 'stop';
}

export type PlacementKind = 'each' | 'one_of' | 'n_of' | 'sharded' | 'broadcast';

export type PlacementStrategy =
  | 'least_running'
  | 'least_load'
  | 'first'
  | 'random'
  | 'round_robin'
  | 'consistent_hash'
  | 'last_used'
  | 'failover';

/** On which hosts of its groups a job runs (docs/scheduling.md); hosts are named by their ids. */
export interface Placement {
  kind: PlacementKind;
  strategy?: PlacementStrategy;
  count?: number;
  items?: string[];
  order?: string[];
  where?: string;
  exclude?: string[];
  hash_key?: string;
  lease_seconds?: number;
  fenced?: boolean;
  waves?: Waves;
}

/** How `each` goes over its hosts: one part after another. */
export interface Waves {
  /** Hosts, or a part of them such as `"10%"`. */
  size: number | string;
  canary?: number;
  pause_seconds?: number;
  /** 0 to 1. */
  max_failure_ratio?: number;
}

/** Why a host is not asked. */
export type PlacementBar =
  | 'not_wanted'
  | 'excluded'
  | 'labels'
  | 'had_it'
  | 'has_another'
  | 'maintenance'
  | 'offline'
  | 'version'
  | 'executor';

/** Which host was chosen for one slot, and why the others were not. */
export interface PlacementChoice {
  chosen: string | null;
  strategy: PlacementStrategy;
  /** Hosts that could have taken it, of how many. */
  online: number;
  hosts: number;
  candidates: { host: string; name?: string | null; score: string | null; out: PlacementBar | null }[];
  text: Bilingual;
}

/** Why a job rests though nobody switched it off. */
export interface Hold {
  kind: 'finished' | 'paused' | 'failures';
  since: string;
  until: string | null;
  text: Bilingual;
}

/** What can be written of a job. */
export interface TaskBody extends FinePolicies, DependencyFields {
  name: string;
  description: string;
  /** 1 shell, 2 HTTP, 3 plugin, 4 SQL, 5 built-in. */
  executor_type: 1 | 2 | 3 | 4 | 5 | 6;
  executor_config: ShellConfig | HttpConfig | WorkConfig;
  schedule_type: ScheduleType;
  cron_expr: string;
  timezone: string;
  dst: Dst;
  every_seconds: number | null;
  delay_seconds?: number | null;
  once_at: string | null;
  timeout: number;
  retry_count: number;
  retry_interval: number;
  concurrency: number;
  overlap: Overlap;
  misfire: Misfire;
  group_ids: number[];
  labels: Record<string, string>;
  parameters?: { name: string; type?: string; default?: string | null; choices?: string[]; required?: boolean }[];
  /** Left out, it stays as it is. */
  placement?: Placement | null;
  /** What takes two persons; left out, it stays as it is. */
  two_person?: ('edit' | 'run')[];
  /** The job's own rules of notification; left out, they stay as they are. */
  task_notify?: NotifyRule[];
  status: 0 | 1;
}

export interface LastExecution {
  id: string;
  status: number;
  status_name: string;
  start_time: string | null;
}

export interface Task extends TaskBody {
  id: number;
  uid: string;
  version: number;
  schedule_text: Bilingual | null;
  groups: string[];
  /** It also runs on groups that this user does not see. */
  hidden_groups?: boolean;
  /** A newer server wrote it: it has name and groups here, and is neither started nor changed. */
  unreadable?: boolean;
  hold?: Hold | null;
  /** Who fires it: its hosts, or the server alone. */
  class?: 'autonomous' | 'coordinated';
  next_exec_time: string | null;
  last_execution: LastExecution | null;
  created_by: string | null;
  created_at: string;
  updated_at: string;
}

export interface CronPreview {
  canonical: string;
  description: Bilingual;
  warnings: { code: string; zh: string; en: string }[];
  next_executions: string[];
  timezone: string;
}

/** What was counted, or what became of each. */
export interface BulkAnswer {
  count: number;
  token?: string;
  names?: string[];
  done?: number;
  waiting?: number;
  refused?: number;
  results?: { id: string; name: string; result: 'done' | 'waiting' | 'refused'; message?: string; text?: Bilingual }[];
}
