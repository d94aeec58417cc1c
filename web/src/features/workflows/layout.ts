/** A step in the drawing: the left upper corner of its box, and its layer, counted from the left. */
export interface Placed {
  key: string;
  layer: number;
  x: number;
  y: number;
}

/** A line from one box to another, with the point where its words stand. */
export interface Drawn {
  from: string;
  to: string;
  path: string;
  labelX: number;
  labelY: number;
}

export interface Layout {
  width: number;
  height: number;
  nodes: Placed[];
  /** In the order of the edges given. */
  edges: Drawn[];
}

export const NODE = { width: 156, height: 54 };
const GAP = { x: 108, y: 22 };
const MARGIN = 18;
/** The room of a line that passes a layer. */
const LANE = 16;
/** So many points of passing lines are laid out; more of them would cost more time than they are worth. */
const MOST_LANES = 6000;
const SWEEPS = 4;

interface Slot {
  id: string;
  layer: number;
  height: number;
  y: number;
  before: Slot[];
  after: Slot[];
  isLane: boolean;
}

/**
 * The layer of each step: one more than the highest of those that lead to it, so that every line goes to the right. What
 * waits in a circle (a definition that is half typed) comes last, line by line.
 */
export function layersOf(keys: string[], edges: { from: string; to: string }[]): Map<string, number> {
  const open = new Map(keys.map((key) => [key, 0]));
  const after = new Map<string, string[]>(keys.map((key) => [key, []]));
  for (const { from, to } of edges) {
    if (from === to || !open.has(from) || !open.has(to)) continue;
    open.set(to, open.get(to)! + 1);
    after.get(from)!.push(to);
  }
  const layers = new Map<string, number>();
  const ready = keys.filter((key) => open.get(key) === 0);
  for (const key of ready) layers.set(key, 0);
  for (let at = 0; at < ready.length; at += 1) {
    const key = ready[at]!;
    for (const next of after.get(key)!) {
      layers.set(next, Math.max(layers.get(next) ?? 0, layers.get(key)! + 1));
      open.set(next, open.get(next)! - 1);
      if (open.get(next) === 0) ready.push(next);
    }
  }
  const settled = new Set(ready);
  let last = Math.max(-1, ...ready.map((key) => layers.get(key)!));
  for (const key of keys) if (!settled.has(key)) layers.set(key, last += 1);
  return layers;
}

const middle = (slot: Slot) => slot.y + slot.height / 2;
const mean = (slots: Slot[]) => slots.reduce((sum, slot) => sum + middle(slot), 0) / slots.length;

/** Puts the slots of a layer one below the other, in the order given, each as near to where it wants to be as there is room. */
function settle(layer: Slot[], wanted: number[]): void {
  // Slots that would overlap become a block, and a block stands where its members want to be on average.
  const blocks: { slots: Slot[]; height: number; y: number; weight: number; sum: number }[] = [];
  layer.forEach((slot, place) => {
    let block = { slots: [slot], height: slot.height, y: wanted[place]! - slot.height / 2, weight: 1, sum: 0 };
    block.sum = block.y;
    for (;;) {
      const above = blocks[blocks.length - 1];
      if (!above || above.y + above.height + GAP.y <= block.y) break;
      blocks.pop();
      const sum = above.sum + block.sum - block.weight * (above.height + GAP.y);
      const weight = above.weight + block.weight;
      block = {
        slots: [...above.slots, ...block.slots],
        height: above.height + GAP.y + block.height,
        weight,
        sum,
        y: sum / weight,
      };
    }
    blocks.push(block);
  });
  for (const block of blocks) {
    let y = block.y;
    for (const slot of block.slots) {
      slot.y = y;
      y += slot.height + GAP.y;
    }
  }
}

/** Orders each layer by where the neighbours in the layer before (or after) stand, and moves it there. */
function sweep(layers: Slot[][], forward: boolean): void {
  const ordered = forward ? layers : [...layers].reverse();
  for (const layer of ordered) {
    const wanted = new Map(layer.map((slot) => {
      const near = forward ? slot.before : slot.after;
      return [slot, near.length ? mean(near) : middle(slot)];
    }));
    layer.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
    settle(layer, layer.map((slot) => wanted.get(slot)!));
  }
}

const round = (n: number) => Math.round(n * 10) / 10;

