import { ansi } from '../../src/lib/ansi.ts';
import { csv } from '../../src/lib/csv.ts';
import { xlsx } from '../../src/lib/xlsx.ts';
import { objectOf } from '../../src/features/settings/parts/permissions.ts';
import { equal } from './assert.ts';

// The texts of the server's own tests, in the files that the console makes (attack class 7).
const payloads = JSON.parse(Deno.readTextFileSync('../Tests/Fixtures/injection.json')) as string[];

/** The cells of a file, as RFC 4180 has them. */
function cells(text: string): string[] {
  const found: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') cell += text[at += 1];
      else isQuoted = false;
    } else if (letter === '"' && cell === '') isQuoted = true;
    else if (letter === ',' || (letter === '\r' && text[at + 1] === '\n')) {
      found.push(cell);
      cell = '';
      if (letter === '\r') at += 1;
    } else cell += letter;
  }
  return found;
}

Deno.test('injection: there are five hundred texts', () => equal(new Set(payloads).size >= 500, true));

Deno.test('injection: no cell of a CSV file is a formula, and each is one cell', () => {
  for (const payload of payloads) {
    const [first = '', second, ...rest] = cells(csv([[payload, 'next']]).slice(1));
    equal([second, rest.length, first.replace(/^'/, '') === payload.replace(/^'/, '')], ['next', 0, true]);
    equal(/^[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]/.test(first), false);
  }
});

Deno.test('injection: every cell of a workbook is text, whatever stands in it', () => {
  for (const payload of payloads) {
    const file = new TextDecoder().decode(xlsx('x', [[payload, 'next']]));
    const sheet = file.slice(file.indexOf('<sheetData>'), file.indexOf('</sheetData>'));
    const shape = sheet.replace(/>[^<]*</g, '><');
    equal(
      shape.replace('<sheetData>', '').startsWith('<row><c t="inlineStr"><is><t xml:space="preserve"></t></is></c>'),
      true,
    );
    equal([...shape.matchAll(/<c[ />]/g)].length, 2);
    equal(/<f>|<!|<\?/.test(shape), false);
    // No sign that XML lacks, and no name of an entity that is not one of the four.
    equal([...sheet].every((sign) => sign >= ' ' || '\t\r\n'.includes(sign)), true);
    equal(/&(?!(amp|lt|gt|quot);)/.test(sheet), false);
  }
});

Deno.test('injection: output with escape sequences becomes pieces of text with classes of ours', () => {
  for (const payload of payloads) {
    for (const piece of ansi(payload)) equal(/^[a-z0-9 -]*$/.test(piece.cls), true);
  }
});

Deno.test('rights: what is asked about is a kind and an ID, or nothing', () => {
  equal([objectOf('task', ' 7 '), objectOf('', '7'), objectOf('task', ' ')], ['task:7', undefined, undefined]);
});
