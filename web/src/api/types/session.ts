// Who is signed in, and what that allows.

export type RoleName = 'viewer' | 'developer' | 'operator' | 'admin';

export type Permission =
  | 'jobs:read'
  | 'jobs:write'
  | 'jobs:run'
  | 'executions:read'
  | 'logs:read'
  | 'executions:cancel'
  | 'executions:kill'
  | 'approvals:decide'
  | 'groups:read'
  | 'groups:write'
  | 'agents:read'
  | 'agents:write'
  | 'secrets:use'
  | 'secrets:write'
  | 'audit:read'
  | 'audit:export'
  | 'metrics:read'
  | 'notify:read'
  | 'notify:write'
  | 'channels:use'
  | 'channels:write'
  | 'users:read'
  | 'users:write'
  | 'settings:read'
  | 'settings:write'
  | 'breakglass:use';

/** On everything, or on these groups. */
export type GrantScope = 'all' | number[];

export interface Grant {
  id: number;
  /** One of the four that are built in, or the name of an own one. */
  role: string;
  scope: GrantScope;
}

export interface User {
  id: number | string;
  username: string;
  /** The highest of the grants' roles; null without any. */
  role: RoleName | null;
  grants?: Grant[];
  /** Somebody else knows the password: nothing works before it is changed. */
  must_change_password?: boolean;
  /** The role asks for one-time codes: nothing works before they are set up. */
  must_set_up_totp?: boolean;
  /** Where each permission holds. */
  scopes?: Partial<Record<Permission, GrantScope>>;
  /** The OpenID provider where this session was signed in. */
  provider?: string | null;
  /** All rights that this session has for a while. */
  break_glass?: { until: string; reason: string } | null;
}
