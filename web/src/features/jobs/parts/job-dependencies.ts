import type {
  Deadline,
  DependencyEdge,
  DependencyFields,
  DependencyJoin,
  DependencyOutcome,
  HostShare,
  ScheduleType,
} from '../../../api/types.ts';
import { isZone, readerZone } from '../../../lib/time.ts';
import { between, type NumberField, within } from './number-field.ts';

export const OUTCOMES: DependencyOutcome[] = ['success', 'failure', 'end', 'skipped'];

/** A job that this one waits for, as the form edits it. */
export interface ParentField {
  id: number;
  on: DependencyOutcome;
  hosts: 'all' | 'any' | 'share';
  /** Of `share`: on so many of a hundred hosts. */
  percent: NumberField;
  /** `parameter=output`, separated by commas. */
  handed: string;
}

/** Which jobs start this one (docs/flows.md). */
export interface DependencyForm {
  parents: ParentField[];
  join: DependencyJoin;
  match: 'latest' | 'pair';
  maxAge: NumberField;
  deadline: 'none' | 'at' | 'after';
  deadlineAt: string;
  deadlineZone: string;
  deadlineAfter: NumberField;
  onDeadline: 'skip' | 'run' | 'alarm';
}

export const emptyDependencies = (): DependencyForm => ({
  parents: [],
  join: 'all',
  match: 'latest',
  maxAge: 86_400,
  deadline: 'none',
  deadlineAt: '08:00',
  deadlineZone: readerZone(),
  deadlineAfter: 7200,
  onDeadline: 'skip',
});

/** On how many hosts it counts when nobody says so: a run has failed when it failed anywhere. */
export const usualHosts = (on: DependencyOutcome): 'all' | 'any' => on === 'failure' ? 'any' : 'all';

export const newParent = (id: number): ParentField => ({ id, on: 'success', hosts: 'all', percent: 80, handed: '' });

/** The parents that are chosen now: those that stay keep what was said of them. */
export const parentsFor = (ids: number[], before: ParentField[]): ParentField[] =>
  ids.map((id) => before.find((parent) => parent.id === id) ?? newParent(id));

function parentOf(edge: DependencyEdge): ParentField {
  const handed = Object.entries(edge.parameters ?? {}).map(([name, output]) => `${name}=${output}`).join(', ');
  const parent = { ...newParent(edge.task_id), on: edge.on, handed };
  // A tenth of a per cent is as fine as the server keeps it.
  if (typeof edge.hosts === 'object') {
    return { ...parent, hosts: 'share', percent: Math.round(edge.hosts.ratio * 1000) / 10 };
  }
  return { ...parent, hosts: edge.hosts };
}

export function dependenciesOf(task: DependencyFields): DependencyForm {
  const usual = emptyDependencies();
  const deadline = task.deadline;
  return {
    parents: (task.dependencies ?? []).map(parentOf),
    join: task.join ?? usual.join,
    match: task.match ?? usual.match,
    maxAge: task.max_age_seconds ?? usual.maxAge,
    deadline: !deadline ? 'none' : deadline.at ? 'at' : 'after',
    deadlineAt: deadline?.at ?? usual.deadlineAt,
    deadlineZone: deadline?.timezone ?? usual.deadlineZone,
    deadlineAfter: deadline?.after_seconds ?? usual.deadlineAfter,
    onDeadline: deadline?.on_deadline ?? usual.onDeadline,
  };
}

/** `rows=row_count, day`: a name alone stands for both. */
export const handedOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(/[\s,，]+/).filter(Boolean).map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, part] : [part.slice(0, at), part.slice(at + 1)];
    }),
  );

function edgeOf(parent: ParentField): DependencyEdge {
  const edge: DependencyEdge = { task_id: parent.id, on: parent.on, hosts: shareOf(parent) };
  const parameters = handedOf(parent.handed);
  return Object.keys(parameters).length ? { ...edge, parameters } : edge;
}

const shareOf = (parent: ParentField): HostShare =>
  parent.hosts === 'share' ? { ratio: Number(parent.percent) / 100 } : parent.hosts;

function deadlineOf(form: DependencyForm): Deadline | null {
  // Of any parent none is waited for, so there is nothing that could come too late.
  if (form.deadline === 'none' || form.join === 'any') return null;
  const then = { on_deadline: form.onDeadline };
  if (form.deadline === 'after') return { after_seconds: Number(form.deadlineAfter), ...then };
  return { at: form.deadlineAt, timezone: form.deadlineZone.trim(), ...then };
}

export function dependencyBody(form: DependencyForm & { schedule: ScheduleType }): DependencyFields {
  if (!form.parents.length) return { dependencies: [] };
  return {
    dependencies: form.parents.map(edgeOf),
    join: form.join,
    match: form.join === 'all' ? form.match : 'latest',
    max_age_seconds: form.maxAge === '' ? null : form.maxAge,
    dependency_mode: form.schedule === 'manual' ? null : 'start',
    deadline: deadlineOf(form),
  };
}

/** The server's paths of these fields. */
export const DEPENDENCY_PATHS = [
  'dependencies',
  'join',
  'match',
  'max_age_seconds',
  'dependency_mode',
  'deadline',
  'deadline.at',
  'deadline.timezone',
  'deadline.after_seconds',
];

/** What the form holds at each path. */
export const dependencyValues = (form: DependencyForm): Record<string, unknown> => ({
  dependencies: form.parents,
  join: form.join,
  match: [form.join, form.match],
  max_age_seconds: form.maxAge,
  deadline: [form.join, form.deadline],
  'deadline.at': [form.deadline, form.deadlineAt],
  'deadline.timezone': [form.deadline, form.deadlineZone],
  'deadline.after_seconds': [form.deadline, form.deadlineAfter],
});

/** What is wrong with them, as keys of `fault`. */
export function checkDependencies(form: DependencyForm): Record<string, string> {
  if (!form.parents.length) return {};
  const due = form.join === 'all' ? form.deadline : 'none';
  const faults: [path: string, good: boolean, fault: string][] = [
    ['dependencies', form.parents.length <= 64, 'parents'],
    [
      'dependencies',
      form.parents.every((parent) => parent.hosts !== 'share' || within(parent.percent, 0.1, 100)),
      'share',
    ],
    ['max_age_seconds', form.maxAge === '' || between(form.maxAge, 60, 2_592_000), 'month'],
    ['deadline.at', due !== 'at' || /^([01]\d|2[0-3]):[0-5]\d$/.test(form.deadlineAt), 'required'],
    ['deadline.timezone', due !== 'at' || isZone(form.deadlineZone.trim()), 'zone'],
    ['deadline.after_seconds', due !== 'after' || between(form.deadlineAfter, 60, 2_592_000), 'month'],
  ];
  return Object.fromEntries(faults.filter(([, good]) => !good).map(([path, , fault]) => [path, fault]));
}
