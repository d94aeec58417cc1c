import type { Task } from '../../src/api/types.ts';
import { bodyFrom, fileOf, readJobs } from '../../src/features/jobs/parts/job-file.ts';
import { equal } from './assert.ts';

const task = {
  id: 7,
  uid: 'u',
  version: 3,
  name: 'nightly',
  description: '',
  executor_type: 1,
  executor_config: { command: 'echo 你好' },
  schedule_type: 'manual',
  timezone: 'UTC',
  dst: 'debian',
  timeout: 60,
  group_ids: [2, 1],
  groups: ['all', 'web'],
  labels: {},
  status: 0,
  hold: { kind: 'paused' },
  dependencies: [{ task_id: 9, on: 'success', hosts: 'all' }],
  next_exec_time: null,
} as unknown as Task;
const filed = {
  name: 'nightly',
  executor_type: 1,
  executor_config: { command: 'echo 你好' },
  schedule_type: 'manual',
  timeout: 60,
  groups: ['all', 'web'],
  enabled: true,
  dependencies: [{ task: 'load', on: 'success', hosts: 'all' }],
};

Deno.test('job file: a job is written with names, without what it only shows or what says nothing', () => {
  equal(fileOf(task, new Map([[1, 'all'], [2, 'web']]), new Map([[9, 'load']])), filed);
});

Deno.test('job file: what was written is read with the numbers of the server that reads it', () => {
  const read = readJobs(`\ufeff${JSON.stringify([filed])}`)!;
  const { body, faults } = bodyFrom(read[0]!, new Map([['all', 1], ['web', 5]]), new Map([['load', 12]]));
  equal(faults, []);
  equal(body, {
    name: 'nightly',
    executor_type: 1,
    executor_config: { command: 'echo 你好' },
    schedule_type: 'manual',
    timeout: 60,
    group_ids: [1, 5],
    status: 1,
    dependencies: [{ on: 'success', hosts: 'all', task_id: 12 }],
  });
});

Deno.test('job file: names that are not known, and numbers of another server, are faults', () => {
  const { faults } = bodyFrom(
    { ...filed, groups: ['all', 'gone'], enabled: 1, status: 1 },
    new Map([['all', 1]]),
    new Map(),
  );
  equal(faults.map(({ code, about }) => `${code} ${about}`), [
    'numbers status',
    'enabled ',
    'group gone',
    'dependency load',
  ]);
  equal(bodyFrom({ name: 'a' }, new Map(), new Map()).faults.map(({ code }) => code), ['groups']);
});

Deno.test('job file: what is no list of jobs is no file', () => {
  for (const text of ['', 'name: a', '[]', '[1]', '{"a": 1}', '[{"name": 5}]', 'null']) equal(readJobs(text), null);
  equal(readJobs('{"name": "a"}'), [{ name: 'a' }]);
});
