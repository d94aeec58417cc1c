import { COLUMNS, shownColumns, shownLast } from '../../src/features/jobs/parts/job-columns.ts';
import { equal } from './assert.ts';

Deno.test('columns: what is kept are those that are left out, so that new ones appear', () => {
  equal(shownColumns(null), [...COLUMNS]);
  equal(shownColumns('groups,next'), ['schedule', 'runs', 'last']);
  equal(shownColumns('of a later version'), [...COLUMNS]);
});

Deno.test('columns: what this browser showed last is shown again, to the same person only', () => {
  equal(shownLast('7:groups,next', 7), 'groups,next');
  equal(shownLast('7:', 7), '');
  equal(shownLast('7:groups', 71), null);
  equal(shownLast(null, 7), null);
});
