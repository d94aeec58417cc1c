import { COLUMNS, shownColumns } from '../../src/features/jobs/parts/job-columns.ts';
import { equal } from './assert.ts';

Deno.test('columns: what is kept are those that are left out, so that new ones appear', () => {
  equal(shownColumns(null), [...COLUMNS]);
  equal(shownColumns('groups,next'), ['schedule', 'runs', 'last']);
  equal(shownColumns('of a later version'), [...COLUMNS]);
});
