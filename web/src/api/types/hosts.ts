// Hosts and the groups that they belong to.

import type { Bilingual } from './base.ts';

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

/** What ended in some time, and how long it took. */
export interface OutcomeSum {
  total: number;
  success: number;
  failure: number;
  timeout: number;
  cancelled: number;
  avg_duration_ms: number;
  max_duration_ms: number;
}

/** A job's day on a host; hours are those of the host's clocks, 00 to 23. */
export interface JobDay extends OutcomeSum {
  hourly: Record<string, OutcomeSum>;
}

/** A host's day: its own word, what is recorded of it, and by what they differ. */
export interface HostDay {
  date: string;
  time_zone: string;
  from: string;
  to: string;
  /** When the host last told; null when it never has. */
  reported_at: string | null;
  matches: boolean | null;
  tasks: {
    task_id: number;
    task_name: string;
    agent: JobDay | null;
    server: JobDay;
    difference: Pick<OutcomeSum, 'total' | 'success' | 'failure' | 'timeout' | 'cancelled'> | null;
  }[];
}

/** What ended on a host, day by day on its own clocks; the oldest first. */
export interface HostDays {
  time_zone: string;
  reported_at: string | null;
  items: (Pick<OutcomeSum, 'total' | 'success' | 'failure' | 'timeout' | 'cancelled'> & {
    date: string;
    from: string;
    to: string;
  })[];
}

/** A time in which a host takes no new work. */
export interface HostMaintenance {
  since: string;
  until: string;
  by: string;
  reason: string | null;
  /** Whether the host has heard of it; null while it is away, false of an agent that is too old. */
  told: boolean | null;
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
  /** The configuration that it was sent last; with another version it has not taken that yet. Null while it is away. */
  config_pushed?: number | null;
  running: number;
  last_heartbeat: string | null;
  created_at: string;
  /** What people and the host itself say of it; `host_labels` is the host's part. */
  labels?: Record<string, string>;
  host_labels?: Record<string, string>;
  /** Kinds of jobs that it carries out; empty while it is away. */
  executors?: string[];
  /** What cgroup v2 is used for there: `kill` first, then what it can limit; empty without any, and while it is away. */
  control_groups?: string[];
  /** Whose units jobs can run in there; `none` also while it is away. */
  systemd?: 'system' | 'user' | 'none';
  certificate_expires_at?: string | null;
  /** Why it did not take an authority that it was told of, and keeps those that it trusts. */
  authority_refusal?: 'unvouched' | 'forged' | null;
  /** Zones that its own files lack or know otherwise; the server's rules are used. */
  foreign_zones?: string[];
  /** Why it starts nothing, such as a full disk; null when nothing is wrong. */
  trouble?: string | null;
  trouble_text?: Bilingual | null;
  /** Tasks that it runs on orders only, and not while it is away. */
  ordered_tasks?: number;
  /** Nothing new starts there until then; null when everything may. */
  maintenance?: HostMaintenance | null;
  /** Hosts that use this one's identity and are kept out. */
  duplicates?: { hostname: string; ip: string; machine_id: string; first_seen: string; last_seen: string }[];
}
