import {
  bodyOf,
  EXAMPLE,
  fieldOf,
  fieldText,
  formOf,
  LIST_MAP_COLLECT,
  parameterValue,
  prettyJSON,
  STARTING_FORMS,
  startingForm,
} from '../../src/features/workflows/definition.ts';
import { jsonFault, lineOf, partsOf, placeOf } from '../../src/features/workflows/json-place.ts';
import { layersOf, layOut, NODE, walk } from '../../src/features/workflows/layout.ts';
import { drawable, linksOf } from '../../src/features/workflows/links.ts';
import { KIND_ICONS, progressOf, runLooks } from '../../src/features/workflows/looks.ts';
import { equal } from './assert.ts';

const edge = (from: string, to: string) => ({ from, to });
const DIAMOND = { keys: ['a', 'b', 'c', 'd'], edges: [edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')] };

Deno.test('workflow layout: the layer of a step is the longest way to it', () => {
  const layers = layersOf(['a', 'b', 'c', 'x'], [edge('a', 'b'), edge('b', 'c'), edge('a', 'c')]);
  equal([...layers].sort(), [['a', 0], ['b', 1], ['c', 2], ['x', 0]]);
});

Deno.test('workflow layout: a circle that is half typed is drawn, line by line', () => {
  const layers = layersOf(['a', 'b', 'c'], [edge('a', 'b'), edge('b', 'c'), edge('c', 'b'), edge('b', 'gone')]);
  equal([...layers].sort(), [['a', 0], ['b', 1], ['c', 2]]);
});

Deno.test('workflow layout: boxes of a layer do not overlap, and every line goes to the right', () => {
  const keys = Array.from({ length: 40 }, (_, n) => `s${n}`);
  const edges = keys.flatMap((key, n) => [edge(`s${Math.floor(n / 3)}`, key), edge(`s${Math.floor(n / 7)}`, key)])
    .filter(({ from, to }) => from !== to);
  const { nodes, width, height } = layOut(keys, edges);
  const at = new Map(nodes.map((node) => [node.key, node]));
  equal(edges.filter(({ from, to }) => at.get(from)!.x >= at.get(to)!.x), []);
  const overlapping = nodes.filter((a) =>
    nodes.some((b) => a !== b && a.layer === b.layer && Math.abs(a.y - b.y) < NODE.height)
  );
  equal(overlapping, []);
  equal(nodes.every((node) => node.y >= 0 && node.x + NODE.width <= width && node.y + NODE.height <= height), true);
});

Deno.test('workflow layout: the same steps are drawn the same way', () => {
  equal(layOut(DIAMOND.keys, DIAMOND.edges), layOut(DIAMOND.keys, DIAMOND.edges));
  equal(layOut([], []).nodes, []);
});

Deno.test('workflow layout: keys lead along edges and through a layer', () => {
  const layout = layOut(DIAMOND.keys, DIAMOND.edges);
  const middle = layout.nodes.filter((node) => node.layer === 1).sort((x, y) => x.y - y.y).map((node) => node.key);
  equal(middle.includes(walk(layout, 'a', 'right')), true);
  equal(walk(layout, middle[0]!, 'down'), middle[1]!);
  equal(walk(layout, middle[1]!, 'down'), middle[1]!);
  equal([walk(layout, middle[1]!, 'right'), walk(layout, 'd', 'right'), walk(layout, 'b', 'left')], ['d', 'd', 'a']);
  equal([walk(layout, 'c', 'first'), walk(layout, 'c', 'last'), walk(layout, 'nobody', 'left')], ['a', 'd', 'a']);
});

Deno.test('workflow links: a decision leads to what its cases name, with their conditions', () => {
  const links = linksOf([
    { key: 'choose', kind: 'decision', cases: [{ when: 'x', to: ['a'] }, { when: 'y', to: ['a'] }], else: ['b'] },
  ], [{ from: 'a', to: 'c', on: 'failure', catch: true }]);
  equal(links.map(({ from, to, on, when, catches }) => [from, to, on, when, catches]), [
    ['a', 'c', 'failure', undefined, true],
    ['choose', 'a', 'success', 'x || y', false],
    ['choose', 'b', 'success', undefined, false],
  ]);
});

Deno.test('workflow links: of what is half typed all is drawn that can be', () => {
  const { nodes, links } = drawable({
    nodes: [{ key: 'a' }, null, { key: 'a' }, 5, { kind: 'noop' }, {
      key: 'b',
      kind: 'decision',
      cases: [null],
      else: 3,
    }],
    edges: [{ from: 'a', to: 'b' }, { from: 'a', to: 'nobody' }, {}, null],
  });
  equal([nodes.map((node) => node.key), links.map((link) => link.to)], [['a', 'b'], ['b']]);
  equal(drawable(null).nodes, []);
  equal(drawable([1]).links, []);
});

Deno.test('workflow text: a path of the server is a place in the text', () => {
  const text = '{\n "nodes": [{"key": "a,]"}, {"key": "b", "cases": [{"when": "x == \\"y\\"", "to": []}]}]\n}';
  const at = (path: string) => {
    const { from, to } = placeOf(text, path);
    return text.slice(from, to);
  };
  equal(at('nodes[0].key'), '"a,]"');
  equal(at('nodes[1].cases[0].when'), '"x == \\"y\\""');
  // What is missing is pointed at by what should hold it.
  equal(at('nodes[0].kind'), '{"key": "a,]"}');
  equal(at('nodes[7].kind').startsWith('[{"key"'), true);
  equal(at('edges'), text);
  equal(lineOf(text, placeOf(text, 'nodes[1]').from), 2);
  equal(partsOf('nodes[3].cases[0].when'), ['nodes', 3, 'cases', 0, 'when']);
});

Deno.test('workflow text: what is no JSON says where', () => {
  equal(jsonFault('{"a": 1}'), null);
  equal(jsonFault('{\n"a": 1,\n}')?.line, 3);
});

Deno.test('workflow text: it is written so that a step is a line, and means the same', () => {
  const text = prettyJSON(EXAMPLE);
  equal(JSON.parse(text), EXAMPLE);
  equal(text.split('\n').filter((line) => line.includes('"key": "ok"')).length, 1);
  equal(Math.max(...text.split('\n').map((line) => line.length)) < 125, true);
});

Deno.test('workflow forms: each is known as long as it is untouched, and what it draws hangs together', () => {
  for (const [name, form] of Object.entries(STARTING_FORMS)) {
    equal(startingForm(JSON.parse(prettyJSON(form))), name);
    const keys = form.nodes.map((node) => node.key);
    equal(new Set(keys).size, keys.length);
    for (const { from, to } of form.edges) equal([from, to].every((key) => (keys as string[]).includes(key)), true);
  }
  equal(startingForm({ ...LIST_MAP_COLLECT, on_failure: 'stop' }), null);
});

Deno.test('workflow forms: the last step collects whatever became of the others', () => {
  equal(LIST_MAP_COLLECT.edges.at(-1), { from: 'each', to: 'collect', on: 'always' });
  equal(LIST_MAP_COLLECT.on_failure, 'continue');
});

Deno.test('workflow form: what is read is sent back, without what the server adds', () => {
  const workflow = {
    id: 4,
    name: 'nightly',
    description: '',
    group_ids: [1],
    enabled: true,
    version: 2,
    cron_expr: null,
    timezone: null,
    next_exec_time: null,
    node_count: 5,
    created_by: 'x',
    created_at: '',
    updated_at: '',
    overlap: 'skip',
    timeout_seconds: 60,
    max_parallel: 2,
    on_failure: 'stop',
    ...EXAMPLE,
  };
  const { name, description, group_ids, overlap, timeout_seconds, max_parallel, on_failure } = workflow;
  const form = formOf(workflow as unknown as Parameters<typeof formOf>[0]);
  equal(
    Object.entries(bodyOf(form)).sort(),
    Object.entries({
      name,
      description,
      group_ids,
      overlap,
      timeout_seconds,
      max_parallel,
      on_failure,
      ...EXAMPLE,
    }).sort(),
  );
  equal(bodyOf({ ...form, cron: '0 2 * * *', zone: '' }).timezone, 'UTC');
  equal([fieldOf('group_ids[0]'), fieldOf('nodes[0].group_ids[0]'), fieldOf('nodes[0].key')], [
    'group_ids',
    'group_ids',
    null,
  ]);
});

Deno.test('workflow parameters: a text is a value of its type, or none', () => {
  equal([parameterValue('int', ' 12 '), parameterValue('int', '1.5'), parameterValue('number', '1.5')], [
    12,
    undefined,
    1.5,
  ]);
  equal([parameterValue('number', ''), parameterValue('bool', 'true'), parameterValue('string', '3')], [
    undefined,
    true,
    '3',
  ]);
  equal([parameterValue('json', '[1]'), parameterValue('json', '[')], [[1], undefined]);
  equal(fieldText({ name: 'x', type: 'json', default: 'a' }), '"a"');
  equal(fieldText({ name: 'x', type: 'string', default: 'a' }), 'a');
});

Deno.test('workflow runs: progress counts what has ended', () => {
  const counts = { waiting: 1, ready: 0, started: 1, succeeded: 2, failed: 0, cancelled: 0, skipped: 3 };
  equal(progressOf(counts), { ended: 5, of: 7 });
});

Deno.test('workflow looks: a run that undoes or finishes is told apart from one that has ended', () => {
  equal(runLooks({ phase: 'compensating', outcome: null }).key, 'compensating');
  equal(runLooks({ phase: 'finalising', outcome: null }).key, 'finalising');
  equal(runLooks({ phase: 'ended', outcome: 'failed' }).key, 'failed');
});

Deno.test('workflow looks: steps of every kind have a sign', () => {
  equal([KIND_ICONS.map, KIND_ICONS.workflow], ['rows', 'workflows']);
});
