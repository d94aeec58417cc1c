import type { DefinedEdge, DefinedNode, EdgeOn, EdgeState, RunEdge } from '../../api/workflows.ts';

/** What leads from one step to another, as it is drawn. */
export interface Link {
  from: string;
  to: string;
  on: EdgeOn;
  /** Of a decision: the condition, or nothing for what is left. */
  when?: string | undefined;
  /** Chosen by a decision. */
  choice: boolean;
  catches: boolean;
  state?: EdgeState | undefined;
}

const isList = Array.isArray as (value: unknown) => value is unknown[];
const texts = (value: unknown): string[] => isList(value) ? value.filter((text) => typeof text === 'string') : [];

/**
 * All edges of a definition: the written ones, and those that follow from decisions. It may be half typed: what does not
 * make sense is left out.
 */
export function linksOf(nodes: DefinedNode[], edges: DefinedEdge[]): Link[] {
  const links: Link[] = [];
  for (const edge of edges) {
    links.push({ from: edge.from, to: edge.to, on: edge.on ?? 'success', choice: false, catches: edge.catch === true });
  }
  for (const node of nodes) {
    if (node.kind !== 'decision') continue;
    const choose = (to: string, when?: string) => {
      const known = links.find((link) => link.choice && link.from === node.key && link.to === to);
      if (!known) links.push({ from: node.key, to, on: 'success', when, choice: true, catches: false });
      else if (when && known.when) known.when = `${known.when} || ${when}`;
    };
    for (const item of isList(node.cases) ? node.cases : []) {
      for (const to of texts(item?.to)) choose(to, String(item?.when ?? ''));
    }
    for (const to of texts(node.else)) choose(to);
  }
  return links;
}

/** The edges of a run; the conditions of its decisions are in the definition, if that is still the run's. */
export function linksOfRun(edges: RunEdge[], defined: Link[]): Link[] {
  const conditions = new Map(
    defined.filter((link) => link.choice).map((link) => [`${link.from} ${link.to}`, link.when]),
  );
  return edges.map((edge) => ({
    from: edge.from,
    to: edge.to,
    on: edge.on,
    when: edge.choice ? conditions.get(`${edge.from} ${edge.to}`) : undefined,
    choice: edge.choice,
    catches: edge.catch,
    state: edge.state,
  }));
}

/** Steps and edges out of something typed: only what can be drawn. */
export function drawable(body: unknown): { nodes: DefinedNode[]; links: Link[] } {
  const { nodes, edges } = (body ?? {}) as { nodes?: unknown; edges?: unknown };
  const seen = new Set<string>();
  const steps: DefinedNode[] = [];
  for (const node of isList(nodes) ? nodes : []) {
    const key = (node as DefinedNode | null)?.key;
    if (typeof key !== 'string' || seen.has(key)) continue;
    seen.add(key);
    steps.push(node as DefinedNode);
  }
  const lines = (isList(edges) ? edges : []).filter((edge) =>
    typeof (edge as DefinedEdge | null)?.from === 'string' && typeof (edge as DefinedEdge).to === 'string'
  ) as DefinedEdge[];
  return { nodes: steps, links: linksOf(steps, lines).filter((link) => seen.has(link.from) && seen.has(link.to)) };
}
