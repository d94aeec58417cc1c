import type { GroupRule } from '../../api/group-rules.ts';

/** A rule as it is typed: lists separated by commas. */
export interface RuleDraft {
  /** Tells rows apart while they move. */
  key: number;
  group: string;
  addresses: string;
  hostnames: string;
  labels: string;
  last: boolean;
}

let keys = 0;
const parts = (text: string): string[] => text.split(/[,\uff0c\s]+/).filter(Boolean);

export function draftOf(rule: GroupRule | null): RuleDraft {
  return {
    key: ++keys,
    group: rule ? String(rule.group_id) : '',
    addresses: rule?.addresses.join(', ') ?? '',
    hostnames: rule?.hostnames.join(', ') ?? '',
    labels: Object.entries(rule?.labels ?? {}).map(([name, value]) => `${name}=${value}`).join(', '),
    last: rule?.last ?? false,
  };
}

/** The rule of a draft; a label without `=` fits any value. */
export function ruleOf(draft: RuleDraft): GroupRule {
  const labels = parts(draft.labels).map((text): [string, string] => {
    const at = text.indexOf('=');
    return at < 0 ? [text, '*'] : [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    group_id: Number(draft.group),
    addresses: parts(draft.addresses),
    hostnames: parts(draft.hostnames),
    labels: Object.fromEntries(labels),
    last: draft.last,
  };
}

/** What a rule lacks: a group, or any condition. */
export function ruleFault(draft: RuleDraft): 'group' | 'conditions' | null {
  if (!draft.group) return 'group';
  return parts(`${draft.addresses} ${draft.hostnames} ${draft.labels}`).length ? null : 'conditions';
}
