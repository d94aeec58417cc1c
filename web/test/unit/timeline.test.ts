import type { Execution } from '../../src/api/types.ts';
import { linesOf, stepFrom, ticksOf } from '../../src/features/timeline/timeline.ts';
import { equal } from './assert.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 27, 8, minute)).toISOString();
const ms = (minute: number) => Date.parse(at(minute));
const run = (id: string, host: string, start: number | null, end: number | null, status = 3) =>
  ({
    id,
    client_id: host,
    client_name: host,
    start_time: start === null ? null : at(start),
    end_time: end === null ? null : at(end),
    duration: null,
    status,
  }) as Execution;

const shape = (rows: Execution[], from = 0, to = 60, now = 60) =>
  linesOf(rows, ms(from), ms(to), ms(now)).map((line) => [
    line.name,
    line.lanes,
    line.bars.map((bar) => [bar.row.id, (bar.from - ms(0)) / 60_000, (bar.to - ms(0)) / 60_000, bar.lane]),
  ]);

Deno.test('timeline: what ran at once stands under each other, what came after in the first free lane', () => {
  equal(shape([run('a', 'web2', 0, 20), run('b', 'web2', 10, 30), run('c', 'web2', 25, 40), run('d', 'web10', 5, 6)]), [
    ['web2', 2, [['a', 0, 20, 0], ['b', 10, 30, 1], ['c', 25, 40, 0]]],
    ['web10', 1, [['d', 5, 6, 0]]],
  ]);
});

Deno.test('timeline: cut to the span; what runs goes on until now, what never began is not there', () => {
  const rows = [run('a', 'h', -10, 5), run('b', 'h', 50, 90), run('c', 'h', 20, null, 2), run('d', 'h', null, null, 7)];
  equal(shape(rows, 0, 60, 30), [['h', 1, [['a', 0, 5, 0], ['c', 20, 30, 0], ['b', 50, 60, 0]]]]);
  equal(shape([run('a', 'h', -10, -5), run('b', 'h', 70, 80)]), []);
});

Deno.test('timeline: bars that are too short to be seen keep their distance', () => {
  const [line] = linesOf([run('a', 'h', 0, 0), run('b', 'h', 0, 0)], ms(0), ms(60), ms(60));
  equal([line!.lanes, line!.bars.map((bar) => bar.lane)], [2, [0, 1]]);
});

const clock = (ticks: number[]) => ticks.map((tick) => new Date(tick).toISOString().slice(11, 16));

Deno.test('timeline: ticks are round on the clocks of the zone', () => {
  equal(clock(ticksOf(ms(3), ms(63), 'UTC')), ['08:10', '08:20', '08:30', '08:40', '08:50', '09:00']);
  // India's hours begin at half past.
  equal(clock(ticksOf(ms(0), ms(360), 'Asia/Kolkata'))[0], '08:30');
});

Deno.test('timeline: arrows go along a host, and to what ran at that time on the next one', () => {
  const rows = [run('a', 'h1', 0, 5), run('b', 'h1', 30, 35), run('c', 'h2', 2, 3), run('d', 'h2', 28, 29)];
  const lines = linesOf(rows, ms(0), ms(60), ms(60));
  const to = (id: string, key: string) => stepFrom(lines, id, key)?.row.id;
  equal(
    [to('a', 'ArrowRight'), to('b', 'ArrowRight'), to('b', 'ArrowDown'), to('c', 'ArrowUp'), to('', 'ArrowRight')],
    [
      'b',
      'b',
      'd',
      'a',
      'a',
    ],
  );
});
