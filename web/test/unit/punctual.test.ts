import { punctualLines } from '../../src/features/overview/punctual.ts';
import { equal } from './assert.ts';

const day = (hours: [string, number, number][]) => ({
  from: '2026-11-20T10:30:00Z',
  to: '2026-11-21T10:30:00Z',
  partial: false,
  count: 1,
  p50_ms: 1,
  p99_ms: 1,
  longest_ms: 1,
  hours: hours.map(([hour, p50_ms, p99_ms]) => ({ hour, count: 1, p50_ms, p99_ms, longest_ms: p99_ms })),
});

Deno.test('punctuality: each step of the scale is ten times the one before, to a second at least', () => {
  const lines = punctualLines(day([['2026-11-20T10:00:00Z', 0, 10], ['2026-11-20T13:00:00Z', 1, 1000]]));
  equal(lines.p50, [{ hour: 0, height: 0 }, { hour: 3, height: 0 }]);
  equal(lines.p99.map((point) => Math.round(point.height * 1000)), [333, 1000]);
  equal(lines.marks.map((mark) => mark.ms), [1, 10, 100, 1000]);
});

Deno.test('punctuality: the scale grows with the latest, and hours without a start have no point', () => {
  const lines = punctualLines(day([['2026-11-21T10:00:00Z', 5, 1_440_000]]));
  equal(lines.p99.map((point) => point.hour), [24]);
  equal(lines.marks[lines.marks.length - 1], { ms: 10_000_000, height: 1 });
  equal(punctualLines(day([])).p50, []);
});
