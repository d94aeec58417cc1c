/** Whether preferences outlive the page. */
export function storageWorks(): boolean {
  try {
    localStorage.setItem('qf.probe', '1');
    localStorage.removeItem('qf.probe');
    return true;
  } catch {
    return false;
  }
}

/** Local storage that may be switched off or full: preferences are then kept for this visit only. */
export function load(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function save(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing to do: a preference is not worth an error message.
  }
}
