import type { PlacementChoice } from '../../api/types.ts';

export type Candidate = PlacementChoice['candidates'][number];

/** Where the slots of one run would go together, and which hosts none of them would go to. */
export interface PlacementSum {
  /** Hosts with how many slots each gets, in the order of the slots. */
  chosen: { host: string; count: number }[];
  /** Slots for which there is no host. */
  waiting: number;
  /** The others, those that could have been chosen first. */
  others: Candidate[];
}

/** Puts the choices of a run's slots together: a host is among the others only when no slot goes to it. */
export function sumOf(slots: PlacementChoice[]): PlacementSum {
  const counts = new Map<string, number>();
  for (const { chosen } of slots) if (chosen !== null) counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
  const others = new Map<string, Candidate>();
  for (const slot of slots) {
    for (const candidate of slot.candidates) {
      if (!counts.has(candidate.host) && !others.has(candidate.host)) others.set(candidate.host, candidate);
    }
  }
  const rank = (candidate: Candidate) => candidate.out === null ? 0 : 1;
  return {
    chosen: [...counts].map(([host, count]) => ({ host, count })),
    waiting: slots.filter((slot) => slot.chosen === null).length,
    others: [...others.values()].sort((a, b) => rank(a) - rank(b)),
  };
}

/** What hosts are called: as the server says it, as the list of hosts does, or by their ids. */
export function namesIn(slots: PlacementChoice[], known: Map<string, string> = new Map()): (id: string) => string {
  const told = new Map(
    slots.flatMap((slot) => slot.candidates).flatMap(({ host, name }) => name ? [[host, name] as const] : []),
  );
  return (id) => told.get(id) ?? known.get(id) ?? id;
}
