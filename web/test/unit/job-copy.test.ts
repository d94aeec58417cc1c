import type { Task } from '../../src/api/types.ts';
import { bodyOf, formOf } from '../../src/features/jobs/parts/job-form.ts';
import { equal } from './assert.ts';
import { contract } from './contract.ts';

const rule = { name: 'fails', enabled: true, triggers: ['timeout'], threshold: 1, channels: [] };

/** A value for each field of the contract, mostly not the usual one. */
const TASK = {
  name: 'nightly',
  description: 'every night',
  executor_type: 1,
  executor_config: {
    command: 'echo 1',
    interpreter: '/bin/bash',
    interpreter_args: ['-e', 'one\ntwo', '-c'],
    work_dir: '/srv',
    scratch_dir: true,
    leave_processes: true,
    success_codes: [0, 3],
    umask: '027',
    nice: -5,
    run_as: 'www-data',
    limits: {
      memory_bytes: 1_000_000,
      open_files: 64,
      total_memory_bytes: 64 << 20,
      total_processes: 20,
      cpu_percent: 150,
    },
    unit: { slice: 'batch-nightly.slice', description: 'every night' },
    env: { A: '1' },
  },
  schedule_type: 'cron',
  cron_expr: '5 4 * * *',
  timezone: 'Pacific/Chatham',
  dst: 'both',
  every_seconds: null,
  delay_seconds: null,
  once_at: null,
  not_before: '2026-01-01T00:00:00Z',
  not_after: '2030-01-01T00:00:00Z',
  window: { from: '01:00', to: '05:00' },
  calendars: [{ calendar: 'cn', on_blackout: 'after' }, { calendar: 'eu', on_blackout: 'skip' }],
  cron_exprs: ['0 12 * * 6'],
  cron_except: ['* 12 1 * *'],
  timeout: 77,
  retry_count: 2,
  retry_interval: 9,
  retry_backoff: 2,
  retry_max_interval: 600,
  retry_jitter: 10,
  retry_on: ['timeout', 'of_a_newer_server'],
  concurrency: 3,
  overlap: 'queue',
  misfire: 'fire_all',
  queue_limit: 3,
  misfire_limit: 4,
  misfire_threshold_seconds: 9,
  catch_up_seconds: 60,
  start_deadline_seconds: 30,
  jitter_seconds: 4,
  pool: { name: 'db-heavy', places: 3 },
  on_interrupt: 'retry',
  offline: 'run_for',
  offline_max_seconds: 3600,
  pause_after_failures: 5,
  on_edit_while_running: 'refuse',
  on_disable_while_running: 'stop',
  group_ids: [1, 4],
  labels: { team: 'db' },
  parameters: [
    { name: 'region', type: 'string', default: 'a,b', choices: ['a,b', 'c'], required: true },
    { name: 'day', type: 'of_a_newer_server', default: null, choices: [], required: false },
  ],
  two_person: ['run'],
  placement: {
    kind: 'n_of',
    strategy: 'failover',
    count: 3,
    order: ['agt_1', 'agt_2'],
    where: 'region=eu,!gpu',
    exclude: ['agt_9'],
    lease_seconds: 60,
    fenced: false,
  },
  task_notify: [rule],
  dependencies: [{ task_id: 7, on: 'failure', hosts: { ratio: 0.125 } }],
  join: 'all',
  match: 'pair',
  max_age_seconds: 600,
  dependency_mode: 'start',
  deadline: { at: '08:00', timezone: 'Europe/Berlin', on_deadline: 'run' },
  status: 1,
};

const CONFIGS: [type: number, config: Record<string, unknown>][] = [
  [1, TASK.executor_config],
  [2, {
    url: 'https://x/',
    method: 'PUT',
    headers: { A: 'b' },
    body: '{}',
    expected_status: [201],
    outputs: { id: '/id' },
    expect: { '/status': 'ok' },
    retry_statuses: [503],
    client_certificate: 'shop',
  }],
  [3, { plugin: 'disk-report', parameters: { depth: '2' } }],
  [4, { connection: 'secret:DB', statements: [{ sql: 'SELECT $1', parameters: ['one\ntwo'] }], row_limit: 7 }],
  [5, { builtin: 'clean_files', path: '/tmp/x', older_than_days: 3, pattern: '*.log', dry_run: true }],
  [5, { builtin: 'check_tcp', host: 'db', port: 5432 }],
  [5, { builtin: 'check_http', url: 'https://x/', expected_status: [204] }],
  [5, { builtin: 'check_disk', path: '/', min_free_percent: 11 }],
  [6, {
    image: 'registry.example.org/a:1',
    command: ['sh', '-c', 'two\nlines'],
    env: { A: 'b' },
    mounts: [{ source: '/a', target: '/b', read_only: false }],
    network: 'host',
    pull: 'always',
    user: 'app',
    work_dir: '/b',
    memory_bytes: 1_000_000_007,
    cpu_percent: 3,
    success_codes: [0, 7],
  }],
];

