/** Where something stands in a text: from and to, as positions of characters. */
export interface Span {
  from: number;
  to: number;
}

/** `nodes[3].cases[0].when` as its parts; quotes and dots in names are not told apart, as the server does not either. */
export function partsOf(path: string): (string | number)[] {
  return path.split('.').flatMap((part) => {
    const name = part.replace(/\[.*$/, '');
    const places = [...part.matchAll(/\[(\d+)\]/g)].map((match) => Number(match[1]));
    const parts: (string | number)[] = name ? [name] : [];
    return parts.concat(places);
  });
}

const SPACE = /\s/;

/** Reads a text that is known to be JSON, and remembers nothing but where it is. */
class Scanner {
  at = 0;
  constructor(readonly text: string) {}

  skipSpace(): void {
    while (this.at < this.text.length && SPACE.test(this.text[this.at]!)) this.at += 1;
  }
  /** Over a value, to behind it. */
  skipValue(): void {
    this.skipSpace();
    const first = this.text[this.at];
    if (first === '"') return this.skipString();
    if (first !== '{' && first !== '[') {
      while (this.at < this.text.length && !/[,\]}\s]/.test(this.text[this.at]!)) this.at += 1;
      return;
    }
    let depth = 0;
    while (this.at < this.text.length) {
      const sign = this.text[this.at]!;
      if (sign === '"') {
        this.skipString();
        continue;
      }
      this.at += 1;
      if (sign === '{' || sign === '[') depth += 1;
      else if ((sign === '}' || sign === ']') && (depth -= 1) === 0) return;
    }
  }
  skipString(): void {
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    this.at += 1;
  }
  /** To the value of a member or an item; false when there is none. */
  enter(part: string | number): boolean {
    this.skipSpace();
    const isObject = this.text[this.at] === '{';
    if (isObject !== (typeof part === 'string') || (!isObject && this.text[this.at] !== '[')) return false;
    this.at += 1;
    for (let number = 0;; number += 1) {
      this.skipSpace();
      const sign = this.text[this.at];
      if (sign === undefined || sign === '}' || sign === ']') return false;
      let found = number === part;
      if (isObject) {
        const from = this.at;
        this.skipString();
        found = JSON.parse(this.text.slice(from, this.at)) === part;
        this.skipSpace();
        this.at += 1;
      }
      this.skipSpace();
      if (found) return true;
      this.skipValue();
      this.skipSpace();
      if (this.text[this.at] === ',') this.at += 1;
    }
  }
}

/** The value at a path in a JSON text, or the nearest one around it that is there. */
export function placeOf(text: string, path: string): Span {
  const scanner = new Scanner(text);
  scanner.skipSpace();
  let start = scanner.at;
  for (const part of partsOf(path)) {
    if (!scanner.enter(part)) break;
    start = scanner.at;
  }
  scanner.at = start;
  scanner.skipValue();
  return { from: start, to: scanner.at };
}

/** The line of a position, counted from 1. */
export const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** Why a text is no JSON, with the line where that shows; null when it is. */
export function jsonFault(text: string): { message: string; line: number | null } | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, line] = /line (\d+)/.exec(message) ?? [];
    const [, at] = /position (\d+)/.exec(message) ?? [];
    return { message, line: line ? Number(line) : at ? lineOf(text, Number(at)) : null };
  }
}
