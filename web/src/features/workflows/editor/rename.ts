import type { DefinedNode } from '../../../api/workflows.ts';
import { type Definition, edgesOf, mapSteps, mapTargets, withFields } from './steps.ts';

/** The words of an expression: texts in quotes, names, numbers, blanks, and every other sign by itself. */
const WORDS = /'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|[A-Za-z_][A-Za-z0-9_]*|\d[A-Za-z0-9.]*|\s+|[\s\S]/g;

type Root = 'steps' | 'params';

/** An expression in which `steps.FROM` is `steps.TO`; what is in quotes, or only ends alike, stays. */
export function renamedIn(expression: string, root: Root, from: string, to: string): string {
  const words = expression.match(WORDS) ?? [];
  /** The place of the next word that is no blank. */
  const after = (place: number): number => {
    let next = place + 1;
    while (/^\s/.test(words[next] ?? '')) next += 1;
    return next;
  };
  let previous = '';
  words.forEach((word, place) => {
    if (/^\s/.test(word)) return;
    if (word === root && previous !== '.') {
      const sign = after(place);
      const name = after(sign);
      if (words[sign] === '.' && words[name] === from) words[name] = to;
      const quote = words[name]?.[0] ?? '';
      if (words[sign] === '[' && words[name] === `${quote}${from}${quote}`) words[name] = `${quote}${to}${quote}`;
    }
    previous = word;
  });
  return words.join('');
}

/** The same in each `{{ }}` of a text. */
export function renamedInTemplate(text: string, root: Root, from: string, to: string): string {
  return text.replace(/\{\{([\s\S]*?)\}\}/g, (_, inner: string) => `{{${renamedIn(inner, root, from, to)}}}`);
}

function renamedValues(values: unknown, root: Root, from: string, to: string): unknown {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return values;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? renamedInTemplate(value, root, from, to) : value,
    ]),
  );
}

/** A definition whose expressions say another name. */
function renamedEverywhere(definition: Definition, root: Root, from: string, to: string): Definition {
  const next = mapSteps(definition, (step) => {
    const changed: DefinedNode = { ...step };
    if (step.parameters) changed.parameters = renamedValues(step.parameters, root, from, to) as Record<string, string>;
    if (typeof step.over === 'string') changed.over = renamedInTemplate(step.over, root, from, to);
    if (step.do && typeof step.do === 'object' && step.do.parameters) {
      changed.do = {
        ...step.do,
        parameters: renamedValues(step.do.parameters, root, from, to) as Record<string, string>,
      };
    }
    if (step.kind === 'decision' && Array.isArray(step.cases)) {
      changed.cases = step.cases.map((item) =>
        typeof item?.when === 'string' ? { ...item, when: renamedIn(item.when, root, from, to) } : item
      );
    }
    return changed;
  });
  return next.results ? { ...next, results: renamedValues(next.results, root, from, to) } : next;
}

/** Gives a step another key, also where edges, decisions, undoing and expressions name it. */
export function renameStep(definition: Definition, from: string, to: string): Definition {
  if (from === to) return definition;
  const named = mapSteps(renamedEverywhere(definition, 'steps', from, to), (step) => {
    const changed = mapTargets(step, (targets) => targets.map((target) => target === from ? to : target));
    return {
      ...changed,
      key: step.key === from ? to : step.key,
      ...(step.compensate === from ? { compensate: to } : {}),
    };
  });
  const other = (key: string) => key === from ? to : key;
  if (!Array.isArray(named.edges)) return named;
  return {
    ...named,
    edges: edgesOf(named).map((edge) => withFields(edge, { from: other(edge.from), to: other(edge.to) })),
  };
}

/** Gives a parameter of the workflow another name in every expression; the caller changes where it is declared. */
export const renameParameter = (definition: Definition, from: string, to: string): Definition =>
  from === to || !from ? definition : renamedEverywhere(definition, 'params', from, to);
