import type {
  Dst,
  HttpConfig,
  Misfire,
  Overlap,
  ScheduleType,
  ShellConfig,
  Task,
  TaskBody,
} from '../../../api/types.ts';
import type { NotifyRule } from '../../../api/notify.ts';
import { fromWallClock, readerZone, toWallClock } from '../../../lib/time.ts';
import { dependenciesOf, dependencyBody, type DependencyForm, emptyDependencies } from './job-dependencies.ts';
import { emptyPolicies, policiesOf, policyBody, type PolicyForm } from './job-policies.ts';
import { emptyPlace, placeBody, type PlaceForm, placeOf } from './job-placement.ts';
import { emptyScript, numbers, SCRIPT_PATHS, scriptBody, type ScriptForm, scriptOf } from './job-script.ts';
import { type ParameterRow, parametersBody, parametersOf } from './job-parameters.ts';
import { CONTAINER_FIELDS, containerBody, type ContainerForm, containerOf, emptyContainer } from './job-container.ts';
import { BUILTINS, emptyWork, WORK_FIELDS, workBody, type WorkForm, workOf } from './job-work.ts';
import type { NumberField } from './number-field.ts';
import { type Executor, EXECUTORS } from '../../../lib/traits.ts';

export interface Pair {
  key: string;
  value: string;
}

/** What the form edits: as the fields show it, not as the server stores it. */
export interface JobForm extends ContainerForm, DependencyForm, PolicyForm, ScriptForm, WorkForm {
  name: string;
  description: string;
  labels: Pair[];
  executor: Executor | 'other';
  /** What a job of a kind that this console does not know runs: the form keeps it as it is. */
  other: Pick<TaskBody, 'executor_type' | 'executor_config'> | null;
  command: string;
  workDir: string;
  env: Pair[];
  url: string;
  method: string;
  headers: Pair[];
  /** JSON pointers by the names of the outputs. */
  outputs: Pair[];
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
  place: PlaceForm;
  /** What takes two persons. */
  twoPerson: ('edit' | 'run')[];
  parameters: ParameterRow[];
  /** The rules of notification that belong to the job itself. */
  notify: NotifyRule[];
}

export type Unit = 's' | 'm' | 'h' | 'd';
export const UNIT_SECONDS: Record<Unit, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

export function emptyForm(): JobForm {
  return {
    name: '',
    description: '',
    labels: [],
    executor: 'shell',
    other: null,
    command: '',
    workDir: '',
    env: [],
    url: '',
    method: 'GET',
    headers: [],
    outputs: [],
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
    ...emptyDependencies(),
    ...emptyPolicies(),
    ...emptyScript(),
    ...emptyWork(),
    ...emptyContainer(),
    parameters: [],
    groupIds: [],
    place: emptyPlace(),
    twoPerson: [],
    notify: [],
  };
}

/** Older browsers have no `structuredClone`. */
const structuredCopy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const pairsOf = (record: Record<string, string> | undefined): Pair[] =>
  Object.entries(record ?? {}).map(([key, value]) => ({ key, value: String(value) }));

const recordOf = (pairs: Pair[]): Record<string, string> =>
  Object.fromEntries(pairs.filter(({ key }) => key.trim()).map(({ key, value }) => [key.trim(), value]));

/** The largest unit that divides the interval. */
function intervalOf(seconds: number): Pick<JobForm, 'everyCount' | 'everyUnit'> {
  const unit = (['d', 'h', 'm'] as const).find((u) => seconds % UNIT_SECONDS[u] === 0) ?? 's';
  return { everyCount: seconds / UNIT_SECONDS[unit], everyUnit: unit };
}

/** A built-in job that this console does not know is shown as it is: its fields are not those of any other. */
function executorOf(task: Task): JobForm['executor'] {
  const executor = EXECUTORS[task.executor_type - 1] ?? 'other';
  const { builtin } = task.executor_config as { builtin?: string };
  return executor === 'builtin' && !BUILTINS.some((known) => known === builtin) ? 'other' : executor;
}

/** The zone in which a window and calendars are read; other schedules without a zone are shown in the reader's. */
const hasZone = (task: Task): boolean =>
  task.schedule_type === 'cron' || Boolean(task.window) || (task.calendars ?? []).length > 0;

