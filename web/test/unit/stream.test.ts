import type { SocketLike } from '../../src/live/socket.ts';
import { EventStream, takeEvents } from '../../src/live/stream.ts';
import { equal } from './assert.ts';

/** A server in the test's hand: each stream that was opened, and what it is told. */
function world() {
  const opened: { topics: string[]; say: (text: string) => void; end: () => void; signal: AbortSignal }[] = [];
  const timers: (() => void)[] = [];
  let status = 200;
  const stream: SocketLike = new EventStream({
    fetch(topics, signal) {
      const encoder = new TextEncoder();
      const body = new ReadableStream<Uint8Array>({
        start: (controller) =>
          void opened.push({
            topics,
            signal,
            say: (text) => controller.enqueue(encoder.encode(text)),
            end: () => controller.close(),
          }),
      });
      return Promise.resolve(new Response(body, { status }));
    },
    setTimer: (run) => timers.push(run),
  });
  const heard: string[] = [];
  const closed: number[] = [];
  stream.onmessage = (text) => void heard.push(text);
  stream.onclose = (code) => void closed.push(code);
  return { stream, opened, timers, heard, closed, refuse: (code: number) => status = code };
}

/** Lets everything that waits for an answer go on. */
const settle = () => new Promise((done) => setTimeout(done, 0));

Deno.test('an event that comes in pieces is told when it is whole, and a beat is a sign of life', () => {
  const heard: string[] = [];
  const on = (data: string) => void heard.push(data);
  const rest = takeEvents('data: {"op":"he', on);
  equal(takeEvents(`${rest}llo"}\n\n: beat\n\ndata: {`, on), 'data: {');
  equal(heard, ['{"op":"hello"}', '{"op":"pong"}']);
});

Deno.test('what is followed at once is one stream, with the greeting told once', async () => {
  const { stream, opened, timers, heard, closed } = world();
  opened[0]!.say('data: {"op":"hello"}\n\n');
  await settle();
  equal(heard, ['{"op":"hello"}']);
  stream.send('{"op":"sub","topics":[{"t":"hosts"}]}');
  stream.send('{"op":"sub","topics":[{"t":"executions"},{"t":"jobs"}]}');
  stream.send('{"op":"unsub","topics":["jobs"]}');
  equal(timers.length, 1);
  timers[0]!();
  equal(opened.map((one) => one.topics), [['stats'], ['hosts', 'executions']]);
  equal(opened[0]!.signal.aborted, true);
  opened[1]!.say('data: {"op":"hello"}\n\ndata: {"op":"ev","t":"hosts"}\n\n');
  await settle();
  equal(heard, ['{"op":"hello"}', '{"op":"ev","t":"hosts"}']);
  equal(closed, []);
  opened[1]!.end();
  await settle();
  equal(closed, [1006]);
});

Deno.test('the end of a token is told as the end of a session, and what the server closes by its code', async () => {
  const one = world();
  one.opened[0]!.say('data: {"op":"close","code":4403}\n\n');
  await settle();
  equal(one.closed, [4403]);
  const two = world();
  two.refuse(401);
  two.opened[0]!.say('data: {"op":"hello"}\n\n');
  two.stream.send('{"op":"sub","topics":[{"t":"hosts"}]}');
  two.timers[0]!();
  await settle();
  equal(two.closed, [4401]);
});
