import type { Execution } from '../../../api/types.ts';

/** A piece of an explanation: words, a run by its number, or a moment. */
export interface TextPiece {
  kind: 'words' | 'run' | 'time';
  text: string;
}

const MARKS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Takes runs and moments out of a text, so that these can be opened and shown in the reader's zone. */
export function textPieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(MARKS)) {
    if (match.index > end) pieces.push({ kind: 'words', text: text.slice(end, match.index) });
    pieces.push({ kind: match[0].includes('T') ? 'time' : 'run', text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ kind: 'words', text: text.slice(end) });
  return pieces;
}

/** The address of a job's page that says what became of a moment. */
export const whyPage = (task: number, at: string): string => `/jobs/${task}?at=${encodeURIComponent(at)}`;

const SKIPPED = 7;

/** A fire that was skipped or missed: it has no log worth opening, but a reason. */
export const asksWhy = (row: Pick<Execution, 'status' | 'scheduled_time'>): boolean =>
  row.status === SKIPPED && row.scheduled_time !== null;
