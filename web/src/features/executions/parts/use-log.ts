import { onBeforeUnmount, type Ref, ref, watch } from 'vue';
import { executions } from '../../../api/executions.ts';
import type { LogPage } from '../../../api/types.ts';
import { LogBuffer, type Stream } from '../../../lib/log-buffer.ts';
import { useLive } from '../../../live/live.ts';

interface Chunk {
  from?: number;
  next?: number;
  s?: Stream;
  attempt?: number | null;
  text?: string;
  end?: boolean;
  truncated?: boolean;
  /** Of the end: how much there is in all. */
  total_bytes?: number;
  left_out?: number | null;
  chunks?: Chunk[];
}

/** Puts a page that was asked for from an offset into the buffer, piece by piece where the server says their order. */
export function takePage(buffer: LogBuffer, page: LogPage, from: number, titles: LogTitles): void {
  if (page.pieces) {
    for (const piece of page.pieces) {
      // What was left out has no stream.
      if (piece.left_out) buffer.leaveOut(titles.leftOut(piece.left_out), piece.from + piece.left_out);
      else buffer.append(Math.max(piece.from, buffer.next), piece.stream === 'stderr' ? 'e' : 'o', piece.text);
    }
  } else {
    if (page.output) buffer.append(from, 'o', page.output);
    if (page.error) buffer.append(buffer.next, 'e', page.error);
  }
  buffer.next = page.next ?? page.total_bytes;
}

/** What stands between the lines of a log, in the reader's language. */
export interface LogTitles {
  attempt(n: number): string;
  leftOut(bytes: number): string;
}

/** The titles by the words of the console. */
export const logTitles = (t: (key: string, values: Record<string, unknown>) => string): LogTitles => ({
  attempt: (n) => `\u2500\u2500 ${t('run.attemptNo', { n })} \u2500\u2500`,
  leftOut: (bytes) => t('log.leftOut', { n: bytes.toLocaleString('en-US') }),
});

export interface Log {
  buffer: LogBuffer;
  /** Rises with each change of the buffer. */
  version: Ref<number>;
  /** The log is complete: nothing will follow. */
  ended: Ref<boolean>;
  truncated: Ref<boolean>;
  error: Ref<unknown>;
  /** The first answer is there. */
  loaded: Ref<boolean>;
  /** Asks once more for what could not be read. */
  retry(): void;
}

const POLL_MS = 2500;
/** How long to wait for the socket before the log is fetched by a request. */
const PATIENCE_MS = 1200;

/** The log of one execution: pushed by the topic `log:{id}`, or fetched in intervals while there is no socket. */
export function useLog(id: string, isFinal: () => boolean, titles: LogTitles): Log {
  const live = useLive();
  const log: Log = {
    buffer: new LogBuffer(),
    version: ref(0),
    ended: ref(false),
    truncated: ref(false),
    error: ref<unknown>(null),
    loaded: ref(false),
    retry: () => void fetchLog(true),
  };
  let gone = false;
  let busy = false;
  let attempt: number | undefined;
  let checked = false;

  function take(chunk: Chunk): void {
    for (const part of chunk.chunks ?? []) take(part);
    if (chunk.attempt) {
      if (attempt !== undefined && chunk.attempt > attempt) {
        log.buffer.restart(titles.attempt(chunk.attempt));
        log.ended.value = false;
      }
      attempt = chunk.attempt;
    }
    const { left_out: leftOut, from = log.buffer.next } = chunk;
    if (leftOut) log.buffer.leaveOut(titles.leftOut(leftOut), from + leftOut);
    else if (chunk.text) log.buffer.append(from, chunk.s ?? 'o', chunk.text, chunk.next);
    if (chunk.truncated) log.truncated.value = true;
    if (chunk.end) {
      log.ended.value = true;
      checkEnd(chunk.total_bytes ?? 0);
    }
    log.loaded.value = true;
    log.version.value += 1;
  }

  /** An end that comes before what it ends, or of an output of nothing: what is stored by then counts. */
  function checkEnd(total: number): void {
    if (checked || (log.buffer.next > 0 && log.buffer.next >= total)) return;
    checked = true;
    setTimeout(() => void fetchLog(true), PATIENCE_MS);
  }

  async function fetchLog(last = false): Promise<void> {
    if (busy || gone || (log.ended.value && !last)) return;
    busy = true;
    let more = false;
    try {
      const from = log.buffer.next;
      const page = await executions.log(id, from);
      if (!gone && log.buffer.next === from) {
        takePage(log.buffer, page, from, titles);
        log.truncated.value = page.truncated;
        more = log.buffer.next < page.total_bytes && log.buffer.next > from;
        if (page.complete && !more && isFinal()) log.ended.value = true;
        log.version.value += 1;
      }
      log.loaded.value = true;
      log.error.value = null;
    } catch (reason) {
      log.error.value = reason;
      log.loaded.value = true;
    }
    busy = false;
    if (more) await fetchLog(last);
  }

  const leave = live.subscribe(`log:${id}`, {
    since: () => log.buffer.next,
    on(event) {
      if (event.kind === 'gap' || event.kind === 'error') void fetchLog();
      else for (const chunk of Array.isArray(event.data) ? event.data : [event.data]) take((chunk ?? {}) as Chunk);
    },
  });
  const patience = setTimeout(() => {
    if (!log.loaded.value) void fetchLog();
  }, live.polling ? 0 : PATIENCE_MS);
  const timer = setInterval(() => {
    if (live.polling && !document.hidden) void fetchLog();
  }, POLL_MS);
  // An end that was pushed while the last lines were still on their way: ask once more.
  const stopWatch = watch(isFinal, (final) => {
    if (final) setTimeout(() => void fetchLog(), PATIENCE_MS);
  });

  onBeforeUnmount(() => {
    gone = true;
    clearTimeout(patience);
    clearInterval(timer);
    stopWatch();
    leave();
  });
  return log;
}
