import { uid } from '../lib/uid.ts';
import { del, type FieldError, get, post, type Query, request } from './client.ts';
import type { Bilingual, Page, PlacementStrategy } from './types.ts';

export type NodeKind = 'job' | 'script' | 'http' | 'map' | 'workflow' | 'wait' | 'approval' | 'decision' | 'noop';
export type NodeState = 'waiting' | 'ready' | 'started' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';
export type EdgeOn = 'success' | 'failure' | 'end' | 'always';
/** What an edge has come to; `open` while its source has not ended. */
export type EdgeState = 'open' | 'taken' | 'void' | 'unmet';
export type FlowPhase = 'queued' | 'running' | 'paused' | 'stopping' | 'compensating' | 'finalising' | 'ended';
export type FlowOutcome = 'succeeded' | 'failed' | 'cancelled' | 'skipped';

export interface WorkflowParameter {
  name: string;
  type: 'string' | 'int' | 'number' | 'bool' | 'json';
  /** Without it the value has to be given. */
  default?: unknown;
}

export type FailurePolicy = 'stop' | 'cancel' | 'continue' | 'ignore';

/** On which of its hosts a step runs. */
export interface StepPlacement {
  kind: 'one_of' | 'n_of' | 'sharded';
  strategy?: PlacementStrategy;
  count?: number;
  items?: string[];
  order?: string[];
  where?: string;
  exclude?: string[];
  hash_key?: string;
}

/** One case of a decision: the first whose expression holds says what goes on. */
export interface DecisionCase {
  when: string;
  to?: string[];
}

/** What is done: by a step, or by a step of kind `map` for each item. */
export interface DefinedWork {
  kind: NodeKind;
  task_id?: number;
  script?: string;
  interpreter?: string;
  work_dir?: string;
  env?: Record<string, string>;
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Types by name; of a request JSON pointers. */
  outputs?: Record<string, string>;
  timeout_seconds?: number;
  retry_count?: number;
  parameters?: Record<string, string>;
}

/** A step as it is written down; its other fields depend on its kind. */
export interface DefinedNode extends DefinedWork {
  key: string;
  seconds?: number;
  /** Of a wait for a task: how a run of it has to end. */
  on?: 'success' | 'failure' | 'end';
  until?: string;
  timezone?: string;
  users?: string[];
  not_starter?: boolean;
  on_timeout?: 'reject' | 'approve' | 'fail';
  message?: string;
  cases?: DecisionCase[];
  else?: string[];
  workflow_id?: number;
  over?: string | string[];
  do?: DefinedWork;
  max_parallel?: number;
  max_items?: number;
  fail?: 'any' | 'fast' | 'never' | { ratio: number };
  placement?: StepPlacement;
  rule?: 'all' | 'strict' | { at_least: number };
  on_failure?: FailurePolicy;
  if_disabled?: 'fail' | 'skip' | 'run';
  skipped_is?: 'failed' | 'skipped' | 'succeeded';
  /** The step that undoes this one. */
  compensate?: string;
  compensator?: boolean;
  finally?: boolean;
}

export interface DefinedEdge {
  from: string;
  to: string;
  on?: EdgeOn;
  catch?: boolean;
}

export interface WorkflowSummary {
  id: number;
  name: string;
  description: string;
  group_ids: number[];
  enabled: boolean;
  version: number;
  cron_expr: string | null;
  timezone: string | null;
  next_exec_time: string | null;
  node_count: number;
  created_by: string;
  created_at: string;
  updated_at: string;
  /** A newer server wrote it: this one knows name and groups, and neither runs nor changes it. */
  unreadable?: boolean;
}

export interface Workflow extends WorkflowSummary {
  overlap: string;
  timeout_seconds: number;
  max_parallel: number;
  on_failure: string;
  parameters: WorkflowParameter[];
  nodes: DefinedNode[];
  edges: DefinedEdge[];
}

/** A definition as somebody types it: whatever they typed. */
export type WorkflowBody = Record<string, unknown>;

export interface WorkflowRun {
  run_id: string;
  workflow_id: number;
  workflow_name: string;
  version: number;
  type: string;
  source: string;
  caller: string | null;
  phase: FlowPhase;
  outcome: FlowOutcome | null;
  /** Why no further step starts. */
  halt: string | null;
  parameters: Record<string, unknown>;
  scheduled_time: string;
  deadline: string | null;
  rerun_of: string | null;
  /** The run that it is a step of. */
  owner_run_id: string | null;
  owner_key: string | null;
  /** What it hands on. */
  results: Record<string, string> | null;
  results_fault: string | null;
  created_at: string;
  ended_at: string | null;
  counts: Record<NodeState, number>;
}

