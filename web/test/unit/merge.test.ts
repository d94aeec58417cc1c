import type { Execution, Host, Page, Task } from '../../src/api/types.ts';
import { mergeExecutions } from '../../src/features/executions/parts/merge.ts';
import { mergeHosts } from '../../src/features/hosts/merge.ts';
import { lastOf, takeJob } from '../../src/features/jobs/parts/merge.ts';
import { equal } from './assert.ts';

const run = (id: string, status: number, task_id = 1) =>
  ({
    id,
    status,
    status_name: '',
    task_id,
    task_name: `job ${task_id}`,
    start_time: `2026-01-01T00:00:0${id}Z`,
  }) as Execution;
const page = <T>(items: T[], size = 3): Page<T> => ({
  total: items.length,
  page: 1,
  page_size: size,
  has_next: false,
  items,
});
const task = (id: number, version: number, name: string) => ({ id, version, name }) as Task;
const ids = (list: Page<Execution>) => list.items.map((item) => `${item.id}:${item.status}`);

Deno.test('merge: known executions change, new ones come first, the page keeps its size', () => {
  const list = page([run('2', 2), run('1', 3)]);
  mergeExecutions(list, [run('2', 3), run('3', 1), run('4', 1)], {});
  equal([ids(list), list.total, list.has_next], [['4:1', '3:1', '2:3'], 4, true]);
});

Deno.test('merge: an older execution that was not known takes its place by time, or none', () => {
  const list = page([run('5', 3), run('3', 3)]);
  mergeExecutions(list, [run('4', 3), run('1', 3)], {});
  equal(ids(list), ['5:3', '4:3', '3:3']);
});

Deno.test('merge: a late push does not revive an ended execution', () => {
  const list = page([run('1', 3)]);
  mergeExecutions(list, [run('1', 2)], {});
  equal(ids(list), ['1:3']);
});

Deno.test('merge: what does not fit the filter leaves or stays away', () => {
  const list = page([run('1', 2)]);
  mergeExecutions(list, [run('1', 3), run('2', 2, 9)], { status: '2', task_id: '1' });
  equal([ids(list), list.total], [[], 0]);
});

Deno.test('merge: a later page takes no new executions', () => {
  const list = { ...page([run('1', 2)]), page: 2 };
  mergeExecutions(list, [run('2', 2)], {});
  equal(ids(list), ['1:2']);
});

Deno.test('merge: jobs change in place; deleted and unknown ones need the server', () => {
  const list = page([task(1, 2, 'a')]);
  equal(takeJob(list, { id: 1, task: task(1, 1, 'old') }), undefined);
  equal(list.items[0]!.name, 'a');
  takeJob(list, { id: 1, task: task(1, 3, 'b') });
  equal(list.items[0]!.name, 'b');
  equal([takeJob(list, { id: 2, task: task(2, 1, 'c') }), takeJob(list, { id: 1, task: null })], ['reload', 'reload']);
  equal(takeJob(list, { id: 5, task: null }), undefined);
});

Deno.test('merge: the newest execution is the last status of its job', () => {
  const list = page([{ id: 1, last_execution: null } as Task]);
  lastOf(list, [run('2', 2)]);
  lastOf(list, [run('1', 3)]);
  equal([list.items[0]!.last_execution!.id, list.items[0]!.last_execution!.status], ['2', 2]);
  lastOf(list, [run('2', 4)]);
  lastOf(list, [run('2', 2)]);
  equal(list.items[0]!.last_execution!.status, 4);
});

Deno.test('merge: hosts', () => {
  const list = [{ client_id: 'a', status: 'offline' } as Host];
  mergeHosts(list, [{ client_id: 'a', status: 'online' } as Host, { client_id: 'b' } as Host]);
  equal(list.map((host) => `${host.client_id} ${host.status}`), ['a online', 'b undefined']);
});

Deno.test('merge: a run that waits for its time is not the last one yet', () => {
  const list = page([{ id: 1, version: 1, last_execution: null } as Task]);
  lastOf(list, [run('1', 3), run('2', 1)]);
  equal(list.items[0]!.last_execution!.id, '1');
  const waiting = { id: '2', status: 1, status_name: '', start_time: null };
  takeJob(list, { id: 1, task: { id: 1, version: 1, last_execution: waiting } as Task });
  equal(list.items[0]!.last_execution!.id, '1');
  lastOf(list, [run('2', 2)]);
  equal(list.items[0]!.last_execution!.id, '2');
});

Deno.test('merge: rows that would move what somebody points at wait; known ones change in their place', () => {
  const list = page([run('2', 2), run('1', 3)]);
  const held = new Map();
  mergeExecutions(list, [run('2', 3), run('3', 2)], { status: '2' }, held);
  equal([ids(list), [...held.keys()]], [['2:3', '1:3'], ['3']]);
  mergeExecutions(list, [...held.values()], { status: '2' });
  equal(ids(list), ['3:2', '2:3', '1:3']);
});

Deno.test('merge: a filter of several states keeps them all', () => {
  const list = page([] as Execution[]);
  mergeExecutions(list, [run('1', 4), run('2', 5), run('3', 3)], { status: '4,5' });
  equal(ids(list), ['2:5', '1:4']);
});
