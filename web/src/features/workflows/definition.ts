import type { Workflow, WorkflowBody, WorkflowParameter } from '../../api/workflows.ts';

/** What a definition has fields of its own for; the rest is text. */
export interface WorkflowForm {
  name: string;
  description: string;
  groupIds: number[];
  cron: string;
  zone: string;
  text: string;
}

const HEAD = new Set(['name', 'description', 'group_ids', 'cron_expr', 'timezone']);
/** What the server adds to a definition and does not take back. */
const NOT_DEFINED = new Set([
  'id',
  'enabled',
  'version',
  'next_exec_time',
  'node_count',
  'created_by',
  'created_at',
  'updated_at',
  'unreadable',
]);
/** As wide as a line of the text may be. */
const WIDTH = 100;

/** Values that fit stand on one line: a step or an edge is a line, not ten. */
export function prettyJSON(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  // The whole never stands on one line, and what is long is not put together only to find that out.
  const line = indent ? inline(value, WIDTH - indent.length) : null;
  if (line !== null) return line;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const items = Array.isArray(value)
    ? value.map((item) => prettyJSON(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${prettyJSON(item, inner)}`);
  return items.length
    ? `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`
    : `${open}${close}`;
}

/** A value on one line; null when that has not room enough. */
function inline(value: unknown, room: number): string | null {
  if (typeof value !== 'object' || value === null) {
    const text = JSON.stringify(value) ?? 'null';
    return text.length <= room ? text : null;
  }
  const isList = Array.isArray(value);
  let line = '';
  for (const [key, item] of Object.entries(value)) {
    const text = inline(item, room - line.length);
    if (text === null) return null;
    line += `${line ? ', ' : ''}${isList ? '' : `${JSON.stringify(key)}: `}${text}`;
    if (line.length > room) return null;
  }
  line = isList ? `[${line}]` : line ? `{ ${line} }` : '{}';
  return line.length <= room ? line : null;
}

export function formOf(workflow: Workflow): WorkflowForm {
  const rest = Object.entries(workflow).filter(([key, value]) =>
    !HEAD.has(key) && !NOT_DEFINED.has(key) && value !== null
  );
  return {
    name: workflow.name,
    description: workflow.description,
    groupIds: [...workflow.group_ids],
    cron: workflow.cron_expr ?? '',
    zone: workflow.timezone ?? '',
    text: prettyJSON(Object.fromEntries(rest)),
  };
}

/** What is sent. The text has been found to be an object. */
export function bodyOf(form: WorkflowForm): WorkflowBody {
  const rest = JSON.parse(form.text) as WorkflowBody;
  return {
    ...rest,
    name: form.name.trim(),
    description: form.description,
    group_ids: form.groupIds,
    ...(form.cron.trim() ? { cron_expr: form.cron.trim(), timezone: form.zone || 'UTC' } : {}),
  };
}

/** A small workflow to begin with: two steps that may run at once, a question, and what follows from it. */
export const EXAMPLE = {
  parameters: [{ name: 'day', type: 'string', default: 'today' }],
  nodes: [
    { key: 'extract', kind: 'script', script: 'echo "extract $QF_PARAM_DAY"', parameters: { day: '{{params.day}}' } },
    { key: 'check', kind: 'script', script: 'echo "check"' },
    { key: 'ok', kind: 'approval', message: 'Publish the figures?' },
    { key: 'publish', kind: 'script', script: 'echo "publish"' },
    { key: 'alarm', kind: 'script', script: 'echo "something failed"' },
  ],
  edges: [
    { from: 'extract', to: 'check' },
    { from: 'check', to: 'ok' },
    { from: 'ok', to: 'publish' },
    { from: 'extract', to: 'alarm', on: 'failure' },
  ],
};

/**
 * A step lists items, each becomes an execution, and a last step gets what they handed on, whatever became of them. The
 * command's `workflow new --map` prints the same.
 */
export const LIST_MAP_COLLECT = {
  on_failure: 'continue',
  nodes: [
    {
      key: 'list',
      kind: 'script',
      script: `{
  echo 'items<<END'
  printf '%s\\n' alpha beta gamma
  echo END
} >> "$QF_OUTPUT"
`,
      placement: { kind: 'one_of' },
    },
    {
      key: 'each',
      kind: 'map',
      over: '{{steps.list.outputs.items}}',
      max_parallel: 8,
      fail: { ratio: 0.1 },
      do: {
        kind: 'script',
        script: `echo "working on $QF_ITEM"
echo "result=done: $QF_ITEM" >> "$QF_OUTPUT"
`,
      },
    },
    {
      key: 'collect',
      kind: 'script',
      script: 'echo "$QF_PARAM_STATE: $QF_PARAM_RESULTS"',
      parameters: { state: '{{steps.each.state}}', results: '{{default(steps.each.outputs.result, [])}}' },
      placement: { kind: 'one_of' },
    },
  ],
  edges: [
    { from: 'list', to: 'each' },
    { from: 'each', to: 'collect', on: 'always' },
  ],
};

/** What a new workflow may begin as. */
export const STARTING_FORMS = {
  example: EXAMPLE,
  map: LIST_MAP_COLLECT,
  empty: { nodes: [], edges: [] },
} as const;

export type StartingForm = keyof typeof STARTING_FORMS;

/** As which of them a definition stands there, untouched; null when somebody has changed it. */
export function startingForm(definition: unknown): StartingForm | null {
  const text = JSON.stringify(definition);
  const names = Object.keys(STARTING_FORMS) as StartingForm[];
  return names.find((name) => JSON.stringify(STARTING_FORMS[name]) === text) ?? null;
}

/** What is typed for a parameter, as the text of a field. */
export function fieldText(parameter: WorkflowParameter): string {
  const value = parameter.default;
  if (value === undefined) return parameter.type === 'bool' ? 'false' : '';
  return typeof value === 'string' && parameter.type !== 'json' ? value : JSON.stringify(value);
}

/** The value that a text means for a parameter; undefined when it means none. */
export function parameterValue(type: WorkflowParameter['type'], text: string): unknown {
  if (type === 'string') return text;
  if (type === 'bool') return text === 'true';
  const trimmed = text.trim();
  if (type === 'json') {
    try {
      return JSON.parse(trimmed);
    } catch {
      return undefined;
    }
  }
  const isNumber = type === 'int' ? /^[+-]?\d+$/.test(trimmed) : trimmed !== '' && Number.isFinite(Number(trimmed));
  return isNumber ? Number(trimmed) : undefined;
}

/** The field of the form that a path of the server is about; null for what stands in the text. */
export const fieldOf = (path: string): string | null => {
  // Groups are said once for all steps; the server finds them wrong at each.
  if (/\.group_ids\b/.test(path)) return 'group_ids';
  const head = path.split(/[.[]/)[0]!;
  return HEAD.has(head) ? head : null;
};
