import type { PlacementChoice } from '../../src/api/types.ts';
import { checkPlace, emptyPlace, placeBody, placeOf } from '../../src/features/jobs/parts/job-placement.ts';
import { namesIn, sumOf } from '../../src/features/placement/placement.ts';
import { equal } from './assert.ts';

const slot = (chosen: string | null, others: Record<string, string | null>): PlacementChoice => ({
  chosen,
  strategy: 'least_running',
  online: 2,
  hosts: 4,
  candidates: [
    ...(chosen ? [{ host: chosen, score: '1', out: null }] : []),
    ...Object.entries(others).map(([host, out]) => ({ host, score: null, out: out as 'offline' | null })),
  ],
  text: { zh: '', en: '' },
});

Deno.test('placement: the slots of a run are put together, and a chosen host is none of the others', () => {
  const sum = sumOf([
    slot('a', { d: 'offline', b: null, c: null }),
    slot('b', { a: 'has_another', d: 'offline', c: null }),
    slot('b', { d: 'offline' }),
    slot(null, { d: 'offline' }),
  ]);
  equal(sum.chosen, [{ host: 'a', count: 1 }, { host: 'b', count: 2 }]);
  equal(sum.waiting, 1);
  // Those that could have been chosen come first.
  equal(sum.others.map((other) => [other.host, other.out]), [['c', null], ['d', 'offline']]);
});

Deno.test('placement: a host has the name that the server says, that the list says, or its id', () => {
  const named = slot('a', { b: null });
  named.candidates[0]!.name = 'web1';
  const name = namesIn([named], new Map([['a', 'old'], ['b', 'web2']]));
  equal(['a', 'b', 'c'].map(name), ['web1', 'web2', 'c']);
});

const wrong = (change: object, form: object = {}) =>
  checkPlace({ place: { ...emptyPlace(), ...change }, schedule: 'cron', cron: '0 2 * * *', ...form });

Deno.test('placement: what is wrong is said at its field, and only where it means something', () => {
  equal(wrong({ count: 0, lease: 1 }), {});
  equal(wrong({ kind: 'one_of', count: 0, lease: 1 }), { 'placement.lease_seconds': 'lease' });
  equal(wrong({ kind: 'n_of', count: 0 }), { 'placement.count': 'thousand' });
  equal(wrong({ kind: 'sharded', count: '', items: 'eu' }), {});
  equal(wrong({ kind: 'one_of', strategy: 'failover' }), { 'placement.order': 'order' });
  equal(wrong({ kind: 'sharded', strategy: 'failover' }), {});
  equal(wrong({ kind: 'one_of' }, { schedule: 'delay' }), { 'placement.kind': 'ownFires' });
  equal(wrong({ kind: 'one_of' }, { cron: '@reboot' }), { 'placement.kind': 'ownFires' });
});

Deno.test('placement: a broadcast has neither count nor items nor a strategy', () => {
  equal(wrong({ kind: 'broadcast', count: 0, strategy: 'failover' }), {});
  equal(placeBody({ ...emptyPlace(), kind: 'broadcast', items: 'eu', where: 'a' }).placement, {
    kind: 'broadcast',
    where: 'a',
    lease_seconds: 30,
    fenced: true,
  });
});

Deno.test('placement: waves are checked and sent with "each" alone, and come back as they were', () => {
  equal(wrong({ waves: true, lease: 1, waveSize: '12' }), {});
  equal(wrong({ waves: true, waveSize: '101%', canary: -1, wavePause: 90_000, maxFailures: 101 }), {
    'placement.waves.size': 'waveSize',
    'placement.waves.canary': 'canary',
    'placement.waves.pause_seconds': 'wavePause',
    'placement.waves.max_failure_ratio': 'maxFailures',
  });
  equal(wrong({ waves: true, waveSize: 'some' }), { 'placement.waves.size': 'waveSize' });
  equal(wrong({ waves: true }, { schedule: 'delay' }), { 'placement.kind': 'ownFires' });
  equal(wrong({ kind: 'one_of', waves: true, waveSize: '' }), {});
  const placement = {
    kind: 'each' as const,
    order: ['web9'],
    waves: { size: '10%', canary: 1, pause_seconds: 60, max_failure_ratio: 0.125 },
  };
  equal(placeBody(placeOf(placement), placement), { placement });
  equal(placeBody({ ...placeOf(placement), waveSize: '5' }, placement).placement?.waves?.size, 5);
  equal(placeBody({ ...placeOf(placement), waves: false }, placement), { placement: { kind: 'each' } });
});
