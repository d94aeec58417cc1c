import type { WorkflowParameter } from '../../../api/workflows.ts';
import { drawable } from '../links.ts';
import { type Definition, isAside, stepOf } from './steps.ts';

/**
 * What expressions of a step can ask about: the parameters of the workflow, and the steps that have ended by then, with the
 * outputs that they declare. What runs beside the others can ask about each of these.
 */
export function askable(definition: Definition, key: string): string[] {
  const { nodes, links } = drawable(definition);
  const me = stepOf(definition, key);
  const into = new Map<string, string[]>();
  for (const link of links) into.set(link.to, [...into.get(link.to) ?? [], link.from]);
  const before = new Set<string>();
  const open = [key];
  for (const step of open) {
    for (const from of into.get(step) ?? []) {
      if (before.has(from)) continue;
      before.add(from);
      open.push(from);
    }
  }
  const ended = nodes.filter((node) => me && isAside(me) ? !isAside(node) : before.has(node.key));
  const parameters = Array.isArray(definition.parameters) ? definition.parameters as (WorkflowParameter | null)[] : [];
  return [
    ...parameters.flatMap((parameter) => parameter?.name ? [`params.${parameter.name}`] : []),
    ...ended.flatMap((node) => {
      const outputs = node.outputs && typeof node.outputs === 'object' ? Object.keys(node.outputs) : [];
      // Of a request they stand there as well, by their names.
      return outputs.length
        ? outputs.map((name) => `steps.${node.key}.outputs.${name}`)
        : [`steps.${node.key}.${node.kind === 'approval' ? 'approved' : 'state'}`];
    }),
  ];
}
