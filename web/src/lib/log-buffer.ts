export type Stream = 'o' | 'e';

export interface LogLine {
  /** Line number from 1, kept when old lines are dropped. */
  n: number;
  stream: Stream;
  text: string;
  /** Said about the output, not part of it: between two numbers, so that those of the output stay the server's. */
  note?: true;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a terminal would show of a line that was overwritten with carriage returns (progress bars). */
function afterReturns(text: string): string {
  const trimmed = text.endsWith('\r') ? text.slice(0, -1) : text;
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1);
}

/**
 * The lines of one execution's log, put together from chunks that carry their byte offset. A chunk that arrives twice
 * (after a reconnect) is taken once; a change between stdout and stderr in mid-line starts a new line.
 */
export class LogBuffer {
  lines: LogLine[] = [];
  /** The byte offset behind the last chunk: where to resume. */
  next = 0;
  /** Lines dropped at the front because there were too many. */
  dropped = 0;
  private lastFrom = -1;
  private inexact = false;
  private open = false;
  private raw = '';
  private count = 0;

  constructor(private readonly maxLines = 50_000) {}

  append(from: number, stream: Stream, text: string, next?: number): void {
    let bytes = encoder.encode(text);
    const exact = next !== undefined && next - from === bytes.length;
    if (next !== undefined && next <= this.next) return;
    // Bytes that are not text arrive as U+FFFD, which is longer: from then on lengths say nothing about offsets.
    this.inexact ||= !exact && text.includes('\uFFFD');
    if (from < this.next && !(this.inexact && from > this.lastFrom)) {
      if (from + bytes.length <= this.next) return;
      bytes = bytes.slice(this.next - from);
      text = decoder.decode(bytes);
      from = this.next;
    }
    this.lastFrom = from;
    this.next = next ?? from + bytes.length;
    this.push(stream, text);
  }

  /** Another attempt begins: its output counts from 0 again. */
  restart(title: string): void {
    this.next = 0;
    this.lastFrom = -1;
    this.inexact = false;
    this.open = false;
    if (this.lines.length) this.note(title);
  }

  /** Output was left out here, as `text` says; it goes on at the offset `next`. */
  leaveOut(text: string, next: number): void {
    if (next <= this.next) return;
    this.next = next;
    this.open = false;
    this.note(text.trim());
  }

  private note(text: string): void {
    const last = this.lines[this.lines.length - 1];
    // Several between two lines each have a number of their own, which is never shown.
    const n = last?.note && last.n > this.count ? (last.n + this.count + 1) / 2 : this.count + 0.5;
    this.lines.push({ n, stream: 'o', text, note: true });
  }

  private push(stream: Stream, text: string): void {
    const last = this.lines[this.lines.length - 1];
    if (this.open && last && last.stream !== stream) this.open = false;
    const parts = text.split('\n');
    const first = parts.shift()!;
    if (this.open && last) {
      this.raw += first;
      last.text = afterReturns(this.raw);
    } else if (first || parts.length) {
      this.add(stream, first);
    }
    for (const part of parts) this.add(stream, part);
    // The piece behind the last line feed is the beginning of a line, or nothing yet.
    this.open = true;
    if (parts.length && parts[parts.length - 1] === '') {
      this.lines.pop();
      this.count -= 1;
      this.open = false;
    }
    if (this.lines.length > this.maxLines * 1.1) {
      this.dropped += this.lines.splice(0, this.lines.length - this.maxLines).length;
    }
  }

  private add(stream: Stream, text: string): void {
    this.raw = text;
    this.count += 1;
    this.lines.push({ n: this.count, stream, text: afterReturns(text) });
  }
}

/** Without terminal escape sequences: for search, copy and download. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences start with a control character
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
}
