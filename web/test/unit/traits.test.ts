import { queryString } from '../../src/api/client.ts';
import { labelsOf, labelText, labelTyped, startedBy } from '../../src/lib/traits.ts';
import { equal } from './assert.ts';

Deno.test('traits: labels survive the address, whatever they hold', () => {
  for (const labels of [[], ['env=prod'], ['a=1,2', 'b=50%', 'c=%2C', 'd==e']]) {
    equal(labelsOf(labelText(labels)), labels);
  }
  equal(labelsOf('50%,a'), ['50%', 'a']);
  equal(queryString({ label: ['a=1,2', 'b'], type: '', page: 2 }), '?label=a%3D1%2C2&label=b&page=2');
});

Deno.test('traits: what somebody types becomes a label, or nothing', () => {
  equal([' env = prod ', 'env', 'env=', '=x', '', ' '].map(labelTyped), ['env=prod', 'env', 'env', null, null, null]);
  equal(labelTyped('url=a=b'), 'url=a=b');
});

Deno.test('traits: an execution was started in one of the ways that are looked for', () => {
  equal([startedBy('hook', ''), startedBy('hook', 'manual,webhook'), startedBy('cron', 'manual')], [true, true, false]);
});
