import { failingFor, stripBars, type StripRun, usualOf } from '../../src/lib/strip.ts';
import { takeRun } from '../../src/features/runs/strip-merge.ts';
import { equal } from './assert.ts';

const run = (id: string, status: number, duration: number | null = 1000): StripRun => ({
  id,
  status,
  duration,
  start: `2026-01-01T00:00:0${id}Z`,
});

Deno.test('strip: the newest is right, empty places are left, planned runs have none', () => {
  const bars = stripBars([run('1', 3), run('2', 4), { ...run('3', 1), start: null }], 4);
  equal(bars.map((bar) => 'run' in bar ? bar.run.id : '-'), ['-', '-', '1', '2']);
});

Deno.test('strip: height is the duration against the usual longest, and never nothing', () => {
  const bars = stripBars([run('1', 3, 1000), run('2', 3, 500), run('3', 3, 0)], 3);
  equal(bars.map((bar) => 'run' in bar ? bar.height : 0), [19, 10, 3]);
});

Deno.test('strip: failures in a row are counted from the newest, skipped runs do not interrupt them', () => {
  const { count, since, last } = failingFor([run('1', 4), run('2', 3), run('3', 4), run('4', 7), run('5', 5)]);
  equal([count, since, last?.id], [2, '2026-01-01T00:00:03Z', '5']);
  equal(failingFor([run('1', 4), run('2', 3)]).count, 0);
});

Deno.test('strip: what is usual is known from three successes on', () => {
  equal(usualOf([run('1', 3, 10), run('2', 3, 20), run('3', 4, 9000)]), null);
  equal(usualOf([run('1', 3, 10), run('2', 3, 20), run('3', 3, 30)]), { p50: 20, p95: 30 });
});

Deno.test('strip: pushed runs take their place; late news revive none; planned ones wait', () => {
  let runs = takeRun([run('1', 3)], run('2', 2), 2);
  runs = takeRun(runs, run('2', 3), 2);
  equal(runs.map(({ id, status }) => `${id}:${status}`), ['1:3', '2:3']);
  equal(takeRun(runs, run('2', 2), 2), runs);
  equal(takeRun(runs, run('3', 1), 2), runs);
  equal(takeRun(runs, run('3', 2), 2).map(({ id }) => id), ['2', '3']);
});
