/** What a list is narrowed down by besides names, as the address keeps it and as the server takes it. */

/** The kinds of jobs, by the server's numbers from 1. */
export const EXECUTORS = ['shell', 'http', 'plugin', 'sql', 'builtin', 'container'] as const;
export type Executor = (typeof EXECUTORS)[number];

/** How runs came to be, with the word that executions say of it. */
export const RUN_TYPES = {
  schedule: 'cron',
  manual: 'manual',
  retry: 'rerun',
  dependency: 'dep',
  workflow: 'node',
  webhook: 'hook',
  backfill: 'backfill',
  test: 'test',
} as const;
export type RunTypeName = keyof typeof RUN_TYPES;

/** `name=value` or `name` each; commas within them are escaped in the address. */
export function labelsOf(text: string): string[] {
  return text.split(',').filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

export const labelText = (labels: string[]): string =>
  labels.map((label) => label.replace(/[%,]/g, encodeURIComponent)).join(',');

/** What somebody has typed as a label: spaces around its parts mean nothing; null when it has no name. */
export function labelTyped(text: string): string | null {
  const [name = '', ...value] = text.split('=').map((part) => part.trim());
  if (!name) return null;
  return value.length && value.join('=') ? `${name}=${value.join('=')}` : name;
}

/** Whether an execution was started in one of these ways; none is any. */
export function startedBy(kind: string, types: string): boolean {
  return !types || types.split(',').some((type) => RUN_TYPES[type as RunTypeName] === kind);
}
