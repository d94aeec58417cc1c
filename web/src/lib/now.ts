import { onBeforeUnmount, type Ref, shallowRef } from 'vue';

// One clock for the whole page: a timer per cell would be hundreds of timers.
const now = shallowRef(Date.now());
let users = 0;
let timer: number | undefined;

function tick() {
  if (!document.hidden) now.value = Date.now();
}

/** The time in milliseconds, renewed each second while a component uses it and the page is visible. */
export function useNow(): Ref<number> {
  if (users++ === 0) {
    now.value = Date.now();
    timer = setInterval(tick, 1000);
  }
  onBeforeUnmount(() => {
    if (--users === 0) clearInterval(timer);
  });
  return now;
}
