// What the server's REST interface (/api/v1) sends and takes. Times are RFC 3339 UTC strings.

export interface Bilingual {
  zh: string;
  en: string;
}

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
  env?: Record<string, string>;
}

export interface HttpConfig {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  expected_status?: number[];
}

export type ScheduleType = 'cron' | 'every' | 'delay' | 'once' | 'manual';
export type Dst = 'debian' | 'skip' | 'both';
export type Overlap = 'skip' | 'queue_one' | 'queue' | 'cancel_previous' | 'allow';
export type Misfire = 'fire_once' | 'fire_all' | 'skip';

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
  pause_after_failures?: number | null;
  on_edit_while_running?: 'pinned' | 'refuse';
  on_disable_while_running?: 'finish' | 'stop';
}

/** Why a job rests though nobody switched it off. */
export interface Hold {
  kind: 'finished' | 'paused' | 'failures';
  since: string;
  until: string | null;
  text: Bilingual;
}

export type DependencyOutcome = 'success' | 'failure' | 'end' | 'skipped';
export type DependencyJoin = 'all' | 'any';
/** On how many hosts of a parent's run. */
export type HostShare = 'all' | 'any' | { ratio: number };

export interface DependencyEdge {
  task_id: number;
  on: DependencyOutcome;
  hosts: HostShare;
}

/** By when all parents have to have come: a time of day, or so long after the first of them. */
export interface Deadline {
  at?: string;
  timezone?: string;
  after_seconds?: number;
  on_deadline: 'skip' | 'run';
}

/** What starts a job besides its schedule (docs/flows.md). */
export interface DependencyFields {
  dependencies?: DependencyEdge[];
  join?: DependencyJoin | null;
  match?: 'latest' | 'pair' | null;
  max_age_seconds?: number | null;
  /** Has to be said beside a schedule. */
  dependency_mode?: 'start' | null;
  deadline?: Deadline | null;
}

/** What can be written of a job. */
export interface TaskBody extends FinePolicies, DependencyFields {
  name: string;
  description: string;
  executor_type: 1 | 2;
  executor_config: ShellConfig | HttpConfig;
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
  hold?: Hold | null;
  next_exec_time: string | null;
  last_execution: LastExecution | null;
  created_by: string | null;
  created_at: string;
  updated_at: string;
}

export interface Page<T> {
  total: number;
  page: number;
  page_size: number;
  has_next: boolean;
  items: T[];
}

export interface CronPreview {
  canonical: string;
  description: Bilingual;
  warnings: { code: string; zh: string; en: string }[];
  next_executions: string[];
  timezone: string;
}

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
  job_version: number | null;
  error: string | null;
  params: Record<string, string> | null;
  cancel_requested: boolean;
  /** The answer's status where an HTTP request was the job; servers before this field put it into `exit_code`. */
  http_status?: number | null;
  output_preview: string | null;
  attempts?: Attempt[];
}

/** One attempt of an execution; the last one is the execution's own end. */
export interface Attempt {
  attempt: number;
  status: number;
  status_name: string;
  reason: { code: string; text: Bilingual } | null;
  error: string | null;
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

/** The newest executions of one job, oldest first. */
export interface RecentRuns {
  task_id: number;
  executions: Execution[];
}

export interface TrendItem {
  hour: string;
  status: number;
  count: number;
  avg_duration: number | null;
}

export interface Trend {
  from: string;
  hours: number;
  items: TrendItem[];
}

/** A job or a group with what ended of it. */
export interface ReportLine extends ExecutionStats {
  task_id?: number;
  group_id?: number;
  name: string;
}

export interface RunReport {
  from: string;
  to: string;
  job_count: number;
  total: ExecutionStats;
  /** The jobs that stand out, worst first. */
  failing: ReportLine[];
  slowest: ReportLine[];
  busiest: ReportLine[];
  groups: ReportLine[];
}

export interface UpcomingMinute {
  minute: string;
  count: number;
  tasks: { id: number; name: string; count: number }[];
}

export interface Upcoming {
  total: number;
  partial: boolean;
  items: UpcomingMinute[];
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
  created_at: string;
  retry_of: string | null;
  units: Record<string, number>;
  summary: Bilingual;
}

export interface RunDetail extends Run {
  params: Record<string, string> | null;
  executions: Execution[];
}

export interface Group {
  id: number;
  name: string;
  description: string;
  tags: string[];
  builtin: boolean;
  online_count: number;
  client_count: number;
  task_count: number;
}

export interface Host {
  client_id: string;
  name: string;
  hostname: string;
  ip: string;
  version: string;
  os: string;
  status: 'online' | 'offline';
  groups: { id: number; name: string }[];
  config_version: number | null;
  running: number;
  last_heartbeat: string | null;
  created_at: string;
  /** What people and the host itself say of it; `host_labels` is the host's part. */
  labels?: Record<string, string>;
  host_labels?: Record<string, string>;
  certificate_expires_at?: string | null;
  /** Zones that its own files lack or know otherwise; the server's rules are used. */
  foreign_zones?: string[];
  /** Tasks that it runs on orders only, and not while it is away. */
  ordered_tasks?: number;
  /** Hosts that use this one's identity and are kept out. */
  duplicates?: { hostname: string; ip: string; machine_id: string; first_seen: string; last_seen: string }[];
}

export type RoleName = 'viewer' | 'developer' | 'operator' | 'admin';

export type Permission =
  | 'jobs:read'
  | 'jobs:write'
  | 'jobs:run'
  | 'executions:read'
  | 'logs:read'
  | 'executions:cancel'
  | 'executions:kill'
  | 'groups:read'
  | 'groups:write'
  | 'agents:read'
  | 'agents:write'
  | 'secrets:use'
  | 'secrets:write'
  | 'audit:read'
  | 'audit:export'
  | 'metrics:read'
  | 'notify:read'
  | 'notify:write'
  | 'channels:use'
  | 'channels:write'
  | 'users:read'
  | 'users:write'
  | 'settings:read'
  | 'settings:write';

/** On everything, or on these groups. */
export type GrantScope = 'all' | number[];

export interface Grant {
  id: number;
  /** One of the four that are built in, or the name of an own one. */
  role: string;
  scope: GrantScope;
}

export interface User {
  id: number | string;
  username: string;
  /** The highest of the grants' roles; null without any. */
  role: RoleName | null;
  grants?: Grant[];
  /** Somebody else knows the password: nothing works before it is changed. */
  must_change_password?: boolean;
  /** The role asks for one-time codes: nothing works before they are set up. */
  must_set_up_totp?: boolean;
  /** Where each permission holds. */
  scopes?: Partial<Record<Permission, GrantScope>>;
}

export interface Stats {
  running: number;
  pending: number;
  today_success: number;
  today_failure: number;
  today_timeout: number;
  hosts_online: number;
  hosts_total: number;
}
