// The console's one WebSocket: topics with handlers, reconnect with backoff, and a state that tells whether pages must
// poll instead. Timers and the socket itself are handed in, so that the tests run without a network or a clock.

export type LiveEvent =
  | { kind: 'snap' | 'ev'; data: unknown }
  /** Something was missed (or may have been): fetch the state anew. */
  | { kind: 'gap' }
  | { kind: 'error'; code: string; message: string };

export interface Handler {
  on(event: LiveEvent): void;
  /** Where to resume; topics without it are told of a gap after a reconnect. */
  since?(): number;
}

/** `polling`: the socket has failed twice and is still being tried, pages poll meanwhile. `paused`: nobody looks. */
export type LiveState = 'idle' | 'connecting' | 'live' | 'polling' | 'offline' | 'paused';

export interface SocketLike {
  send(text: string): void;
  close(): void;
  onmessage: ((text: string) => void) | null;
  onclose: ((code: number) => void) | null;
}

export interface LiveEnv {
  open(): SocketLike;
  setTimer(run: () => void, ms: number): number;
  clearTimer(id: number): void;
  /** From 0 to 1, for the jitter. */
  random(): number;
  online(): boolean;
  stateChanged(state: LiveState): void;
  sessionEnded(): void;
  /** What the user may see has changed: everything shown has to be asked for anew. */
  scopeChanged(): void;
}

interface Frame {
  op: string;
  t?: string;
  id?: number;
  data?: unknown;
  code?: string | number;
  message?: string;
  heartbeat_s?: number;
}

const SESSION_ENDED = 4401;
/** Somebody changed what this user may see: the same session goes on with other rights. */
const SCOPE_CHANGED = 4403;
/** Such a topic tells others that somebody has a form open, also while that is behind another tab. */
const PRESENCE = 'editing:';
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
const DEFAULT_HEARTBEAT_S = 15;

export class LiveSocket {
  state: LiveState = 'idle';
  private socket: SocketLike | null = null;
  private ready = false;
  private failures = 0;
  private retryTimer: number | undefined;
  private heartTimer: number | undefined;
  private heard = false;
  private lastId = 0;
  private readonly topics = new Map<string, Set<Handler>>();
  /** A connection has stood before, or failed: whoever listens at the next hello may have missed something. */
  private wasAway = false;
  private readonly asked = new Map<number, string[]>();

  constructor(private readonly env: LiveEnv) {}

  start(): void {
    if (this.state === 'idle') this.connect();
  }

  stop(): void {
    this.clearTimers();
    const socket = this.socket;
    this.forget();
    socket?.close();
    this.failures = 0;
    this.change('idle');
  }

  /** Nobody looks: gives the connection up until `wake`. What comes meanwhile is asked for then. */
  rest(): void {
    if (this.state === 'idle' || [...this.topics.keys()].some((topic) => topic.startsWith(PRESENCE))) return;
    this.clearTimers();
    const socket = this.socket;
    this.forget();
    socket?.close();
    this.failures = 0;
    this.wasAway = true;
    this.change('paused');
  }

  wake(): void {
    if (this.state === 'paused') this.connect();
  }

  /** Tries at once, e.g. when the browser says that the network is back. */
  retryNow(): void {
    if (this.state === 'idle' || this.state === 'paused' || this.socket) return;
    this.clearTimers();
    this.connect();
  }

  /** Adds a handler for a topic; the result takes it away again. */
  subscribe(topic: string, handler: Handler): () => void {
    const handlers = this.topics.get(topic) ?? new Set();
    this.topics.set(topic, handlers);
    handlers.add(handler);
    // A later handler of the same topic wants a snapshot as well: subscribing again makes the server send one.
    if (this.ready) this.ask([topic]);
    return () => {
      handlers.delete(handler);
      if (handlers.size > 0 || this.topics.get(topic) !== handlers) return;
      this.topics.delete(topic);
      if (this.ready) this.send({ op: 'unsub', topics: [topic] });
    };
  }

