// What starts a job besides its schedule (docs/flows.md).

export type DependencyOutcome = 'success' | 'failure' | 'end' | 'skipped';

export type DependencyJoin = 'all' | 'any';

/** On how many hosts of a parent's run. */
export type HostShare = 'all' | 'any' | { ratio: number };

export interface DependencyEdge {
  task_id: number;
  on: DependencyOutcome;
  hosts: HostShare;
  /** Which outputs of it become parameters of the job: the output's name by the parameter's. */
  parameters?: Record<string, string>;
}

/** By when all parents have to have come: a time of day, or so long after the first of them. */
export interface Deadline {
  at?: string;
  timezone?: string;
  after_seconds?: number;
  on_deadline: 'skip' | 'run' | 'alarm';
}

/** What starts a job besides its schedule (docs/flows.md). */
export interface DependencyFields {
  dependencies?: DependencyEdge[];
  join?: DependencyJoin | null;
  match?: 'latest' | 'pair' | null;
  max_age_seconds?: number | null;
  /** Has to be said beside a schedule. */
  dependency_mode?: 'start' | null;
  deadline?: Deadline | null;
}
