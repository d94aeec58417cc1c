import type { GrantScope, Permission } from '../../../api/types.ts';

/** All that can be allowed, by what it is about; in the order of the server. */
export const PERMISSIONS: [area: string, permissions: Permission[]][] = [
  ['jobs', ['jobs:read', 'jobs:write', 'jobs:run']],
  ['executions', ['executions:read', 'logs:read', 'executions:cancel', 'executions:kill', 'approvals:decide']],
  ['hosts', ['groups:read', 'groups:write', 'agents:read', 'agents:write']],
  ['secrets', ['secrets:use', 'secrets:write']],
  ['notify', ['notify:read', 'notify:write', 'channels:use', 'channels:write']],
  ['audit', ['audit:read', 'audit:export']],
  ['installation', ['metrics:read', 'settings:read', 'settings:write', 'users:read', 'users:write', 'breakglass:use']],
];

/** About the whole installation: they count only where a role was given on everything. */
export const EVERYWHERE: Permission[] = [
  'metrics:read',
  'users:read',
  'users:write',
  'channels:write',
  'settings:read',
  'settings:write',
  'breakglass:use',
];

/** Nobody puts into a role what they do not have everywhere themselves. */
export const mayGive = (permission: Permission, scopes: Partial<Record<Permission, GrantScope>>): boolean =>
  scopes[permission] === 'all';

/** What a question about rights can be about (`GET /access/explain`). */
export const OBJECT_KINDS = ['task', 'workflow', 'group', 'client', 'execution', 'run'] as const;

/** As the server takes it, `task:7`; nothing for a question about anything. */
export const objectOf = (kind: string, id: string): string | undefined =>
  kind && id.trim() ? `${kind}:${id.trim()}` : undefined;

/** The part of a key that words it: the colon is no letter. */
export const wordOf = (permission: Permission): string => permission.replace(':', '_');
