// What the server's REST interface (/api/v1) sends and takes, by area.

export * from './types/base.ts';
export * from './types/dependencies.ts';
export * from './types/executions.ts';
export * from './types/hosts.ts';
export * from './types/insights.ts';
export * from './types/jobs.ts';
export * from './types/session.ts';
