import type { AuditRow } from '../../src/api/audit.ts';
import type { Execution, RunDetail, RunEvent } from '../../src/api/types.ts';
import { linesOf } from '../../src/features/runs/run-events.ts';
import { equal } from './assert.ts';

const unit = (id: string, client_name: string) => ({ id, client_name, client_id: `agt_${id}` }) as unknown as Execution;
const event = (action: string, time: string, execution_id: string | null, more: Partial<RunEvent> = {}): RunEvent => ({
  time,
  action,
  execution_id,
  client_id: execution_id && `agt_${execution_id}`,
  client_name: execution_id && `web-${execution_id}`,
  status: null,
  text: { zh: action, en: action },
  detail: null,
  ...more,
});
const act = (id: number, at: string, object_id: string, more: Partial<AuditRow> = {}) =>
  ({ id, at, object_id, action: 'execution.cancel', actor: 'olga', outcome: 'ok', reason: null, ...more }) as AuditRow;

const run = {
  executions: [unit('a', 'web-a'), unit('b', 'web-b')],
  timeline: [
    event('run-created', '2026-11-28T01:00:00Z', null),
    event('unit-started', '2026-11-28T01:00:01Z', 'a'),
    event('attempt-failed', '2026-11-28T01:00:02Z', 'a', {
      attempt: 1,
      detail: 'EXIT: exit status 3',
      detail_text: { zh: 'EXIT：退出码 3', en: 'EXIT: exit status 3' },
    }),
    event('unit-cancelled', '2026-11-28T01:00:09Z', 'a'),
  ],
} as unknown as RunDetail;

Deno.test('run: what people did stands between what happened, with who it was', () => {
  const lines = linesOf(run, [act(7, '2026-11-28T01:00:08.5Z', 'a'), act(8, '2026-11-28T01:00:09Z', 'b')]);
  equal(lines.map((line) => line.action), [
    'run-created',
    'unit-started',
    'attempt-failed',
    'execution.cancel',
    'unit-cancelled',
    'execution.cancel',
  ]);
  equal([lines[3]?.actor, lines[3]?.host, lines[5]?.host], ['olga', 'web-a', 'web-b']);
  equal(lines.map((line) => line.told?.zh ?? ''), ['', '', 'EXIT：退出码 3', '', '', '']);
  equal([lines[2]?.attempt, lines[2]?.detail, lines[0]?.execution], [1, 'EXIT: exit status 3', null]);
});

Deno.test('run: what was refused says why, and a unit that is not shown is none of it', () => {
  const [line] = linesOf({ ...run, timeline: [] }, [
    act(7, '2026-11-28T01:00:08Z', 'elsewhere', { outcome: 'denied', reason: 'forbidden' }),
  ]);
  equal([line?.detail, line?.execution, line?.host], ['forbidden', null, '']);
});

Deno.test('run: who read its output did nothing to it', () =>
  equal(
    linesOf({ ...run, timeline: [] }, [act(7, '2026-11-28T01:00:08Z', 'a', { action: 'execution.output_read' })]),
    [],
  ));

Deno.test('run: a server from before the events has none', () =>
  equal(linesOf({ ...run, timeline: undefined }, []), []));
