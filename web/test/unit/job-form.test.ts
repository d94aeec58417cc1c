import type { Task } from '../../src/api/types.ts';
import { validate } from '../../src/features/jobs/parts/job-check.ts';
import { newParent, parentsFor } from '../../src/features/jobs/parts/job-dependencies.ts';
import { bodyOf, emptyForm, formOf, type JobForm } from '../../src/features/jobs/parts/job-form.ts';
import { fieldOf, PATHS } from '../../src/features/jobs/parts/job-paths.ts';
import { emptyScript, scriptBody } from '../../src/features/jobs/parts/job-script.ts';
import { FIELD_LABELS } from '../../src/features/jobs/parts/job-words.ts';
import { equal } from './assert.ts';

const NOW = Date.parse('2026-11-21T00:00:00Z');
const good = () => ({ ...emptyForm(), name: ' nightly ', command: 'echo 1', timezone: 'Asia/Shanghai', groupIds: [1] });
const failed = (change: Partial<ReturnType<typeof good>>) => validate({ ...good(), ...change }, NOW);

Deno.test('job form: a good form passes', () => equal(validate(good(), NOW), {}));

Deno.test('job form: errors carry the path of the server', () => {
  equal(failed({ name: ' ' }), { name: 'required' });
  equal(failed({ command: '' }), { 'executor_config.command': 'required' });
  equal(failed({ timeout: 9 }), { timeout: 'timeout' });
  equal(failed({ timeout: '' }), { timeout: 'timeout' });
  equal(failed({ timeout: 3600 }), {});
  equal(failed({ timeout: 0 }), {});
  equal(failed({ jitter: 3601, retryBackoff: 0.5, startDeadline: 0 }), {
    start_deadline_seconds: 'week',
    jitter_seconds: 'jitter',
    retry_backoff: 'factor',
  });
  equal(failed({ retryCount: 1, retryOn: [] }), { retry_on: 'causes' });
  equal(failed({ misfire: 'fire_all', misfireLimit: 0 }), { misfire_limit: 'thousand' });
  equal(failed({ misfire: 'skip', misfireLimit: 0 }), {});
  equal(failed({ groupIds: [] }), { group_ids: 'groups' });
  equal(failed({ cron: ' ' }), { cron_expr: 'required' });
  equal(failed({ timezone: 'Mars/Base' }), { timezone: 'zone' });
  equal(failed({ executor: 'http', url: 'ftp://x' }), { 'executor_config.url': 'url' });
  equal(failed({ executor: 'http', url: 'https://x/', expected: '200, 9' }), {
    'executor_config.expected_status': 'statusCodes',
  });
  equal(failed({ schedule: 'every', everyCount: 0 }), { every_seconds: 'positive' });
  equal(failed({ schedule: 'once', onceLocal: '' }), { once_at: 'required' });
  equal(failed({ schedule: 'once', onceLocal: '2026-11-21T07:59' }), { once_at: 'past' });
  equal(failed({ schedule: 'once', onceLocal: '2026-11-21T08:01' }), {});
});

Deno.test('job form: how a script is started is checked, and left out where it is as usual', () => {
  const wrong = {
    interpreter: 'bash',
    successCodes: '0, 256',
    umask: '9',
    nice: 20,
    runAs: '1000',
    scratchDir: true,
    workDir: '/srv',
    unit: true,
    slice: 'batch--x.slice',
  };
  equal(failed(wrong), {
    'executor_config.interpreter': 'program',
    'executor_config.success_codes': 'exitCodes',
    'executor_config.umask': 'umask',
    'executor_config.nice': 'nice',
    'executor_config.run_as': 'userName',
    'executor_config.unit.slice': 'slice',
    'executor_config.scratch_dir': 'twoDirectories',
  });
  // Of a request nothing of this is sent, so nothing of it can be wrong.
  equal(failed({ ...wrong, executor: 'http', url: 'https://x/' }), {});
  const fine = {
    interpreter: ' /bin/bash ',
    interpreterArgs: ' -e\n\n-c ',
    successCodes: '0 3',
    umask: '027',
    nice: -5,
    runAs: ' www-data ',
    unit: true,
    slice: ' batch-nightly.slice ',
  };
  equal(failed(fine), {});
  equal(bodyOf({ ...good(), ...fine }, 1).executor_config, {
    command: 'echo 1',
    work_dir: '',
    env: {},
    interpreter: '/bin/bash',
    interpreter_args: ['-e', '-c'],
    success_codes: [0, 3],
    umask: '027',
    nice: -5,
    run_as: 'www-data',
    unit: { slice: 'batch-nightly.slice' },
  });
  equal(scriptBody({ ...emptyScript(), unit: true }), { unit: {} });
  equal(scriptBody({ ...emptyScript(), slice: 'left.slice' }), {});
});

