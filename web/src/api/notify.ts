import { del, get, post, put, type Query } from './client.ts';
import type { Bilingual, Page } from './types.ts';

export const CHANNEL_TYPES = [
  'email',
  'webhook',
  'dingtalk',
  'wecom',
  'feishu',
  'slack',
  'teams',
  'telegram',
  'pagerduty',
  'command',
] as const;
export type ChannelType = typeof CHANNEL_TYPES[number];

/** Who may not write channels sees only the first four members. */
export interface Channel {
  id: number;
  name: string;
  type: ChannelType;
  enabled: boolean;
  limit_per_minute?: number | null;
  host?: string | null;
  port?: number | null;
  security?: 'starttls' | 'tls' | 'none';
  username?: string | null;
  from?: string | null;
  recipients?: string[];
  has_password?: boolean;
  /** Scheme and host; the rest is a secret. */
  url?: string | null;
  chat?: string | null;
  command?: string | null;
  method?: string;
  header_names?: string[];
  has_secret?: boolean;
}

/** What is written of a channel; a secret that is not given stays as it is. */
export interface ChannelBody {
  name: string;
  type: ChannelType;
  enabled: boolean;
  limit_per_minute?: number;
  host?: string;
  port?: number;
  security?: string;
  username?: string;
  password?: string;
  from?: string;
  recipients?: string[];
  url?: string;
  method?: string;
  headers?: Record<string, string>;
  secret?: string;
  chat?: string;
  command?: string;
}

export const TRIGGERS = [
  'technical_failure',
  'business_failure',
  'timeout',
  'missed',
  'lost',
  'skipped',
  'cancelled',
  'success',
  'recovered',
  'host_offline',
  'host_back',
  'approval_waiting',
  'break_glass',
  'parents_late',
  'workflow_failed',
  'workflow_succeeded',
  'workflow_skipped',
  'workflow_asks',
  'did_not_run_by',
  'not_finished_by',
  'running_longer_than',
  'queue_waiting',
  'certificate_ending',
  'clock_suspect',
  'disk_low',
] as const;
export type Trigger = typeof TRIGGERS[number];

/** By a named channel, or by the first e-mail channel to these recipients. */
export interface Target {
  channel?: string;
  type?: 'email';
  recipients?: string[];
  subject_template?: string;
  body_template?: string;
}

export interface QuietWindow {
  /** `22:30`; a window may go over midnight. */
  from: string;
  until: string;
  /** Weekdays on which it begins, 0 is Sunday; none means all. */
  days?: number[];
}

/** What triggers of time and room go by; each part only with its trigger. */
export interface Watch {
  by?: string;
  since?: string;
  timezone?: string;
  days?: number[];
  running_seconds?: number;
  running_factor?: number;
  queue_seconds?: number;
  certificate_days?: number;
  disk_percent?: number;
  disk_bytes?: number;
}

export interface NotifyRule {
  name: string;
  enabled: boolean;
  triggers: Trigger[];
  threshold: number;
  channels: Target[];
  count_by?: 'host' | 'job';
  group_by?: 'job' | 'host' | 'rule';
  /** Seconds between reminders, or one of the words. */
  repeat?: 'each' | 'never' | number;
  quiet?: { timezone: string; windows: QuietWindow[] };
  /** Who is told as well while nobody acknowledges. */
  escalation?: { after_seconds: number; channels: Target[] }[];
  watch?: Watch;
}

export interface Match {
  group_ids: number[];
  labels: Record<string, string>;
  task_ids: number[];
  workflow_ids: number[];
}

/** A rule that stands by itself, and what it holds for; nothing matched means everything. */
export interface OwnRule extends NotifyRule {
  id: number;
  match: Match;
}

export type RuleBody = NotifyRule & { match?: Match };

