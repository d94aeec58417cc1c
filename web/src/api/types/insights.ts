// Sums over what has run, and plans of what will.

import type { Bilingual } from './base.ts';
import type { Execution, ExecutionStats } from './executions.ts';

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

/** Failures that read alike. */
export interface FailureCluster {
  fingerprint: string;
  /** Such as `FAILURE EXIT 2`. */
  outcome: string;
  /** Their last lines without what changes; null for who may not read output. */
  text: string | null;
  count: number;
  task_count: number;
  client_count: number;
  first_at: string;
  last_at: string;
  /** The newest before the span. */
  seen_before: string | null;
  tasks: { id: number; name: string }[];
  clients: { id: string; name: string | null }[];
  execution_id: string;
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
  /** Hosts on which the fires do not happen until then. */
  maintenances?: { client_id: string; name: string; until: string; reason: string | null }[];
}

export interface Stats {
  running: number;
  pending: number;
  today_success: number;
  today_failure: number;
  today_timeout: number;
  hosts_online: number;
  hosts_total: number;
  /** Null while schedules fire; absent from servers that do not say it here. */
  scheduler_stopped_since?: string | null;
  /** Null while the server can store; absent from servers that do not say it. */
  storage_failing?: StorageFailure | null;
}

/** That nothing can be stored, and why. */
export interface StorageFailure {
  since: string;
  text: Bilingual;
}

/** How late starts by schedule came after their times; milliseconds, null without any. */
export interface PunctualityFigures {
  count: number;
  p50_ms: number | null;
  p99_ms: number | null;
  longest_ms: number | null;
}

/** Of the last 24 hours. */
export interface Punctuality extends PunctualityFigures {
  from: string;
  to: string;
  /** Older executions of the day were not looked at. */
  partial: boolean;
  /** The oldest first; hours without a start are absent. */
  hours: (PunctualityFigures & { hour: string })[];
}
