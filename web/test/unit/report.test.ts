import type { Trend } from '../../src/api/types.ts';
import { before, bucketsOf, spanOf, sumsOf } from '../../src/features/reports/spans.ts';
import { equal } from './assert.ts';

const at = Date.parse;
const iso = (ms: number) => new Date(ms).toISOString();
const NOW = at('2026-03-31T10:00:00Z');

Deno.test('reports: a day is a day of the reader, whatever the server counts in', () => {
  const span = spanOf('today', '', '', NOW, 'Asia/Shanghai');
  equal([iso(span.from), iso(span.to), span.unit], ['2026-03-30T16:00:00.000Z', '2026-03-31T16:00:00.000Z', 'hour']);
  equal(iso(before(span).from), '2026-03-29T16:00:00.000Z');
});

Deno.test('reports: days over a clock change have their 23 hours, long spans are cut into weeks', () => {
  // Clocks go forward in Berlin on 29 March 2026.
  const span = spanOf('7d', '', '', NOW, 'Europe/Berlin');
  const days = bucketsOf({ from: '', hours: 0, items: [] }, span, 'Europe/Berlin');
  equal(days.map((day) => (day.to - day.from) / 3_600_000), [24, 24, 24, 24, 23, 24, 24]);
  equal(spanOf('custom', '2026-01-01', '2026-03-31', NOW, 'UTC').unit, 'week');
  equal(iso(spanOf('custom', '2026-02-01', '2026-01-01', NOW, 'UTC').from), '2026-03-25T00:00:00.000Z');
});

Deno.test('reports: hours are added up into their bar, those outside are left out', () => {
  const span = spanOf('custom', '2026-03-01', '2026-03-03', NOW, 'UTC');
  const trend: Trend = {
    from: '2026-02-27T00:00:00Z',
    hours: 100,
    items: [
      { hour: '2026-02-28T23:00:00Z', status: 3, count: 100, avg_duration: 1 },
      { hour: '2026-03-01T00:00:00Z', status: 3, count: 6, avg_duration: 1 },
      { hour: '2026-03-01T23:00:00Z', status: 4, count: 2, avg_duration: 1 },
      { hour: '2026-03-03T05:00:00Z', status: 7, count: 1, avg_duration: null },
    ],
  };
  const buckets = bucketsOf(trend, span, 'UTC');
  equal(buckets.map((bucket) => [bucket.ok, bucket.failed, bucket.skipped]), [[6, 2, 0], [0, 0, 0], [0, 0, 1]]);
  equal(sumsOf(buckets), { total: 9, ok: 6, bad: 2, skipped: 1, rate: 75 });
});
