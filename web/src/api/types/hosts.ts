// Hosts and the groups that they belong to.

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
  /** Kinds of jobs that it carries out; empty while it is away. */
  executors?: string[];
  certificate_expires_at?: string | null;
  /** Zones that its own files lack or know otherwise; the server's rules are used. */
  foreign_zones?: string[];
  /** Tasks that it runs on orders only, and not while it is away. */
  ordered_tasks?: number;
  /** Hosts that use this one's identity and are kept out. */
  duplicates?: { hostname: string; ip: string; machine_id: string; first_seen: string; last_seen: string }[];
}
