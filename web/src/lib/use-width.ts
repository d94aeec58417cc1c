import { onBeforeUnmount, type Ref, ref, watch } from 'vue';

/**
 * How many pixels wide an element is. What is drawn in it at that width is not scaled: words keep their size on a phone and
 * on a wide screen, and a picture becomes wider instead of higher.
 */
export function useWidth(usual: number): { box: Ref<HTMLElement | null>; width: Ref<number> } {
  const box = ref<HTMLElement | null>(null);
  const width = ref(usual);
  let frame = 0;
  const observer = new ResizeObserver((entries) => {
    const now = Math.round(entries[entries.length - 1]!.contentRect.width);
    // In the next frame: what is drawn anew in this one would be measured again in it, which browsers report as an error.
    cancelAnimationFrame(frame);
    // What is hidden has no width.
    if (now > 0) frame = requestAnimationFrame(() => width.value = now);
  });
  watch(box, (element) => {
    observer.disconnect();
    if (element) observer.observe(element);
  }, { flush: 'post' });
  onBeforeUnmount(() => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  });
  return { box, width };
}
