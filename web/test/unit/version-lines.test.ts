import { fieldName, versionLines } from '../../src/features/jobs/versions/version-lines.ts';
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
