import { del, get, post, put } from './client.ts';
import type { Delivery } from './notify.ts';

export const PERIODS = ['day', 'week', 'month'] as const;

/** What is written of a report by mail. */
export interface ReportMailBody {
  name: string;
  enabled: boolean;
  period: typeof PERIODS[number];
  timezone: string;
  /** `08:00`, on the day after the period. */
  at: string;
  /** Empty = of everything. */
  group_ids: number[];
  /** Absent = the first mail channel. */
  channel?: string | null;
  recipients?: string[];
  language: 'en' | 'zh';
}

export interface ReportMail extends ReportMailBody {
  id: number;
  created_by: string;
  /** Null while it is switched off. */
  next_at: string | null;
  last_at: string | null;
}

export const reportMails = {
  list: () => get<ReportMail[]>('/notify/reports'),
  create: (body: ReportMailBody) => post<ReportMail>('/notify/reports', body),
  update: (id: number, body: ReportMailBody) => put<ReportMail>(`/notify/reports/${id}`, body),
  remove: (id: number) => del<unknown>(`/notify/reports/${id}`),
  send: (id: number) => post<Delivery>(`/notify/reports/${id}/send`),
};
