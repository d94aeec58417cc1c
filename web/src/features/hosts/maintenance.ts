import type { Host, HostMaintenance } from '../../api/types.ts';

/** The host's maintenance while it lasts: nobody has to say that it is over. */
export function maintenanceOf(host: Host | null, now: number): HostMaintenance | null {
  const known = host?.maintenance;
  return known && Date.parse(known.until) > now ? known : null;
}
