import { xlsx } from '../../src/lib/xlsx.ts';
import { crc32, zip } from '../../src/lib/zip.ts';
import { equal } from './assert.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test('zip: the check sum is the usual one', () => {
  equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
});

Deno.test('zip: the directory at the end says where each file is', () => {
  const archive = zip({ 'a.txt': 'one', 'b/二.txt': 'two' });
  const view = new DataView(archive.buffer);
  const end = archive.length - 22;
  equal(view.getUint32(end, true), 0x06054b50);
  equal(view.getUint16(end + 10, true), 2);
  const directory = view.getUint32(end + 16, true);
  equal(view.getUint32(directory, true), 0x02014b50);
  equal(directory + view.getUint32(end + 12, true), end);
  const second = directory + 46 + 'a.txt'.length;
  equal(view.getUint32(view.getUint32(second + 42, true), true), 0x04034b50);
});

Deno.test('xlsx: Chinese stays, markup is text, numbers are numbers, and what XML lacks is left out', () => {
  const sheet = text(xlsx('日报', [['任务', 3], ['<b>&"\u0000\ud800', ''], ['=1+1', 2.5]]));
  for (
    const part of [
      '<sheet name="日报"',
      '<t xml:space="preserve">任务</t></is></c><c><v>3</v></c>',
      '&lt;b&gt;&amp;&quot;</t></is></c><c/>',
      '<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c><c><v>2.5</v></c>',
    ]
  ) equal(sheet.includes(part), true);
});

Deno.test('xlsx: a name with what a sheet may not be called, and pairs at the end of a cell', () => {
  equal(text(xlsx("a/b:c*?[x]'", [['😀']])).includes('<sheet name="a b c   x  "'), true);
  const long = text(xlsx('x', [['a'.repeat(32_766) + '😀']]));
  equal(long.includes('a</t>'), true);
});
