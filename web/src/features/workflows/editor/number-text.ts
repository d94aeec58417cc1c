/** The number that was typed; nothing while it is none. */
export function numberOf(text: string): number | undefined {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : undefined;
}

/** The texts of lines, or of what stands between commas. */
export const partsOfText = (text: string, between: '\n' | ','): string[] =>
  text.split(between).map((part) => between === ',' ? part.trim() : part).filter((part) => part !== '');
