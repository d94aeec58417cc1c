import type { Task } from '../../src/api/types.ts';
import { validate } from '../../src/features/jobs/parts/job-check.ts';
import { bodyOf, emptyForm, formOf } from '../../src/features/jobs/parts/job-form.ts';
import { isOfType, parametersFault } from '../../src/features/jobs/parts/job-parameters.ts';
import { fieldOf } from '../../src/features/jobs/parts/job-paths.ts';
import { equal } from './assert.ts';

const task = (executor_type: number, executor_config: object): Task =>
  ({ ...bodyOf({ ...emptyForm(), name: 'n', groupIds: [1] }, 1), executor_type, executor_config }) as Task;

Deno.test('job form: what plugin, SQL, built-in and container jobs run goes back as it came', () => {
  const configs: [number, object][] = [
    [3, { plugin: 'disk', parameters: { path: '/srv', 'two words': '' } }],
    [4, {
      connection: 'secret:DB',
      statements: [{ sql: 'SELECT $1', parameters: ['a\nb', 'c'] }, { sql: 'SELECT 2', parameters: [] }],
      row_limit: 0,
    }],
    [5, { builtin: 'clean_files', path: '/tmp', older_than_days: 0, dry_run: false }],
    [5, { builtin: 'check_tcp', host: 'a', port: 22 }],
    [5, { builtin: 'check_http', url: 'https://a', expected_status: [200, 204] }],
    [5, { builtin: 'check_disk', path: '/', min_free_percent: 5 }],
    [6, {
      image: 'app:1',
      command: ['sh', '-c', 'two\nlines', ''],
      mounts: [{ source: '/a', target: '/b', read_only: false }, { source: '/c', target: '/d', read_only: true }],
      network: 'none',
      pull: 'never',
      user: '1:1',
      memory_bytes: 64 << 20,
      cpu_percent: 150,
      success_codes: [0, 3],
      env: { A: 'secret:B' },
      work_dir: '/a',
    }],
    [7, { something: ['of', 'a', 'newer', 'server'] }],
  ];
  for (const [type, config] of configs) {
    const before = task(type, config);
    const form = formOf(before);
    equal(validate(form, 0), {});
    const body = bodyOf(form, 1, before);
    equal([body.executor_type, body.executor_config], [type, config]);
  }
});

Deno.test('job form: what is wrong with them is said at its field', () => {
  const form = { ...emptyForm(), name: 'n', groupIds: [1] };
  const wrong = (change: object) => Object.entries(validate({ ...form, ...change }, 0)).map((entry) => entry.join(' '));
  equal(wrong({ executor: 'plugin', pluginValues: [{ key: '', value: 'x' }] }), [
    'executor_config.parameters nameless',
    'executor_config.plugin required',
  ]);
  equal(wrong({ executor: 'sql' }), ['executor_config.connection required', 'executor_config.statements required']);
  const container = { executor: 'container', mountLines: '/a:/b\n\n/c:/d:rw' };
  equal(wrong(container), ['executor_config.image required']);
  equal(wrong({ ...container, image: 'a', mountLines: 'a:/b', memory: 1, cpu: 0, containerCodes: '0, 256' }), [
    'executor_config.mounts mount',
    'executor_config.memory_bytes memory',
    'executor_config.cpu_percent cpu',
    'executor_config.success_codes exitCodes',
  ]);
  equal(wrong({ executor: 'builtin', path: 'tmp' }), ['executor_config.path absolute']);
  equal(wrong({ executor: 'builtin', builtin: 'check_tcp', port: 0 }), [
    'executor_config.host required',
    'executor_config.port port',
  ]);
  equal(wrong({ executor: 'builtin', builtin: 'check_http', url: 'ftp://x' }), ['executor_config.url url']);
});

Deno.test('job form: declared parameters are checked by their type', () => {
  const row = { name: 'N', type: 'integer' as const, fallback: '', choices: '', required: false };
  const fault = (...rows: object[]) => parametersFault(rows.map((change) => Object.assign({}, row, change)));
  equal([fault({}), fault({ name: ' ' }), fault({ name: '', fallback: '1' }), fault({ name: '1N' }), fault({}, {})], [
    null,
    null,
    'nameless',
    'parameterName',
    'repeated',
  ]);
  equal([fault({ fallback: '1.5' }), fault({ choices: '1, x' }), fault({ choices: '1, 2', fallback: '3' })], [
    'parameterDefault',
    'parameterChoice',
    'parameterChosen',
  ]);
  const secret = (change: object) => fault({ type: 'secret', ...change });
  equal(
    [secret({}), secret({ fallback: 'secret:DB' }), secret({ fallback: 'in clear' }), secret({ choices: 'a, b' })],
    [
      null,
      null,
      'parameterSecret',
      'parameterSecret',
    ],
  );
  equal([isOfType('', 'number'), isOfType('-0.5', 'number'), isOfType('yes', 'boolean'), isOfType('', 'string')], [
    false,
    true,
    false,
    true,
  ]);
  equal(fieldOf('parameters[0].name'), 'parameters');
  equal(fieldOf('executor_config.parameters.path'), 'executor_config.parameters');
});
