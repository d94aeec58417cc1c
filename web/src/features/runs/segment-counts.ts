import { runs } from '../../api/runs.ts';
import type { Query } from '../../api/client.ts';
import { countText } from '../../lib/count-text.ts';

/** What the segments of the task centre hold, as text: how many runs of each type the other filters leave. */
export async function segmentCounts(types: readonly string[], query: Query): Promise<Record<string, string>> {
  const pages = await Promise.all(types.map((type) => runs.list({ ...query, type, page: 1, page_size: 1 })));
  return Object.fromEntries(types.map((type, i) => [type, countText(pages[i]!)]));
}
