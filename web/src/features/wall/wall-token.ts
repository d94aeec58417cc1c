import { hasToken, useToken } from '../../api/client.ts';

const KEY = 'qf.wall';

/** `#token=…` of the address: what stands behind a `#` is sent to nobody. */
export function tokenIn(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
}

/** Keeps the token for this tab, so that a reload still has it when the address does not say it any more. */
export function takeToken(token: string): void {
  useToken(token);
  try {
    if (token) sessionStorage.setItem(KEY, token);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage may be switched off: the token then lasts until the next reload.
  }
}

/** Takes the token that this tab was given before; whether there is one. */
export function resumeToken(): boolean {
  if (hasToken()) return true;
  try {
    useToken(sessionStorage.getItem(KEY) ?? '');
  } catch {
    // As above.
  }
  return hasToken();
}
