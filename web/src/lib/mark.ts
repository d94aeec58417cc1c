import type { Span } from './ansi.ts';

export interface MarkedSpan extends Span {
  hit: boolean;
}

/** Splits the spans of a line where the searched text begins and ends (any case), also across colours. */
export function mark(spans: Span[], query: string): MarkedSpan[] {
  const needle = query.toLowerCase();
  const line = spans.map((span) => span.text).join('').toLowerCase();
  const cuts: [number, number][] = [];
  if (needle) {
    for (let at = line.indexOf(needle); at >= 0; at = line.indexOf(needle, at + needle.length)) {
      cuts.push([at, at + needle.length]);
    }
  }
  const marked: MarkedSpan[] = [];
  let start = 0;
  for (const { text, cls } of spans) {
    const end = start + text.length;
    let at = start;
    for (const [from, to] of cuts) {
      if (to <= at || from >= end) continue;
      if (from > at) marked.push({ text: text.slice(at - start, from - start), cls, hit: false });
      const [a, b] = [Math.max(from, at), Math.min(to, end)];
      marked.push({ text: text.slice(a - start, b - start), cls, hit: true });
      at = b;
    }
    if (at < end) marked.push({ text: text.slice(at - start), cls, hit: false });
    start = end;
  }
  return marked;
}
