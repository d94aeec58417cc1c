import type { Setting } from '../../src/api/settings.ts';
import { mayGive, PERMISSIONS } from '../../src/features/settings/parts/permissions.ts';
import { asTyped, checkTyped, valueOf } from '../../src/features/settings/parts/setting-values.ts';
import { equal } from './assert.ts';

const number = { type: 'integer', minimum: 30, maximum: 90, zero: false } as Setting;
const zone = { type: 'timezone' } as Setting;

const faults = (item: Setting, ...typed: string[]) => typed.map((text) => checkTyped(item, text));

Deno.test('settings: what was typed is checked against the limits that the server names', () => {
  equal(faults(number, '30', '90', '29', '91', '', '3.5', '0'), ['', '', 'range', 'range', 'range', 'range', 'range']);
  equal(faults({ ...number, zero: true }, '0', '29', '30'), ['', 'rangeOrZero', '']);
  equal(faults(zone, 'UTC', ' Asia/Shanghai ', 'Mars'), ['', '', 'zone']);
  equal(faults({ type: 'choice' } as Setting, 'anything'), ['']);
});

Deno.test('settings: numbers go back as numbers, words without blanks around them', () => {
  equal([valueOf(number, asTyped(30)), valueOf(zone, ' UTC ')], [30, 'UTC']);
});

Deno.test('roles: each permission is offered once, and given only by who has it everywhere', () => {
  const all = PERMISSIONS.flatMap(([, permissions]) => permissions);
  equal(all.length, new Set(all).size);
  equal([
    mayGive('jobs:read', { 'jobs:read': 'all' }),
    mayGive('jobs:read', { 'jobs:read': [1] }),
    mayGive('jobs:run', {}),
  ], [
    true,
    false,
    false,
  ]);
});
