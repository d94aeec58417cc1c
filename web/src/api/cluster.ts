import { get, post } from './client.ts';

/** A server of those that share a database, and its part of the work. */
export interface ClusterServer {
  id: string;
  name: string;
  agents_address: string;
  version: string;
  started_at: string;
  shards: number;
  is_keeper: boolean;
  hosts: number;
  /** It is about to end. */
  is_draining: boolean;
  /** It was asked to leave work and hosts to others, and does. */
  is_resting: boolean;
  /** It is the one that answers. */
  is_this: boolean;
}

export interface ClusterStatus {
  mode: 'single' | 'cluster';
  shards_free: number;
  /** Whether the server's role in the database owns the tables. */
  may_change_schema: boolean;
  items: ClusterServer[];
}

export const cluster = {
  status: () => get<ClusterStatus>('/cluster'),
  drain: (id: string) => post<null>(`/cluster/${id}/drain`),
  rebalance: () => post<{ hosts_moved: number }>('/cluster/rebalance'),
  resume: (id: string) => post<null>(`/cluster/${id}/resume`),
};
