import type { DefinedEdge, DefinedNode, EdgeOn, NodeKind } from '../../../api/workflows.ts';
import { drawable } from '../links.ts';
import {
  BEGINNINGS,
  type Definition,
  edgesOf,
  FIELDS,
  freeKey,
  hasChild,
  isAside,
  mapSteps,
  mapTargets,
  stepOf,
  textsOf,
  withFields,
} from './steps.ts';

/** Changes of a definition: each gives another one, and leaves what it does not know as it is. */

/** Why two steps are not connected: `path` are the steps that it is about. */
export interface Refusal {
  reason: 'self' | 'there' | 'circle' | 'aside' | 'gone';
  path: string[];
}

/** What leads on: an edge with its condition; of a decision a case, a new one, or what is left. */
export type Way = { on: EdgeOn; catch?: boolean } | { case: number } | { when: string } | { otherwise: true };

type Connected = { definition: Definition } | { refusal: Refusal };

const COMMON = ['key', 'kind', 'rule', 'on_failure', 'compensate', 'compensator', 'finally'];

/** A way along the edges from one step to another, both among it; the shortest. */
export function wayBetween(definition: Definition, from: string, to: string): string[] | null {
  const next = new Map<string, string[]>();
  for (const link of drawable(definition).links) next.set(link.from, [...next.get(link.from) ?? [], link.to]);
  const before = new Map<string, string>([[from, '']]);
  const open = [from];
  for (const key of open) {
    if (key === to) {
      const way = [to];
      while (way[0] !== from) way.unshift(before.get(way[0]!)!);
      return way;
    }
    for (const after of next.get(key) ?? []) {
      if (before.has(after)) continue;
      before.set(after, key);
      open.push(after);
    }
  }
  return null;
}

/** Why a step may not lead to another; null when it may. */
export function refusalOf(definition: Definition, from: string, to: string): Refusal | null {
  const ends = [stepOf(definition, from), stepOf(definition, to)];
  if (ends.some((step) => !step)) return { reason: 'gone', path: [from, to] };
  if (from === to) return { reason: 'self', path: [from] };
  const aside = ends.find((step) => isAside(step!));
  if (aside) return { reason: 'aside', path: [aside.key] };
  const back = wayBetween(definition, to, from);
  // The steps would wait for each other.
  return back ? { reason: 'circle', path: [from, ...back] } : null;
}

/** Lets a step lead to another. */
export function connect(definition: Definition, from: string, to: string, way: Way): Connected {
  const refusal = refusalOf(definition, from, to);
  if (refusal) return { refusal };
  const there: Connected = { refusal: { reason: 'there', path: [from, to] } };
  if ('on' in way) {
    const edges = edgesOf(definition);
    if (edges.some((edge) => edge.from === from && edge.to === to && (edge.on ?? 'success') === way.on)) return there;
    const edge: DefinedEdge = { from, to, ...(way.on === 'success' ? {} : { on: way.on }) };
    if (way.catch && way.on === 'failure') edge.catch = true;
    return { definition: { ...definition, edges: [...edges, edge] } };
  }
  const step = stepOf(definition, from)!;
  const cases = Array.isArray(step.cases) ? [...step.cases] : [];
  if ('when' in way) cases.push({ when: way.when, to: [to] });
  else if ('case' in way) {
    const chosen = cases[way.case];
    if (!chosen || textsOf(chosen.to).includes(to)) return there;
    cases[way.case] = { ...chosen, to: [...textsOf(chosen.to), to] };
  } else if (textsOf(step.else).includes(to)) return there;
  const patch = 'otherwise' in way ? { else: [...textsOf(step.else), to] } : { cases };
  return { definition: changeStep(definition, from, patch) };
}

/** How a step leads on when nobody has said. */
export const usualWay = (step: DefinedNode): Way => step.kind === 'decision' ? { otherwise: true } : { on: 'success' };

/** A new step, which comes after another one if that may lead on. */
export function addStep(
  definition: Definition,
  kind: NodeKind,
  after?: string,
): { definition: Definition; key: string } {
  const key = freeKey(definition, kind);
  const nodes = Array.isArray(definition.nodes) ? definition.nodes as unknown[] : [];
  const added = { ...definition, nodes: [...nodes, { key, kind, ...BEGINNINGS[kind]() }] };
  const before = after ? stepOf(added, after) : undefined;
  const connected = before ? connect(added, before.key, key, usualWay(before)) : null;
  return { definition: connected && 'definition' in connected ? connected.definition : added, key };
}

/** Fields of a step; those that are undefined are taken away. */
export const changeStep = (
  definition: Definition,
  key: string,
  patch: { [K in keyof DefinedNode]?: DefinedNode[K] | undefined },
): Definition => mapSteps(definition, (step) => step.key === key ? withFields(step, patch) : step);

