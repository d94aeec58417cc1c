import type { HostDay, JobDay } from '../../src/api/types.ts';
import { barsOf, dayBeside, hoursOf, linesOf } from '../../src/features/hosts/host-day.ts';
import { spanOf } from '../../src/lib/span.ts';
import { equal } from './assert.ts';

const sum = (total: number, failure: number) => ({
  total,
  success: total - failure,
  failure,
  timeout: 0,
  cancelled: 0,
  avg_duration_ms: 10,
  max_duration_ms: 20,
});
const day = (hourly: Record<string, [number, number]>): JobDay => {
  const parts = Object.values(hourly);
  const of = (index: 0 | 1) => parts.reduce((all, part) => all + part[index], 0);
  return {
    ...sum(of(0), of(1)),
    hourly: Object.fromEntries(Object.entries(hourly).map(([hour, [n, bad]]) => [hour, sum(n, bad)])),
  };
};
const told: HostDay = {
  date: '2026-11-21',
  time_zone: 'Asia/Shanghai',
  from: '2026-11-20T16:00:00Z',
  to: '2026-11-21T16:00:00Z',
  reported_at: '2026-11-21T10:00:00Z',
  matches: false,
  tasks: [
    { task_id: 1, task_name: 'many', agent: day({ '00': [5, 0], '08': [4, 0] }), server: day({}), difference: null },
    {
      task_id: 2,
      task_name: 'bad',
      agent: null,
      server: day({ '08': [3, 2] }),
      difference: { total: -3, success: -1, failure: -2, timeout: 0, cancelled: 0 },
    },
    { task_id: 3, task_name: 'none', agent: day({}), server: day({}), difference: null },
  ],
};

Deno.test('host day: the host has the word, the records where it said nothing; failures come first', () => {
  equal(linesOf(told).map((line) => [line.name, line.total, line.bad, line.difference]), [
    ['bad', 3, 2, -3],
    ['many', 9, 0, 0],
  ]);
  const hours = hoursOf(told);
  equal([hours.length, hours[0], hours[8]], [24, { hour: 0, total: 5, bad: 0 }, { hour: 8, total: 7, bad: 2 }]);
});

Deno.test('host day: a bar for each day, under the date of the host\u2019s calendar', () => {
  const span = { date: '2026-11-21', from: '2026-11-20T16:00:00Z', to: '2026-11-21T16:00:00Z', total: 10 };
  const items = [{ ...span, success: 4, failure: 3, timeout: 2, cancelled: 1 }];
  equal(barsOf({ time_zone: 'Asia/Shanghai', reported_at: null, items }), [{
    from: Date.parse(span.from),
    to: Date.parse(span.to),
    ok: 4,
    failed: 3,
    timeout: 2,
    skipped: 1,
    date: '2026-11-21',
  }]);
});

Deno.test('host day: days beside each other are the calendar\u2019s', () => {
  equal([dayBeside('2026-03-01', -1), dayBeside('2026-12-31', 1)], ['2026-02-28', '2027-01-01']);
});

Deno.test('spans: up to now, or from and to as they were said', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  equal(spanOf({ since: '1h', from: 'x', to: 'y' }, now), { start_time: '2026-11-21T09:00:00.000Z', end_time: '' });
  equal(spanOf({ since: '', from: 'x', to: 'y' }, now), { start_time: 'x', end_time: 'y' });
});
