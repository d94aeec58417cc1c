import { get } from './client.ts';
import type { FailureCluster, Punctuality, RecentRuns, RunReport, Trend, Upcoming } from './types.ts';

export const insights = {
  recent: (ids: number[], count: number) =>
    ids.length
      ? get<{ items: RecentRuns[] }>('/executions/recent', { task_ids: ids.join(','), count })
      : Promise.resolve({ items: [] as RecentRuns[] }),
  trend: (hours: number, task?: number) => get<Trend>('/executions/trend', { hours, task_id: task }),
  punctuality: () => get<Punctuality>('/executions/punctuality'),
  report: (from: string, to: string) => get<RunReport>('/reports/runs', { from, to, limit: 10 }),
  failures: (query: { from?: string; to?: string; task_id?: number | string; limit?: number }) =>
    get<{ from: string; to: string; items: FailureCluster[] }>('/reports/fingerprints', query),
  upcoming: (from?: string, to?: string, task?: number) => get<Upcoming>('/upcoming', { from, to, task_id: task }),
};
