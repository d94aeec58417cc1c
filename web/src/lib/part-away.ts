/** Whether a part of the console could not be fetched, in the words of each browser. */
export const isPartAway = (error: unknown): boolean => /imported module|importing a module/i.test(String(error));
