import type { Router } from 'vue-router';

/** How long to wait for a list to be long enough to go back to where the reader was; milliseconds. */
const PATIENCE_MS = 10_000;
const KEPT = 50;

const places = new Map<number, number>();
let wanted: { top: number; until: number } | null = null;

const position = (): number => Number((history.state as { position?: number } | null)?.position ?? 0);
const scroller = (): HTMLElement | null => document.getElementById('main');

/**
 * Gives Back and Forward the place on the page that the reader had, and every other navigation the top. The page's
 * content comes later than the navigation, so the place is tried again until there is enough of it.
 */
export function rememberScroll(router: Router): void {
  let returning = false;
  let here = position();
  router.beforeEach(() => {
    // Back and Forward have changed the browser's place before the router hears of it; a push changes it afterwards. A
    // listener would hear of it too late: the router may be through with a page that is loaded before it is called.
    returning = position() !== here;
    places.delete(here);
    places.set(here, scroller()?.scrollTop ?? 0);
    if (places.size > KEPT) places.delete(places.keys().next().value as number);
  });
  router.afterEach((to, from) => {
    here = position();
    const moved = to.path !== from.path || to.query.page !== from.query.page;
    if (returning) wanted = { top: places.get(here) ?? 0, until: Date.now() + PATIENCE_MS };
    else if (moved) wanted = { top: 0, until: 0 };
    returning = false;
    requestAnimationFrame(restore);
  });
  // Who scrolls does not want to be moved any more.
  for (const act of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
    addEventListener(act, () => wanted = null, { passive: true, capture: true });
  }
}

function restore(): void {
  const box = scroller();
  if (!wanted || !box) return;
  box.scrollTop = wanted.top;
  if (box.scrollTop < wanted.top - 1 && Date.now() < wanted.until) setTimeout(restore, 50);
  else wanted = null;
}