  private connect(): void {
    if (this.state !== 'polling' && this.state !== 'offline') this.change('connecting');
    let socket: SocketLike;
    try {
      socket = this.env.open();
    } catch {
      this.failed();
      return;
    }
    this.socket = socket;
    socket.onmessage = (text) => this.receive(text);
    socket.onclose = (code) => {
      if (this.socket !== socket) return;
      this.forget();
      if (code === SESSION_ENDED) {
        this.stop();
        this.env.sessionEnded();
      } else if (code === SCOPE_CHANGED) {
        this.env.scopeChanged();
        this.failed();
      } else {
        this.failed();
      }
    };
  }

  private failed(): void {
    this.clearTimers();
    this.failures += 1;
    this.wasAway = true;
    if (!this.env.online()) this.change('offline');
    else this.change(this.failures >= 2 ? 'polling' : 'connecting');
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.failures - 1));
    this.retryTimer = this.env.setTimer(() => this.connect(), wait * (0.75 + this.env.random() / 2));
  }

  private receive(text: string): void {
    this.heard = true;
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return; // A frame of a newer server that we cannot read must not end the connection.
    }
    if (frame.op === 'hello') this.hello(frame);
    else if (frame.op === 'snap' || frame.op === 'ev') this.tell(frame.t, { kind: frame.op, data: frame.data });
    else if (frame.op === 'gap') this.tell(frame.t, { kind: 'gap' });
    else if (frame.op === 'err') {
      const event: LiveEvent = { kind: 'error', code: String(frame.code ?? ''), message: frame.message ?? '' };
      for (const topic of frame.t ? [frame.t] : this.asked.get(frame.id ?? -1) ?? []) this.tell(topic, event);
    }
  }

  private hello(frame: Frame): void {
    this.ready = true;
    this.failures = 0;
    this.change('live');
    this.ask([...this.topics.keys()]);
    // Also topics that were subscribed while the connection was away: their page has asked in vain.
    if (this.wasAway) {
      for (const handlers of this.topics.values()) {
        for (const handler of handlers) if (!handler.since) handler.on({ kind: 'gap' });
      }
    }
    this.wasAway = true;
    this.beat((frame.heartbeat_s ?? DEFAULT_HEARTBEAT_S) * 1000);
  }

  private ask(topics: string[]): void {
    if (topics.length === 0) return;
    const id = ++this.lastId;
    this.asked.set(id, topics);
    if (this.asked.size > 50) this.asked.delete(this.asked.keys().next().value as number);
    this.send({
      op: 'sub',
      id,
      topics: topics.map((t) => {
        const positions = [...this.topics.get(t) ?? []].map((handler) => handler.since?.());
        const known = positions.filter((at): at is number => at !== undefined);
        return known.length ? { t, since: Math.min(...known) } : { t };
      }),
    });
  }

  /** Pings, and gives up a connection on which nothing at all was heard for two heartbeats. */
  private beat(ms: number): void {
    let silent = 0;
    const run = () => {
      silent = this.heard ? 0 : silent + 1;
      this.heard = false;
      if (silent >= 2) {
        const socket = this.socket;
        this.forget();
        socket?.close();
        this.failed();
        return;
      }
      this.send({ op: 'ping' });
      this.heartTimer = this.env.setTimer(run, ms);
    };
    this.heartTimer = this.env.setTimer(run, ms);
  }

  private tell(topic: string | undefined, event: LiveEvent): void {
    for (const handler of this.topics.get(topic ?? '') ?? []) handler.on(event);
  }

  private send(frame: object): void {
    try {
      this.socket?.send(JSON.stringify(frame));
    } catch {
      // Closing: onclose follows and connects again.
    }
  }

  private forget(): void {
    this.socket = null;
    this.ready = false;
  }

  private clearTimers(): void {
    if (this.retryTimer !== undefined) this.env.clearTimer(this.retryTimer);
    if (this.heartTimer !== undefined) this.env.clearTimer(this.heartTimer);
    this.retryTimer = this.heartTimer = undefined;
  }

  private change(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    this.env.stateChanged(state);
  }
}
