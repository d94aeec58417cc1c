import type { Hook } from '../../src/api/hooks.ts';
import {
  hookBody,
  hookFaults,
  hookForm,
  switched,
  valuesOf,
  valuesText,
} from '../../src/features/jobs/hooks/hook-form.ts';
import { equal } from './assert.ts';

const hook: Hook = {
  id: 'h',
  task_id: 1,
  name: 'push',
  format: 'github',
  path: '/hooks/h',
  addresses: ['192.0.2.0/24', '::1/128'],
  params: [{ name: 'A', pointer: '/a', default: null }, { name: 'B', pointer: '', default: '0' }],
  when: [{ pointer: '/ref', is: ['a,b', 'c'] }],
  enabled: true,
  older_secret_until: null,
  created_at: '',
  updated_at: '',
};

Deno.test('webhook form: what is read is sent back, and the secret stays', () => {
  equal(hookBody(hookForm(hook)), {
    name: 'push',
    format: 'github',
    addresses: ['192.0.2.0/24', '::1/128'],
    params: [{ name: 'A', pointer: '/a' }, { name: 'B', pointer: '', default: '0' }],
    when: [{ pointer: '/ref', is: ['a,b', 'c'] }],
    enabled: true,
  });
  equal(switched(hook, false).enabled, false);
  equal([valuesOf(' a ,b\\,c,, '), valuesText(['a', 'b,c'])], [['a', 'b,c'], 'a, b\\,c']);
});

Deno.test('webhook form: files that start a task', () => {
  const file = { path: '/srv/in/*.csv', settle_seconds: 9 };
  const form = hookForm({ ...hook, format: 'file', path: null, addresses: [], file });
  equal(hookBody(form).file, file);
  equal(switched({ ...hook, format: 'file', file }, true).file, file);
  equal(hookBody(hookForm(hook)).file, undefined);
  equal(hookFaults(form, false), {});
  for (const path of ['', 'in/a', '/srv/*/a', '/srv/../a', '/srv/']) {
    equal(Object.keys(hookFaults({ ...form, path }, false)), ['file.path']);
  }
  for (const settle of ['', 0, 86_401, 1.5]) {
    equal(Object.keys(hookFaults({ ...form, settle }, false)), ['file.settle_seconds']);
  }
});

Deno.test('webhook form: what is wrong is said at its field', () => {
  equal(hookFaults(hookForm(null), true), { name: 'required' });
  const form = { ...hookForm(hook), name: '-x', format: 'stripe' as const, secret: 'short' };
  form.params[0]!.pointer = 'a';
  form.when[0]!.is = ' , ';
  equal(hookFaults(form, true), {
    name: 'hookName',
    secret: 'hookSecret',
    'params[0].pointer': 'pointer',
    'when[0].is': 'required',
  });
  equal(hookFaults({ ...hookForm(hook), format: 'stripe' }, false), {});
});

Deno.test('webhook form: what an event starts has a topic and no secret or address', () => {
  const event: Hook = { ...hook, format: 'message', topic: 'orders/arrived', path: null };
  const form = { ...hookForm(event), secret: 'left from another format', rotate: true };
  const body = hookBody(form);
  equal([body.topic, body.addresses, body.secret, body.rotate], ['orders/arrived', [], undefined, undefined]);
  equal(switched(event, false).topic, 'orders/arrived');
  equal(hookFaults(form, false), {});
  equal(hookFaults({ ...form, topic: 'a b' }, false), { topic: 'hookTopic' });
  equal(hookFaults({ ...form, format: 'host_joined', topic: '' }, false), {});
});
