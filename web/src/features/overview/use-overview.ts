import { computed, type Ref } from 'vue';
import { executions } from '../../api/executions.ts';
import { hosts as hostsApi } from '../../api/hosts.ts';
import { insights } from '../../api/insights.ts';
import type { Execution, Host, Page, Trend, Upcoming } from '../../api/types.ts';
import { useNow } from '../../lib/now.ts';
import { type Resource, useResource } from '../../live/resource.ts';
import { mergeExecutions } from '../executions/parts/merge.ts';
import { mergeHosts } from '../hosts/merge.ts';
import { type Strips, useStrips } from '../runs/use-strips.ts';
import { type Attention, attentionOf, isJudged } from './attention.ts';
import { type DayFigures, figuresOf } from './figures.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
export const sinceYesterday = (): string => new Date(Date.now() - DAY_MS).toISOString();
const pushedRows = (pushed: unknown) => (pushed as { items?: Execution[] }).items ?? [];

export interface Overview {
  running: Resource<Page<Execution>>;
  failed: Resource<Page<Execution>>;
  hosts: Resource<Host[]>;
  trend: Resource<Trend>;
  upcoming: Resource<Upcoming>;
  strips: Ref<Strips>;
  attention: Ref<Attention[]>;
  /** All that attention goes by has been answered: only then does none mean that all is well. */
  isKnown: Ref<boolean>;
  /** The last 24 hours, and those before them. */
  today: Ref<DayFigures | null>;
  before: Ref<DayFigures | null>;
  online: Ref<number>;
}

/** How things are now: what the overview and the wallboard show. */
export function useOverview(): Overview {
  const now = useNow();
  const running = useResource<Page<Execution>>({
    load: () => executions.list({ status: '2', page: 1, page_size: 50 }),
    topics: () => ['executions'],
    on: (pushed, page) => mergeExecutions(page, pushedRows(pushed), { status: '2' }),
    poll: 5000,
  });
  const failed = useResource<Page<Execution>>({
    load: () => executions.list({ status: '4,5', start_time: sinceYesterday(), page: 1, page_size: 200 }),
    topics: () => ['executions'],
    on: (pushed, page) => mergeExecutions(page, pushedRows(pushed), { status: '4,5', start_time: sinceYesterday() }),
    poll: 10_000,
  });
  const hosts = useResource<Host[]>({
    load: hostsApi.list,
    topics: () => ['hosts'],
    on: (pushed, list, _topic, kind) => mergeHosts(list, (pushed as { items?: Host[] }).items ?? [], kind === 'snap'),
    poll: 8000,
  });
  // Sums and plans are no news of single runs: they are asked for in intervals.
  const trend = useResource<Trend>({ load: () => insights.trend(48), poll: 15_000 });
  const upcoming = useResource<Upcoming>({
    load: () => insights.upcoming(undefined, new Date(Date.now() + HOUR_MS).toISOString()),
    poll: 20_000,
  });
  const strips = useStrips(
    () =>
      [...new Set([...running.data.value?.items ?? [], ...failed.data.value?.items ?? []].map((row) => row.task_id))]
        .sort((a, b) => a - b).slice(0, 100),
    50,
  );
  const attention = computed(() =>
    attentionOf(
      failed.data.value?.items ?? [],
      running.data.value?.items ?? [],
      hosts.data.value ?? [],
      strips.value,
      now.value,
    )
  );
  const figures = (from: number, to: number) =>
    computed(() => trend.data.value && figuresOf(trend.data.value, from, to));
  return {
    running,
    failed,
    hosts,
    trend,
    upcoming,
    strips,
    attention,
    isKnown: computed(() =>
      running.data.value !== null && hosts.data.value !== null && failed.data.value !== null &&
      isJudged(failed.data.value.items, strips.value)
    ),
    today: figures(24, 48),
    before: figures(0, 24),
    online: computed(() => (hosts.data.value ?? []).filter((host) => host.status === 'online').length),
  };
}
