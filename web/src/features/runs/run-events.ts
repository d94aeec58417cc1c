import type { AuditRow } from '../../api/audit.ts';
import type { Bilingual, Execution, RunDetail } from '../../api/types.ts';

/** Something that happened to a run, or that somebody did about it. */
export interface RunLine {
  key: string;
  time: string;
  /** The stable word, such as `unit-failed` or `execution.cancel`. */
  action: string;
  execution: Execution | null;
  host: string;
  attempt: number | null;
  /** In words, where the server has them. */
  text: Bilingual | null;
  detail: string;
  /** `detail` in both languages, where the server has it. */
  told: Bilingual | null;
  actor: string;
  /** All that is known of it, for a look at the whole. */
  whole: unknown;
}

/** What happened and what people did, in order of time; of the same moment what was there first stays first. */
export function linesOf(run: RunDetail, acts: readonly AuditRow[]): RunLine[] {
  const units = new Map(run.executions.map((row) => [row.id, row]));
  const events = (run.timeline ?? []).map((event, index): RunLine => ({
    key: `event-${index}`,
    time: event.time,
    action: event.action,
    execution: units.get(event.execution_id ?? '') ?? null,
    host: event.client_name ?? event.client_id ?? '',
    attempt: event.attempt ?? null,
    text: event.text,
    detail: event.detail ?? '',
    told: event.detail_text ?? null,
    actor: '',
    whole: event,
  }));
  // Who has read its output is in the audit; to the run nothing happened by it.
  const done = acts.filter((row) => !row.action.endsWith('_read')).map((row): RunLine => {
    const execution = units.get(row.object_id ?? '') ?? null;
    return {
      key: `act-${row.id}`,
      time: row.at,
      action: row.action,
      execution,
      host: execution?.client_name ?? execution?.client_id ?? '',
      attempt: null,
      text: null,
      detail: row.outcome === 'ok' ? '' : row.reason ?? row.outcome,
      told: null,
      actor: row.actor ?? '',
      whole: row,
    };
  });
  return [...events, ...done].map((line, index) => ({ line, index }))
    .sort((a, b) => Date.parse(a.line.time) - Date.parse(b.line.time) || a.index - b.index)
    .map(({ line }) => line);
}
