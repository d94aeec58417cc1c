import {
  addStep,
  changeCompensate,
  changeEdge,
  changeKind,
  changeRole,
  changeStep,
  connect,
  removeLink,
  removeStep,
  usualWay,
  wayBetween,
} from '../../src/features/workflows/editor/edit.ts';
import {
  type Definition,
  edgesOf,
  FIELDS,
  freeKey,
  isKey,
  KINDS,
  stepOf,
} from '../../src/features/workflows/editor/steps.ts';
import { askable } from '../../src/features/workflows/editor/askable.ts';
import { equal } from './assert.ts';

const CHAIN: Definition = {
  timeout_seconds: 60,
  nodes: [
    { key: 'a', kind: 'noop' },
    { key: 'b', kind: 'script', script: 'true', on_failure: 'ignore', compensate: 'undo' },
    { key: 'choose', kind: 'decision', cases: [{ when: 'true', to: ['c'] }], else: ['d'] },
    { key: 'c', kind: 'noop' },
    { key: 'd', kind: 'noop' },
    { key: 'undo', kind: 'script', script: 'false', compensator: true },
  ],
  edges: [{ from: 'a', to: 'b' }, { from: 'b', to: 'choose' }, { from: 'b', to: 'd', on: 'failure', catch: true }],
};
const choose = (definition: Definition) => stepOf(definition, 'choose')!;
const after = (result: ReturnType<typeof connect>): Definition => {
  if ('refusal' in result) throw new Error(`refused: ${JSON.stringify(result.refusal)}`);
  return result.definition;
};
const refusal = (result: ReturnType<typeof connect>) =>
  'refusal' in result ? [result.refusal.reason, ...result.refusal.path] : null;
const lines = (definition: Definition) =>
  edgesOf(definition).map((edge) => `${edge.from}-${edge.on ?? 'success'}-${edge.to}`);

Deno.test('workflow edit: a new step of each kind has a key of its own, and comes after the chosen one', () => {
  let definition: Definition = {};
  let key = '';
  for (const kind of KINDS) ({ definition, key } = addStep(definition, kind, key || undefined));
  equal(key, 'noop');
  equal(edgesOf(definition).length, KINDS.length - 2);
  // A decision says by itself where it leads.
  equal(stepOf(definition, 'decision')?.else, ['approval']);
  equal([freeKey(definition, 'wait'), freeKey(addStep(definition, 'wait').definition, 'wait')], ['wait_2', 'wait_3']);
  equal(addStep(CHAIN, 'noop', 'undo').key, 'noop');
  // What undoes a step leads nowhere.
  equal(lines(addStep(CHAIN, 'noop', 'undo').definition), lines(CHAIN));
});

Deno.test('workflow edit: a step leads to another under each condition, once', () => {
  const definition = after(connect(CHAIN, 'a', 'c', { on: 'always' }));
  equal(lines(definition).includes('a-always-c'), true);
  equal(refusal(connect(definition, 'a', 'c', { on: 'always' })), ['there', 'a', 'c']);
  equal(
    edgesOf(after(connect(CHAIN, 'c', 'd', { on: 'failure', catch: true }))).filter((edge) => edge.catch).length,
    2,
  );
  equal(usualWay(stepOf(CHAIN, 'choose')!), { otherwise: true });
});

Deno.test('workflow edit: a decision leads by its cases, by a new one, or by what is left', () => {
  equal(choose(after(connect(CHAIN, 'choose', 'd', { case: 0 }))).cases?.[0]?.to, ['c', 'd']);
  equal(choose(after(connect(CHAIN, 'choose', 'd', { when: 'x' }))).cases?.[1], { when: 'x', to: ['d'] });
  equal(choose(after(connect(CHAIN, 'choose', 'c', { otherwise: true }))).else, ['d', 'c']);
  equal(refusal(connect(CHAIN, 'choose', 'd', { otherwise: true })), ['there', 'choose', 'd']);
});

Deno.test('workflow edit: a circle is refused, and named (10.3)', () => {
  equal(wayBetween(CHAIN, 'a', 'c'), ['a', 'b', 'choose', 'c']);
  equal(refusal(connect(CHAIN, 'c', 'a', { on: 'success' })), ['circle', 'c', 'a', 'b', 'choose', 'c']);
  equal(refusal(connect(CHAIN, 'd', 'b', { on: 'failure' })), ['circle', 'd', 'b', 'd']);
  equal(refusal(connect(CHAIN, 'a', 'a', { on: 'success' })), ['self', 'a']);
  equal(refusal(connect(CHAIN, 'a', 'undo', { on: 'success' })), ['aside', 'undo']);
  equal(refusal(connect(CHAIN, 'a', 'nobody', { on: 'success' })), ['gone', 'a', 'nobody']);
});