Deno.test('job form: arguments with lines of their own survive while nobody touches them', () => {
  const args = ['-e', 'one\ntwo', ''];
  const task = {
    ...bodyOf(good(), 1),
    executor_config: { command: 'x', interpreter: '/usr/bin/perl', interpreter_args: args },
  } as unknown as Task;
  const form = formOf(task);
  const sent = (changed: typeof form) =>
    (bodyOf(changed, 1, task).executor_config as { interpreter_args?: string[] }).interpreter_args;
  equal(sent(form), args);
  equal(sent({ ...form, interpreterArgs: '-w' }), ['-w']);
  equal(sent({ ...form, interpreterArgs: '' }), []);
});

Deno.test('job form: what starts a job besides its schedule survives the way through the form', () => {
  const waits = {
    dependencies: [
      { task_id: 7, on: 'success' as const, hosts: 'all' as const },
      { task_id: 9, on: 'failure' as const, hosts: { ratio: 0.125 } },
    ],
    join: 'all' as const,
    match: 'pair' as const,
    max_age_seconds: 600,
    dependency_mode: 'start' as const,
    deadline: { at: '08:00', timezone: 'Europe/Berlin', on_deadline: 'run' as const },
  };
  const task = { ...bodyOf(good(), 1), ...waits } as unknown as Task;
  const back = (change: Partial<ReturnType<typeof formOf>> = {}) => {
    const body = bodyOf({ ...formOf(task), ...change }, 1, task) as unknown as Record<string, unknown>;
    return Object.fromEntries(Object.keys(waits).map((key) => [key, body[key]]));
  };
  equal(back(), waits);
  // Of a schedule of its own nothing has to be said where there is none, and of any parent none comes too late.
  equal(back({ schedule: 'manual' }), { ...waits, dependency_mode: null });
  equal(back({ join: 'any' }), { ...waits, join: 'any', match: 'latest', deadline: null });
  const after = { after_seconds: 120, on_deadline: 'run' };
  equal(back({ deadline: 'after', deadlineAfter: 120 }), { ...waits, deadline: after });
  equal(bodyOf({ ...formOf(task), parents: [] }, 1, task).dependencies, []);
  equal('join' in bodyOf({ ...formOf(task), parents: [] }, 1, task), false);
});

Deno.test('job form: what starts a job is checked only where there is something', () => {
  const wrong = { maxAge: 59, deadline: 'at' as const, deadlineAt: '', deadlineZone: 'Mars' };
  equal(failed(wrong), {});
  equal(failed({ ...wrong, parents: [newParent(7)] }), {
    max_age_seconds: 'month',
    'deadline.at': 'required',
    'deadline.timezone': 'zone',
  });
  equal(failed({ parents: [{ ...newParent(7), hosts: 'share', percent: 101 }] }), { dependencies: 'share' });
  equal(parentsFor([9, 7], [{ ...newParent(7), on: 'end' }]).map((parent) => [parent.id, parent.on]), [
    [9, 'success'],
    [7, 'end'],
  ]);
});

Deno.test('job form: the body has the names and units of the server', () => {
  const form = { ...good(), env: [{ key: ' A ', value: ' 1' }, { key: '', value: 'x' }] };
  const body = bodyOf(form, 1);
  equal(body.executor_config, { command: 'echo 1', work_dir: '', env: { A: ' 1' } });
  equal([body.name, body.executor_type, body.cron_expr, body.every_seconds, body.status], [
    'nightly',
    1,
    '0 2 * * *',
    null,
    1,
  ]);
  equal(bodyOf({ ...good(), schedule: 'every', everyCount: 2, everyUnit: 'h' }, 0).every_seconds, 7200);
  const once = bodyOf({ ...good(), schedule: 'once', onceLocal: '2026-11-21T09:00' }, 1);
  equal(once.once_at, '2026-11-21T01:00:00.000Z');
  const http = bodyOf({ ...good(), executor: 'http', url: ' https://x/ ', expected: '200; 204' }, 1);
  equal(http.executor_config, { url: 'https://x/', method: 'GET', headers: {}, body: '', expected_status: [200, 204] });
});

