import { workflowRuns } from '../../api/workflows.ts';

/** A question that a run of a workflow waits with. */
export interface Approval {
  key: string;
  run: string;
  workflow: string;
  message: string | null;
  since: string | null;
  /** When it is too late for an answer. */
  until: string | null;
}

/** Runs whose steps are looked at: the overview is for what a person can take in. */
const MOST = 20;

/** What waits for somebody's answer, the oldest first. */
export async function approvals(): Promise<Approval[]> {
  const open = await workflowRuns.list({ phase: 'running', page: 1, page_size: 100 });
  const busy = open.items.filter((run) => run.counts.started > 0).slice(0, MOST);
  const runs = await Promise.all(busy.map((run) => workflowRuns.one(run.run_id).catch(() => null)));
  return runs.flatMap((run) =>
    (run?.nodes ?? []).filter((node) => node.kind === 'approval' && node.state === 'started').map((node) => ({
      key: `${run!.run_id} ${node.key}`,
      run: run!.run_id,
      workflow: run!.workflow_name,
      message: node.message,
      since: node.started_at,
      until: node.wake_at,
    }))
  ).sort((a, b) => (a.since ?? '') < (b.since ?? '') ? -1 : 1);
}