Deno.test('workflow edit: a step goes with all that names it', () => {
  const definition = removeStep(removeStep(CHAIN, 'd'), 'undo');
  equal(lines(definition), ['a-success-b', 'b-success-choose']);
  equal(stepOf(definition, 'choose')?.else, []);
  equal('compensate' in stepOf(definition, 'b')!, false);
  equal(definition.timeout_seconds, 60);
});

Deno.test('workflow edit: another kind keeps what both have, and where the step leads', () => {
  const script = changeKind(CHAIN, 'choose', 'script');
  equal(lines(script).slice(-2), ['choose-success-c', 'choose-success-d']);
  equal('cases' in stepOf(script, 'choose')!, false);
  const back = changeKind(script, 'choose', 'decision');
  equal(stepOf(back, 'choose'), { cases: [], else: ['c', 'd'], key: 'choose', kind: 'decision' });
  equal(lines(back), lines(CHAIN));
  equal(stepOf(changeKind(CHAIN, 'b', 'http'), 'b'), {
    method: 'GET',
    url: '',
    key: 'b',
    kind: 'http',
    on_failure: 'ignore',
    compensate: 'undo',
  });
  const declared = changeStep(CHAIN, 'b', { outputs: { rows: 'int' } });
  // Of a request outputs are places, of others types.
  equal('outputs' in stepOf(changeKind(declared, 'b', 'http'), 'b')!, false);
  equal(stepOf(changeKind(declared, 'b', 'job'), 'b')?.outputs, { rows: 'int' });
  // Only what runs something can undo a step.
  equal(stepOf(changeKind(CHAIN, 'undo', 'noop'), 'undo'), { key: 'undo', kind: 'noop' });
});

Deno.test('workflow edit: what undoes a step, or runs at any end, stands beside the others', () => {
  const definition = changeRole(CHAIN, 'b', 'finally');
  equal([stepOf(definition, 'b')?.finally, stepOf(definition, 'b')?.compensate, lines(definition)], [
    true,
    undefined,
    [],
  ]);
  const named = changeCompensate(changeStep(CHAIN, 'b', { compensate: undefined }), 'b', 'd');
  equal([stepOf(named, 'b')?.compensate, stepOf(named, 'd')?.compensator], ['d', true]);
  equal([lines(named), stepOf(named, 'choose')?.else], [['a-success-b', 'b-success-choose'], []]);
  equal(stepOf(changeRole(CHAIN, 'undo', 'ordinary'), 'b')?.compensate, undefined);
});

Deno.test('workflow edit: an edge gets another condition, and goes', () => {
  const name = { from: 'b', to: 'd', on: 'failure' as const };
  const end = after(changeEdge(CHAIN, name, 'end', true));
  equal(edgesOf(end)[2], { from: 'b', to: 'd', on: 'end' });
  equal(refusal(changeEdge(after(connect(CHAIN, 'b', 'd', { on: 'end' })), name, 'end', false)), ['there', 'b', 'd']);
  equal(lines(removeLink(CHAIN, name, false)).length, 2);
  equal(stepOf(removeLink(CHAIN, { from: 'choose', to: 'c', on: 'success' }, true), 'choose')?.cases, [{
    when: 'true',
    to: [],
  }]);
});

Deno.test('workflow edit: what is half typed stays, and nothing is changed in place', () => {
  const odd: Definition = { nodes: [5, { key: 'a', kind: 'noop' }, null], edges: 'none' };
  const before = JSON.stringify(odd);
  equal((addStep(odd, 'script', 'a').definition.nodes as unknown[]).length, 4);
  equal(removeStep(odd, 'a').nodes, [5, null]);
  equal(JSON.stringify(odd), before);
  equal(addStep({ nodes: 7 }, 'job').definition.nodes, [{ key: 'job', kind: 'job' }]);
  equal([isKey('a_1'), isKey('A'), isKey('1a'), isKey('')], [true, false, false, false]);
  equal(Object.keys(FIELDS).sort(), [...KINDS].sort());
});

Deno.test('workflow edit: expressions ask about what has ended, by the outputs that it declares', () => {
  const declared = { ...changeStep(CHAIN, 'b', { outputs: { rows: 'int' } }), parameters: [{ name: 'day' }, null] };
  equal(askable(declared, 'choose'), ['params.day', 'steps.a.state', 'steps.b.outputs.rows']);
  equal(askable(declared, 'a'), ['params.day']);
  equal(askable(declared, 'undo').includes('steps.d.state'), true);
  equal(askable({}, 'nobody'), []);
});
