import type { Task } from '../../../api/types.ts';

export const PARAMETER_TYPES = ['string', 'integer', 'number', 'boolean', 'secret'] as const;
export type ParameterType = typeof PARAMETER_TYPES[number];

/** A parameter that a job declares, as its row shows it. */
export interface ParameterRow {
  name: string;
  type: ParameterType;
  /** Empty: none. */
  fallback: string;
  /** Separated by commas; empty: anything of its type. */
  choices: string;
  required: boolean;
}

export const emptyParameter = (): ParameterRow => ({
  name: '',
  type: 'string',
  fallback: '',
  choices: '',
  required: false,
});

const typeOf = (text: string | undefined): ParameterType => PARAMETER_TYPES.find((type) => type === text) ?? 'string';

export const parametersOf = (task: Task): ParameterRow[] =>
  (task.parameters ?? []).map((declared) => ({
    name: declared.name,
    type: typeOf(declared.type),
    fallback: declared.default ?? '',
    choices: (declared.choices ?? []).join(', '),
    required: declared.required ?? false,
  }));

const wordsOf = (text: string): string[] => text.split(',').map((word) => word.trim()).filter(Boolean);

/** Rows without anything in them do not count; what nobody touched goes back as it came. */
export function parametersBody(rows: ParameterRow[], task?: Task): NonNullable<Task['parameters']> {
  const before = new Map(
    (task ? parametersOf(task) : []).map((row, index) => [JSON.stringify(row), task?.parameters?.[index]]),
  );
  return rows.filter((row) => row.name.trim() || row.fallback || row.choices.trim()).map((row) =>
    before.get(JSON.stringify(row)) ?? ({
      name: row.name.trim(),
      type: row.type,
      default: row.fallback === '' ? null : row.fallback,
      choices: wordsOf(row.choices),
      required: row.required,
    })
  );
}

/** Whether a text is of a type; an empty one is none. */
export function isOfType(text: string, type: ParameterType): boolean {
  if (type === 'integer') return /^-?\d{1,19}$/.test(text);
  // What is shown with the job can only name a secret.
  if (type === 'secret') return /^secret:[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(text);
  if (type === 'number') return text.trim() === text && text !== '' && Number.isFinite(Number(text));
  return type === 'string' || text === 'true' || text === 'false';
}

/** What is wrong with the rows, as a key of `fault`; null when nothing is. */
export function parametersFault(rows: ParameterRow[]): string | null {
  const names = new Set<string>();
  for (const row of rows) {
    const name = row.name.trim();
    if (!name && !row.fallback && !row.choices.trim()) continue;
    if (!name) return 'nameless';
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'parameterName';
    if (names.has(name)) return 'repeated';
    names.add(name);
    const choices = wordsOf(row.choices);
    const isReadable = choices.length > 0 || (row.fallback !== '' && !isOfType(row.fallback, row.type));
    if (row.type === 'secret' && isReadable) return 'parameterSecret';
    if (row.fallback !== '' && !isOfType(row.fallback, row.type)) return 'parameterDefault';
    if (choices.some((choice) => !isOfType(choice, row.type))) return 'parameterChoice';
    if (choices.length && row.fallback !== '' && !choices.includes(row.fallback)) return 'parameterChosen';
  }
  return null;
}
