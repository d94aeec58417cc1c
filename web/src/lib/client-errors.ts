import { post } from '../api/client.ts';

const LONGEST_MESSAGE = 160;
const LONGEST_PLACE = 100;
const MOST = 10;
const told = new Set<string>();

/** The first place of a stack that names one of our files, without the server's address. */
export function placeIn(stack: string): string {
  return /\/([^/\s()]+\.js:\d+:\d+)/.exec(stack)?.[1] ?? '';
}

/**
 * Tells the server of an error of the console, once for each kind and page load: whoever could mend it does not see
 * this browser's console. What can't be told is not tried again.
 */
export async function tellError(problem: unknown, signedIn: () => boolean): Promise<void> {
  const [words, stack] = problem instanceof Error
    ? [`${problem.name}: ${problem.message}`, problem.stack ?? '']
    : [String(problem), ''];
  const message = words.slice(0, LONGEST_MESSAGE);
  const place = placeIn(stack).slice(0, LONGEST_PLACE);
  const key = `${message}\n${place}`;
  if (!message || told.has(key) || told.size >= MOST || !signedIn()) return;
  told.add(key);
  try {
    await post('/client-errors', { message, place, page: location.pathname.slice(0, LONGEST_PLACE) });
  } catch {
    // It is in this browser's own console.
  }
}
