const PREFIX = 'qf.draft.';

/**
 * What is typed into a form, kept in this tab until it is saved or thrown away: a reload, a crash of the browser's page
 * or an ended session loses nothing. A draft of another version of the object is not given back.
 */
export function useDraft<T extends object>(name: () => string): {
  keep(value: T, version?: number): void;
  /** Puts a kept draft into `into`; whether there was one. */
  restore(into: T, version?: number): boolean;
  drop(): void;
} {
  const key = () => PREFIX + name();
  return {
    keep: (value, version) => {
      try {
        sessionStorage.setItem(key(), JSON.stringify({ version: version ?? null, value }));
      } catch {
        // Storage that is full or switched off: the form itself still holds everything.
      }
    },
    restore: (into, version) => {
      try {
        const kept = JSON.parse(sessionStorage.getItem(key()) ?? 'null') as { version: number | null; value: T } | null;
        if (!kept || kept.version !== (version ?? null)) return false;
        Object.assign(into, kept.value);
        return true;
      } catch {
        return false;
      }
    },
    drop: () => {
      try {
        sessionStorage.removeItem(key());
      } catch {
        // As above.
      }
    },
  };
}
