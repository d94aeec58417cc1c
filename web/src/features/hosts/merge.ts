import type { Host } from '../../api/types.ts';

/** Puts pushed hosts into the list: known ones change in place, new ones come at the end. All of them: the others are gone. */
export function mergeHosts(list: Host[], pushed: Host[], all = false): void {
  if (all) {
    list.splice(0, list.length, ...pushed);
    return;
  }
  for (const host of pushed) {
    const at = list.findIndex((known) => known.client_id === host.client_id);
    if (at >= 0) list[at] = { ...list[at], ...host };
    else list.push(host);
  }
}
