import { onBeforeUnmount, type Ref, ref, shallowRef, triggerRef, watch } from 'vue';
import { ApiError, inBackground } from '../api/client.ts';
import { useLive } from './live.ts';

interface Options<T> {
  load(): Promise<T>;
  /** The resource is loaded anew when this changes (filters, the id in the address). */
  key?(): unknown;
  /** Topics to listen to; looked at again when `key` changes. */
  topics?(): string[];
  /** A push for one of the topics: change `data` in place (and return nothing) or return 'reload'. */
  on?(data: unknown, current: T, topic: string, kind: 'snap' | 'ev'): 'reload' | void;
  /** Milliseconds between two fetches while the socket is not there; 0 for never. */
  poll?: number | ((current: T | null) => number);
}

export interface Resource<T> {
  data: Ref<T | null>;
  error: Ref<unknown>;
  /** A request is under way (the first one, or a later one). */
  loading: Ref<boolean>;
  /** `data` belongs to an earlier `key`. */
  stale: Ref<boolean>;
  /** When the server last answered with `data` or a push; milliseconds, 0 for never. */
  at: Ref<number>;
  reload(): Promise<void>;
}

interface Push {
  data: unknown;
  topic: string;
  kind: 'snap' | 'ev';
}

const RELOAD_PAUSE_MS = 400;
/** More pushes than this during one request: another request is cheaper than applying them. */
const MOST_WAITING = 200;

/**
 * Something on the server that a page shows: fetched once, then kept up to date by the live topics, or by polling
 * while the socket is down and the page visible. One request at a time; an answer that came too late is dropped.
 */
export function useResource<T>(options: Options<T>): Resource<T> {
  const live = useLive();
  const data = shallowRef<T | null>(null);
  const error = ref<unknown>(null);
  const loading = ref(false);
  const stale = ref(false);
  const at = ref(0);
  let generation = 0;
  let busy = false;
  /** Pushes that came while a request was under way: its answer may be older, so they are applied on top of it. */
  let waiting: Push[] = [];
  let again = false;
  let gone = false;
  /** It was time to ask, and nobody looked. */
  let due = false;
  let soon: number | undefined;
  let pollTimer: number | undefined;
  let leave: (() => void)[] = [];

  /** `byPerson`: somebody has opened the page, chosen something or pressed a button. */
  async function reload(byPerson = true): Promise<void> {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    loading.value = true;
    const mine = generation;
    try {
      const value = await (byPerson ? options.load() : inBackground(options.load));
      if (mine === generation && !gone) {
        data.value = value;
        error.value = null;
        stale.value = false;
        at.value = Date.now();
        const pushed = waiting;
        waiting = [];
        for (const push of pushed) apply(push.data, push.topic, push.kind);
      }
    } catch (reason) {
      if (mine === generation && !gone) {
        waiting = [];
        error.value = reason;
        // What is shown answers another question than the one that was asked, or is not for this user any more: better
        // nothing than something wrong.
        if (stale.value || (reason instanceof ApiError && reason.status === 403)) data.value = null;
      }
    }
    busy = false;
    loading.value = false;
    if (again && !gone) {
      again = false;
      await reload(byPerson);
    }
  }

  function keep(push: Push): void {
    if (waiting.length < MOST_WAITING) waiting.push(push);
    else again = true;
  }

  function apply(pushed: unknown, topic: string, kind: 'snap' | 'ev'): void {
    if (data.value === null) return;
    if (options.on?.(pushed, data.value, topic, kind) === 'reload') return reloadSoon();
    at.value = Date.now();
    triggerRef(data);
  }

  /** Several pushes in a row cost one fetch. */
  function reloadSoon(): void {
    soon ??= setTimeout(() => {
      soon = undefined;
      void reload(false);
    }, RELOAD_PAUSE_MS);
  }

  function listen(): void {
    for (const stop of leave) stop();
    leave = (options.topics?.() ?? []).map((topic) =>
      live.subscribe(topic, {
        on(event) {
          if (event.kind === 'gap') return reloadSoon();
          if (event.kind === 'error') return;
          if (busy) keep({ data: event.data, topic, kind: event.kind });
          apply(event.data, topic, event.kind);
        },
      })
    );
  }

  function schedule(): void {
    clearTimeout(pollTimer);
    const ms = typeof options.poll === 'function' ? options.poll(data.value) : options.poll ?? 7000;
    pollTimer = setTimeout(() => {
      // Without topics there is nothing that would bring news, so such a resource polls always. One that failed asks
      // again whatever the socket says: no push repairs a list that was never there.
      // What may not be seen is asked for again when the rights change: the socket tells of that.
      const refused = error.value instanceof ApiError && error.value.status === 403 && !live.polling;
      const wanted = !refused && (error.value !== null || (ms > 0 && (live.polling || !options.topics)));
      due = wanted && document.hidden;
      if (wanted && !due) void reload(false);
      schedule();
    }, ms || 5000);
  }

  /** Who comes back to the page sees what is, not what was when they left. */
  function seen(): void {
    if (!due || document.hidden) return;
    due = false;
    void reload(false);
    schedule();
  }

  watch(() => options.key?.(), () => {
    generation += 1;
    waiting = [];
    stale.value = true;
    listen();
    void reload();
  });
  // Other rights show other rows, also where no topic tells of them.
  watch(() => live.rights, () => void reload(false));
  listen();
  void reload();
  schedule();
  document.addEventListener('visibilitychange', seen);
  onBeforeUnmount(() => {
    gone = true;
    document.removeEventListener('visibilitychange', seen);
    clearTimeout(soon);
    clearTimeout(pollTimer);
    for (const stop of leave) stop();
  });
  return { data, error, loading, stale, at, reload: () => reload() };
}
