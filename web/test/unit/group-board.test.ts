import type { Group, Host } from '../../src/api/types.ts';
import { changesOf, columnsOf, LOOSE, undone } from '../../src/features/groups/board/board.ts';
import { equal } from './assert.ts';

const group = (id: number, name: string, builtin = false) => ({ id, name, builtin }) as Group;
const host = (id: string, ...groups: number[]) =>
  ({ client_id: id, name: id, groups: groups.map((one) => ({ id: one, name: '' })) }) as Host;

const GROUPS = [group(1, 'all', true), group(3, 'web'), group(2, 'db')];
const columns = columnsOf(GROUPS, [host('w10', 1, 3), host('w9', 1, 3), host('d1', 1, 2, 3), host('new', 1)]);

Deno.test('board: a column for each group, by name; who is in all hosts only stands first', () => {
  equal(columns.map((column) => [column.id, column.hosts.map((one) => one.client_id)]), [
    [LOOSE, ['new']],
    [2, ['d1']],
    [3, ['d1', 'w9', 'w10']],
  ]);
});

Deno.test('board: a move comes in before it leaves, and what takes it back does so, too', () => {
  const moved = changesOf(columns, ['w9', 'w10'], 3, 2, false);
  equal(moved, [{ group: 2, add: ['w9', 'w10'], remove: [] }, { group: 3, add: [], remove: ['w9', 'w10'] }]);
  equal(undone(moved), [{ group: 3, add: ['w9', 'w10'], remove: [] }, { group: 2, add: [], remove: ['w9', 'w10'] }]);
});

Deno.test('board: who is there already is not added, and so not taken away again', () => {
  equal(changesOf(columns, ['d1'], 3, 2, false), [{ group: 3, add: [], remove: ['d1'] }]);
  equal(changesOf(columns, ['d1'], 3, 2, true), []);
});

Deno.test('board: out of a group, into the first one, and nowhere', () => {
  equal(changesOf(columns, ['w9'], 3, LOOSE, false), [{ group: 3, add: [], remove: ['w9'] }]);
  equal(changesOf(columns, ['new'], LOOSE, 2, false), [{ group: 2, add: ['new'], remove: [] }]);
  equal(changesOf(columns, ['w9'], 3, 3, false), []);
});
