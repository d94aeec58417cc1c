import { type DiffLine, diffLines, foldSame } from '../../../lib/diff.ts';
import type { Definition } from '../parts/definition.ts';
import { FIELD_LABELS, type FieldLine } from '../parts/job-words.ts';

/** What fields are called that the form shows as a whole, or in another way. */
const LABELS: Record<string, string> = {
  ...FIELD_LABELS,
  executor_type: 'job.executor',
  executor_config: 'form.what',
  schedule_type: 'job.schedule',
  status: 'job.enabled',
};

/** The words for a field; a field without any is called as the API does. */
export function fieldName(path: string, word: (key: string) => string): string {
  const label = LABELS[path];
  return label ? word(label) : path.replace(/^executor_config\./, '');
}

/** A definition's fields with those of what it runs, which is one of many lines. */
function fields(definition: Definition): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(definition)) {
    if (name !== 'executor_config') found.set(name, value);
    else for (const [part, inner] of Object.entries(value as Definition)) found.set(`${name}.${part}`, inner);
  }
  return found;
}

/** The same text for what is the same: names in one order, what is not said left out. */
function exact(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(
      Object.entries(part).filter(([, inner]) => inner !== null).sort(([a], [b]) => a < b ? -1 : 1),
    );
  });
}

const isPlain = (value: unknown): boolean => value === null || typeof value !== 'object';

/** Lines to compare: a line for each word of a list and each name of a record. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((part) => isPlain(part) ? String(part) : JSON.stringify(part)).join('\n');
  if (typeof value === 'object') {
    return Object.entries(value as Definition).filter(([, part]) => part !== null).map(([name, part]) =>
      `${name}=${isPlain(part) ? part : JSON.stringify(part)}`
    )
      .join('\n');
  }
  return String(value);
}

/** Two texts beside each other; one that is not there has no line. */
function linesOf(was: string, is: string, alike: (n: number) => string): DiffLine[] {
  const lines = diffLines(was, is).filter((line) =>
    line.text || !((line.sign === '-' && !was) || (line.sign === '+' && !is))
  );
  return foldSame(lines, alike);
}

/** The fields in which two definitions differ, line by line; `word` has the words for a key and a number. */
export function versionLines(
  before: object,
  after: object,
  word: (key: string, named?: Record<string, unknown>) => string,
  show: (path: string, value: unknown) => unknown = (_path, value) => value,
): FieldLine[] {
  const [old, now] = [fields(before as Definition), fields(after as Definition)];
  const lines: FieldLine[] = [];
  for (const path of new Set([...now.keys(), ...old.keys()])) {
    const values = [old, now].map((side) => side.get(path));
    if (exact(values[0]) === exact(values[1])) continue;
    let [was, is] = values.map((value) => textOf(show(path, value)));
    // Two values that read alike: a list of two words, or one word of two lines.
    if (was === is && was !== '') [was, is] = values.map(exact);
    if (was === is) continue;
    linesOf(was!, is!, (n) => word('compare.alike', { n })).forEach((line, index) => {
      lines.push({ ...line, name: index === 0 || line.sign !== ' ' ? fieldName(path, word) : '' });
    });
  }
  return lines;
}
