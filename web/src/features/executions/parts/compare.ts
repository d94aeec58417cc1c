import { executions } from '../../../api/executions.ts';
import type { Execution, ExecutionDetail } from '../../../api/types.ts';
import { LogBuffer, plain } from '../../../lib/log-buffer.ts';
import { type LogTitles, takePage } from './use-log.ts';

const SUCCESS = '3';
/** Of each log so much is laid side by side; milliseconds and memory grow with the square of what differs. */
export const MOST_LINES = 5000;

/** The run of the same job on the same host that went well last before this one. */
export async function lastGood(run: Execution): Promise<Execution | null> {
  const page = await executions.list({
    task_id: run.task_id,
    client_id: run.client_id ?? '',
    status: SUCCESS,
    before: run.id,
    page: 1,
    page_size: 1,
  });
  return page.items[0] ?? null;
}

/** A log's lines as text without colours, at most `MOST_LINES` of them. */
export async function logText(id: string, titles: LogTitles): Promise<{ text: string; cut: boolean }> {
  const buffer = new LogBuffer();
  async function read(): Promise<boolean> {
    const from = buffer.next;
    const page = await executions.log(id, from);
    takePage(buffer, page, from, titles);
    const more = buffer.next > from && buffer.next < page.total_bytes;
    return more && buffer.lines.length <= MOST_LINES ? await read() : more;
  }
  const more = await read();
  const lines = buffer.lines.slice(0, MOST_LINES);
  return { text: lines.map((line) => plain(line.text)).join('\n'), cut: more || buffer.lines.length > MOST_LINES };
}

/** Parameters that are not the same on both sides. */
export function otherParams(
  a: ExecutionDetail,
  b: ExecutionDetail,
): [string, string | undefined, string | undefined][] {
  const [left, right] = [a.params ?? {}, b.params ?? {}];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()
    .filter((name) => left[name] !== right[name])
    .map((name) => [name, left[name], right[name]]);
}
