import { sameQuery, withView } from '../../src/lib/saved-views.ts';
import { equal } from './assert.ts';

Deno.test('saved views: one of the same name is replaced, the oldest makes room', () => {
  const many = Array.from({ length: 12 }, (_, n) => ({ name: `view ${n}`, query: { status: String(n) } }));
  const replaced = withView(many, { name: 'view 3', query: { status: '4,5' } });
  equal([replaced.length, replaced[11]!.name, replaced[11]!.query.status], [12, 'view 3', '4,5']);
  const more = withView(many, { name: 'new', query: {} });
  equal([more.length, more[0]!.name], [12, 'view 1']);
});

Deno.test('saved views: the order of the parameters does not matter, empty ones do not count', () => {
  equal(sameQuery({ a: '1', b: '2', c: '' }, { b: '2', a: '1' }), true);
  equal(sameQuery({ a: '1' }, { a: '2' }), false);
});
