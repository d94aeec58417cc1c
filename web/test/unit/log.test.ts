import { LogBuffer, plain } from '../../src/lib/log-buffer.ts';
import { type LogPage } from '../../src/api/types.ts';
import { takePage } from '../../src/features/executions/parts/use-log.ts';
import { mark } from '../../src/lib/mark.ts';
import { equal } from './assert.ts';

const shown = (buffer: LogBuffer) => buffer.lines.map(({ n, stream, text }) => `${n}${stream}:${text}`);

Deno.test('log: chunks are joined to lines', () => {
  const log = new LogBuffer();
  log.append(0, 'o', 'one\ntw');
  log.append(6, 'o', 'o\n');
  log.append(8, 'o', '\nlast');
  equal(shown(log), ['1o:one', '2o:two', '3o:', '4o:last']);
  equal(log.next, 13);
});

Deno.test('log: a chunk that comes again is taken once, also in part', () => {
  const log = new LogBuffer();
  log.append(0, 'o', 'abc\n');
  log.append(0, 'o', 'abc\n');
  log.append(2, 'o', 'c\nde\n');
  equal(shown(log), ['1o:abc', '2o:de']);
});

Deno.test('log: offsets count bytes, not letters', () => {
  const log = new LogBuffer();
  log.append(0, 'o', '中\n');
  equal(log.next, 4);
  log.append(0, 'o', '中\n文\n');
  equal(shown(log), ['1o:中', '2o:文']);
});

Deno.test('log: bytes that are not text do not swallow what follows', () => {
  const log = new LogBuffer();
  log.append(0, 'o', '\uFFFD\n'); // one byte on the server, three in the text
  log.append(2, 'o', 'next\n');
  equal(shown(log), ['1o:\uFFFD', '2o:next']);
});

Deno.test('log: stderr in mid-line starts a line of its own', () => {
  const log = new LogBuffer();
  log.append(0, 'o', 'out');
  log.append(3, 'e', 'err\n');
  log.append(7, 'o', 'more\n');
  equal(shown(log), ['1o:out', '2e:err', '3o:more']);
});

Deno.test('log: carriage returns overwrite the line, line ends of Windows are line ends', () => {
  const log = new LogBuffer();
  log.append(0, 'o', '10 %\r20 %');
  log.append(9, 'o', '\r30 %\r\nend\r\n');
  equal(shown(log), ['1o:30 %', '2o:end']);
});

Deno.test('log: too many lines are dropped at the front and keep their numbers', () => {
  const log = new LogBuffer(10);
  log.append(0, 'o', Array.from({ length: 20 }, (_, i) => `l${i}\n`).join(''));
  equal([log.lines.length, log.dropped, log.lines[0]!.n], [10, 10, 11]);
});

Deno.test('log: search text is marked across colours', () => {
  equal(mark([{ text: 'ab', cls: 'f1' }, { text: 'cd', cls: '' }], 'BC'), [
    { text: 'a', cls: 'f1', hit: false },
    { text: 'b', cls: 'f1', hit: true },
    { text: 'c', cls: '', hit: true },
    { text: 'd', cls: '', hit: false },
  ]);
  equal(mark([{ text: 'aXa', cls: '' }], ''), [{ text: 'aXa', cls: '', hit: false }]);
});

Deno.test('log: escape sequences are no text', () => equal(plain('\x1b[31mE\x1b[0m!'), 'E!'));

Deno.test('log: the offset that the server names counts more than the length of the text', () => {
  const log = new LogBuffer();
  log.append(0, 'o', '\uFFFDa\n', 3);
  equal(log.next, 3);
  log.append(0, 'o', '\uFFFDa\n', 3);
  log.append(3, 'o', 'b\n', 5);
  equal(shown(log), ['1o:\uFFFDa', '2o:b']);
});

Deno.test('log: another attempt counts from 0 again', () => {
  const log = new LogBuffer();
  log.append(0, 'e', 'broken\n');
  log.restart('attempt 2');
  log.append(0, 'o', 'fine\n');
  equal(shown(log), ['1e:broken', '1.5o:attempt 2', '2o:fine']);
});

Deno.test("log: what says how much was cut has no number, so that those behind it stay the server's", () => {
  const log = new LogBuffer();
  const page = {
    pieces: [
      { from: 0, stream: 'stdout', left_out: null, text: 'one\ntw' },
      { from: 6, stream: null, left_out: 100, text: '\n[100 bytes left out]\n' },
      { from: 106, stream: 'stderr', left_out: null, text: 'three\n' },
    ],
    total_bytes: 112,
  };
  takePage(log, page as LogPage, 0, { attempt: String, leftOut: (bytes) => `${bytes} \u5b57\u8282` });
  equal(shown(log), ['1o:one', '2o:tw', '2.5o:100 \u5b57\u8282', '3e:three']);
  equal(log.next, 112);
});
