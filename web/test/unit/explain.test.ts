import { textPieces, whyPage } from '../../src/features/jobs/parts/explain-text.ts';
import { equal } from './assert.ts';

Deno.test('explanations: runs and moments are taken out of the words', () => {
  const id = '01a219e0-2268-86df-bfee-b35668863096';
  equal(textPieces(`local: execution ${id} was open at 2026-11-26T22:00:44.582Z.`), [
    { kind: 'words', text: 'local: execution ' },
    { kind: 'run', text: id },
    { kind: 'words', text: ' was open at ' },
    { kind: 'time', text: '2026-11-26T22:00:44.582Z' },
    { kind: 'words', text: '.' },
  ]);
  equal(textPieces(''), []);
});

Deno.test('explanations: the moment is in the address', () =>
  equal(whyPage(7, '2026-01-31T08:00:00+08:00'), '/jobs/7?at=2026-01-31T08%3A00%3A00%2B08%3A00'));
