import { definitionOf } from '../../src/features/jobs/parts/definition.ts';
import { fieldName, versionLines } from '../../src/features/jobs/versions/version-lines.ts';
import { valueWords } from '../../src/features/jobs/versions/value-words.ts';
import { equal } from './assert.ts';

const word = (key: string) => key;

Deno.test('versions: only fields that differ are shown, line by line', () => {
  const before = { name: 'a', timeout: 60, executor_config: { command: 'one\ntwo', env: { A: '1' } }, group_ids: [1] };
  const after = {
    name: 'a',
    timeout: 90,
    executor_config: { command: 'one\n2', env: { A: '1', B: '2' } },
    group_ids: [1],
  };
  equal(versionLines(before, after, word).map((line) => `${line.sign}${line.name}|${line.text}`), [
    '-form.timeout|60',
    '+form.timeout|90',
    ' form.command|one',
    '-form.command|two',
    '+form.command|2',
    ' form.env|A=1',
    '+form.env|B=2',
  ]);
  equal(versionLines(before, before, word), []);
});

Deno.test('versions: a first version comes as a whole, and values can be put into words', () => {
  const lines = versionLines(
    {},
    { group_ids: [1, 2], status: 1, odd: null },
    word,
    (path, value) => path === 'group_ids' && Array.isArray(value) ? value.map((id) => `g${id}`) : value,
  );
  equal(lines.map((line) => `${line.sign}${line.name}|${line.text}`), [
    '+job.groups|g1',
    '+job.groups|g2',
    '+job.enabled|1',
  ]);
  equal(fieldName('executor_config.unheard_of', word), 'unheard_of');
});

Deno.test('versions: values that read alike and are not the same are shown as they are', () => {
  const lines = versionLines({ cron_exprs: ['a', 'b'], pool: null }, { cron_exprs: ['a\nb'], pool: null }, word);
  equal(lines.map((line) => `${line.sign}${line.name}|${line.text}`), [
    '-policy.cronExprs|["a","b"]',
    '+policy.cronExprs|["a\\nb"]',
  ]);
  // The order of names, and what is not said, is no difference.
  equal(versionLines({ window: { from: 'a', to: 'b' } }, { window: { to: 'b', from: 'a', x: null } }, word), []);
});

Deno.test('versions: all that can be written is compared, also what only newer servers know', () => {
  const task = { id: 7, version: 2, groups: ['all'], hold: null, class: 'coordinated', status: 0, group_ids: [1] };
  const before = definitionOf({ ...task, placement: { kind: 'each' }, executor_config: { limits: { processes: 1 } } });
  const after = definitionOf({
    ...task,
    version: 3,
    status: 1,
    placement: { kind: 'one_of', where: 'a=b' },
    executor_config: { limits: { processes: 2 } },
    newer: 4,
  });
  equal(
    versionLines(before, after, word, valueWords([], word)).map((line) => `${line.sign}${line.name}|${line.text}`),
    [
      '-job.enabled|version.off',
      '+job.enabled|version.on',
      '-place.title|kind=each',
      '+place.title|kind=one_of',
      '+place.title|where=a=b',
      '-script.limits|processes=1',
      '+script.limits|processes=2',
      '+newer|4',
    ],
  );
});
