import type { FieldError } from '../../../api/client.ts';
import { partsOf } from '../json-place.ts';
import { type Definition, edgesOf, placeOfStep, stepsOf } from './steps.ts';

/** What the server has found wrong, at the step that it is about: that may move while it is mended. */
export interface FlowFault {
  /** As the server said it. */
  path: string;
  message: string;
  /** Nothing: it is about the whole. */
  step: string;
  /** The path within the step. */
  field: string;
  /** The value that is wrong; the fault goes when it changes. */
  was: string;
}

/** What these are about may be an edge as well as the value. */
const BY_EDGES = new Set(['expression', 'conflict', 'range']);

function valueAt(value: unknown, path: string): unknown {
  let here = value;
  for (const part of partsOf(path)) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[part];
  }
  return here;
}

const stepAt = (definition: Definition, step: string, field: string): unknown =>
  valueAt(stepsOf(definition).find((other) => other.key === step), field);

function watched(definition: Definition, fault: Pick<FlowFault, 'step' | 'field' | 'path'>, code: string): string {
  if (fault.step && fault.field !== 'edges') {
    const edges = BY_EDGES.has(code) ? edgesOf(definition) : null;
    return JSON.stringify([code, stepAt(definition, fault.step, fault.field) ?? null, edges]);
  }
  const isList = fault.path === '' || /^(nodes|edges)$/.test(fault.path);
  const value = isList ? definition : fault.field === 'edges' ? definition.edges : valueAt(definition, fault.path);
  return JSON.stringify([code, value ?? null]);
}

/** Puts faults to their steps. */
export function placeFaults(definition: Definition, details: (FieldError & { message: string })[]): FlowFault[] {
  return details.map((detail) => {
    const path = detail.path ?? '';
    const [, list, number, field = ''] = /^(nodes|edges)\[(\d+)\]\.?(.*)$/.exec(path) ?? [];
    const at = list
      ? valueAt(definition, `${list}[${number}]`) as { key?: unknown; from?: unknown } | undefined
      : undefined;
    const step = list === 'nodes' ? at?.key : at?.from;
    const fault = {
      path,
      message: detail.message,
      step: typeof step === 'string' ? step : '',
      field: list === 'edges' ? 'edges' : field,
    };
    return { ...fault, was: watched(definition, fault, detail.code ?? '') };
  });
}

/** Those whose value is still what it was, with the paths that they have now. */
export function standing(definition: Definition, faults: FlowFault[]): FlowFault[] {
  return faults.filter((fault) => {
    const [code] = JSON.parse(fault.was) as [string];
    const isGone = fault.step !== '' && placeOfStep(definition, fault.step) < 0;
    return !isGone && watched(definition, fault, code) === fault.was;
  }).map((fault) => {
    const place = fault.step && fault.field !== 'edges' ? placeOfStep(definition, fault.step) : -1;
    if (place < 0) return fault;
    return Object.assign({}, fault, { path: fault.field ? `nodes[${place}].${fault.field}` : `nodes[${place}]` });
  });
}

/** The message for a field: its own, or that of something in it. */
export function faultAt(errors: Record<string, string>, field: string): string | undefined {
  const inside = Object.keys(errors).find((path) =>
    path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)
  );
  if (inside === undefined) return undefined;
  const rest = inside.slice(field.length).replace(/^\./, '');
  return rest ? `${rest}: ${errors[inside]}` : errors[inside];
}