export interface Incident {
  id: string;
  rule: string;
  state: 'waiting' | 'open' | 'closed';
  trigger: Trigger;
  task_id: number | null;
  task_name: string | null;
  count: number;
  threshold_count: number;
  messages: number;
  opened_at: string;
  updated_at: string;
  next_message_at: string | null;
  acknowledged_by: string | null;
  /** Events that silences keep back, and which. */
  silenced: number;
  silences: number[];
  members: {
    client_id: string;
    execution_id: string | null;
    trigger: Trigger;
    at: string;
    request?: string | null;
    request_text?: Bilingual | null;
    /** Of triggers about workflows; then the incident's `task_name` is the workflow's. */
    workflow_run_id?: string | null;
  }[];
}

/** What a silence is about: all that is given has to hold. */
export interface SilenceMatch {
  rule?: string | null;
  task_ids: number[];
  group_ids: number[];
  client_ids: string[];
  labels: Record<string, string>;
}

export interface Silence {
  id: number;
  state: 'active' | 'ended';
  match: SilenceMatch;
  reason: string;
  created_by: string;
  created_at: string;
  until: string;
  /** When somebody ended it early. */
  ended_at: string | null;
  ended_by: string | null;
  /** Events that nobody was told of. */
  caught: number;
  last_caught_at: string | null;
}

export interface SilenceBody {
  match?: SilenceMatch;
  /** Instead of `match`: what this incident is about. */
  incident_id?: string;
  seconds: number;
  reason: string;
}

export const DELIVERY_STATES = ['queued', 'sending', 'sent', 'dead', 'merged'] as const;

export interface Delivery {
  id: string;
  incident_id: string | null;
  /** Null is the first e-mail channel. */
  channel: string | null;
  purpose: 'opening' | 'update' | 'reminder' | 'escalation' | 'recovered' | 'digest' | 'test' | 'report';
  state: typeof DELIVERY_STATES[number];
  rule: string;
  task_id: number | null;
  subject: string;
  text: string;
  attempts: number;
  created_at: string;
  updated_at: string;
  next_at: string | null;
  last_error: string | null;
  last_error_text?: Bilingual | null;
  recipients?: string[];
}

export interface Preview {
  subject: string;
  text: string;
}

type Counted<T> = Page<T> & { total_exact?: boolean };

export const channels = {
  list: () => get<Channel[]>('/notify/channels'),
  create: (body: ChannelBody) => post<Channel>('/notify/channels', body),
  update: (id: number, body: ChannelBody) => put<Channel>(`/notify/channels/${id}`, body),
  remove: (id: number) => del<unknown>(`/notify/channels/${id}`),
  test: (id: number, recipients: string[]) =>
    post<Delivery>(`/notify/channels/${id}/test`, recipients.length ? { recipients } : {}),
};

export const notifyRules = {
  list: () => get<OwnRule[]>('/notify/rules'),
  create: (body: RuleBody) => post<OwnRule>('/notify/rules', body),
  update: (id: number, body: RuleBody) => put<OwnRule>(`/notify/rules/${id}`, body),
  remove: (id: number) => del<unknown>(`/notify/rules/${id}`),
  preview: (target: Target, rule: string) =>
    post<Preview>('/notify/preview', {
      ...(target.channel ? { channel: target.channel } : {}),
      ...(target.subject_template ? { subject_template: target.subject_template } : {}),
      ...(target.body_template ? { body_template: target.body_template } : {}),
      ...(rule ? { rule } : {}),
    }),
};

export const incidents = {
  list: (query: Query) => get<Counted<Incident>>('/notify/incidents', query),
  acknowledge: (id: string) => post<Incident>(`/notify/incidents/${id}/ack`),
};

export const silences = {
  list: (query: Query) => get<Counted<Silence>>('/notify/silences', query),
  create: (body: SilenceBody) => post<Silence>('/notify/silences', body),
  end: (id: number) => post<Silence>(`/notify/silences/${id}/end`),
};

export const deliveries = {
  list: (query: Query) => get<Counted<Delivery>>('/notify/deliveries', query),
  resend: (id: string) => post<Delivery>(`/notify/deliveries/${id}/resend`),
};
