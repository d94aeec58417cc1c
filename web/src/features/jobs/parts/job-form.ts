import type {
  Dst,
  FinePolicies,
  HttpConfig,
  Misfire,
  Overlap,
  ScheduleType,
  ShellConfig,
  Task,
  TaskBody,
} from '../../../api/types.ts';
import { pairFault } from './pairs.ts';
import { fromWallClock, isZone, readerZone, toWallClock } from '../../../lib/time.ts';

export interface Pair {
  key: string;
  value: string;
}

/** A number field that was emptied holds ''. */
type NumberField = number | '';

/** What the form edits: as the fields show it, not as the server stores it. */
export interface JobForm {
  name: string;
  description: string;
  executor: 'shell' | 'http';
  command: string;
  workDir: string;
  env: Pair[];
  url: string;
  method: string;
  headers: Pair[];
  body: string;
  expected: string;
  schedule: ScheduleType;
  cron: string;
  timezone: string;
  dst: Dst;
  everyCount: NumberField;
  everyUnit: Unit;
  onceLocal: string;
  timeout: NumberField;
  retryCount: NumberField;
  retryInterval: NumberField;
  concurrency: NumberField;
  overlap: Overlap;
  misfire: Misfire;
  groupIds: number[];
}

export type Unit = 's' | 'm' | 'h' | 'd';
export const UNIT_SECONDS: Record<Unit, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

export function emptyForm(): JobForm {
  return {
    name: '',
    description: '',
    executor: 'shell',
    command: '',
    workDir: '',
    env: [],
    url: '',
    method: 'GET',
    headers: [],
    body: '',
    expected: '',
    schedule: 'cron',
    cron: '0 2 * * *',
    timezone: readerZone(),
    dst: 'debian',
    everyCount: 5,
    everyUnit: 'm',
    onceLocal: '',
    timeout: 300,
    retryCount: 0,
    retryInterval: 60,
    concurrency: 1,
    overlap: 'skip',
    misfire: 'fire_once',
    groupIds: [],
  };
}

const pairsOf = (record: Record<string, string> | undefined): Pair[] =>
  Object.entries(record ?? {}).map(([key, value]) => ({ key, value: String(value) }));

const recordOf = (pairs: Pair[]): Record<string, string> =>
  Object.fromEntries(pairs.filter(({ key }) => key.trim()).map(({ key, value }) => [key.trim(), value]));

/** The largest unit that divides the interval. */
function intervalOf(seconds: number): Pick<JobForm, 'everyCount' | 'everyUnit'> {
  const unit = (['d', 'h', 'm'] as const).find((u) => seconds % UNIT_SECONDS[u] === 0) ?? 's';
  return { everyCount: seconds / UNIT_SECONDS[unit], everyUnit: unit };
}

export function formOf(task: Task): JobForm {
  const zone = task.schedule_type === 'cron' ? task.timezone || 'UTC' : readerZone();
  const shell = task.executor_config as Partial<ShellConfig>;
  const http = task.executor_config as Partial<HttpConfig>;
  return {
    ...emptyForm(),
    name: task.name,
    description: task.description ?? '',
    executor: task.executor_type === 2 ? 'http' : 'shell',
    command: shell.command ?? '',
    workDir: shell.work_dir ?? '',
    env: pairsOf(shell.env),
    url: http.url ?? '',
    method: http.method ?? 'GET',
    headers: pairsOf(http.headers),
    body: http.body ?? '',
    expected: (http.expected_status ?? []).join(', '),
    schedule: task.schedule_type,
    cron: task.cron_expr ?? '',
    // Only cron schedules have a zone; the others are shown in the reader's.
    timezone: zone,
    dst: task.dst ?? 'debian',
    ...(task.every_seconds ? intervalOf(task.every_seconds) : {}),
    ...(task.delay_seconds ? intervalOf(task.delay_seconds) : {}),
    onceLocal: task.once_at ? toWallClock(Date.parse(task.once_at), zone) : '',
    timeout: task.timeout,
    retryCount: task.retry_count,
    retryInterval: task.retry_interval,
    concurrency: task.concurrency,
    overlap: task.overlap ?? 'skip',
    misfire: task.misfire ?? 'fire_once',
    groupIds: [...task.group_ids ?? []],
  };
}

