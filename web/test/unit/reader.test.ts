import { matches, membersOf, operations, resolve, rulesOf, typeOf } from '../../src/docs/reader-words.ts';
import { equal } from './assert.ts';

const root = {
  paths: {
    '/tasks/{id}': {
      get: { operationId: 'getTask', summary: 'One task', tags: ['Tasks'] },
      delete: { operationId: 'deleteTask', summary: 'Deletes it', tags: ['Tasks'] },
    },
  },
  components: {
    schemas: {
      Task: {
        type: 'object',
        required: ['id'],
        properties: {
          id: { type: 'integer' },
          parent: { $ref: '#/components/schemas/Task' },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          at: { type: ['string', 'null'], format: 'date-time' },
        },
      },
      Loop: { $ref: '#/components/schemas/Loop' },
    },
  },
};
const task = { $ref: '#/components/schemas/Task' };

Deno.test('operations are found with their names, and by all words of a search', () => {
  const all = operations(root);
  equal(all.map((one) => one.id), ['getTask', 'deleteTask']);
  equal(all.filter((one) => matches(one, 'DELETE tasks')).length, 1);
  equal(all.filter((one) => matches(one, '')).length, 2);
  equal(all.filter((one) => matches(one, 'get nothing')).length, 0);
});

Deno.test('types are said in words, and schemas that name themselves have an end', () => {
  equal(typeOf(task), 'Task');
  equal(typeOf({ type: 'array', items: task }), 'Task[]');
  equal(typeOf({ anyOf: [{ type: 'string' }, { type: 'null' }] }), 'string | null');
  equal(typeOf({}), 'any');
  equal(resolve(root, { $ref: '#/components/schemas/Loop' }), root.components.schemas.Loop);
});

Deno.test('members say type and need, and what can be unfolded', () => {
  const members = membersOf(root, { type: 'array', items: task });
  equal(members.map((one) => [one.name, one.type, one.required, one.inner !== undefined]), [
    ['id', 'integer', true, false],
    ['parent', 'Task', false, true],
    ['labels', '{name: string}', false, false],
    ['at', 'date-time | null', false, false],
  ]);
});

Deno.test('bounds, words and defaults are said', () => {
  equal(rulesOf({ type: 'integer', minimum: 1, maximum: 9, default: 2 }), '1 – 9; default 2');
  equal(rulesOf({ enum: ['a', 1] }), '"a", 1');
});
