/** Spans of time up to now, in seconds, as lists offer them. */
export const RANGES: Record<string, number> = { '1h': 3600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 };

/** What a list's address says of time: a span up to now, or one of one's own. */
export interface SpanQuery {
  since: string;
  from: string;
  to: string;
}

/** The same as the server takes it. */
export function spanOf({ since, from, to }: SpanQuery, now = Date.now()): { start_time: string; end_time: string } {
  const seconds = RANGES[since];
  return seconds
    ? { start_time: new Date(now - seconds * 1000).toISOString(), end_time: '' }
    : { start_time: from, end_time: to };
}
