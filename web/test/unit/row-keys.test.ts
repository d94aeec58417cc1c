import { rowByKey, rowsBetween } from '../../src/lib/row-keys.ts';
import { equal } from './assert.ts';

const from = (at: number) => ['j', 'k', 'Home', 'End'].map((key) => rowByKey(key, at, 3));

Deno.test('row keys: j and k go on and back and stop at the ends, Home and End go there', () => {
  equal(from(-1), [0, 0, null, null]);
  equal(from(0), [1, 0, 0, 2]);
  equal(from(2), [2, 1, 0, 2]);
  equal(rowByKey('j', -1, 0), null);
  equal(rowByKey('x', 1, 3), null);
});

Deno.test('row keys: a range is the same from both of its ends', () => {
  equal(rowsBetween(['a', 'b', 'c', 'd'], 1, 3), ['b', 'c', 'd']);
  equal(rowsBetween(['a', 'b', 'c', 'd'], 3, 1), ['b', 'c', 'd']);
  equal(rowsBetween(['a', 'b'], 1, 1), ['b']);
});
