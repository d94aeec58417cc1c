import { computed, type Ref } from 'vue';
import { insights } from '../../api/insights.ts';
import type { Execution } from '../../api/types.ts';
import type { StripRun } from '../../lib/strip.ts';
import { useResource } from '../../live/resource.ts';
import { takeRun } from './strip-merge.ts';

export type Strips = Map<number, StripRun[]>;

export const stripRun = (row: Execution): StripRun => ({
  id: row.id,
  status: row.status,
  duration: row.duration,
  start: row.start_time ?? row.scheduled_time,
  ...(row.client_name ? { name: row.client_name } : {}),
});

/** The last runs of the jobs a list shows: one request for all, then kept up to date by the live topic. */
export function useStrips(ids: () => number[], count = 20): Ref<Strips> {
  const { data } = useResource<Strips>({
    key: () => ids().join(','),
    load: async () => {
      const { items } = await insights.recent(ids(), count);
      // A job without runs, or one that is gone, was asked about, too.
      const none = ids().map((id): [number, StripRun[]] => [id, []]);
      return new Map([
        ...none,
        ...items.map((item): [number, StripRun[]] => [item.task_id, item.executions.map(stripRun)]),
      ]);
    },
    topics: () => ['executions'],
    on: (pushed, strips) => {
      for (const row of (pushed as { items?: Execution[] }).items ?? []) {
        if (!ids().includes(row.task_id)) continue;
        strips.set(row.task_id, takeRun(strips.get(row.task_id) ?? [], stripRun(row), count));
      }
    },
    poll: 10_000,
  });
  return computed(() => new Map(data.value ?? []));
}