const numbers = (text: string): number[] => text.split(/[\s,;]+/).filter(Boolean).map(Number);

/** What the form does not show of the policies; a limit of missed fires belongs to `fire_all` alone. */
function finePolicies(form: JobForm, task: Task): FinePolicies {
  const fine: FinePolicies = {
    queue_limit: task.queue_limit,
    misfire_limit: form.misfire === 'fire_all' && task.misfire === 'fire_all' ? task.misfire_limit : undefined,
    misfire_threshold_seconds: task.misfire_threshold_seconds,
    catch_up_seconds: task.catch_up_seconds,
    start_deadline_seconds: task.start_deadline_seconds,
    jitter_seconds: task.jitter_seconds,
    retry_backoff: task.retry_backoff,
    retry_max_interval: task.retry_max_interval,
    retry_jitter: task.retry_jitter,
    retry_on: task.retry_on,
  };
  return Object.fromEntries(Object.entries(fine).filter(([, value]) => value !== undefined && value !== null));
}

/** What the form does not show of a script: how it is started, and what becomes of what it leaves. */
function fineShell(task: Task): Partial<ShellConfig> {
  if (task.executor_type !== 1) return {};
  const config = task.executor_config as Partial<ShellConfig>;
  const { interpreter, scratch_dir, leave_processes, interpreter_args, success_codes, umask, nice } = config;
  return {
    ...(interpreter ? { interpreter } : {}),
    ...(scratch_dir ? { scratch_dir } : {}),
    ...(leave_processes ? { leave_processes } : {}),
    ...(interpreter_args ? { interpreter_args } : {}),
    ...(success_codes ? { success_codes } : {}),
    ...(umask ? { umask } : {}),
    ...(typeof nice === 'number' ? { nice } : {}),
  };
}

/** The full body for the server; what the form does not show is taken over from `task`. */
export function bodyOf(form: JobForm, status: 0 | 1, task?: Task): TaskBody {
  const shell: ShellConfig = {
    command: form.command,
    work_dir: form.workDir.trim(),
    env: recordOf(form.env),
    ...(task ? fineShell(task) : {}),
  };
  const interval = Number(form.everyCount) * UNIT_SECONDS[form.everyUnit];
  const http: HttpConfig = {
    url: form.url.trim(),
    method: form.method,
    headers: recordOf(form.headers),
    body: form.body,
    expected_status: numbers(form.expected),
  };
  const once = fromWallClock(form.onceLocal, form.timezone);
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    executor_type: form.executor === 'http' ? 2 : 1,
    executor_config: form.executor === 'http' ? http : shell,
    schedule_type: form.schedule,
    cron_expr: form.schedule === 'cron' ? form.cron.trim() : '',
    timezone: form.timezone.trim(),
    dst: form.dst,
    every_seconds: form.schedule === 'every' ? interval : null,
    ...(form.schedule === 'delay' ? { delay_seconds: interval } : {}),
    once_at: form.schedule === 'once' && once !== null ? new Date(once).toISOString() : null,
    timeout: Number(form.timeout),
    retry_count: Number(form.retryCount),
    retry_interval: Number(form.retryInterval),
    concurrency: Number(form.concurrency),
    overlap: form.overlap,
    misfire: form.misfire,
    ...(task ? finePolicies(form, task) : {}),
    group_ids: form.groupIds,
    labels: task?.labels ?? {},
    status,
  };
}

/** Keys are the server's field paths, values keys of `form.error`. */
export type FormErrors = Record<string, string>;

const between = (value: NumberField, low: number, high: number): boolean =>
  value !== '' && Number.isInteger(value) && value >= low && value <= high;

function isUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** What can be said without the server; it has the last word. */
export function validate(form: JobForm, now: number): FormErrors {
  const errors: FormErrors = {};
  const check = (path: string, good: boolean, error: string) => {
    if (!good) errors[path] ??= error;
  };
  check('name', form.name.trim() !== '', 'required');
  check('name', form.name.trim().length <= 128, 'tooLong');
  check('description', form.description.trim().length <= 512, 'tooLongText');
  const pairs = form.executor === 'shell' ? form.env : form.headers;
  const fault = pairFault(pairs);
  if (fault) check(`executor_config.${form.executor === 'shell' ? 'env' : 'headers'}`, false, fault);
  if (form.executor === 'shell') {
    check('executor_config.command', form.command.trim() !== '', 'required');
  } else {
    check('executor_config.url', form.url.trim() !== '', 'required');
    check('executor_config.url', isUrl(form.url.trim()), 'url');
    check('executor_config.expected_status', numbers(form.expected).every((n) => between(n, 100, 599)), 'statusCodes');
  }
  if (form.schedule === 'cron') check('cron_expr', form.cron.trim() !== '', 'required');
  if (form.schedule === 'delay') check('delay_seconds', form.everyCount !== '' && form.everyCount > 0, 'positive');
  if (form.schedule === 'every') check('every_seconds', form.everyCount !== '' && form.everyCount > 0, 'positive');
  if (form.schedule === 'cron' || form.schedule === 'once') check('timezone', isZone(form.timezone.trim()), 'zone');
  if (form.schedule === 'once') {
    const at = fromWallClock(form.onceLocal, form.timezone);
    check('once_at', at !== null, 'required');
    check('once_at', at === null || at > now, 'past');
  }
  check('timeout', between(form.timeout, 10, 604_800), 'timeout');
  check('retry_count', between(form.retryCount, 0, 10), 'retries');
  check('retry_interval', between(form.retryInterval, 1, 86_400), 'positive');
  check('concurrency', between(form.concurrency, 1, 1000), 'positive');
  check('group_ids', form.groupIds.length > 0, 'groups');
  return errors;
}

/** What the form holds at a path, as text: an error at the path is about this value and no other. */
export function valueAt(form: JobForm, path: string): string {
  const fields: Record<string, unknown> = {
    name: form.name,
    description: form.description,
    'executor_config.command': form.command,
    'executor_config.work_dir': form.workDir,
    'executor_config.env': form.env,
    'executor_config.url': form.url,
    'executor_config.method': form.method,
    'executor_config.headers': form.headers,
    'executor_config.body': form.body,
    'executor_config.expected_status': form.expected,
    cron_expr: [form.schedule, form.cron, form.timezone],
    timezone: [form.schedule, form.timezone],
    dst: form.dst,
    every_seconds: [form.schedule, form.everyCount, form.everyUnit],
    delay_seconds: [form.schedule, form.everyCount, form.everyUnit],
    once_at: [form.schedule, form.onceLocal, form.timezone],
    timeout: form.timeout,
    retry_count: form.retryCount,
    retry_interval: form.retryInterval,
    concurrency: form.concurrency,
    overlap: form.overlap,
    misfire: form.misfire,
    group_ids: form.groupIds,
  };
  return JSON.stringify(fields[path]);
}

/** Paths that have a field in the form. */
const PATHS = [
  'name',
  'description',
  'executor_config.command',
  'executor_config.work_dir',
  'executor_config.env',
  'executor_config.url',
  'executor_config.method',
  'executor_config.headers',
  'executor_config.body',
  'executor_config.expected_status',
  'cron_expr',
  'timezone',
  'dst',
  'every_seconds',
  'delay_seconds',
  'once_at',
  'timeout',
  'retry_count',
  'retry_interval',
  'concurrency',
  'overlap',
  'misfire',
  'group_ids',
];

/**
 * The form's field for a path of the server's details: `/executor_config/env/A`, `executor_config.env.A` and `env.A`
 * all mean the environment. Undefined for a path without a field.
 */
export function fieldOf(path: string): string | undefined {
  const steps = path.replace(/[/[]/g, '.').replace(/\]/g, '').split('.').filter(Boolean);
  if (steps[0] === 'expr') return 'cron_expr';
  for (let length = steps.length; length > 0; length -= 1) {
    const prefix = steps.slice(0, length).join('.');
    const found = PATHS.find((known) => known === prefix || known === `executor_config.${prefix}`);
    if (found) return found;
  }
  return undefined;
}
