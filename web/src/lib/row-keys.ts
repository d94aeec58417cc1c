/**
 * Where a key leads in a list of `count` rows: from the row `at` (-1 for none) to the next (j), the one before (k), the first
 * (Home) or the last (End). Null for any other key. Home and End scroll the page until a row has the focus.
 */
export function rowByKey(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (key === 'j') return Math.min(count - 1, at + 1);
  if (key === 'k') return Math.max(0, at - 1);
  if (at < 0) return null;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

/** The rows from one to another, whichever stands first. */
export function rowsBetween<T>(rows: readonly T[], from: number, to: number): T[] {
  return rows.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1);
}

/** The key beside the right Ctrl that opens menus, or its usual stand-in. */
export const isMenuKey = (event: KeyboardEvent): boolean =>
  event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
