import type { Trend } from '../../src/api/types.ts';
import { failureSize, mapDays, mapHours, spanOf } from '../../src/features/jobs/parts/year-map.ts';
import { equal } from './assert.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z'); // a Wednesday
const trend = (...items: [string, number, number][]): Trend => ({
  from: '2026-11-01T00:00:00Z',
  hours: 600,
  items: items.map(([hour, status, count]) => ({ hour, status, count, avg_duration: null })),
});

Deno.test('year map: whole weeks from a Monday to today', () => {
  const days = mapDays(trend(), 2, NOW, 'UTC');
  equal(days.length, 10);
  equal([days[0]!.date, days[0]!.weekday, days[9]!.date, days[9]!.week], ['2026-11-16', 0, '2026-11-25', 1]);
  equal(mapHours(2) >= days.length * 24, true);
});

Deno.test('year map: an hour belongs to the day of the reader', () => {
  const late = trend(['2026-11-24T20:00:00Z', 3, 5]);
  const on = (zone: string) => mapDays(late, 1, NOW, zone).find((day) => day.ok)?.date;
  equal([on('UTC'), on('Asia/Shanghai')], ['2026-11-24', '2026-11-25']);
  // India is half an hour off: the hour 18:00 UTC is 23:30 there, and its middle is the next day.
  const half = trend(['2026-11-23T18:00:00Z', 4, 1]);
  equal(mapDays(half, 1, NOW, 'Asia/Kolkata').find((day) => day.bad)?.date, '2026-11-24');
});

Deno.test('year map: results are counted apart, older hours are left out', () => {
  const mixed = trend(
    ['2026-11-24T01:00:00Z', 3, 3],
    ['2026-11-24T02:00:00Z', 4, 1],
    ['2026-11-24T02:00:00Z', 5, 1],
    ['2026-11-24T03:00:00Z', 7, 9],
    ['2026-10-01T00:00:00Z', 3, 1],
  );
  const [day, ...rest] = mapDays(mixed, 1, NOW, 'UTC').filter((one) => one.ok + one.bad + one.other > 0);
  equal([day!.ok, day!.bad, day!.other, rest.length], [3, 2, 9, 0]);
});

const size = (ok: number, bad: number) => failureSize({ date: '', ok, bad, other: 0, week: 0, weekday: 0 });

Deno.test('year map: one failure among many is still seen, and nothing but failures fills the square', () => {
  equal([size(9, 0), size(0, 3), size(1000, 1) > 0.39], [0, 1, true]);
});

Deno.test('year map: a day is a span of the reader, also when the clocks change', () => {
  equal(spanOf('2026-10-25', 'Europe/Berlin'), { from: '2026-10-24T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z' });
});
