import { reactive } from 'vue';
import { EXAMPLE, prettyJSON, type WorkflowForm } from '../../src/features/workflows/definition.ts';
import { changeStep, connect, removeStep } from '../../src/features/workflows/editor/edit.ts';
import { faultAt, placeFaults, standing } from '../../src/features/workflows/editor/flow-faults.ts';
import { renameStep } from '../../src/features/workflows/editor/rename.ts';
import { textFault, useDefinition } from '../../src/features/workflows/editor/use-definition.ts';
import { equal } from './assert.ts';

const DEFINITION = {
  timeout_seconds: 5,
  nodes: [
    { key: 'a', kind: 'noop' },
    { key: 'b', kind: 'job', parameters: { day: '{{steps.c.state}}' } },
    { key: 'c', kind: 'noop' },
  ],
  edges: [{ from: 'a', to: 'b' }],
};
const fault = (path: string, code = 'required') => ({ path, message: `wrong at ${path}`, code });
const paths = (definition: object, ...details: string[]) =>
  standing(definition as typeof DEFINITION, placeFaults(DEFINITION, details.map((path) => fault(path)))).map((one) =>
    one.path
  );

Deno.test('workflow faults: each stands at its step, an edge at where it begins', () => {
  const placed = placeFaults(
    DEFINITION,
    ['nodes[1].task_id', 'nodes[1]', 'edges[0].to', 'timeout_seconds', '', 'nodes[7].key'].map((path) => fault(path)),
  );
  equal(placed.map(({ step, field }) => [step, field]), [['b', 'task_id'], ['b', ''], ['a', 'edges'], ['', ''], [
    '',
    '',
  ], ['', 'key']]);
});

Deno.test('workflow faults: a fault goes with what it is about, and moves with its step', () => {
  equal(paths(DEFINITION, 'nodes[1].task_id', 'timeout_seconds'), ['nodes[1].task_id', 'timeout_seconds']);
  equal(paths(changeStep(DEFINITION, 'b', { task_id: 4 }), 'nodes[1].task_id', 'timeout_seconds'), ['timeout_seconds']);
  equal(paths({ ...DEFINITION, timeout_seconds: 60 }, 'timeout_seconds'), []);
  equal(paths(removeStep(DEFINITION, 'a'), 'nodes[1].task_id', 'edges[0].to'), ['nodes[0].task_id']);
  equal(paths(removeStep(DEFINITION, 'b'), 'nodes[1].task_id'), []);
  equal(paths(changeStep(DEFINITION, 'c', { message: 'x' }), ''), []);
});

Deno.test('workflow faults: what an expression may ask about depends on the edges', () => {
  const found = placeFaults(DEFINITION, [fault('nodes[1].parameters.day', 'expression')]);
  equal(standing(changeStep(DEFINITION, 'c', { message: 'x' }), found).length, 1);
  const connected = connect(DEFINITION, 'c', 'b', { on: 'success' });
  equal('definition' in connected && standing(connected.definition, found).length, 0);
  equal(standing(renameStep(DEFINITION, 'c', 'd'), found).length, 0);
});

Deno.test('workflow faults: a field tells of what is wrong in it', () => {
  const errors = { 'parameters.day': 'no', 'cases[1].to': 'none', script: 'empty' };
  equal([
    faultAt(errors, 'parameters'),
    faultAt(errors, 'cases'),
    faultAt(errors, 'script'),
    faultAt(errors, 'scripts'),
  ], [
    'day: no',
    '[1].to: none',
    'empty',
    undefined,
  ]);
});

function begun(text: string) {
  const form = reactive({ text } as WorkflowForm);
  const flow = useDefinition(form);
  flow.begin();
  return { form, flow };
}

Deno.test('workflow definition: the text and the drawing are views of one object', () => {
  const { form, flow } = begun(prettyJSON(EXAMPLE));
  flow.change(removeStep(flow.definition.value, 'ok'));
  equal(form.text.includes('"ok"'), false);
  form.text = '{"nodes": [{"key": "x", "kind": "noop"}]}';
  equal(flow.definition.value, { nodes: [{ key: 'x', kind: 'noop' }] });
  // A text that was typed stays as it was typed.
  equal(form.text.includes('\n'), false);
  flow.undo();
  flow.undo();
  equal([form.text, flow.canUndo.value], [prettyJSON(EXAMPLE), false]);
  flow.redo();
  equal(form.text.includes('"ok"'), false);
});

Deno.test('workflow definition: a text that cannot be read takes nothing away', () => {
  const { form, flow } = begun('{"nodes": []}');
  form.text = '{"nodes": [';
  equal([flow.broken.value === null, flow.definition.value], [false, { nodes: [] }]);
  form.text = '[1]';
  equal([flow.broken.value?.message, flow.canUndo.value], ['', false]);
  // Nor is it written over.
  flow.change({ nodes: [{ key: 'x', kind: 'noop' }] });
  flow.undo();
  equal([form.text, flow.definition.value], ['[1]', { nodes: [] }]);
  flow.rewrite();
  equal([form.text, flow.broken.value], ['{\n  "nodes": []\n}', null]);
  equal([textFault('5') === null, textFault('null') === null, textFault('{}')], [false, false, null]);
});
