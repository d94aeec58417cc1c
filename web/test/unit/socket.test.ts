import { type LiveEvent, LiveSocket, type LiveState, type SocketLike } from '../../src/live/socket.ts';
import { equal } from './assert.ts';

/** A server and a clock in the test's hand. */
function world() {
  const sockets: (SocketLike & { sent: unknown[]; closed: boolean })[] = [];
  const timers = new Map<number, { run: () => void; ms: number }>();
  const states: LiveState[] = [];
  let ended = 0;
  let changed = 0;
  let lastTimer = 0;
  const live = new LiveSocket({
    open() {
      const sent: unknown[] = [];
      const socket = {
        sent,
        closed: false,
        send: (text: string) => void sent.push(JSON.parse(text)),
        close() {
          socket.closed = true;
        },
        onmessage: null,
        onclose: null,
      } as SocketLike & { sent: unknown[]; closed: boolean };
      sockets.push(socket);
      return socket;
    },
    setTimer(run, ms) {
      timers.set(++lastTimer, { run, ms });
      return lastTimer;
    },
    clearTimer: (id) => void timers.delete(id),
    random: () => 0.5,
    online: () => true,
    stateChanged: (state) => states.push(state),
    sessionEnded: () => ended++,
    scopeChanged: () => changed++,
  });
  const last = () => sockets[sockets.length - 1]!;
  return {
    live,
    sockets,
    states,
    last,
    ended: () => ended,
    changed: () => changed,
    say: (frame: object) => last().onmessage?.(JSON.stringify(frame)),
    drop: (code = 1006) => last().onclose?.(code),
    /** Runs the timer that was set last; returns how long it would have waited. */
    wait() {
      const [id, timer] = [...timers].pop()!;
      timers.delete(id);
      timer.run();
      return timer.ms;
    },
  };
}

const collect = (events: LiveEvent[]) => ({ on: (event: LiveEvent) => void events.push(event) });

Deno.test('live: subscribes after hello and hands out snapshots and events', () => {
  const w = world();
  const events: LiveEvent[] = [];
  w.live.subscribe('jobs', collect(events));
  w.live.start();
  equal(w.last().sent, []);
  w.say({ op: 'hello', heartbeat_s: 15 });
  equal(w.last().sent, [{ op: 'sub', id: 1, topics: [{ t: 'jobs' }] }]);
  w.say({ op: 'snap', t: 'jobs', data: 1 });
  w.say({ op: 'ev', t: 'jobs', data: 2 });
  w.say({ op: 'ev', t: 'other', data: 3 });
  w.last().onmessage?.('not json');
  equal(events, [{ kind: 'snap', data: 1 }, { kind: 'ev', data: 2 }]);
  equal(w.states, ['connecting', 'live']);
});

Deno.test('live: out of sight it gives the connection up, and asks for what was missed when it is looked at', () => {
  const w = world();
  const events: LiveEvent[] = [];
  w.live.start();
  w.live.subscribe('jobs', collect(events));
  w.say({ op: 'hello' });
  const first = w.last();
  w.live.rest();
  equal([first.closed, w.live.state], [true, 'paused']);
  // Neither a late close nor the network that is back connects it.
  first.onclose?.(1000);
  w.live.retryNow();
  equal([w.sockets.length, w.live.state], [1, 'paused']);
  w.live.wake();
  w.say({ op: 'hello' });
  equal(events, [{ kind: 'gap' }]);
  equal(w.states, ['connecting', 'live', 'paused', 'connecting', 'live']);
});

Deno.test('live: an open form is seen by others while its tab is out of sight', () => {
  const w = world();
  w.live.start();
  w.say({ op: 'hello' });
  w.live.subscribe('editing:7', collect([]));
  w.live.rest();
  equal([w.last().closed, w.live.state], [false, 'live']);
});

Deno.test('live: the last handler of a topic ends the subscription', () => {
  const w = world();
  w.live.start();
  w.say({ op: 'hello' });
  const [a, b] = [w.live.subscribe('stats', collect([])), w.live.subscribe('stats', collect([]))];
  a();
  equal(w.last().sent.length, 2);
  b();
  equal(w.last().sent[2], { op: 'unsub', topics: ['stats'] });
});

Deno.test('live: two failures mean polling, with longer and longer waits; hello ends it', () => {
  const w = world();
  w.live.start();
  w.drop();
  equal(w.wait(), 500);
  w.drop();
  equal(w.states, ['connecting', 'polling']);
  equal(w.wait(), 1000);
  w.drop();
  equal(w.wait(), 2000);
  for (let i = 0; i < 6; i++) {
    w.drop();
    w.wait();
  }
  w.drop();
  equal(w.wait(), 15_000);
  w.say({ op: 'hello' });
  equal(w.states, ['connecting', 'polling', 'live']);
});

Deno.test('live: after a reconnect logs resume and the others are told of a gap', () => {
  const w = world();
  const [jobs, log]: LiveEvent[][] = [[], []];
  w.live.subscribe('jobs', collect(jobs!));
  w.live.subscribe('log:1', { ...collect(log!), since: () => 42 });
  w.live.start();
  w.say({ op: 'hello' });
  w.drop();
  w.wait();
  w.say({ op: 'hello' });
  equal(w.last().sent[0], { op: 'sub', id: 2, topics: [{ t: 'jobs' }, { t: 'log:1', since: 42 }] });
  equal([jobs, log], [[{ kind: 'gap' }], []]);
});

Deno.test('live: a refused subscription is told to its handlers', () => {
  const w = world();
  const events: LiveEvent[] = [];
  w.live.start();
  w.say({ op: 'hello' });
  w.live.subscribe('jobs', collect(events));
  w.say({ op: 'err', id: 1, code: 'forbidden', message: 'no' });
  equal(events, [{ kind: 'error', code: 'forbidden', message: 'no' }]);
});

Deno.test('live: silence for two heartbeats ends the connection', () => {
  const w = world();
  w.live.start();
  w.say({ op: 'hello', heartbeat_s: 15 });
  equal(w.wait(), 15_000);
  equal(w.last().sent, [{ op: 'ping' }]);
  w.wait();
  w.wait();
  equal(w.sockets[0]!.closed, true);
  w.wait();
  equal(w.sockets.length, 2);
});

Deno.test('live: the end of the session stops it for good', () => {
  const w = world();
  w.live.start();
  w.say({ op: 'hello' });
  w.drop(4401);
  equal([w.ended(), w.live.state, w.sockets.length], [1, 'idle', 1]);
});

Deno.test('live: a topic that was subscribed while the server was away is told to fetch when it is back', () => {
  const w = world();
  const events: LiveEvent[] = [];
  w.live.start();
  w.say({ op: 'hello' });
  w.drop();
  w.live.subscribe('stats', collect(events));
  w.wait();
  w.say({ op: 'hello' });
  equal(events, [{ kind: 'gap' }]);
});

Deno.test('live: other rights reconnect, and whoever listens asks anew', () => {
  const w = world();
  const events: LiveEvent[] = [];
  w.live.subscribe('jobs', collect(events));
  w.live.start();
  w.say({ op: 'hello' });
  w.drop(4403);
  equal([w.changed(), w.ended(), w.live.state], [1, 0, 'connecting']);
  w.wait();
  w.say({ op: 'hello' });
  equal([events.map((event) => event.kind), w.live.state], [['gap'], 'live']);
});