/** Boxes in layers from left to right, and curves between them that pass the boxes of other layers by. */
export function layOut(keys: string[], edges: { from: string; to: string }[]): Layout {
  const layerOf = layersOf(keys, edges);
  const count = Math.max(0, ...[...layerOf.values()].map((layer) => layer + 1));
  const layers: Slot[][] = Array.from({ length: count }, () => []);
  const slots = new Map<string, Slot>();
  const add = (id: string, layer: number, isLane: boolean): Slot => {
    const slot = { id, layer, height: isLane ? LANE : NODE.height, y: 0, before: [], after: [], isLane };
    layers[layer]!.push(slot);
    return slot;
  };
  for (const key of keys) slots.set(key, add(key, layerOf.get(key)!, false));

  const span = ({ from, to }: { from: string; to: string }) => (layerOf.get(to) ?? 0) - (layerOf.get(from) ?? 0);
  const hasLanes = edges.reduce((sum, edge) => sum + Math.max(0, span(edge) - 1), 0) <= MOST_LANES;
  const routes = edges.map((edge, number) => {
    const [from, to] = [slots.get(edge.from), slots.get(edge.to)];
    if (!from || !to) return [];
    const route = [from];
    if (hasLanes) {
      for (let layer = from.layer + 1; layer < to.layer; layer += 1) route.push(add(`${number} ${layer}`, layer, true));
    }
    route.push(to);
    if (to.layer > from.layer) {
      route.forEach((slot, place) => {
        const next = route[place + 1];
        if (!next) return;
        slot.after.push(next);
        next.before.push(slot);
      });
    }
    return route;
  });

  for (const layer of layers) settle(layer, layer.map(() => 0));
  for (let pass = 0; pass < SWEEPS; pass += 1) sweep(layers, pass % 2 === 0);

  const top = Math.min(0, ...layers.flat().map((slot) => slot.y));
  for (const slot of layers.flat()) slot.y += MARGIN - top;
  const left = (slot: Slot) => MARGIN + slot.layer * (NODE.width + GAP.x);
  const width = 2 * MARGIN + Math.max(0, count * NODE.width + (count - 1) * GAP.x);
  const height = MARGIN + Math.max(MARGIN, ...layers.flat().map((slot) => slot.y + slot.height));

  return {
    width,
    height: round(height),
    nodes: keys.map((key) => {
      const slot = slots.get(key)!;
      return { key, layer: slot.layer, x: left(slot), y: round(slot.y) };
    }),
    edges: edges.map((edge, number) => ({ from: edge.from, to: edge.to, ...curve(routes[number]!, left) })),
  };
}

/** A line through the middle of each slot: level within a layer, a curve in the gap between two. */
function curve(route: Slot[], left: (slot: Slot) => number): { path: string; labelX: number; labelY: number } {
  const [from, second] = route;
  if (!from || !second) return { path: '', labelX: 0, labelY: 0 };
  const startX = left(from) + NODE.width;
  let path = `M${startX} ${round(middle(from))}`;
  let [x, y] = [startX, middle(from)];
  for (const slot of route.slice(1)) {
    const [toX, toY] = [left(slot), middle(slot)];
    const bend = toX > x ? (toX - x) / 2 : GAP.x;
    path += ` C${round(x + bend)} ${round(y)} ${round(toX - bend)} ${round(toY)} ${toX} ${round(toY)}`;
    [x, y] = [toX, toY];
    if (slot.isLane) {
      x += NODE.width;
      path += ` H${x}`;
    }
  }
  // Words stand in the first gap, nearer to the end of it: there the lines of one box have parted.
  return { path, labelX: round(startX + GAP.x * 0.5), labelY: round((middle(from) + middle(second)) / 2) };
}

export type Way = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/** Where a key leads from a step: along an edge, to the one above or below in its layer, or to an end of the whole. */
export function walk(layout: Layout, key: string, way: Way): string {
  const inOrder = [...layout.nodes].sort((a, b) => a.layer - b.layer || a.y - b.y);
  if (way === 'first') return inOrder[0]?.key ?? key;
  if (way === 'last') return inOrder[inOrder.length - 1]?.key ?? key;
  const here = layout.nodes.find((node) => node.key === key);
  if (!here) return inOrder[0]?.key ?? key;
  if (way === 'up' || way === 'down') {
    const layer = inOrder.filter((node) => node.layer === here.layer);
    return layer[layer.indexOf(here) + (way === 'up' ? -1 : 1)]?.key ?? key;
  }
  const ends = new Set(
    layout.edges.filter((edge) => (way === 'right' ? edge.from : edge.to) === key)
      .map((edge) => way === 'right' ? edge.to : edge.from),
  );
  // Of several the one that is nearest to the same height.
  const near = inOrder.filter((node) => ends.has(node.key) && node.key !== key);
  near.sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y));
  return near[0]?.key ?? key;
}
