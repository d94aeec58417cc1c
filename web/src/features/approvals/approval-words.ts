import type { ApprovalState } from '../../api/approvals.ts';
import type { IconName } from '../../ui/icons.ts';

/** How each state looks: never by colour alone. */
export const LOOKS: Record<ApprovalState, { tone: 'ok' | 'bad' | 'warn' | 'run' | 'idle'; icon: IconName }> = {
  pending: { tone: 'warn', icon: 'hourglass' },
  approved: { tone: 'run', icon: 'check' },
  applied: { tone: 'ok', icon: 'success' },
  failed: { tone: 'bad', icon: 'failure' },
  rejected: { tone: 'bad', icon: 'cancelled' },
  withdrawn: { tone: 'idle', icon: 'close' },
  expired: { tone: 'idle', icon: 'late' },
  stale: { tone: 'idle', icon: 'history' },
};

/** What is to be done, a line for each word of it; what is not said has none. */
export function detailLines(details: Record<string, unknown> | null): { name: string; text: string }[] {
  return Object.entries(details ?? {})
    .filter(([, value]) => value !== null && !(typeof value === 'object' && !Object.keys(value).length))
    .map(([name, value]) => ({ name, text: typeof value === 'string' ? value : JSON.stringify(value) }));
}

/** Where what it is about is shown. */
export function placeOf(object: { kind: string; id: string }): string {
  switch (object.kind) {
    case 'job':
      return `/jobs/${object.id}`;
    case 'execution':
      return `/executions/${object.id}`;
    case 'run':
      return '/tasks';
    case 'workflow_run':
      return `/workflows/runs/${object.id}`;
    default:
      return '/settings';
  }
}
