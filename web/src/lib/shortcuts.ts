// The key map: the sheet shows it, the app acts by it.
export const SHORTCUTS = [
  { name: 'palette', keys: ['Ctrl', 'K'] },
  { name: 'search', keys: ['/'] },
  { name: 'newJob', keys: ['n'] },
  { name: 'overview', keys: ['g', 'o'] },
  { name: 'jobs', keys: ['g', 'j'] },
  { name: 'executions', keys: ['g', 'e'] },
  { name: 'tasks', keys: ['g', 't'] },
  { name: 'calendar', keys: ['g', 'c'] },
  { name: 'hosts', keys: ['g', 'h'] },
  { name: 'groups', keys: ['g', 'r'] },
  { name: 'reports', keys: ['g', 'p'] },
  { name: 'alerts', keys: ['g', 'a'] },
  { name: 'settings', keys: ['g', 's'] },
  { name: 'save', keys: ['Ctrl', 'Enter'] },
  { name: 'sheet', keys: ['?'] },
  { name: 'close', keys: ['Esc'] },
] as const;

export type ShortcutName = typeof SHORTCUTS[number]['name'];

const SEQUENCE_MS = 1200;

/** Finds shortcuts of one key or two keys in a row among single key presses. */
export function shortcutReader(): (key: string, at: number) => ShortcutName | null {
  let first = '';
  let firstAt = 0;
  return (key, at) => {
    const pair = first && at - firstAt < SEQUENCE_MS
      ? SHORTCUTS.find(({ keys }) => keys.length === 2 && keys[0] === first && keys[1] === key)
      : undefined;
    first = pair ? '' : key;
    firstAt = at;
    return pair?.name ?? SHORTCUTS.find(({ keys }) => keys.length === 1 && keys[0] === key)?.name ?? null;
  };
}