/** Takes every edge and every choice away that leads to a step or from it. */
function cutOff(definition: Definition, key: string): Definition {
  const cut = mapSteps(
    definition,
    (step) =>
      step.key === key ? mapTargets(step, () => []) : mapTargets(step, (to) => to.filter((target) => target !== key)),
  );
  return { ...cut, edges: edgesOf(cut).filter((edge) => edge.from !== key && edge.to !== key) };
}

/** Takes a step away, with what leads to it and from it, and what names it as its undoing. */
export function removeStep(definition: Definition, key: string): Definition {
  return mapSteps(cutOff(definition, key), (step) => {
    if (step.key === key) return null;
    return step.compensate === key ? withFields(step, { compensate: undefined }) : step;
  });
}

/** Another kind of step in the same place: what both kinds have stays, and where it leads. */
export function changeKind(definition: Definition, key: string, kind: NodeKind): Definition {
  const before = stepOf(definition, key);
  if (!before || before.kind === kind) return definition;
  const kept = new Set([...COMMON, ...FIELDS[kind] ?? []]);
  // A message is asked by one kind and waited for by another; outputs of a request are no types.
  if (before.kind === 'approval' || before.kind === 'wait') {
    for (const field of ['message', 'timeout_seconds']) kept.delete(field);
  }
  if (before.kind === 'http' || kind === 'http') kept.delete('outputs');
  const fields = Object.fromEntries(Object.entries(before).filter(([field]) => kept.has(field)));
  const step = { ...BEGINNINGS[kind](), ...fields, kind } as DefinedNode;
  let edges = edgesOf(definition);
  if (kind === 'decision') {
    const isPlain = (edge: DefinedEdge) => edge.from === key && (edge.on ?? 'success') === 'success';
    step.else = edges.filter(isPlain).map((edge) => edge.to);
    edges = edges.filter((edge) => !isPlain(edge));
  } else if (before.kind === 'decision') {
    const targets = new Set([
      ...(Array.isArray(before.cases) ? before.cases : []).flatMap((item) => textsOf(item?.to)),
      ...textsOf(before.else),
    ]);
    edges = [...edges, ...[...targets].map((to) => ({ from: key, to }))];
  }
  const next = { ...mapSteps(definition, (other) => other.key === key ? step : other), edges };
  return hasChild(kind) ? next : changeRole(next, key, 'ordinary');
}

export type Role = 'ordinary' | 'compensator' | 'finally';
export const roleOf = (step: DefinedNode): Role =>
  step.compensator ? 'compensator' : step.finally ? 'finally' : 'ordinary';

/** When a step has its turn. What runs beside the others is connected with none of them, and is not undone itself. */
export function changeRole(definition: Definition, key: string, role: Role): Definition {
  const next = changeStep(definition, key, {
    compensator: role === 'compensator' ? true : undefined,
    finally: role === 'finally' ? true : undefined,
    ...(role === 'ordinary' ? {} : { compensate: undefined, rule: undefined }),
  });
  const named = role === 'compensator'
    ? next
    : mapSteps(next, (step) => step.compensate === key ? withFields(step, { compensate: undefined }) : step);
  return role === 'ordinary' ? named : cutOff(named, key);
}

/** The step that undoes another; it becomes a compensator. Nothing: none does. */
export function changeCompensate(definition: Definition, key: string, target: string): Definition {
  const next = changeStep(definition, key, { compensate: target || undefined });
  const step = target ? stepOf(next, target) : undefined;
  return step && !step.compensator ? changeRole(next, target, 'compensator') : next;
}

/** Which edge: two steps and the condition. */
export interface EdgeName {
  from: string;
  to: string;
  on: EdgeOn;
}
const isEdge = (edge: DefinedEdge, name: EdgeName) =>
  edge.from === name.from && edge.to === name.to && (edge.on ?? 'success') === name.on;

/** Another condition for an edge, or whether it catches a failure. Refused where there is such an edge already. */
export function changeEdge(definition: Definition, name: EdgeName, on: EdgeOn, catches: boolean): Connected {
  const edges = edgesOf(definition);
  if (on !== name.on && edges.some((edge) => isEdge(edge, { ...name, on }))) {
    return { refusal: { reason: 'there', path: [name.from, name.to] } };
  }
  const next = edges.map((edge) =>
    isEdge(edge, name)
      ? withFields(edge, {
        on: on === 'success' ? undefined : on,
        catch: catches && on === 'failure' ? true : undefined,
      })
      : edge
  );
  return { definition: { ...definition, edges: next } };
}

/** Takes what leads from one step to another away: an edge, or with `choice` what a decision may choose. */
export function removeLink(definition: Definition, name: EdgeName, choice: boolean): Definition {
  if (!choice) return { ...definition, edges: edgesOf(definition).filter((edge) => !isEdge(edge, name)) };
  return mapSteps(
    definition,
    (step) => step.key === name.from ? mapTargets(step, (to) => to.filter((target) => target !== name.to)) : step,
  );
}
