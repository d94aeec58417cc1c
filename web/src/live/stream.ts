// The live connection as server-sent events: a WebSocket of a browser cannot carry an access token, a request can. What
// the server tells is the same; what is followed stands in the address, so that following more opens the stream anew.

import type { SocketLike } from './socket.ts';

export interface StreamEnv {
  /** Opens the stream of these topics; throws or answers with a status when that is refused. */
  fetch(topics: string[], signal: AbortSignal): Promise<Response>;
  setTimer(run: () => void, ms: number): number;
}

/** Followed as long as nobody has said what to follow: the greeting comes with it. */
const FIRST_TOPIC = 'stats';
/** So that what a page follows piece by piece is one request. */
const GATHER_MS = 50;
const SESSION_ENDED = 4401;
const GONE = 1006;

interface Frame {
  op: string;
  code?: number;
}

/** Hands the data of each event on; answers with what is left of an unfinished one. */
export function takeEvents(text: string, on: (data: string) => void): string {
  const parts = text.split('\n\n');
  const rest = parts.pop()!;
  // A comment is the server's beat.
  for (const part of parts) on(part.startsWith('data: ') ? part.slice(6) : '{"op":"pong"}');
  return rest;
}

export class EventStream implements SocketLike {
  onmessage: ((text: string) => void) | null = null;
  onclose: ((code: number) => void) | null = null;
  private readonly topics = new Set<string>();
  private current: AbortController | null = null;
  private greeted = false;
  private gathering = false;
  private closed = false;

  constructor(private readonly env: StreamEnv) {
    void this.read([FIRST_TOPIC]);
  }

  send(text: string): void {
    const frame = JSON.parse(text) as { op: string; topics?: (string | { t: string })[] };
    const names = (frame.topics ?? []).map((topic) => typeof topic === 'string' ? topic : topic.t);
    if (frame.op === 'sub') { for (const name of names) this.topics.add(name); }
    else if (frame.op === 'unsub') { for (const name of names) this.topics.delete(name); }
    // A question for the beat: the server's comes by itself. What is not followed any more is told to nobody.
    if (frame.op !== 'sub' || this.gathering) return;
    this.gathering = true;
    this.env.setTimer(() => {
      this.gathering = false;
      if (!this.closed) void this.read([...this.topics]);
    }, GATHER_MS);
  }

  close(): void {
    this.end(GONE);
  }

  private end(code: number): void {
    if (this.closed) return;
    this.closed = true;
    this.current?.abort();
    this.onclose?.(code);
  }

  private async read(topics: string[]): Promise<void> {
    const before = this.current;
    const mine = this.current = new AbortController();
    before?.abort();
    try {
      const answer = await this.env.fetch(topics, mine.signal);
      if (answer.status === 401) return this.end(SESSION_ENDED);
      if (!answer.ok || !answer.body) return this.end(GONE);
      const reader = answer.body.getReader();
      const decoder = new TextDecoder();
      let rest = '';
      for (;;) {
        // eslint-disable-next-line no-await-in-loop -- one piece comes after the other
        const { done, value } = await reader.read();
        if (done || mine !== this.current || this.closed) break;
        rest = takeEvents(rest + decoder.decode(value, { stream: true }), (data) => this.told(data));
      }
    } catch {
      // Cut off, by the network or by a later stream.
    }
    if (mine === this.current) this.end(GONE);
  }

  private told(data: string): void {
    if (this.closed) return;
    const frame = JSON.parse(data) as Frame;
    if (frame.op === 'close') return this.end(frame.code ?? GONE);
    // The page has been greeted by the first stream.
    if (frame.op === 'hello' && this.greeted) return;
    this.greeted ||= frame.op === 'hello';
    this.onmessage?.(data);
  }
}
