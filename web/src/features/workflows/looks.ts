import type { NodeKind, NodeState, WorkflowRun } from '../../api/workflows.ts';
import type { Tone } from '../../lib/status.ts';
import type { IconName } from '../../ui/icons.ts';

/** The states of a step; the key names the text `workflow.state.KEY`. */
export const STEP_LOOKS: Record<NodeState, { tone: Tone; icon: IconName }> = {
  waiting: { tone: 'idle', icon: 'pending' },
  ready: { tone: 'idle', icon: 'clock' },
  started: { tone: 'run', icon: 'running' },
  succeeded: { tone: 'ok', icon: 'success' },
  failed: { tone: 'bad', icon: 'failure' },
  cancelled: { tone: 'idle', icon: 'cancelled' },
  skipped: { tone: 'idle', icon: 'skipped' },
};

export const KIND_ICONS: Record<NodeKind, IconName> = {
  job: 'jobs',
  script: 'terminal',
  http: 'globe',
  map: 'rows',
  workflow: 'workflows',
  wait: 'hourglass',
  approval: 'user',
  decision: 'question',
  noop: 'right',
};

/** Where a run stands, or what it came to; the key names the text `workflow.run.KEY`. */
export function runLooks(run: Pick<WorkflowRun, 'phase' | 'outcome'>): { key: string; tone: Tone; icon: IconName } {
  switch (run.phase === 'ended' ? run.outcome ?? 'cancelled' : run.phase) {
    case 'queued':
      return { key: 'queued', tone: 'idle', icon: 'clock' };
    case 'running':
      return { key: 'running', tone: 'run', icon: 'running' };
    case 'paused':
      return { key: 'paused', tone: 'warn', icon: 'pause' };
    case 'stopping':
      return { key: 'stopping', tone: 'warn', icon: 'running' };
    case 'compensating':
      return { key: 'compensating', tone: 'warn', icon: 'running' };
    case 'finalising':
      return { key: 'finalising', tone: 'run', icon: 'running' };
    case 'succeeded':
      return { key: 'succeeded', tone: 'ok', icon: 'success' };
    case 'failed':
      return { key: 'failed', tone: 'bad', icon: 'failure' };
    case 'skipped':
      return { key: 'skipped', tone: 'idle', icon: 'skipped' };
    default:
      return { key: 'cancelled', tone: 'idle', icon: 'cancelled' };
  }
}

const OPEN = new Set<string>(['waiting', 'ready', 'started'] satisfies NodeState[]);

/** How many of its steps have ended, of how many. */
export function progressOf(counts: WorkflowRun['counts']): { ended: number; of: number } {
  let [ended, of] = [0, 0];
  for (const [state, n] of Object.entries(counts)) {
    of += n;
    if (!OPEN.has(state)) ended += n;
  }
  return { ended, of };
}

export const runPath = (run: string): string => `/workflows/runs/${encodeURIComponent(run)}`;
