import { computed, type Ref, ref } from 'vue';
import { ansi } from './ansi.ts';
import { type LogLine, plain } from './log-buffer.ts';
import { between, cutsOf, lineOf, rowStarts } from './log-wrap.ts';
import { mark } from './mark.ts';
import { load, save } from './storage.ts';

/** Height of a row, pixels. */
export const ROW = 20;
/** Rows in the document above and below those in sight. */
const SPARE = 25;

/** A part of a line, as wide as the log is. */
export interface LogRow {
  line: LogLine;
  part: number;
}

interface Cut {
  text: string;
  columns: number;
  at: number[];
}

/** The rows of a log: one for each line, or as many as it takes where long lines are wrapped. */
export function useLogRows(lines: Ref<LogLine[]>, top: Ref<number>, height: Ref<number>) {
  const wrap = ref(load('qf.wrap') === '1');
  /** How many letters fit into a row. */
  const columns = ref(80);
  const known = new WeakMap<LogLine, Cut>();

  function cut(line: LogLine): number[] {
    const before = known.get(line);
    if (before && before.text === line.text && before.columns === columns.value) return before.at;
    const at = cutsOf(plain(line.text), columns.value);
    known.set(line, { text: line.text, columns: columns.value, at });
    return at;
  }
  /** The first row of each line, where lines take several. */
  const starts = computed(() => wrap.value ? rowStarts(lines.value.map(cut)) : null);
  const total = computed(() => starts.value ? starts.value[lines.value.length]! : lines.value.length);
  const first = computed(() => Math.max(0, Math.floor(top.value / ROW) - SPARE));
  const shown = computed((): LogRow[] => {
    const end = Math.min(total.value, first.value + Math.ceil(height.value / ROW) + 2 * SPARE);
    const rows: LogRow[] = [];
    for (let row = first.value; row < end; row += 1) {
      const at = lineAt(row);
      rows.push({ line: lines.value[at]!, part: starts.value ? row - starts.value[at]! : 0 });
    }
    return rows;
  });
  /** The line that a row shows. */
  const lineAt = (row: number) => starts.value ? lineOf(starts.value, row) : row;
  /** The first row of a line. */
  const rowOf = (index: number) => starts.value ? starts.value[index] ?? 0 : index;

  /** What a row says, with colours and with what is looked for marked. */
  function spansOf({ line, part }: LogRow, query: string) {
    const spans = mark(ansi(line.text), query);
    const cuts = starts.value ? cut(line) : [];
    return cuts.length ? between(spans, cuts[part - 1] ?? 0, cuts[part] ?? Infinity) : spans;
  }

  function toggle() {
    wrap.value = !wrap.value;
    save('qf.wrap', wrap.value ? '1' : '0');
  }

  return { wrap, columns, total, first, shown, lineAt, rowOf, spansOf, toggle };
}
