import { onBeforeUnmount, onMounted, type Ref, ref } from 'vue';

/** How long after the pointer or the focus has left a list may move again; milliseconds. */
const LINGER_MS = 1200;

/**
 * Whether somebody is about to do something with the rows of a list: the pointer is over it, the focus in it, or text
 * in it selected. Rows that move then are mis-clicks.
 */
export function useHold(box: Ref<HTMLElement | null>, released: () => void): Ref<boolean> {
  const held = ref(false);
  let over = false;
  let timer: number | undefined;

  function look(): void {
    clearTimeout(timer);
    const element = box.value;
    const selection = getSelection();
    const busy = over || (element !== null && element.contains(document.activeElement)) ||
      (element !== null && !!selection?.toString() && element.contains(selection.anchorNode));
    if (busy) held.value = true;
    else if (held.value) {
      timer = setTimeout(() => {
        held.value = false;
        released();
      }, LINGER_MS);
    }
  }
  function move(event: PointerEvent): void {
    const now = event.pointerType === 'mouse' && (box.value?.contains(event.target as Node) ?? false);
    if (now === over) return;
    over = now;
    look();
  }
  function left(): void {
    over = false;
    look();
  }
  onMounted(() => {
    document.addEventListener('pointerover', move);
    document.documentElement.addEventListener('pointerleave', left);
    document.addEventListener('focusin', look);
    document.addEventListener('focusout', look);
    document.addEventListener('selectionchange', look);
  });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    document.removeEventListener('pointerover', move);
    document.documentElement.removeEventListener('pointerleave', left);
    document.removeEventListener('focusin', look);
    document.removeEventListener('focusout', look);
    document.removeEventListener('selectionchange', look);
  });
  return held;
}
