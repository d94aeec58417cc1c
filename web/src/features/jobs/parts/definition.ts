export type Definition = Record<string, unknown>;

/** What a task shows and nobody can write. */
const SHOWN_ONLY = new Set([
  'id',
  'uid',
  'version',
  'schedule_text',
  'groups',
  'hidden_groups',
  'hold',
  'class',
  'next_exec_time',
  'last_execution',
  'created_by',
  'created_at',
  'updated_at',
]);

/** What of a task can be written, fields of newer servers among it. */
export const definitionOf = (task: object): Definition =>
  Object.fromEntries(Object.entries(task).filter(([name]) => !SHOWN_ONLY.has(name)));
