import { tasks } from '../../../api/tasks.ts';
import type { Group, Task } from '../../../api/types.ts';
import { definitionOf } from './definition.ts';

/** A job as a task file has it (docs/task-files.md): with names in the place of numbers. */
export type FiledJob = Record<string, unknown>;

export interface FileFault {
  path: string;
  /** Words for it are `filed.CODE`; `about` is the name that is not known. */
  code: 'group' | 'groups' | 'dependency' | 'numbers' | 'enabled';
  about: string;
}

/** So many jobs are read and saved at once. */
export const MOST_JOBS = 200;
/** What belongs to a schedule by cron; of other jobs it is shown without a meaning. */
const CRON_ONLY = new Set(['timezone', 'dst']);
/** What the API has numbers for and files don't. */
const NUMBERED = ['group_ids', 'status'];

type Names = ReadonlyMap<number, string>;

/** Where what is empty says nothing; elsewhere, as of the causes of a retry, it is a choice. */
const EMPTY_IS_NOTHING = new Set(
  'description cron_expr cron_exprs cron_except labels task_notify env headers expected_status outputs expect'.split(
    ' ',
  ),
);
const isEmpty = (value: unknown): boolean =>
  value === '' || (typeof value === 'object' && value !== null && !Object.keys(value).length);
const said = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== null && !(EMPTY_IS_NOTHING.has(name) && isEmpty(value))),
  );

export function fileOf(task: Task, groups: Names, jobs: Names): FiledJob {
  const { group_ids, status, dependencies, ...rest } = definitionOf(task) as Partial<Task>;
  const fields = Object.entries(said(rest)).filter(([name]) => task.schedule_type === 'cron' || !CRON_ONLY.has(name));
  const edges = (dependencies ?? []).map(({ task_id, ...edge }) =>
    Object.assign({ task: jobs.get(task_id) ?? `#${task_id}` }, edge)
  );
  return {
    name: task.name,
    ...Object.fromEntries(fields),
    executor_config: said(task.executor_config as Record<string, unknown>),
    groups: (group_ids ?? []).map((id) => groups.get(id) ?? `#${id}`).sort(),
    // One that rests by itself is one that somebody wants to run.
    enabled: status === 1 || Boolean(task.hold),
    ...(edges.length ? { dependencies: edges } : {}),
  };
}

/** The jobs that a text holds, one or a list; null when it is no file of jobs. */
export function readJobs(text: string): FiledJob[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return null;
  }
  const list = Array.isArray(value) ? value : [value];
  const isJob = (one: unknown): one is FiledJob =>
    typeof one === 'object' && one !== null && typeof (one as FiledJob).name === 'string';
  return list.length && list.every(isJob) ? list : null;
}

const listOf = (value: unknown): unknown[] => Array.isArray(value) ? value : [];
export const nameOf = (job: FiledJob): string => String(job.name);

/** The names of jobs that a job waits for. */
export const parentsOf = (job: FiledJob): string[] =>
  listOf(job.dependencies).map((edge) => String((edge as { task?: unknown } | null)?.task ?? ''));

/** The body that the API takes, and what is wrong before it is asked. */
export function bodyFrom(
  job: FiledJob,
  groups: ReadonlyMap<string, number>,
  jobs: ReadonlyMap<string, number>,
): { body: FiledJob; faults: FileFault[] } {
  const { groups: names, enabled, dependencies, ...body } = job;
  const faults: FileFault[] = NUMBERED.filter((name) => name in job).map((path) => ({
    path,
    code: 'numbers',
    about: path,
  }));
  if (!listOf(names).length) faults.push({ path: 'groups', code: 'groups', about: '' });
  if (enabled !== undefined && typeof enabled !== 'boolean') {
    faults.push({ path: 'enabled', code: 'enabled', about: '' });
  }
  const group_ids = listOf(names).flatMap((name) => {
    const id = groups.get(String(name));
    if (id === undefined) faults.push({ path: 'groups', code: 'group', about: String(name) });
    return id === undefined ? [] : [id];
  });
  const parents = parentsOf(job);
  const edges = listOf(dependencies).flatMap((edge, index) => {
    const task_id = jobs.get(parents[index]!);
    if (task_id === undefined) faults.push({ path: 'dependencies', code: 'dependency', about: parents[index]! });
    const { task: _name, ...rest } = edge as Record<string, unknown>;
    return task_id === undefined ? [] : [{ ...rest, task_id }];
  });
  return {
    body: { ...body, group_ids, status: enabled === false ? 0 : 1, ...(edges.length ? { dependencies: edges } : {}) },
    faults,
  };
}

const byName = async (name: string): Promise<[string, number][]> =>
  (await tasks.list({ keyword: name, page: 1, page_size: 100 })).items
    .filter((task) => task.name === name).map((task) => [name, task.id]);

/** A few at a time: the server has other readers. */
async function each<From, To>(list: From[], ask: (one: From) => Promise<To>): Promise<To[]> {
  const answers: To[] = [];
  for (let at = 0; at < list.length; at += 8) {
    // eslint-disable-next-line no-await-in-loop -- the next few come after these
    answers.push(...await Promise.all(list.slice(at, at + 8).map((one) => ask(one))));
  }
  return answers;
}

/** The numbers of those jobs of the file, and that its jobs wait for, that the server has. */
export async function numbersOf(jobs: FiledJob[]): Promise<Map<string, number>> {
  const names = [...new Set([...jobs.map(nameOf), ...jobs.flatMap(parentsOf)])].filter(Boolean);
  return new Map((await each(names, byName)).flat());
}

/** The jobs of a list of numbers, written for a file. */
export async function filed(ids: number[], groups: Group[]): Promise<FiledJob[]> {
  const found = await each(ids, tasks.one);
  const names = new Map(found.map((task) => [task.id, task.name]));
  const parents = new Set(found.flatMap((task) => task.dependencies ?? []).map((edge) => edge.task_id));
  const others = await each([...parents].filter((id) => !names.has(id)), tasks.one);
  for (const task of others) names.set(task.id, task.name);
  return found.map((task) => fileOf(task, new Map(groups.map((group) => [group.id, group.name])), names));
}
