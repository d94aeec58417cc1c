import { csv } from '../../src/lib/csv.ts';
import { diffLines, foldSame } from '../../src/lib/diff.ts';
import { changeLines, nameOf } from '../../src/features/settings/parts/changes.ts';
import { equal } from './assert.ts';

const marks = (before: string, after: string) => diffLines(before, after).map((line) => line.sign + line.text);
const word = (key: string) => key;

Deno.test('diff: keeps what both have and marks what came and went', () => {
  equal(marks('a\nb\nc', 'a\nx\nc'), [' a', '-b', '+x', ' c']);
  equal(marks('a', 'a'), [' a']);
  equal(marks('a\nb\nc\nd', 'b\nd\ne'), ['-a', ' b', '-c', ' d', '+e']);
});

Deno.test('diff: very long texts are replaced as a whole instead of being searched', () => {
  const [before, after] = ['a', 'b'].map((letter) => Array.from({ length: 600 }, (_, n) => `${letter}${n}`).join('\n'));
  equal(diffLines(before!, after!).length, 1200);
});

Deno.test('changes: fields have the names of the forms, what is in them is named after', () => {
  equal(nameOf('/policies/timeout_seconds', word), 'form.timeout');
  equal(nameOf('/labels/a~1b', word), 'audit.labels.a/b');
  equal(nameOf('/unheard/of', word), 'unheard.of');
});

Deno.test('changes: a text of several lines is compared line by line, empty fields say nothing', () => {
  const lines = changeLines([
    { path: '/labels', old: {} },
    { path: '/name', old: 'a', new: 'b' },
    { path: '/payload/shell/command', old: 'x\ny', new: 'x\nz' },
  ], word);
  equal(lines.map((line) => `${line.sign}${line.name}|${line.text}`), [
    '-job.name|a',
    '+job.name|b',
    ' form.command|x',
    '-|y',
    '+|z',
  ]);
});

Deno.test('csv: quotes what needs it and disarms formulas', () => {
  equal(csv([['a,b', '=1+1', 'x"y', 5]]), '\ufeff"a,b",\'=1+1,"x""y",5\r\n');
});

const twenty = (changed: string) => Array.from({ length: 20 }, (_, n) => (n === 10 ? changed : `line ${n}`)).join('\n');

Deno.test('diff: long stretches that are alike are one line, what is near a change stays', () => {
  const folded = foldSame(diffLines(twenty('old'), twenty('new')), (n) => `${n} alike`);
  equal(folded.map((line) => line.sign + line.text), [
    ' 7 alike',
    ' line 7',
    ' line 8',
    ' line 9',
    '-old',
    '+new',
    ' line 11',
    ' line 12',
    ' line 13',
    ' 6 alike',
  ]);
  equal(foldSame(diffLines('a\nb', 'a\nb'), String).map((line) => line.text), ['2']);
});
