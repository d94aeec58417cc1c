export interface FieldError {
  path: string;
  message: string;
  /** The message in every language; servers of before send none. */
  text?: Said;
  code?: string;
}

/** What the server says, in the languages of the console. */
export interface Said {
  zh: string;
  en: string;
}

/** A refusal of the server, or (status 0) no answer from it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** The stable code, e.g. `task_not_found`. */
    readonly code: string,
    message: string,
    readonly details: FieldError[] = [],
    readonly requestId = '',
    /** Of a sign-in whose password was right and that takes a code now. */
    readonly ticket = '',
    /** The request that waits for another person (status 202). */
    readonly approval = '',
    /** The message in every language; empty where no server said it. */
    readonly text: Partial<Said> = {},
  ) {
    super(message);
  }
}

/** A list stands as several parameters of one name. */
export type Query = Record<string, string | number | string[] | undefined | null>;

interface Options {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  /** A 401 is an answer, not the end of the session: for signing in and for asking who is signed in. */
  expectUnauthorized?: boolean;
  /** How long to wait for the answer, milliseconds. */
  patience?: number;
}

const TIMEOUT_MS = 20_000;
/** For what hashes a password: slow by intent, and an answer that holds the only copy of one must not be given up. */
export const HASHING_MS = 60_000;
let sessionEnded = () => {};
let reached = (_answered: boolean) => {};
let bearer = '';

/** Asks by an API token from now on, and not by the session that the browser may have: a wallboard is nobody's session. */
export function useToken(token: string): void {
  bearer = token;
}

/** Whether requests carry a token. */
export const hasToken = (): boolean => bearer !== '';

/** The stream of what changes, for who comes by a token: a WebSocket carries none. */
export const openEvents = (topics: string[], signal: AbortSignal): Promise<Response> =>
  fetch(`/api/v1/events${queryString({ topics: topics.join(',') })}`, {
    headers: { Authorization: `Bearer ${bearer}` },
    credentials: 'omit',
    cache: 'no-store',
    signal,
  });

/** Sets who is told after each request whether the server answered at all. */
export function onReached(handler: (answered: boolean) => void): void {
  reached = handler;
}

/** Sets what happens when the server does not know the session (any more). */
export function onSessionEnd(handler: () => void): void {
  sessionEnded = handler;
}

export function endSession(): void {
  if (!isLeaving) sessionEnded();
}

/** `?a=1&b=2` without the empty values. */
export function queryString(query: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (Array.isArray(value)) { for (const one of value) params.append(key, one); }
    else if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** Reads the envelope `{code, message, data, …}` or `{code, error, message, details, …}`. */
export function openEnvelope(status: number, envelope: unknown): unknown {
  const e = (envelope ?? {}) as Record<string, unknown>;
  // It takes two persons: nothing has been done yet.
  const waiting = status === 202 ? (e.data as { approval_id?: string } | null)?.approval_id : undefined;
  if (waiting) {
    const words = 'Asked for: it is done when another person approves it on the page of approvals.';
    throw new ApiError(202, 'approval_waiting', words, [], String(e.request_id ?? ''), '', waiting);
  }
  // The status came and the rest did not: nothing is known, and an empty page would say that there is nothing.
  if (status < 400 && status !== 204 && envelope === null) {
    throw new ApiError(0, 'network', 'The answer of the server broke off.');
  }
  if (status < 400 && (e.code === 0 || e.code === undefined)) return e.data;
  const details = Array.isArray(e.details) ? (e.details as FieldError[]) : [];
  const code = typeof e.error === 'string' ? e.error : `http_${status}`;
  const message = typeof e.message === 'string' ? e.message : `HTTP ${status}`;
  const text = (e.text ?? {}) as Partial<Said>;
  throw new ApiError(status, code, message, details, String(e.request_id ?? ''), String(e.ticket ?? ''), '', text);
}

let unattended = false;

/** Requests that begin in `run` are the page's own and no use of the session: it may end although a page stays open. */
export function inBackground<T>(run: () => T): T {
  unattended = true;
  try {
    return run();
  } finally {
    unattended = false;
  }
}

/** Questions that wait for their answer. */
const open = new Set<AbortController>();
let isLeaving = false;

/**
 * The last request of somebody who signs out: until `stay` nothing else is asked, and questions under way are given up.
 * Whatever came after it would be refused.
 */
export function leave<T>(last: () => Promise<T>): Promise<T> {
  for (const abort of open) abort.abort();
  const answer = last();
  isLeaving = true;
  return answer;
}

/** Another page is there, which may ask again. */
export function stay(): void {
  isLeaving = false;
}

async function answerOf(method: string, path: string, options: Options): Promise<Response> {
  if (isLeaving) throw new ApiError(0, 'network', 'Somebody signs out.');
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  if (method !== 'GET') headers['X-QF-CSRF'] = '1';
  if (unattended) headers['X-QF-Background'] = '1';
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const abort = new AbortController();
  if (method === 'GET') open.add(abort);
  const timer = setTimeout(() => abort.abort(), options.patience ?? TIMEOUT_MS);
  try {
    const response = await fetch(`/api/v1${path}${queryString(options.query ?? {})}`, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: bearer ? 'omit' : 'same-origin',
      signal: abort.signal,
    });
    // 502 to 504 are the words of a proxy whose server is away.
    reached(response.status < 502 || response.status > 504);
    return response;
  } catch {
    if (!isLeaving) reached(false);
    throw new ApiError(0, 'network', 'The server does not answer.');
  } finally {
    clearTimeout(timer);
    open.delete(abort);
  }
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await answerOf(method, path, options);
  let envelope: unknown = null;
  try {
    envelope = await response.json();
  } catch {
    // Not JSON: a proxy's error page, or an empty answer. The status says what happened.
  }
  if (response.status === 401 && !options.expectUnauthorized) endSession();
  return openEnvelope(response.status, envelope) as T;
}

export const get = <T>(path: string, query?: Query): Promise<T> => request<T>('GET', path, { query });
export const post = <T>(path: string, body: unknown = {}): Promise<T> => request<T>('POST', path, { body });
export const put = <T>(path: string, body: unknown): Promise<T> => request<T>('PUT', path, { body });
export const del = <T>(path: string): Promise<T> => request<T>('DELETE', path);
