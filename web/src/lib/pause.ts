import { onUnmounted, type Ref, watch } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';

/** Typing that pauses this long is taken as finished; milliseconds. */
const PAUSE_MS = 300;

/**
 * Calls `apply` when the text has rested; never after the page it belongs to is gone, nor while another one is on its
 * way: what is applied is a step of the address and would call the way there off.
 */
export function whenTypingPauses(text: Ref<string>, apply: (text: string) => void): void {
  let timer: number | undefined;
  watch(text, (now) => {
    clearTimeout(timer);
    timer = setTimeout(() => apply(now), PAUSE_MS);
  });
  onBeforeRouteLeave(() => clearTimeout(timer));
  onUnmounted(() => clearTimeout(timer));
}
