import type { DefinedEdge, DefinedNode, NodeKind, WorkflowBody } from '../../../api/workflows.ts';
import { drawable } from '../links.ts';

/** A definition without its head, as somebody types it. It is never changed in place: each change makes another one. */
export type Definition = WorkflowBody;

/** In the order in which they are offered. */
export const KINDS: NodeKind[] = [
  'job',
  'script',
  'http',
  'workflow',
  'map',
  'decision',
  'approval',
  'wait',
  'noop',
];

/** What a new step of each kind begins with; what has to be chosen is left out, and asked for by the server. */
export const BEGINNINGS: Record<NodeKind, () => Partial<DefinedNode>> = {
  job: () => ({}),
  script: () => ({ script: '' }),
  http: () => ({ method: 'GET', url: '' }),
  workflow: () => ({}),
  map: () => ({ over: [], do: { kind: 'script', script: '', parameters: { item: '{{item}}' } } }),
  decision: () => ({ cases: [], else: [] }),
  approval: () => ({ message: '' }),
  wait: () => ({ seconds: 60 }),
  noop: () => ({}),
};

const PARAMETERS = ['parameters', 'if_disabled', 'skipped_is'];
/** The fields that a step of each kind may have, beside those that all have. */
export const FIELDS: Record<NodeKind, string[]> = {
  job: ['task_id', 'outputs', 'placement', ...PARAMETERS],
  script: [
    'script',
    'interpreter',
    'work_dir',
    'env',
    'timeout_seconds',
    'retry_count',
    'outputs',
    'placement',
    ...PARAMETERS,
  ],
  http: ['url', 'method', 'headers', 'body', 'outputs', 'timeout_seconds', 'retry_count', 'placement', ...PARAMETERS],
  workflow: ['workflow_id', 'outputs', ...PARAMETERS],
  map: ['over', 'do', 'max_parallel', 'max_items', 'fail', 'if_disabled', 'skipped_is'],
  decision: ['cases', 'else'],
  approval: ['message', 'users', 'not_starter', 'timeout_seconds', 'on_timeout'],
  wait: ['seconds', 'until', 'timezone', 'task_id', 'on', 'message', 'timeout_seconds'],
  noop: [],
};

/** Kinds with runs of their own: only these undo a step, or run at any end. */
export const hasChild = (kind: NodeKind): boolean => FIELDS[kind]?.includes('if_disabled') ?? false;

const isList = Array.isArray as (value: unknown) => value is unknown[];
const listOf = (value: unknown): unknown[] => isList(value) ? value : [];
export const textsOf = (value: unknown): string[] =>
  listOf(value).filter((text): text is string => typeof text === 'string');

export const stepsOf = (definition: Definition): DefinedNode[] => drawable(definition).nodes;
export const edgesOf = (definition: Definition): DefinedEdge[] =>
  listOf(definition.edges).filter((edge): edge is DefinedEdge =>
    typeof (edge as DefinedEdge | null)?.from === 'string' && typeof (edge as DefinedEdge).to === 'string'
  );
export const stepOf = (definition: Definition, key: string): DefinedNode | undefined =>
  stepsOf(definition).find((step) => step.key === key);

/** Where a step stands among `nodes`; -1 when there is none of that key. */
export const placeOfStep = (definition: Definition, key: string): number =>
  listOf(definition.nodes).findIndex((node) => (node as DefinedNode | null)?.key === key);

/** Whether it runs beside the others: no edge leads to it or from it. */
export const isAside = (step: DefinedNode): boolean => step.compensator === true || step.finally === true;

export const isKey = (text: string): boolean => /^[a-z][a-z0-9_]{0,47}$/.test(text);

/** A key that no step has yet: `script`, `script_2`, … */
export function freeKey(definition: Definition, base: string): string {
  const taken = new Set(stepsOf(definition).map((step) => step.key));
  let key = base;
  for (let n = 2; taken.has(key); n += 1) key = `${base}_${n}`;
  return key;
}

/** Each step as `change` gives it back; null takes it away. What is no step stays as it was typed. */
export function mapSteps(definition: Definition, change: (step: DefinedNode) => DefinedNode | null): Definition {
  const nodes = listOf(definition.nodes).flatMap((node) => {
    if (typeof (node as DefinedNode | null)?.key !== 'string') return [node];
    const next = change(node as DefinedNode);
    return next === null ? [] : [next];
  });
  return { ...definition, nodes };
}

/** The targets of a decision as `change` gives them back. */
export function mapTargets(step: DefinedNode, change: (targets: string[]) => string[]): DefinedNode {
  if (step.kind !== 'decision') return step;
  const cases = listOf(step.cases) as DefinedNode['cases'] & unknown[];
  return {
    ...step,
    cases: cases.map((item) =>
      item && typeof item === 'object' ? withFields(item, { to: change(textsOf(item.to)) }) : item
    ),
    else: change(textsOf(step.else)),
  };
}

/** With these fields instead; those that are undefined are taken away. */
export function withFields<T extends object>(object: T, patch: { [K in keyof T]?: T[K] | undefined }): T {
  const next = { ...object, ...patch } as Record<string, unknown>;
  for (const [field, value] of Object.entries(patch)) if (value === undefined) delete next[field];
  return next as T;
}
