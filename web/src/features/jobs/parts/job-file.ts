import { ApiError } from '../../../api/client.ts';
import { tasks } from '../../../api/tasks.ts';
import type { Group, Task } from '../../../api/types.ts';
import { definitionOf } from './definition.ts';

/** A job as a task file has it (docs/task-files.md): with names in the place of numbers. */
export type FiledJob = Record<string, unknown>;

export interface FileFault {
  path: string;
  /** Words for it are `filed.CODE`; `about` is the name that is not known. */
  code: 'group' | 'groups' | 'dependency' | 'dependencies' | 'unmade' | 'numbers' | 'enabled' | 'source' | 'repeated';
  about: string;
}

/** So many jobs are read and saved at once. */
export const MOST_JOBS = 200;
/** A larger file is not read. */
export const MOST_FILE_BYTES = 4 * 1024 * 1024;
/** The server takes bodies of 1 MiB; what stands around the jobs of one is less than the rest. */
const MOST_CHECKED_BYTES = 1_000_000;
/** A longer word is not looked for, and no name is longer. */
const MOST_NAME_BYTES = 256;
const PAGE_SIZE = 100;
const MOST_PAGES = 100;
/** Which set of files a job is of: `quicflow apply` sets it by itself, and removes what is of a set and no longer in it. */
const SOURCE_LABEL = 'quartzflow/source';
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
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const said = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== null && !(EMPTY_IS_NOTHING.has(name) && isEmpty(value))),
  );

export function fileOf(task: Task, groups: Names, jobs: Names): FiledJob {
  const { group_ids, status, dependencies, labels, ...rest } = definitionOf(task) as Partial<Task>;
  const own = Object.entries(labels ?? {}).filter(([name]) => name !== SOURCE_LABEL);
  const fields = Object.entries(said({ ...rest, labels: Object.fromEntries(own) })).filter(([name]) =>
    task.schedule_type === 'cron' || !CRON_ONLY.has(name)
  );
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

/** The names that more than one job of a file has. */
export function repeatedIn(jobs: FiledJob[]): Set<string> {
  const names = jobs.map(nameOf);
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

/** Whether the server would look at so much at once. */
export const fitsCheck = (bodies: FiledJob[]): boolean => bytesOf(JSON.stringify(bodies)) <= MOST_CHECKED_BYTES;

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
  if (typeof job.labels === 'object' && SOURCE_LABEL in (job.labels ?? {})) {
    faults.push({ path: 'labels', code: 'source', about: SOURCE_LABEL });
  }
  if (dependencies !== undefined && !Array.isArray(dependencies)) {
    faults.push({ path: 'dependencies', code: 'dependencies', about: '' });
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
    const { task: _name, ...rest } = { ...(edge as Record<string, unknown> | null) };
    return task_id === undefined ? [] : [{ ...rest, task_id }];
  });
  return {
    body: { ...body, group_ids, status: enabled === false ? 0 : 1, ...(edges.length ? { dependencies: edges } : {}) },
    faults,
  };
}

/** The number of the job of exactly this name: the server looks for names that have it anywhere. */
export async function byName(name: string, list = tasks.list): Promise<[string, number][]> {
  if (bytesOf(name) > MOST_NAME_BYTES) return [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    // eslint-disable-next-line no-await-in-loop -- most names are on the first page
    const { items } = await list({ keyword: name, page, page_size: PAGE_SIZE });
    const found = items.find((task) => task.name === name);
    if (found) return [[name, found.id]];
    if (items.length < PAGE_SIZE) break;
  }
  return [];
}

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
  return new Map((await each(names, (name) => byName(name))).flat());
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

/** A job of a file, what is wrong with it in words, and what became of it. */
export interface FileRow {
  job: FiledJob;
  faults: string[];
  state: 'isNew' | 'isMade' | 'isWaiting' | 'isThere';
}

/**
 * Makes jobs one by one, each after those that it waits for; `known` has the numbers of jobs, and gets theirs. A job whose
 * own were refused, or wait for approval, is not made without them. Ends early where no other one would be made either.
 */
export async function makeJobs(
  rows: FileRow[],
  groups: ReadonlyMap<string, number>,
  known: Map<string, number>,
  create: (body: FiledJob) => Promise<{ id: number }>,
  words: { fault: (fault: FileFault) => string; error: (error: unknown) => string },
): Promise<void> {
  for (let next = rows; next.length;) {
    const row = next.find(({ job }) => parentsOf(job).every((name) => known.has(name))) ?? next[0]!;
    next = next.filter((other) => other !== row);
    const { body, faults } = bodyFrom(row.job, groups, known);
    row.faults = faults.map((fault) => words.fault(fault.code === 'dependency' ? { ...fault, code: 'unmade' } : fault));
    if (faults.length) continue;
    try {
      // eslint-disable-next-line no-await-in-loop -- one comes after those that it waits for
      known.set(nameOf(row.job), (await create(body)).id);
      row.state = 'isMade';
    } catch (error) {
      const refusal = error instanceof ApiError ? error : null;
      // Whoever signs in again can go on.
      if (refusal?.status === 401) return;
      if (refusal?.approval) row.state = 'isWaiting';
      else row.faults = [words.error(error)];
      // The server is away.
      if (refusal?.status === 0) return;
    }
  }
}