export function formOf(task: Task): JobForm {
  const zone = hasZone(task) ? task.timezone || 'UTC' : readerZone();
  const shell = task.executor_config as Partial<ShellConfig>;
  const http = task.executor_config as Partial<HttpConfig>;
  return {
    ...emptyForm(),
    name: task.name,
    description: task.description ?? '',
    labels: pairsOf(task.labels),
    executor: executorOf(task),
    other: executorOf(task) === 'other'
      ? { executor_type: task.executor_type, executor_config: task.executor_config }
      : null,
    command: shell.command ?? '',
    workDir: shell.work_dir ?? '',
    env: pairsOf(shell.env),
    url: http.url ?? '',
    method: http.method ?? 'GET',
    headers: pairsOf(http.headers),
    outputs: pairsOf(http.outputs),
    body: http.body ?? '',
    expected: (http.expected_status ?? []).join(', '),
    schedule: task.schedule_type,
    cron: task.cron_expr ?? '',
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
    ...dependenciesOf(task),
    ...policiesOf(task),
    ...scriptOf(task),
    ...workOf(task),
    ...containerOf(task),
    parameters: parametersOf(task),
    groupIds: [...task.group_ids ?? []],
    place: placeOf(task.placement),
    twoPerson: [...task.two_person ?? []],
    notify: structuredCopy(task.task_notify ?? []),
  };
}

/** Rules that nobody has touched are not sent: who may not use their channels can still save the job. */
const sameRules = (form: JobForm, task: Task | undefined): boolean =>
  JSON.stringify(form.notify) === JSON.stringify(task?.task_notify ?? []);

/** What the form shows of each kind of configuration. */
const SHOWN: Partial<Record<Executor, string[]>> = {
  container: CONTAINER_FIELDS,
  http: ['url', 'method', 'headers', 'body', 'expected_status', 'outputs'],
  shell: ['command', 'work_dir', 'env', ...SCRIPT_PATHS.map((path) => path.split('.')[1]!)],
};

/** What the form does not show of a configuration goes back as it came, as long as that stays of its kind. */
function unshown(form: JobForm, task: Task | undefined): Record<string, unknown> {
  if (!task || form.executor === 'other' || executorOf(task) !== form.executor) return {};
  const config = task.executor_config as Record<string, unknown>;
  if (form.executor === 'builtin' && config.builtin !== form.builtin) return {};
  const shown = new Set(SHOWN[form.executor] ?? WORK_FIELDS);
  return Object.fromEntries(Object.entries(config).filter(([name]) => !shown.has(name)));
}

/** Of an instant that nobody touched the seconds' parts stay, and which of two equal hours it is. */
function onceBody(form: JobForm, task: Task | undefined): string | null {
  if (form.schedule !== 'once') return null;
  const before = task?.once_at;
  if (before && toWallClock(Date.parse(before), form.timezone) === form.onceLocal) return before;
  const once = fromWallClock(form.onceLocal, form.timezone);
  return once === null ? null : new Date(once).toISOString();
}

/**
 * The full body for the server; what the form does not show is taken over from `task`, the job that is edited or copied.
 * For a new job all of it is said: there is nothing that could stay as it is.
 */
export function bodyOf(form: JobForm, status: 0 | 1, task?: Task, isNew = false): TaskBody {
  const shell: ShellConfig = {
    command: form.command,
    work_dir: form.workDir.trim(),
    env: recordOf(form.env),
    ...scriptBody(form, task),
    ...unshown(form, task),
  };
  const interval = Number(form.everyCount) * UNIT_SECONDS[form.everyUnit];
  const http: HttpConfig = {
    url: form.url.trim(),
    method: form.method,
    headers: recordOf(form.headers),
    body: form.body,
    expected_status: numbers(form.expected),
    ...(form.outputs.some(({ key }) => key.trim()) ? { outputs: recordOf(form.outputs) } : {}),
    ...unshown(form, task),
  };
  const work = { ...workBody(form, task), ...unshown(form, task) };
  const container = {
    ...containerBody(form, task),
    env: recordOf(form.env),
    work_dir: form.workDir.trim() || null,
    ...unshown(form, task),
  };
  const configs = { http, shell, container } as Partial<Record<JobForm['executor'], TaskBody['executor_config']>>;
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    executor_type: (EXECUTORS.indexOf(form.executor as Executor) + 1) as TaskBody['executor_type'],
    executor_config: configs[form.executor] ?? work,
    ...(form.executor === 'other' ? form.other : null),
    schedule_type: form.schedule,
    cron_expr: form.schedule === 'cron' ? form.cron.trim() : '',
    timezone: form.timezone.trim(),
    dst: form.dst,
    every_seconds: form.schedule === 'every' ? interval : null,
    ...(form.schedule === 'delay' ? { delay_seconds: interval } : {}),
    once_at: onceBody(form, task),
    timeout: Number(form.timeout),
    retry_count: Number(form.retryCount),
    retry_interval: Number(form.retryInterval),
    concurrency: Number(form.concurrency),
    overlap: form.overlap,
    misfire: form.misfire,
    ...policyBody(form, form.misfire, form.schedule),
    ...dependencyBody(form),
    group_ids: form.groupIds,
    ...placeBody(form.place, isNew ? null : task?.placement),
    two_person: (['edit', 'run'] as const).filter((mark) => form.twoPerson.includes(mark)),
    ...(sameRules(form, isNew ? undefined : task) ? {} : { task_notify: form.notify }),
    labels: recordOf(form.labels),
    parameters: parametersBody(form.parameters, task),
    status,
  };
}
