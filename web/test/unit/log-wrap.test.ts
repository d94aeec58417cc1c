import { between, cutsOf, lineOf, rowStarts } from '../../src/lib/log-wrap.ts';
import { equal } from './assert.ts';

Deno.test('log: a long line goes on in rows of the width that there is', () => {
  equal(cutsOf('abcdefghij', 4), [4, 8]);
  equal(cutsOf('abcd', 4), []);
  equal(cutsOf('', 4), []);
});

Deno.test('log: Chinese takes two columns, and no letter is cut in two', () => {
  equal(cutsOf('中文中文', 4), [2]);
  equal(cutsOf('a中文', 4), [2]);
  equal(cutsOf('\u{20000}\u{20000}\u{20000}', 4), [4]);
  // Wider than the row itself: one letter each.
  equal(cutsOf('中文', 1), [1]);
});

Deno.test('log: a tab goes on to the next of its places', () => {
  equal(cutsOf('a\tb', 8), [2]);
  equal(cutsOf('a\tb', 9), []);
});

Deno.test('log: colours and hits go on over the end of a row', () => {
  const spans = [{ text: 'abc', cls: 'f1', hit: false }, { text: 'defg', cls: '', hit: true }];
  equal(between(spans, 2, 5), [{ text: 'c', cls: 'f1', hit: false }, { text: 'de', cls: '', hit: true }]);
  equal(between(spans, 5, 7), [{ text: 'fg', cls: '', hit: true }]);
});

Deno.test('log: a row knows its line', () => {
  const starts = rowStarts([[], [4, 8], []]);
  equal(starts, [0, 1, 4, 5]);
  equal([0, 1, 2, 3, 4].map((row) => lineOf(starts, row)), [0, 1, 1, 1, 2]);
  equal(lineOf(rowStarts([]), 0), 0);
});
