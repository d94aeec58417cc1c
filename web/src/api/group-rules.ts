import { get, post, put } from './client.ts';

/** Hosts that fit all the kinds of conditions given come into the group. */
export interface GroupRule {
  group_id: number;
  /** Blocks of addresses such as `192.0.2.0/24`; any of them fits. */
  addresses: string[];
  /** Patterns such as `web-*`; any of them fits. */
  hostnames: string[];
  /** All of them; `*` fits any value. */
  labels: Record<string, string>;
  /** Rules after this one are not asked when it fits. */
  last: boolean;
}

export interface RuleMove {
  client_id: string;
  name: string;
  /** The groups that the rules would add. */
  group_ids: number[];
}

export const groupRules = {
  list: async () => (await get<{ rules: GroupRule[] }>('/group-rules')).rules,
  save: async (rules: GroupRule[]) => (await put<{ rules: GroupRule[] }>('/group-rules', { rules })).rules,
  preview: async (rules: GroupRule[]) => (await post<{ items: RuleMove[] }>('/group-rules/preview', { rules })).items,
  apply: async () => (await post<{ items: RuleMove[] }>('/group-rules/apply')).items,
};
