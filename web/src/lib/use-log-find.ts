import { computed, type Ref, ref, watch } from 'vue';
import { type LogLine, plain } from './log-buffer.ts';

/** What a line says of an error where a program writes everything to one stream. */
const ERROR_WORDS = /\b(error|fatal|panic|exception|traceback)\b/i;

/** Finding in a log: words with their hits, the first error, and the line that the reader was led to. */
export function useLogFind(lines: Ref<LogLine[]>, show: (index: number) => void): {
  query: Ref<string>;
  /** Indexes of the lines with the words. */
  hits: Ref<number[]>;
  /** Which of the hits is shown. */
  current: Ref<number>;
  /** The number of the line that stands out. */
  marked: Ref<number | undefined>;
  /** The number of the line that the reader was led to without a search. */
  pointed: Ref<number | undefined>;
  /** Index of the line where the trouble begins: what was written to the error stream, or else says so; -1 for none. */
  firstError: Ref<number>;
  /** Shows a hit; past the last one comes the first. */
  goTo(hit: number): void;
  toError(): void;
} {
  const query = ref('');
  const current = ref(0);
  const pointed = ref<number>();
  const hits = computed(() => {
    const needle = query.value.toLowerCase();
    if (!needle) return [];
    const found: number[] = [];
    lines.value.forEach((line, index) => {
      if (plain(line.text).toLowerCase().includes(needle)) found.push(index);
    });
    return found;
  });
  const marked = computed(() =>
    hits.value.length ? lines.value[hits.value[current.value] ?? 0]?.n : query.value ? undefined : pointed.value
  );
  const firstError = computed(() => {
    const at = lines.value.findIndex((line) => line.stream === 'e');
    return at >= 0 ? at : lines.value.findIndex((line) => ERROR_WORDS.test(plain(line.text)));
  });

  function goTo(hit: number): void {
    if (!hits.value.length) return;
    current.value = (hit + hits.value.length) % hits.value.length;
    show(hits.value[current.value]!);
  }
  function toError(): void {
    if (firstError.value < 0) return;
    query.value = '';
    pointed.value = lines.value[firstError.value]?.n;
    show(firstError.value);
  }
  watch(query, () => {
    current.value = 0;
    if (query.value) goTo(0);
  });
  return { query, hits, current, marked, pointed, firstError, goTo, toError };
}
