import {
  renamedIn,
  renamedInTemplate,
  renameParameter,
  renameStep,
} from '../../src/features/workflows/editor/rename.ts';
import { equal } from './assert.ts';

const CASES: [expression: string, expected: string][] = [
  ['steps.a.outputs.rows > 3', 'steps.b.outputs.rows > 3'],
  ['has(steps.a.outputs.a) && steps . a.state == "steps.a"', 'has(steps.b.outputs.a) && steps . b.state == "steps.a"'],
  ['steps["a"].failed', 'steps["b"].failed'],
  ["steps['a'].failed || steps['aa'].failed", "steps['b'].failed || steps['aa'].failed"],
  ['steps.aa.state == params.a', 'steps.aa.state == params.a'],
  // A member of that name is no root.
  ['params.steps.a', 'params.steps.a'],
  ["'it\\'s steps.a' == steps.a.comment", "'it\\'s steps.a' == steps.b.comment"],
  // Half typed: nothing is lost.
  ["steps.a == 'open", "steps.b == 'open"],
  ['1e5 + steps.a.exit_code', '1e5 + steps.b.exit_code'],
  ['', ''],
];

Deno.test('workflow rename: expressions name a step by its new key, texts in quotes stay', () => {
  equal(CASES.map(([expression]) => renamedIn(expression, 'steps', 'a', 'b')), CASES.map(([, expected]) => expected));
});

Deno.test('workflow rename: of a text only what is in braces is an expression', () => {
  equal(
    renamedInTemplate('steps.a is {{steps.a.state}}, {{ steps.c.state }} and {{steps.a', 'steps', 'a', 'b'),
    'steps.a is {{steps.b.state}}, {{ steps.c.state }} and {{steps.a',
  );
});

const DEFINITION = {
  parameters: [{ name: 'a' }],
  nodes: [
    { key: 'a', kind: 'script', script: 'echo {{steps.a.state}}', compensate: 'undo' },
    { key: 'undo', kind: 'job', task_id: 1, compensator: true, parameters: { id: '{{steps.a.outputs.id}}' } },
    { key: 'choose', kind: 'decision', cases: [{ when: 'steps.a.exit_code == 3', to: ['a', 'c'] }], else: ['a'] },
    {
      key: 'each',
      kind: 'map',
      over: '{{steps.a.outputs.files}}',
      do: { kind: 'job', task_id: 2, parameters: { file: '{{item}}', day: '{{steps.a.outputs.day}}' } },
    },
    { key: 'c', kind: 'noop', compensate: 'a' },
  ],
  edges: [{ from: 'a', to: 'choose' }, { from: 'c', to: 'a', on: 'failure' }],
  results: { rows: '{{steps.a.outputs.rows}}/{{params.a}}' },
};

Deno.test('workflow rename: a key changes wherever it is named, and nowhere else', () => {
  const before = JSON.stringify(DEFINITION);
  // Scripts are never templates, and a parameter may have the same name.
  const expected = before.replaceAll('"a"', '"load"').replaceAll('{{steps.a.', '{{steps.load.')
    .replace('"when":"steps.a.', '"when":"steps.load.')
    .replace('echo {{steps.load.state}}', 'echo {{steps.a.state}}').replace('"name":"load"', '"name":"a"');
  equal(renameStep(DEFINITION, 'a', 'load'), JSON.parse(expected));
  equal(JSON.stringify(DEFINITION), before);
  equal(renameStep(DEFINITION, 'a', 'a') === DEFINITION, true);
});

Deno.test('workflow rename: a parameter has its new name in every expression', () => {
  const { results } = renameParameter(DEFINITION, 'a', 'day');
  equal(results, { rows: '{{steps.a.outputs.rows}}/{{params.day}}' });
  equal(renameParameter(DEFINITION, '', 'day') === DEFINITION, true);
});
