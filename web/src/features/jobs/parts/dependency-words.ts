/** Where a run is shown with all its hosts. */
export const runLink = (run: string): string => `/executions?run_id=${encodeURIComponent(run)}`;
