import { get } from './client.ts';
import type { RecentRuns, RunReport, Trend, Upcoming } from './types.ts';

export const insights = {
  recent: (ids: number[], count: number) =>
    ids.length
      ? get<{ items: RecentRuns[] }>('/executions/recent', { task_ids: ids.join(','), count })
      : Promise.resolve({ items: [] as RecentRuns[] }),
  trend: (hours: number, task?: number) => get<Trend>('/executions/trend', { hours, task_id: task }),
  report: (from: string, to: string) => get<RunReport>('/reports/runs', { from, to, limit: 10 }),
  upcoming: (from?: string, to?: string, task?: number) => get<Upcoming>('/upcoming', { from, to, task_id: task }),
};
