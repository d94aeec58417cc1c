import type { Ref } from 'vue';
import { executions } from '../../../api/executions.ts';
import { insights } from '../../../api/insights.ts';
import { tasks } from '../../../api/tasks.ts';
import type { CronPreview, Execution, ExecutionStats, Page, Task } from '../../../api/types.ts';
import type { StripRun } from '../../../lib/strip.ts';
import { type Resource, useResource } from '../../../live/resource.ts';
import { mergeExecutions } from '../../executions/parts/merge.ts';
import { takeRun } from '../../runs/strip-merge.ts';
import { stripRun } from '../../runs/use-strips.ts';

export interface JobData {
  task: Task;
  runs: Page<Execution>;
  stats: ExecutionStats | null;
  /** Of the last 24 hours. */
  day: ExecutionStats | null;
  fires: CronPreview | null;
  history: StripRun[];
}

/** What has happened; planned fires are in the list of coming ones. */
const HAPPENED = '2,3,4,5,6,7';
/** Bars of the chart of durations. */
const CHARTED = 100;

async function load(id: number): Promise<JobData> {
  const [task, runs, stats, day, recent] = await Promise.all([
    tasks.one(id),
    executions.list({ task_id: id, status: HAPPENED, page: 1, page_size: 20 }),
    executions.stats({ task_id: id, date_range: '7d' }).catch(() => null),
    executions.stats({ task_id: id, date_range: '24h' }).catch(() => null),
    insights.recent([id], CHARTED).catch(() => null),
  ]);
  const history = (recent?.items[0]?.executions ?? []).map(stripRun);
  const fires = task.schedule_type === 'cron' && task.status === 1
    ? await tasks.preview(task.cron_expr, task.timezone, task.dst, task.cron_exprs, task.cron_except).catch(() => null)
    : null;
  return { task, runs, stats, day, fires, history };
}

/** Everything about one job, kept up to date. */
export function useJobPage(id: Ref<number>): Resource<JobData> {
  return useResource<JobData>({
    key: () => id.value,
    load: () => load(id.value),
    topics: () => ['jobs', 'executions'],
    on: (pushed, current, topic) => {
      if (topic === 'jobs') return (pushed as { id: number }).id === id.value ? 'reload' : undefined;
      const rows = (pushed as { items?: Execution[] }).items ?? [];
      mergeExecutions(current.runs, rows, { task_id: String(id.value), status: HAPPENED });
      for (const row of rows) {
        if (row.task_id === id.value) current.history = takeRun(current.history, stripRun(row), CHARTED);
      }
    },
    poll: 5000,
  });
}
