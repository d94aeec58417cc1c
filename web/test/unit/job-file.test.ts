import { ApiError } from '../../src/api/client.ts';
import { tasks } from '../../src/api/tasks.ts';
import type { Task } from '../../src/api/types.ts';
import {
  bodyFrom,
  byName,
  type FiledJob,
  fileOf,
  type FileRow,
  fitsCheck,
  makeJobs,
  readJobs,
  repeatedIn,
} from '../../src/features/jobs/parts/job-file.ts';
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

Deno.test('job file: the label of a set of files is not written, and is a fault where it is read', () => {
  const marked = { ...task, labels: { 'quartzflow/source': 'ops', team: 'web' } } as unknown as Task;
  const names = new Map([[1, 'all'], [2, 'web']]);
  equal(fileOf(marked, names, new Map([[9, 'load']])).labels, { team: 'web' });
  const job = { name: 'a', groups: ['all'], labels: { 'quartzflow/source': 'ops' } };
  equal(bodyFrom(job, new Map([['all', 1]]), new Map()).faults.map(({ code }) => code), ['source']);
  equal(bodyFrom({ ...job, labels: null }, new Map([['all', 1]]), new Map()).faults, []);
});

const codes = (dependencies: unknown) =>
  bodyFrom({ name: 'a', groups: ['all'], dependencies }, new Map([['all', 1]]), new Map([['load', 2]]))
    .faults.map(({ code }) => code);

Deno.test('job file: dependencies that name no job are faults', () => {
  equal(codes('load'), ['dependencies']);
  equal(codes({ task: 'load' }), ['dependencies']);
  equal(codes([null]), ['dependency']);
  equal(codes([{ task: 'load' }]), []);
});

Deno.test('job file: names that stand twice are found', () => {
  equal([...repeatedIn([{ name: 'a' }, { name: 'b' }, { name: 'a' }])], ['a']);
});

Deno.test('job file: what one request cannot hold does not fit', () => {
  equal(fitsCheck([{ name: 'a' }]), true);
  equal(fitsCheck([{ name: 'a', description: '你'.repeat(400_000) }]), false);
});

Deno.test('job file: a job is found by its name behind a hundred others that have it in theirs', async () => {
  const pages: unknown[] = [];
  const items = [...Array(100).keys()].map((id) => ({ id, name: `load-${id}` }));
  const list = ((query: { page: number }) => {
    pages.push(query.page);
    return Promise.resolve({ items: query.page === 1 ? items : [{ id: 100, name: 'load' }] });
  }) as unknown as typeof tasks.list;
  equal(await byName('load', list), [['load', 100]]);
  equal(await byName('loa', list), []);
  equal(pages, [1, 2, 1, 2]);
  equal(await byName('你'.repeat(86), list), []);
  equal(pages.length, 4);
});

const row = (name: string, ...parents: string[]): FileRow => ({
  job: { name, groups: ['all'], dependencies: parents.map((parent) => ({ task: parent })) },
  faults: [],
  state: 'isNew',
});
/** What became of each row, and the names that were asked for. */
async function making(rows: FileRow[], answer: (name: string) => number): Promise<[string[], string[]]> {
  const asked: string[] = [];
  const create = (body: FiledJob) => {
    asked.push(String(body.name));
    return new Promise<{ id: number }>((done) => done({ id: answer(String(body.name)) }));
  };
  await makeJobs(rows, new Map([['all', 1]]), new Map(), create, {
    fault: ({ code, about }) => `${code} ${about}`,
    error: (error) => (error as Error).message,
  });
  return [rows.map(({ job, state, faults }) => [job.name, state, ...faults].join(' ')), asked];
}
const refuse = (status: number, approval = ''): never => {
  throw new ApiError(status, 'code', `refused ${status}`, [], '', '', approval);
};

Deno.test('job file: a job is made after those that it waits for', async () => {
  const [rows, asked] = await making([row('c', 'b'), row('b', 'a'), row('a')], (name) => name.charCodeAt(0));
  equal(rows, ['c isMade', 'b isMade', 'a isMade']);
  equal(asked, ['a', 'b', 'c']);
});

Deno.test('job file: a job is not made without those that it waits for', async () => {
  const [rows, asked] = await making(
    [row('b', 'a'), row('a'), row('d', 'c'), row('c'), row('e')],
    (name) => name === 'a' ? refuse(409) : name === 'c' ? refuse(202, 'x') : 1,
  );
  equal(rows, ['b isNew unmade a', 'a isNew refused 409', 'd isNew unmade c', 'c isWaiting', 'e isMade']);
  equal(asked, ['a', 'c', 'e']);
});

Deno.test('job file: nothing more is asked for after the session has ended or when the server is away', async () => {
  equal(await making([row('a'), row('b')], () => refuse(401)), [['a isNew', 'b isNew'], ['a']]);
  equal(await making([row('a'), row('b')], () => refuse(0)), [['a isNew refused 0', 'b isNew'], ['a']]);
});
