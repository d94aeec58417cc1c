import { onBeforeUnmount, type Ref, ref } from 'vue';
import { type Layout, NODE } from '../layout.ts';

const nothing = (): void => {};

export interface EdgeDrag {
  from: string;
  /** The line from the step to the pointer, on the canvas. */
  path: string;
  /** The step below the pointer. */
  over: string | null;
}

/** Near an edge of the box the drawing follows the pointer. */
const EDGE = 28;
const STEP = 14;
/** Less is a press, not a drag. */
const LEAST = 6;

/** Draws a line from a step to another with a pointer; keys and a menu do the same elsewhere. */
export function useEdgeDrag(
  box: Ref<HTMLElement | null>,
  layout: Ref<Layout>,
  done: { drop(from: string, to: string): void; press(from: string): void },
): { drag: Ref<EdgeDrag | null>; begin(event: PointerEvent, key: string): void } {
  const drag = ref<EdgeDrag | null>(null);
  let stop = nothing;

  function begin(event: PointerEvent, key: string): void {
    const node = layout.value.nodes.find((placed) => placed.key === key);
    const handle = event.currentTarget as HTMLElement;
    if (event.button !== 0 || !node) return;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    const start = { x: event.clientX, y: event.clientY };
    let moved = false;

    const move = (now: PointerEvent) => {
      const view = box.value;
      if (!view) return;
      moved ||= Math.hypot(now.clientX - start.x, now.clientY - start.y) > LEAST;
      if (!moved) return;
      const frame = view.getBoundingClientRect();
      if (now.clientX > frame.right - EDGE) view.scrollLeft += STEP;
      else if (now.clientX < frame.left + EDGE) view.scrollLeft -= STEP;
      if (now.clientY > frame.bottom - EDGE) view.scrollTop += STEP;
      else if (now.clientY < frame.top + EDGE) view.scrollTop -= STEP;
      const [x, y] = [now.clientX - frame.left + view.scrollLeft, now.clientY - frame.top + view.scrollTop];
      const over = layout.value.nodes.find((placed) =>
        x >= placed.x && x <= placed.x + NODE.width && y >= placed.y && y <= placed.y + NODE.height
      );
      const [fromX, fromY] = [node.x + NODE.width, node.y + NODE.height / 2];
      const bend = Math.max(24, Math.abs(x - fromX) / 2);
      drag.value = {
        from: key,
        path: `M${fromX} ${fromY} C${fromX + bend} ${fromY} ${x - bend} ${y} ${x} ${y}`,
        over: over && over.key !== key ? over.key : null,
      };
    };
    const end = (now: PointerEvent) => {
      const to = drag.value?.over;
      stop();
      if (now.type !== 'pointerup') return;
      if (to) done.drop(key, to);
      else if (!moved) done.press(key);
    };
    stop = () => {
      drag.value = null;
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', end);
      handle.removeEventListener('pointercancel', end);
      stop = nothing;
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end);
    handle.addEventListener('pointercancel', end);
  }
  onBeforeUnmount(() => stop());
  return { drag, begin };
}
