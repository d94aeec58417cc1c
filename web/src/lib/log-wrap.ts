import type { MarkedSpan } from './mark.ts';

/** Letters that take two columns in a font of equal widths: Chinese, Japanese, Korean, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const TAB = 8;

/** Where a line that is longer than `columns` goes on in a new row; nothing when it fits. */
export function cutsOf(text: string, columns: number): number[] {
  // The usual case, without a look at the letters.
  if (text.length * 2 <= columns && !text.includes('\t')) return [];
  const cuts: number[] = [];
  let at = 0;
  let used = 0;
  for (const letter of text) {
    const width = letter === '\t' ? TAB - used % TAB : WIDE.test(letter) ? 2 : 1;
    if (used + width > columns && used > 0) {
      cuts.push(at);
      used = 0;
    }
    used += width;
    at += letter.length;
  }
  return cuts;
}

/** What of the spans of a line stands between two places of its text. */
export function between(spans: readonly MarkedSpan[], from: number, to: number): MarkedSpan[] {
  const inside: MarkedSpan[] = [];
  let start = 0;
  for (const span of spans) {
    const end = start + span.text.length;
    if (end > from && start < to) {
      inside.push({ ...span, text: span.text.slice(Math.max(0, from - start), to - start) });
    }
    start = end;
  }
  return inside;
}

/** The first rows of lines that are cut: `starts[i]` for line i, and behind them how many rows there are. */
export function rowStarts(cuts: readonly (readonly number[])[]): number[] {
  const starts = [0];
  for (const cut of cuts) starts.push(starts[starts.length - 1]! + cut.length + 1);
  return starts;
}

/** The line that a row belongs to. */
export function lineOf(starts: readonly number[], row: number): number {
  let low = 0;
  let high = starts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}
