import type { Task, WorkConfig } from '../../../api/types.ts';
import type { Executor } from '../../../lib/traits.ts';
import type { Pair } from '../../../ui/KeyValueEditor.vue';
import { numbers } from './job-script.ts';
import { between, type NumberField } from './number-field.ts';

export const BUILTINS = ['clean_files', 'check_tcp', 'check_http', 'check_disk'] as const;
export type Builtin = typeof BUILTINS[number];

export interface StatementForm {
  sql: string;
  /** What is bound to its places, one on each line. */
  values: string;
}

/** What plugin, SQL and built-in jobs run (docs/executors.md). */
export interface WorkForm {
  plugin: string;
  pluginValues: Pair[];
  connection: string;
  statements: StatementForm[];
  rowLimit: NumberField;
  builtin: Builtin;
  path: string;
  olderThan: NumberField;
  pattern: string;
  dryRun: boolean;
  host: string;
  port: NumberField;
  leastFree: NumberField;
}

/** What the server shows of each statement when nobody says. */
const ROWS = 100;

export const emptyStatement = (): StatementForm => ({ sql: '', values: '' });

export const emptyWork = (): WorkForm => ({
  plugin: '',
  pluginValues: [],
  connection: '',
  statements: [emptyStatement()],
  rowLimit: ROWS,
  builtin: 'clean_files',
  path: '',
  olderThan: 14,
  pattern: '',
  dryRun: true,
  host: '',
  port: 443,
  leastFree: 10,
});

interface Stored {
  plugin?: string;
  parameters?: Record<string, string>;
  connection?: string;
  statements?: { sql: string; parameters?: string[] }[];
  row_limit?: number;
  builtin?: string;
  path?: string;
  older_than_days?: number;
  pattern?: string | null;
  dry_run?: boolean;
  host?: string;
  port?: number;
  min_free_percent?: number;
}

const stored = (task: Task | undefined): Stored => task && task.executor_type > 2 ? task.executor_config as Stored : {};
const values = (statement: { parameters?: string[] }): string => (statement.parameters ?? []).join('\n');

export function workOf(task: Task): WorkForm {
  const usual = emptyWork();
  const config = stored(task);
  const builtin = BUILTINS.find((name) => name === config.builtin) ?? usual.builtin;
  return {
    plugin: config.plugin ?? '',
    pluginValues: Object.entries(config.parameters ?? {}).map(([key, value]) => ({ key, value })),
    connection: config.connection ?? '',
    statements: config.statements?.map((one) => ({ sql: one.sql, values: values(one) })) ?? usual.statements,
    rowLimit: config.row_limit ?? usual.rowLimit,
    builtin,
    path: config.path ?? '',
    olderThan: config.older_than_days ?? usual.olderThan,
    pattern: config.pattern ?? '',
    dryRun: config.builtin ? config.dry_run ?? false : usual.dryRun,
    host: config.host ?? '',
    port: config.port ?? usual.port,
    leastFree: config.min_free_percent ?? usual.leastFree,
  };
}

/** Values that nobody touched go back as they came: one of them may have lines of its own. */
function bound(statement: StatementForm, index: number, task: Task | undefined): string[] {
  const before = stored(task).statements?.[index];
  if (before && values(before) === statement.values) return before.parameters ?? [];
  return statement.values === '' ? [] : statement.values.split('\n');
}

function builtinBody(form: WorkForm & { url: string; expected: string }): WorkConfig {
  const name = { builtin: form.builtin };
  switch (form.builtin) {
    case 'check_tcp':
      return { ...name, host: form.host.trim(), port: Number(form.port) };
    case 'check_http':
      return { ...name, url: form.url.trim(), expected_status: numbers(form.expected) };
    case 'check_disk':
      return { ...name, path: form.path.trim(), min_free_percent: Number(form.leastFree) };
    default:
      return {
        ...name,
        path: form.path.trim(),
        older_than_days: Number(form.olderThan),
        ...(form.pattern.trim() ? { pattern: form.pattern.trim() } : {}),
        dry_run: form.dryRun,
      };
  }
}

/** `executor_config` of such a job. */
export function workBody(
  form: WorkForm & { executor: Executor | 'other'; url: string; expected: string },
  task?: Task,
): WorkConfig {
  if (form.executor === 'plugin') {
    const pairs = form.pluginValues.filter(({ key }) => key.trim());
    return {
      plugin: form.plugin.trim(),
      parameters: Object.fromEntries(pairs.map(({ key, value }) => [key.trim(), value])),
    };
  }
  if (form.executor === 'builtin') return builtinBody(form);
  return {
    connection: form.connection.trim(),
    statements: form.statements.map((one, index) => ({ sql: one.sql.trim(), parameters: bound(one, index, task) })),
    row_limit: Number(form.rowLimit),
  };
}

/** The fields, by the server's paths; `url` and `expected_status` are those of requests. */
export const workValues = (form: WorkForm): Record<string, unknown> => ({
  'executor_config.plugin': form.plugin,
  'executor_config.parameters': form.pluginValues,
  'executor_config.connection': form.connection,
  'executor_config.statements': form.statements,
  'executor_config.row_limit': form.rowLimit,
  'executor_config.builtin': form.builtin,
  'executor_config.path': [form.builtin, form.path],
  'executor_config.older_than_days': form.olderThan,
  'executor_config.pattern': form.pattern,
  'executor_config.dry_run': form.dryRun,
  'executor_config.host': form.host,
  'executor_config.port': form.port,
  'executor_config.min_free_percent': form.leastFree,
});

export const WORK_PATHS = Object.keys(workValues(emptyWork()));

/** The names in such a configuration. */
export const WORK_FIELDS = [...WORK_PATHS.map((path) => path.split('.')[1]!), 'url', 'expected_status'];

/** What is wrong with them, as keys of `fault`. */
export function checkWork(form: WorkForm & { executor: Executor | 'other' }): Record<string, string> {
  const faults: Record<string, string> = {};
  const check = (field: string, good: boolean, fault: string) => {
    if (!good) faults[`executor_config.${field}`] ??= fault;
  };
  if (form.executor === 'plugin') check('plugin', form.plugin.trim() !== '', 'required');
  if (form.executor === 'sql') {
    check('connection', form.connection.trim() !== '', 'required');
    check('statements', form.statements.length > 0 && form.statements.every((one) => one.sql.trim()), 'required');
    check('row_limit', between(form.rowLimit, 0, 10_000), 'rows');
  }
  if (form.executor !== 'builtin') return faults;
  if (form.builtin === 'check_tcp') {
    check('host', form.host.trim() !== '', 'required');
    check('port', between(form.port, 1, 65_535), 'port');
  }
  if (form.builtin === 'check_disk') check('min_free_percent', between(form.leastFree, 0, 100), 'percent');
  if (form.builtin === 'clean_files') check('older_than_days', between(form.olderThan, 0, 36_500), 'days');
  if (form.builtin === 'check_disk' || form.builtin === 'clean_files') {
    check('path', form.path.trim().startsWith('/'), 'absolute');
  }
  return faults;
}