/** What a server of tomorrow may have in addition, and a built-in job that this console has never heard of. */
const NEWER: [type: number, config: Record<string, unknown>][] = [
  ...CONFIGS.map(([type, config]): [number, Record<string, unknown>] => [type, { ...config, newer: { a: [1] } }]),
  [5, { builtin: 'of_a_newer_server', depth: 4 }],
  [9, { of: 'a kind without a form' }],
];

const PLACEMENTS: Record<string, unknown>[] = [
  TASK.placement,
  { kind: 'one_of', strategy: 'consistent_hash', hash_key: 'tenant', lease_seconds: 30, fenced: true },
  { kind: 'sharded', items: ['eu', ' us '], lease_seconds: 30, fenced: true },
  { kind: 'sharded', count: 4, where: 'gpu', lease_seconds: 30, fenced: true },
  { kind: 'each', order: ['web9'], waves: { size: '10%', canary: 1, pause_seconds: 60, max_failure_ratio: 0.125 } },
];

const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, sorted(v)]))
    : Array.isArray(value)
    ? value.map(sorted)
    : value;

/** What a copy says of each field; a field that is not said has no value. */
function copied(change: Record<string, unknown>, fields = contract.task): unknown {
  const task = { ...TASK, ...change, id: 3, version: 8 } as unknown as Task;
  const body = bodyOf(formOf(task), 1, task, true) as unknown as Record<string, unknown>;
  return sorted(Object.fromEntries(fields.map((name) => [name, body[name] ?? null])));
}

const names = (records: object[]) => [...new Set(records.flatMap((record) => Object.keys(record)))].sort();

Deno.test('job copy: the samples have all fields of the contract', () => {
  equal(names([TASK]), contract.task);
  equal(names(CONFIGS.map(([, config]) => config)), contract.executor_config);
  equal(names(PLACEMENTS), contract.placement);
});

Deno.test('job copy: every field of a task survives', () => equal(copied({}), sorted(TASK)));

Deno.test('job copy: every kind of schedule survives, with the zone of its window', () => {
  const none = { cron_expr: '', dst: 'debian', cron_exprs: [], cron_except: [] };
  for (
    const schedule of [
      { schedule_type: 'every', every_seconds: 90 },
      { schedule_type: 'delay', delay_seconds: 7200, placement: { kind: 'each' } },
    ]
  ) {
    const fields = ['schedule_type', 'timezone', 'every_seconds', 'delay_seconds', 'window', 'calendars'];
    const wanted = { ...TASK, ...schedule } as Record<string, unknown>;
    equal(
      copied({ ...none, ...schedule }, fields),
      sorted(Object.fromEntries(fields.map((name) => [name, wanted[name]]))),
    );
  }
  // The second of two equal hours, and parts of a second.
  const once = { schedule_type: 'once', once_at: '2026-10-25T01:30:00.250Z', timezone: 'UTC' };
  equal(copied({ ...none, ...once, window: null, calendars: [] }, ['once_at']), { once_at: once.once_at });
});

Deno.test('job copy: what it runs survives, also what only newer servers know', () => {
  for (const [executor_type, executor_config] of [...CONFIGS, ...NEWER]) {
    equal(
      copied({ executor_type, executor_config }, ['executor_type', 'executor_config']),
      sorted({ executor_type, executor_config }),
    );
  }
});

Deno.test('job copy: where it runs survives', () => {
  for (const placement of PLACEMENTS) equal(copied({ placement }, ['placement']), sorted({ placement }));
});

Deno.test('job edit: where it runs is taken away by saying so, and not spoken of to servers that know nothing of it', () => {
  const task = { ...TASK, id: 3, version: 8 } as unknown as Task;
  const form = formOf(task);
  form.place.kind = 'each';
  equal(bodyOf(form, 1, task).placement, { kind: 'each' });
  const older = { ...task, placement: undefined };
  equal('placement' in bodyOf(formOf(older), 1, older), false);
});

Deno.test('job edit: what is not shown of a configuration goes with its kind', () => {
  const task = { ...TASK, id: 3, version: 8 } as unknown as Task;
  const form = { ...formOf(task), executor: 'http' as const, url: 'https://x/' };
  equal(Object.keys(bodyOf(form, 1, task).executor_config).sort(), [
    'body',
    'expected_status',
    'headers',
    'method',
    'url',
  ]);
});
