import type { Execution } from '../../../api/types.ts';

/** How an execution ended as a number: an HTTP status is no exit code, and has a name of its own. */
export type EndCode = { kind: 'http' | 'exit'; value: number } | null;

type Ended = Pick<Execution, 'exit_code' | 'reason'> & { http_status?: number | null | undefined };

export function endCode(run: Ended): EndCode {
  // Servers of before 0.1 had the status where the exit code is.
  const status = run.http_status ?? (run.reason?.code === 'HTTP_STATUS' ? run.exit_code : null);
  if (typeof status === 'number') return { kind: 'http', value: status };
  return run.exit_code === null ? null : { kind: 'exit', value: run.exit_code };
}
