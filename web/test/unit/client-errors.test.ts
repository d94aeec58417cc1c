import { placeIn } from '../../src/lib/client-errors.ts';
import { countText } from '../../src/lib/count-text.ts';
import { equal } from './assert.ts';

Deno.test('client errors: the place is the first of our files, without the address of the server', () => {
  const chromium =
    'TypeError: x\n    at https://flow.example.org/c/jobs-AB12.js:3:4567\n    at async https://f/app.js:1:2';
  equal(placeIn(chromium), 'jobs-AB12.js:3:4567');
  equal(placeIn('save@https://flow.example.org/app-CD34.js:1:99\n'), 'app-CD34.js:1:99');
  equal(placeIn('at <anonymous>:1:1'), '');
});

Deno.test('segments: a number that the server did not count to its end says so', () => {
  equal(countText({ total: 1234 }), '1,234');
  equal(countText({ total: 10_000, total_exact: false }), '10,000+');
});
