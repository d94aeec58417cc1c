import {
  dateTime,
  duration,
  fromWallClock,
  isZone,
  meetsChange,
  nextClockChange,
  offsetLabel,
  relative,
  shortDateTime,
  toWallClock,
} from '../../src/lib/time.ts';
import { equal } from './assert.ts';

const at = (iso: string) => Date.parse(iso);

Deno.test('time: shown on the wall clock of a zone', () => {
  equal(dateTime(at('2026-01-10T18:05:07Z'), 'Asia/Shanghai'), '2026-01-11 02:05:07');
  equal(dateTime(at('2026-01-10T00:00:00Z'), 'UTC'), '2026-01-10 00:00:00');
  equal(offsetLabel(at('2026-01-10T00:00:00Z'), 'Asia/Kolkata'), 'UTC+05:30');
  equal(offsetLabel(at('2026-07-10T00:00:00Z'), 'America/New_York'), 'UTC-04:00');
});

Deno.test('time: the date is left out today, the year this year', () => {
  const now = at('2026-03-05T12:00:00Z');
  equal(shortDateTime(at('2026-03-05T01:02:03Z'), now, 'UTC'), '01:02:03');
  equal(shortDateTime(at('2026-02-05T01:02:03Z'), now, 'UTC'), '02-05 01:02:03');
  equal(shortDateTime(at('2025-02-05T01:02:03Z'), now, 'UTC'), '2025-02-05 01:02');
});

Deno.test('time: a wall clock time becomes the moment in its zone, and back', () => {
  const ms = fromWallClock('2026-11-21T09:30', 'Asia/Shanghai');
  equal(ms, at('2026-11-21T01:30:00Z'));
  equal(toWallClock(ms!, 'Asia/Shanghai'), '2026-11-21T09:30:00');
  equal(fromWallClock('', 'UTC'), null);
  equal(fromWallClock('2026-11-21T09:30', 'Nowhere/Land'), null);
});

Deno.test('time: skipped and repeated wall clock times', () => {
  // 02:30 does not exist on 8 March 2026 in New York; it becomes 03:30 EDT.
  equal(fromWallClock('2026-03-08T02:30', 'America/New_York'), at('2026-03-08T07:30:00Z'));
  // 01:30 comes twice on 1 November 2026; the first is EDT.
  equal(fromWallClock('2026-11-01T01:30', 'America/New_York'), at('2026-11-01T05:30:00Z'));
});

Deno.test('time: zones that exist and do not', () => {
  equal([isZone('UTC'), isZone('Europe/Berlin'), isZone('Mars/Base'), isZone('')], [true, true, false, false]);
});

Deno.test('time: durations and relative times', () => {
  equal([820, 2345, 65_000, 7_380_000, 90_000_000].map((ms) => duration(ms, 'en')), [
    '820 ms',
    '2.3 s',
    '1 m 05 s',
    '2 h 03 m',
    '1 d 01 h',
  ]);
  const now = at('2026-03-05T12:00:00Z');
  equal(relative(now + 180_000, now, 'en'), 'in 3 min.');
  equal(relative(now + 44 * 3_600_000, now, 'en'), 'in 44 hr.');
  equal(relative(now + 50 * 3_600_000, now, 'en'), 'in 2 days');
  equal(relative(now - 7_200_000, now, 'zh-CN'), '2 小时前');
});

Deno.test('time: the next change of clocks is found to the second, and none where there is none', () => {
  const back = nextClockChange(at('2026-10-20T12:00:00Z'), 'America/New_York')!;
  equal([new Date(back.at).toISOString(), back.by], ['2026-11-01T06:00:00.000Z', -3_600_000]);
  const forward = nextClockChange(at('2026-12-01T00:00:00Z'), 'America/New_York')!;
  equal([new Date(forward.at).toISOString(), forward.by], ['2027-03-14T07:00:00.000Z', 3_600_000]);
  const half = nextClockChange(at('2026-09-01T00:00:00Z'), 'Australia/Lord_Howe')!;
  equal([new Date(half.at).toISOString(), half.by], ['2026-10-03T15:30:00.000Z', 1_800_000]);
  equal(nextClockChange(at('2026-01-01T00:00:00Z'), 'Asia/Shanghai'), null);
});

Deno.test('time: a time of day meets a change when it is skipped or comes twice', () => {
  const zone = 'America/New_York';
  const forward = nextClockChange(at('2026-12-01T00:00:00Z'), zone)!;
  const back = nextClockChange(at('2026-10-20T00:00:00Z'), zone)!;
  const meets = (local: string) =>
    [forward, back].map((change) => meetsChange(fromWallClock(`2026-12-02T${local}`, zone)!, zone, change));
  equal(meets('02:30'), [true, false]);
  equal(meets('01:59'), [false, true]);
  equal(meets('02:00'), [true, false]);
  equal(meets('03:00'), [false, false]);
  equal(meets('00:59'), [false, false]);
});
