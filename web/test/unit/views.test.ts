import { dropLocalViews, localViews, sameQuery } from '../../src/lib/saved-views.ts';
import { equal } from './assert.ts';

Deno.test('saved views: what an earlier version left in the browser is read once, and what is no view is passed over', () => {
  const stored = new Map<string, string>();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  };
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  equal(localViews('jobs'), []);
  stored.set('qf.views.jobs', '{');
  equal(localViews('jobs'), []);
  const long = 'x'.repeat(60);
  stored.set(
    'qf.views.jobs',
    JSON.stringify([{ name: 'off', query: { status: '0' } }, { name: 'bad', query: { status: 0 } }, null, {
      name: long,
      query: {},
    }]),
  );
  equal(localViews('jobs'), [{ name: 'off', query: { status: '0' } }, { name: 'x'.repeat(40), query: {} }]);
  dropLocalViews('jobs');
  equal(localViews('jobs'), []);
});

Deno.test('saved views: the order of the parameters does not matter, empty ones do not count', () => {
  equal(sameQuery({ a: '1', b: '2', c: '' }, { b: '2', a: '1' }), true);
  equal(sameQuery({ a: '1' }, { a: '2' }), false);
});
