import { computed, ref } from 'vue';
import { endSession, hasToken, onReached, openEvents } from '../api/client.ts';
import { defineStore } from '../lib/store.ts';
import { type Handler, LiveSocket, type LiveState, type SocketLike } from './socket.ts';
import { EventStream } from './stream.ts';

function openSocket(): SocketLike {
  if (hasToken()) return new EventStream({ fetch: openEvents, setTimer: (run, ms) => setTimeout(run, ms) });
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/ws`);
  const like: SocketLike = {
    send: (text) => socket.send(text),
    close: () => socket.close(),
    onmessage: null,
    onclose: null,
  };
  socket.addEventListener('message', (event) => like.onmessage?.(String(event.data)));
  socket.addEventListener('close', (event) => like.onclose?.(event.code));
  return like;
}

/** So long a page may be out of sight before it gives its connection up. */
const REST_MS = 60_000;

/** The page's live connection and what the badge shows of it. */
export const useLive = defineStore('live', () => {
  const state = ref<LiveState>('idle');
  /** The server answers nothing: neither requests nor the socket. What pages show is as old as `heardAt`. */
  const unreachable = ref(false);
  const heardAt = ref(Date.now());
  /** Rises when the server says that the user's rights have changed. */
  const rights = ref(0);
  function reached(answered: boolean): void {
    unreachable.value = !answered && state.value !== 'live';
    if (answered) heardAt.value = Date.now();
  }
  onReached(reached);
  const socket = new LiveSocket({
    open: openSocket,
    setTimer: (run, ms) => setTimeout(run, ms),
    clearTimer: (id) => clearTimeout(id),
    random: Math.random,
    online: () => navigator.onLine,
    stateChanged: (value) => {
      if (state.value === 'live') heardAt.value = Date.now();
      state.value = value;
      if (value === 'live') reached(true);
    },
    sessionEnded: endSession,
    scopeChanged: () => rights.value += 1,
  });
  addEventListener('online', () => socket.retryNow());
  let rest: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(rest);
    if (document.hidden) rest = setTimeout(() => socket.rest(), REST_MS);
    else socket.wake();
  });
  /** Pages fetch in intervals unless the socket brings the news. */
  const polling = computed(() => state.value !== 'live');

  return {
    state,
    polling,
    unreachable,
    heardAt,
    rights,
    start: () => socket.start(),
    stop: () => socket.stop(),
    subscribe: (topic: string, handler: Handler) => socket.subscribe(topic, handler),
  };
});
