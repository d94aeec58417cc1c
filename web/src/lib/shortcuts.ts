/** Where a key means something: on every page, in a list, in the drawer with a run, in a log, in the graph editor. */
export type ShortcutArea = 'anywhere' | 'list' | 'run' | 'log' | 'graph';

// The key map: the sheet shows it, the app acts by it. Keys of lists, runs and logs are acted on where these are.
export const SHORTCUTS = [
  { area: 'anywhere', name: 'palette', keys: ['Ctrl', 'K'] },
  { area: 'anywhere', name: 'search', keys: ['/'] },
  { area: 'anywhere', name: 'newJob', keys: ['n'] },
  { area: 'anywhere', name: 'overview', keys: ['g', 'o'] },
  { area: 'anywhere', name: 'jobs', keys: ['g', 'j'] },
  { area: 'anywhere', name: 'executions', keys: ['g', 'e'] },
  { area: 'anywhere', name: 'tasks', keys: ['g', 't'] },
  { area: 'anywhere', name: 'workflows', keys: ['g', 'w'] },
  { area: 'anywhere', name: 'calendar', keys: ['g', 'c'] },
  { area: 'anywhere', name: 'hosts', keys: ['g', 'h'] },
  { area: 'anywhere', name: 'groups', keys: ['g', 'r'] },
  { area: 'anywhere', name: 'reports', keys: ['g', 'p'] },
  { area: 'anywhere', name: 'alerts', keys: ['g', 'a'] },
  { area: 'anywhere', name: 'settings', keys: ['g', 's'] },
  { area: 'anywhere', name: 'save', keys: ['Ctrl', 'Enter'] },
  { area: 'anywhere', name: 'sheet', keys: ['?'] },
  { area: 'anywhere', name: 'close', keys: ['Esc'] },
  { area: 'list', name: 'rows', keys: ['j', 'k'] },
  { area: 'list', name: 'rowEnds', keys: ['Home', 'End'] },
  { area: 'list', name: 'open', keys: ['Enter'] },
  { area: 'list', name: 'choose', keys: ['x'] },
  { area: 'list', name: 'range', keys: ['X'] },
  { area: 'list', name: 'chooseAll', keys: ['Ctrl', 'A'] },
  { area: 'list', name: 'run', keys: ['r'] },
  { area: 'list', name: 'stop', keys: ['s'] },
  { area: 'list', name: 'edit', keys: ['e'] },
  { area: 'list', name: 'menu', keys: ['.'] },
  { area: 'run', name: 'neighbours', keys: ['[', ']'] },
  { area: 'run', name: 'log', keys: ['l'] },
  { area: 'log', name: 'find', keys: ['/'] },
  { area: 'log', name: 'hits', keys: ['n', 'N'] },
  { area: 'log', name: 'firstError', keys: ['e'] },
  { area: 'log', name: 'follow', keys: ['f'] },
  { area: 'log', name: 'wrap', keys: ['w'] },
  { area: 'log', name: 'ends', keys: ['Home', 'End'] },
  { area: 'graph', name: 'walk', keys: ['↑↓←→'] },
  { area: 'graph', name: 'step', keys: ['Enter'] },
  { area: 'graph', name: 'addStep', keys: ['n'] },
  { area: 'graph', name: 'connect', keys: ['c'] },
  { area: 'graph', name: 'removeStep', keys: ['Del'] },
  { area: 'graph', name: 'undo', keys: ['Ctrl', 'Z'] },
  { area: 'graph', name: 'redo', keys: ['Ctrl', 'Shift', 'Z'] },
] as const;

export const AREAS: readonly ShortcutArea[] = ['anywhere', 'list', 'run', 'log', 'graph'];

type Shortcut = typeof SHORTCUTS[number];
/** A shortcut that the app itself acts on. */
export type ShortcutName = Extract<Shortcut, { area: 'anywhere' }>['name'];

const SEQUENCE_MS = 1200;
const everywhere = SHORTCUTS.filter((shortcut): shortcut is Extract<Shortcut, { area: 'anywhere' }> =>
  shortcut.area === 'anywhere'
);

/** Finds shortcuts of one key or two keys in a row among single key presses. */
export function shortcutReader(): (key: string, at: number) => ShortcutName | null {
  let first = '';
  let firstAt = 0;
  return (key, at) => {
    const pair = first && at - firstAt < SEQUENCE_MS
      ? everywhere.find(({ keys }) => keys.length === 2 && keys[0] === first && keys[1] === key)
      : undefined;
    first = pair ? '' : key;
    firstAt = at;
    return pair?.name ?? everywhere.find(({ keys }) => keys.length === 1 && keys[0] === key)?.name ?? null;
  };
}