export interface RunNode {
  key: string;
  kind: NodeKind;
  state: NodeState;
  reason: string | null;
  /** Words of the server for the reason. */
  detail: string | null;
  detail_text?: Bilingual | null;
  task_id: number | null;
  task_name: string | null;
  /** Of a step that is another workflow; `child_run_id` is then a run of that. */
  workflow_id: number | null;
  role: 'compensator' | 'finally' | null;
  /** The run of its executions. */
  child_run_id: string | null;
  ready_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  /** When its wait, or its time for an answer, is over. */
  wake_at: string | null;
  stopping: boolean;
  result: { counts: Record<string, number>; exit_code: number | null } | null;
  /** Of a decision: the steps that it chose. */
  chosen: string[] | null;
  answer: { decision: 'approve' | 'reject'; by: string | null; comment: string; at: string } | null;
  message: string | null;
  /** The run that it was taken over from. */
  kept_from: string | null;
}

export interface RunEdge {
  from: string;
  to: string;
  on: EdgeOn;
  catch: boolean;
  /** Of a decision. */
  choice: boolean;
  state: EdgeState;
}

export interface WorkflowRunDetail extends WorkflowRun {
  nodes: RunNode[];
  edges: RunEdge[];
}

/** A step of a run that is only thought of. */
export interface ForeseenStep {
  key: string;
  kind: NodeKind;
  parameters: Record<string, string>;
  /** What only steps before it can tell. */
  open_parameters: string[];
  items: number | null;
  until: string | null;
  chosen: string[] | null;
  hosts: { id: string; name: string }[] | null;
  placement: Bilingual[];
  /** Why it would not start as things are. */
  obstacle: Bilingual | null;
}

const runPath = (id: string) => `/workflow-runs/${encodeURIComponent(id)}`;
/** The same press begins one run, however often it is sent. */
const once = () => ({ 'Idempotency-Key': uid() });

export const workflows = {
  list: (query: Query) => get<Page<WorkflowSummary>>('/workflows', query),
  one: (id: number) => get<Workflow>(`/workflows/${id}`),
  create: (body: WorkflowBody) => post<Workflow>('/workflows', body),
  /** Refused with 412 when `version` is not the newest any more. */
  update: (id: number, body: WorkflowBody, version: number) =>
    request<Workflow>('PUT', `/workflows/${id}`, { body, headers: { 'If-Match': `"${version}"` } }),
  /** What is wrong with a definition, as saving it would say; nothing is saved. */
  check: async (id: number | null, body: WorkflowBody) =>
    (await post<{ workflows: { faults: FieldError[] }[] }>('/task-files/check', {
      tasks: [],
      workflows: [{ id, workflow: body }],
    })).workflows[0]?.faults ?? [],
  remove: (id: number) => del<unknown>(`/workflows/${id}`),
  setEnabled: (id: number, enabled: boolean) =>
    request<Workflow>('POST', `/workflows/${id}/${enabled ? 'enable' : 'disable'}`),
  dryRun: (id: number, parameters: Record<string, unknown>) =>
    post<{ steps: ForeseenStep[] }>(`/workflows/${id}/dry-run`, { parameters }),
  run: (id: number, parameters: Record<string, unknown>) =>
    request<WorkflowRunDetail>('POST', `/workflows/${id}/run`, { body: { parameters }, headers: once() }),
};

export const workflowRuns = {
  list: (query: Query) => get<Page<WorkflowRun>>('/workflow-runs', query),
  one: (id: string) => get<WorkflowRunDetail>(runPath(id)),
  cancel: (id: string, force: boolean) => post<WorkflowRunDetail>(`${runPath(id)}/cancel`, { force }),
  pause: (id: string) => request<WorkflowRunDetail>('POST', `${runPath(id)}/pause`),
  resume: (id: string) => request<WorkflowRunDetail>('POST', `${runPath(id)}/resume`),
  abandon: (id: string) => request<WorkflowRunDetail>('POST', `${runPath(id)}/abandon`),
  /** `from`: `failed`, or the key of a step. */
  rerun: (id: string, from: string) =>
    request<WorkflowRunDetail>('POST', `${runPath(id)}/rerun`, { body: { from }, headers: once() }),
  answer: (id: string, key: string, decision: 'approve' | 'reject', comment: string) =>
    post<WorkflowRunDetail>(`${runPath(id)}/nodes/${encodeURIComponent(key)}/answer`, { decision, comment }),
};
