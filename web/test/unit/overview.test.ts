import type { Execution, Host, Trend } from '../../src/api/types.ts';
import { heatRows, levelOf, quieter } from '../../src/features/calendar/heat.ts';
import { pairFault } from '../../src/features/jobs/parts/pairs.ts';
import { attentionOf, isJudged } from '../../src/features/overview/attention.ts';
import { deltaOf, figuresOf, hourBars } from '../../src/features/overview/figures.ts';
import { equal } from './assert.ts';

const trend: Trend = {
  from: '2026-01-01T00:00:00Z',
  hours: 48,
  items: [
    { hour: '2026-01-01T01:00:00Z', status: 3, count: 10, avg_duration: 5 },
    { hour: '2026-01-02T01:00:00Z', status: 3, count: 30, avg_duration: 5 },
    { hour: '2026-01-02T01:00:00Z', status: 4, count: 8, avg_duration: 5 },
    { hour: '2026-01-02T02:00:00Z', status: 5, count: 2, avg_duration: 5 },
    { hour: '2026-01-02T02:00:00Z', status: 7, count: 4, avg_duration: null },
  ],
};

const row = (task_id: number, id: string, start_time: string) =>
  ({ task_id, id, task_name: `job ${task_id}`, start_time, status: 2 }) as Execution;
const past = (id: string, status: number, duration = 1000) => ({
  id,
  status,
  duration,
  start: '2026-01-01T00:00:00Z',
});

Deno.test('figures: each day by itself, the rate of what came to a result', () => {
  equal(figuresOf(trend, 24, 48), { total: 44, ok: 30, bad: 10, skipped: 4, rate: 75 });
  equal(figuresOf(trend, 0, 24), { total: 10, ok: 10, bad: 0, skipped: 0, rate: 100 });
});

Deno.test('figures: what moved says which way, by how much, and whether that is good', () => {
  const before = figuresOf(trend, 0, 24);
  equal(deltaOf(44, 10, null, before), { text: '▲ 34', good: null });
  equal(deltaOf(75, 100, 'up', before), { text: '▼ 25', good: false });
  equal(deltaOf(3, 1250, 'down', before), { text: '▼ 1,247', good: true });
  equal(deltaOf(99.96, 99.94, 'up', before), undefined);
  equal(deltaOf(5, 0, 'down', figuresOf({ ...trend, items: [] }, 0, 24)), undefined);
});

Deno.test('figures: every hour of the day has its bar', () => {
  const bars = hourBars(trend, 24);
  equal([bars.length, bars[0]!.hour, bars[1]!.ok, bars[1]!.failed, bars[2]!.timeout, bars[2]!.skipped], [
    24,
    '2026-01-02T00:00:00.000Z',
    30,
    8,
    2,
    4,
  ]);
});

Deno.test('attention: jobs that fail now, runs that take too long, hosts that are away', () => {
  const strips = new Map([
    [1, [past('1', 3), past('2', 4), past('3', 4)]],
    [2, [past('1', 4), past('2', 3)]],
    [3, [past('1', 3), past('2', 3), past('3', 3)]],
  ]);
  const found = attentionOf(
    [row(1, 'a', ''), row(2, 'b', '')],
    [row(3, 'c', '2026-01-01T00:00:00Z')],
    [{ client_id: 'h', name: 'web1', status: 'offline', last_heartbeat: '2026-01-01T00:00:00Z' } as Host],
    strips,
    Date.parse('2026-01-01T00:02:00Z'),
  );
  equal(found.map(({ kind, key, n }) => [kind, key, n]), [['failing', 'job-1', 2], ['long', 'c', 120], [
    'host',
    'h',
    2,
  ]]);
});

const name = (id: number, count: number) => ({ id, name: `job ${id}`, count });

Deno.test('calendar: counts fall into their minute, levels do not depend on the day', () => {
  const start = Date.parse('2026-01-01T00:00:00Z');
  const item = { minute: '2026-01-01T02:05:00Z', count: 62, tasks: [name(1, 60), name(2, 1), name(3, 1)] };
  const rows = heatRows({ total: 3, partial: false, items: [item] }, start);
  equal([rows.length, rows[2]![5]!.count, rows[2]![5]!.level, rows[2]![6]!.count], [24, 3, 2, 0]);
  equal([0, 1, 2, 4, 8, 13, 99].map(levelOf), [0, 1, 2, 3, 4, 5, 5]);
  equal(quieter(rows[2]!, rows[2]![5]!, 2).map((cell) => cell.minute), [4, 6]);
});

Deno.test('pairs: values without a name and repeated names are said, empty rows are not', () => {
  equal(pairFault([{ key: '', value: '' }, { key: 'A', value: '1' }]), null);
  equal(pairFault([{ key: ' ', value: 'x' }]), 'nameless');
  equal(pairFault([{ key: 'A', value: '1' }, { key: 'A ', value: '2' }]), 'repeated');
});

Deno.test('attention: nobody says that all is well before the last runs of what failed are known', () => {
  const failed = [{ task_id: 1 }, { task_id: 2 }] as Execution[];
  equal(
    [isJudged(failed, new Map([[1, []]])), isJudged(failed, new Map([[1, []], [2, []]])), isJudged([], new Map())],
    [
      false,
      true,
      true,
    ],
  );
});