Deno.test('job form: a job survives the way through the form', () => {
  const body = bodyOf({ ...good(), cron: '5 4 * * *', description: 'd' }, 0);
  const task = { ...body, id: 7, version: 2, labels: { team: 'x' } } as unknown as Task;
  equal(bodyOf(formOf(task), 0, task), { ...body, labels: { team: 'x' } });
  const fine = {
    queue_limit: 3,
    misfire_threshold_seconds: 9,
    catch_up_seconds: 60,
    start_deadline_seconds: 30,
    jitter_seconds: 4,
    retry_backoff: 2,
    retry_max_interval: 600,
    retry_jitter: 10,
    retry_on: ['timeout'],
    overlap: 'queue' as const,
  };
  const script = {
    interpreter: '/bin/bash',
    scratch_dir: true,
    leave_processes: true,
    interpreter_args: ['-e', '-c'],
    success_codes: [0, 3],
    umask: '027',
    nice: 5,
    run_as: 'www-data',
    unit: { slice: 'batch.slice', description: 'Nightly work' },
  };
  const whole = { ...task, ...fine, executor_config: { ...body.executor_config, ...script } } as Task;
  const back = bodyOf(formOf(whole), 0, whole) as unknown as Record<string, unknown>;
  equal(Object.keys(fine).map((key) => back[key]), Object.values(fine));
  const config = back.executor_config as Record<string, unknown>;
  equal(Object.keys(script).map((key) => config[key]), Object.values(script));
  const delay = { ...task, schedule_type: 'delay', cron_expr: '', delay_seconds: 90 } as Task;
  equal(bodyOf(formOf(delay), 0, delay).delay_seconds, 90);
  const every = (seconds: number) => formOf({ ...task, schedule_type: 'every', every_seconds: seconds });
  equal([7200, 90].map((seconds) => [every(seconds).everyCount, every(seconds).everyUnit]), [[2, 'h'], [90, 's']]);
});

Deno.test('job form: paths of the server find their field', () => {
  equal(
    ['name', '/executor_config/env/A', 'env.A', 'command', 'group_ids[0]', 'nonsense'].map((path) => fieldOf(path)),
    ['name', 'executor_config.env', 'executor_config.env', 'executor_config.command', 'group_ids', undefined],
  );
});

Deno.test('job form: rules of notification are sent when they have changed, and only then', () => {
  const rule = { name: 'fails', enabled: true, triggers: ['timeout' as const], threshold: 1, channels: [] };
  const task = { ...bodyOf(good(), 1), task_notify: [rule] } as unknown as Task;
  const sent = (form: JobForm) => bodyOf(form, 1, task).task_notify;
  equal(sent(formOf(task)), undefined);
  equal(sent({ ...formOf(task), notify: [] }), []);
  equal(sent({ ...formOf(task), notify: [{ ...rule, enabled: false }] })?.[0]?.enabled, false);
  equal(bodyOf(formOf(task), 1).task_notify?.length, 1);
});

Deno.test('job form: every field has a name to be called by, but the parts of a deadline', () => {
  const finer = /^deadline\./;
  equal(PATHS.filter((path) => !FIELD_LABELS[path] && !finer.test(path)), []);
});

Deno.test('job form: outputs of a request are edited, checked, and gone when none is left', () => {
  const form = {
    ...good(),
    executor: 'http' as const,
    url: 'https://x/',
    outputs: [{ key: ' id ', value: '/data/id' }],
  };
  const task = bodyOf(form, 1) as unknown as Task;
  equal((task.executor_config as { outputs?: object }).outputs, { id: '/data/id' });
  equal(formOf(task).outputs, [{ key: 'id', value: '/data/id' }]);
  const without = bodyOf({ ...formOf(task), outputs: [] }, 1, task);
  equal('outputs' in without.executor_config, false);
  const fault = (key: string, value: string) =>
    validate({ ...form, outputs: [{ key, value }] }, 0)['executor_config.outputs'];
  equal([fault('id', ''), fault('id', 'data/id'), fault('1st', '/a'), fault('', '/a')], [
    undefined,
    'pointer',
    'outputName',
    'nameless',
  ]);
});
