import { useHistory } from '../../src/lib/use-history.ts';
import { equal } from './assert.ts';

Deno.test('history: steps back and forth', () => {
  const { present, canUndo, canRedo, put, undo, redo } = useHistory('a');
  equal([canUndo.value, canRedo.value], [false, false]);
  put('b');
  put('c');
  undo();
  equal([present.value, canUndo.value, canRedo.value], ['b', true, true]);
  redo();
  equal(present.value, 'c');
  redo();
  undo();
  undo();
  undo();
  equal([present.value, canUndo.value], ['a', false]);
});

Deno.test('history: a change after a step back forgets what was undone', () => {
  const { present, canRedo, put, undo } = useHistory(1);
  put(2);
  undo();
  put(3);
  equal([present.value, canRedo.value], [3, false]);
});

Deno.test('history: what is typed into one field is one step, until it is sealed', () => {
  const { present, put, seal, undo } = useHistory('');
  for (const text of ['o', 'on', 'one']) put(text, 'name');
  put('one!', 'other');
  undo();
  equal(present.value, 'one');
  put('one 2', 'name');
  seal();
  put('one 3', 'name');
  undo();
  equal(present.value, 'one 2');
  undo();
  undo();
  equal(present.value, '');
});

Deno.test('history: the same state is no change, and the oldest of many goes', () => {
  const { present, canUndo, put, undo, reset } = useHistory(0);
  put(0);
  equal(canUndo.value, false);
  for (let n = 1; n <= 500; n += 1) put(n);
  while (canUndo.value) undo();
  equal(present.value, 301);
  reset(7);
  equal([present.value, canUndo.value], [7, false]);
});
